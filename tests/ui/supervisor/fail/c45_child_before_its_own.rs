use callboard::prelude::*;

#[actor]
pub struct Savings {
    with: Option<ActorRef<Savings>>,
}

#[handlers]
impl Savings {}

#[supervisor]
pub struct Bank {
    #[child(start = Savings { with: Some(mover) })]
    house: Savings,
    #[child(start = Savings { with: Some(mover) })]
    mover: Savings,
}

fn main() {}
