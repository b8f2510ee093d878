use callboard::{actor, handlers};

#[actor]
pub struct Parser<'a> {
    text: &'a str,
}

#[handlers]
impl<'a> Parser<'a> {
    #[ask]
    pub fn length(&self, more: Vec<u8>) -> usize {
        self.text.len() + more.len()
    }
}

fn main() {
    let parser = callboard::spawn(Parser { text: "text" });
    drop(parser.length(Vec::new()));
}
