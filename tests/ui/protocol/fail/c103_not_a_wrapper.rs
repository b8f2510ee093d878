use callboard::{actor, handlers};

pub struct Timing;

#[actor(wrap(Timing))]
pub struct Savings;

#[handlers]
impl Savings {
    #[tell]
    pub fn deposit(&mut self) {}
}

fn main() {}
