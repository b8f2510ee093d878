use callboard::{actor, handlers};

#[actor]
pub struct Reader;

#[handlers]
impl Reader {
    #[stream(a, credit = 0)]
    fn no_credit(&mut self, _line: String) {}

    #[stream(b, end = stopp)]
    fn unknown_end(&mut self, _line: String) {}

    #[stream(c, credits = 8)]
    fn unknown_option(&mut self, _line: String) {}
}

fn main() {}
