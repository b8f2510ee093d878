use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[after("1s", since = mesage)]
    fn quiet(&mut self) {}

    #[after("1s", since = "start")]
    fn late(&mut self) {}
}

fn main() {}
