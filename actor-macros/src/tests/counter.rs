#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    /// Adds `by`.
    #[tell]
    pub fn inc(&mut self, by: i64) {
        self.n += by;
    }

    /// How many there are.
    #[ask]
    pub fn get(&self) -> i64 {
        self.n
    }
}
