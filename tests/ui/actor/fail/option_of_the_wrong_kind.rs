use callboard::{actor, handlers};

#[actor(slice = "many", crate = 3)]
pub struct Counter;

#[handlers]
impl Counter {
    #[tell = "x"]
    pub fn inc(&mut self) {}
}

#[actor(slice = 0, slice = 4)]
pub struct Other;

#[handlers]
impl Other {}

#[actor(slice = , ask_timeout = )]
pub struct Third;

#[handlers]
impl Third {}

#[actor(slice = 1_048_576)]
pub struct Fourth;

#[handlers]
impl Fourth {}

#[callboard::main(shards)]
async fn main() {}
