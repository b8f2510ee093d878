#[protocol]
trait Account: Clone {
    type Currency;

    #[tell]
    fn deposit(&mut self, amount: Self::Currency);

    fn report(&self);
}
