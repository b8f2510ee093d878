#[handlers(clone)]
impl Worker {
    #[tell]
    fn job(&mut self, user: u64) {}
}

#[supervisor]
pub struct Works {
    config: Config,
    #[dynamic(start = |desk: u32| Teller::new(desk))]
    tellers: Dynamic<Teller>,
    #[child(
        pool = 4,
        route = hash(|message: &WorkerMsg| message.user()),
        start = Worker::open(&config.path, tellers).await?,
        intensity(max = 9, within = "60s"),
        shutdown = "10s",
        restart = transient,
        shard = 1
    )]
    workers: Pool<Worker>,
    #[child(pool = 2)]
    spare: Pool<Worker>,
    #[child(start = Log::of(workers), shutdown = brutal)]
    log: Log,
}
