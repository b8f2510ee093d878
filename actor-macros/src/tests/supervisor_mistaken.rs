#[supervisor(strategy = all_for_one)]
pub struct Bank {
    config: Config,
    #[child(start = AuditLog::new(house, config), restrat = transient)]
    log: AuditLog,
    #[child(start = Savings::new(log))]
    house: Savings,
    #[dynamic(start = Teller::new(log))]
    tellers: Teller,
}
