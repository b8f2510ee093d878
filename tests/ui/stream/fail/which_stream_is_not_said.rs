use callboard::{actor, handlers};

#[actor]
pub struct Reader;

#[handlers]
impl Reader {
    #[stream]
    fn none(&mut self, _line: String) {}

    #[stream(credit = 8)]
    fn credit_alone(&mut self, _line: String) {}

    #[stream = "lines"]
    fn no_parentheses(&mut self, _line: String) {}

    #[stream("lines")]
    fn text(&mut self, _line: String) {}
}

fn main() {}
