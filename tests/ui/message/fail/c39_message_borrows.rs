use std::borrow::Cow;

use callboard::Message;

#[derive(Message)]
pub enum Transfer<'a> {
    Chunk { data: &'a str },
    Abort(&'a [u8]),
    Name(Cow<'a, str>),
}

fn main() {}
