use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

pub struct Sum(i64);

#[handlers]
impl Counter {
    #[every("1s")]
    fn tick(&mut self) -> i64 {
        self.n
    }

    #[every("1s")]
    fn sum(&mut self) -> Sum {
        Sum(self.n)
    }
}

fn main() {}
