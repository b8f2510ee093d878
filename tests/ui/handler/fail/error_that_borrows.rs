use callboard::prelude::*;

#[actor]
struct Till {
    note: String,
}

#[handlers]
impl Till {
    #[tell]
    fn count(&mut self, coins: u64) -> Result<(), &str> {
        if coins > 0 { Ok(()) } else { Err(&self.note) }
    }

    #[start]
    fn open(&mut self) -> Result<(), std::borrow::Cow<'_, str>> {
        Ok(())
    }

    #[every("1s")]
    fn watch(&mut self) -> Result<(), &'static str> {
        Err("left alone")
    }
}

fn main() {}
