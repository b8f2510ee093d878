#[message(crate = my::callboard)]
pub enum Transfer<T: Send + 'static> {
    Chunk { seq: u64, data: Vec<T> },
    Abort(String),
    #[cfg(feature = "pause")]
    Pause,
}
const _: () = {
    use my::callboard::__private as __rt;
    fn __fields<T: Send + 'static>(
        _: __rt::Field<u64>,
        _: __rt::Field<Vec<T>>,
        _: __rt::Field<String>,
    ) {}
    impl<T: Send + 'static> __rt::Message for Transfer<T> {
        const NAMES: &'static [&'static str] = &["Chunk", "Abort", "Pause"];
        fn tag(&self) -> usize {
            match *self {
                Self::Chunk { .. } => 0,
                Self::Abort { .. } => 1,
                #[cfg(feature = "pause")]
                Self::Pause { .. } => 2,
            }
        }
    }
};
