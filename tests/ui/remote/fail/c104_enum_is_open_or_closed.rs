use callboard::{UnknownVariant, Wire};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Wire)]
pub enum Event {
    Added,
}

#[derive(Wire)]
#[wire(closed)]
pub enum Both {
    Added,
    #[wire(other)]
    Other(UnknownVariant),
}

#[derive(Wire)]
pub enum Loses {
    Added,
    #[wire(other)]
    Other,
}

#[derive(Wire)]
pub enum Twice {
    #[wire(other)]
    Other(UnknownVariant),
    #[wire(other)]
    Another(UnknownVariant),
}

fn main() {}
