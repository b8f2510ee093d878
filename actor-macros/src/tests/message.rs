#[derive(Message)]
#[message(crate = my::callboard)]
pub enum Transfer<T: Send + 'static> {
    Chunk { seq: u64, data: Vec<T> },
    Abort(String),
    #[cfg(feature = "pause")]
    Pause,
}
