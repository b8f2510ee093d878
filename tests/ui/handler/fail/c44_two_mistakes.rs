use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn add(&mut self, name: &str) {
        self.n += name.len() as i64;
    }

    #[ask]
    pub fn get(self) -> i64 {
        self.n
    }

    #[ask]
    pub fn fine(&self) -> i64 {
        self.n
    }
}

#[callboard::main]
async fn main() -> Result<(), callboard::AskError> {
    let counter = callboard::spawn(Counter { n: 0 });
    counter.add("a");
    let got: i64 = counter.get().await?;
    let fine: i64 = counter.fine().await?;
    drop(CounterMsg::Add { name: "b" });
    assert_eq!(got, fine);
    Ok(())
}
