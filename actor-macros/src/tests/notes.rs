#[handlers]
#[cfg(unix)]
impl Counter {
    /// As [`Self::get`], in a hurry.
    #[tell]
    #[cfg(feature = "fast")]
    #[inline]
    pub fn race(&mut self, #[cfg(feature = "far")] far: u8, by: i64) {}

    /// Gives it.
    ///
    /// Twice.
    #[deprecated(since = "0.2.0", note = "ask for `all`")]
    #[ask]
    pub fn get(&self) -> i64 {
        0
    }

    #[start]
    #[cfg(feature = "fast")]
    fn open(&mut self) {}
}
