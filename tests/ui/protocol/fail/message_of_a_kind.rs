use callboard::protocol;

#[protocol]
pub trait Render {
    #[ask(concurrent = 2)]
    async fn render(&self, page: u64) -> String;

    #[tell(when(Ready))]
    fn draw(&mut self, page: u64);
}

fn main() {}
