#[supervisor(strategy = rest_for_one, intensity(max = 5, within = "10s"))]
pub struct Bank {
    config: Config,
    #[child(start = AuditLog::open(&config.path).await?, shutdown = "10s")]
    log: AuditLog,
    /// Where the money lies.
    #[child(start = Savings::new(log), restart = transient, backoff("50ms"..="5s"))]
    pub house: Savings,
    #[child(start = Metrics::start_spec(format!("{config}")), shutdown = infinite)]
    metrics: Metrics,
    #[callboard::child]
    cache: Cache,
    #[dynamic(start = |desk: u32| Teller::new(desk, log), max = 10_000, intensity(max = 9, within = "1m"))]
    tellers: Dynamic<Teller>,
    #[dynamic(start = || Guest::new(tellers), restart = temporary, shard = 1)]
    guests: callboard::Dynamic<Guest>,
}

#[supervisor(auto_shutdown = any, path = "/svc/lone", abort_ok, crate = my::callboard)]
struct Lone {
    #[child(start = Solo::new(Self::LEVEL), restart = temporary, significant, shutdown = brutal)]
    solo: Solo,
}
