//! A protocol: one teller serves savings and loans alike, through `ActorRef<dyn Account>`.
//!
//! Run it with `cargo run --example bank`. It prints
//!
//! ```text
//! savings: 30
//! loan: 70 owed
//! nobody has 1000 here
//! ```
#![expect(clippy::print_stdout, reason = "an example prints what it found")]

use callboard::prelude::*;

/// Not enough money.
#[derive(Debug)]
struct Short;

#[protocol]
trait Account {
    #[tell]
    fn deposit(&mut self, amount: u32);

    #[ask]
    fn withdraw(&mut self, amount: u32) -> Result<(), Short>;

    #[ask]
    fn statement(&self) -> String;
}

/// Has what was paid in.
#[actor(speaks(Account))]
struct Savings(u32);

#[handlers]
impl Savings {}

#[handlers]
impl Account for Savings {
    fn deposit(&mut self, amount: u32) {
        self.0 += amount;
    }

    fn withdraw(&mut self, amount: u32) -> Result<(), Short> {
        self.0 = self.0.checked_sub(amount).ok_or(Short)?;
        Ok(())
    }

    fn statement(&self) -> String {
        format!("savings: {}", self.0)
    }
}

/// Owes what was paid out, and what is paid in is owed no more.
#[actor(speaks(Account))]
struct Loan {
    owed: u32,
}

#[handlers]
impl Loan {}

#[handlers]
impl Account for Loan {
    fn deposit(&mut self, amount: u32) {
        self.owed = self.owed.saturating_sub(amount);
    }

    fn withdraw(&mut self, _amount: u32) -> Result<(), Short> {
        Err(Short)
    }

    fn statement(&self) -> String {
        format!("loan: {} owed", self.owed)
    }
}

/// Moves money, whatever the accounts are.
#[actor]
struct Teller;

#[handlers]
impl Teller {
    #[ask]
    async fn transfer(
        &mut self,
        from: ActorRef<dyn Account>,
        to: ActorRef<dyn Account>,
        amount: u32,
    ) -> Result<bool, AskError> {
        let is_paid = from.withdraw(amount).await?.is_ok();
        if is_paid {
            to.deposit(amount);
        }
        Ok(is_paid)
    }
}

#[callboard::main(shards = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (teller, savings) = (spawn(Teller), spawn(Savings(60)));
    let loan = spawn_on(1, || Loan { owed: 100 }).await?;
    teller.transfer(savings, loan, 30).await??;
    let accounts: [ActorRef<dyn Account>; 2] = [savings.as_dyn(), loan.as_dyn()];
    for account in accounts {
        println!("{}", account.statement().await?);
    }
    if !teller.transfer(savings, loan, 1000).await?? {
        println!("nobody has 1000 here");
    }
    Ok(())
}
