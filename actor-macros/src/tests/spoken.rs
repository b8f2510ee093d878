#[actor(speaks(Account, bank::Audit), wrap(Timing, metrics::Counted))]
pub struct Savings<T> {
    cents: T,
}

#[handlers]
impl<T: Send + 'static> Savings<T> {
    #[ask]
    pub async fn move_to(&mut self, to: ActorRef<dyn Account>, amount: T) -> Result<(), Short> {
        to.deposit(amount)
    }
}

#[handlers]
impl<T: Send + 'static> Account for Savings<T> {
    fn deposit(&mut self, amount: u64) {}
}
