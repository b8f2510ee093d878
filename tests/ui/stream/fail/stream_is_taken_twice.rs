use callboard::{actor, handlers};

#[actor]
pub struct Reader;

#[handlers]
impl Reader {
    #[stream(lines)]
    fn line(&mut self, _line: String) {}

    #[stream(lines)]
    fn same_line(&mut self, _line: String) {}
}

fn main() {}
