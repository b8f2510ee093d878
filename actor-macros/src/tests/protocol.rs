/// Money in, money out.
#[protocol]
pub trait Account {
    /// Puts money in.
    #[tell]
    fn deposit(&mut self, amount: u64);

    #[ask]
    async fn withdraw(&mut self, amount: u64) -> Result<u64, Short>;

    /// What is there.
    #[ask]
    fn balance(&self) -> u64 {
        0
    }

    #[ask]
    fn settle(&mut self, cx: &mut Context<Self>, with: ActorRef<dyn Ledger>, reply: Reply<u64>);
}
