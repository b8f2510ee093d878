use callboard::{actor, handlers};

#[actor]
pub enum Light {
    Red,
    Green,
}

#[handlers]
impl Light {
    #[tell]
    pub fn next(&mut self) {
        *self = Self::Green;
    }
}

#[actor]
pub union Bits {
    whole: u8,
    signed: i8,
}

#[handlers]
impl Bits {}

fn main() {
    callboard::spawn(Light::Red).next();
}
