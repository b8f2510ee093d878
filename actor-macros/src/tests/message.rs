#[derive(Message)]
#[message(crate = my::callboard)]
pub enum Transfer<T: Send + 'static> {
    /// A part of the file.
    Chunk { seq: u64, data: Vec<T> },
    Abort(String),
    Window(u32, u32),
    Have { from: u64, reply: Reply<u64> },
    Loop(Reply<T>),
    #[cfg(feature = "pause")]
    Pause,
}
