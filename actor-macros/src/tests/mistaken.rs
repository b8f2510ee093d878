#[actor(slise = 3)]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn add(&mut self, name: &str, on: impl Display) {}

    #[ask]
    pub fn put<T>(&mut self, values: Vec<T>, other: ActorRef<Self>) -> T {
        values.into_iter().next().unwrap()
    }

    #[start]
    fn open(&mut self, path: PathBuf) {}
}
