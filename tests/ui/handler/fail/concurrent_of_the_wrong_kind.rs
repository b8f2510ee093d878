use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[ask(concurrent = 8)]
    pub fn plain(&self) -> i64 {
        self.n
    }

    #[ask(concurrent)]
    pub async fn unsaid(&self) -> i64 {
        self.n
    }

    #[ask(concurrent = 0)]
    pub async fn none(&self) -> i64 {
        self.n
    }

    #[ask(concurent = 2)]
    pub async fn mistyped(&self) -> i64 {
        self.n
    }
}

fn main() {}
