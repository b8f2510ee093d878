use callboard::{Context, actor, handlers};

#[actor]
pub struct Reader;

#[handlers]
impl Reader {
    #[stream(a)]
    fn no_item(&mut self, _cx: &mut Context<Self>) {}

    #[stream(b)]
    fn two_items(&mut self, _first: String, _second: String) {}

    #[stream(c)]
    fn returns(&mut self, _line: String) -> u64 {
        0
    }
}

fn main() {}
