//! A probe stands in for an actor, and `expect!` waits for what it gets.

use std::time::Duration;

use callboard::prelude::*;
use callboard::testing::{Probe, Sim};
use callboard::{expect, protocol};

/// Keeps money.
#[protocol]
pub(crate) trait Account {
    #[tell]
    fn deposit(&mut self, amount: u64, note: String);

    #[ask]
    fn balance(&self) -> u64;
}

/// Moves what is above 100 elsewhere.
#[actor]
struct Saver {
    from: ActorRef<dyn Account>,
    to: ActorRef<dyn Account>,
}

#[handlers]
impl Saver {
    #[every("1s")]
    async fn save(&mut self) -> Result<(), AskError> {
        let balance = self.from.balance().await?;
        if balance > 100 {
            self.to.deposit(balance - 100, "saved".to_owned());
        }
        Ok(())
    }
}

async fn saver(sim: &Sim) -> [Probe<AccountMsg>; 2] {
    let system = sim.node(0).system();
    let from = Probe::<AccountMsg>::start(&system, 0).await.expect("it starts");
    let to = Probe::<AccountMsg>::start(&system, 1).await.expect("it starts");
    let ends = (from.actor().as_dyn(), to.actor().as_dyn());
    let made = system.spawn_on(0, move || Saver { from: ends.0, to: ends.1 }).await;
    made.expect("it starts");
    [from, to]
}

#[callboard::test]
async fn what_a_probe_gets_is_expected_by_kind_and_condition(sim: Sim) {
    let [from, to] = saver(&sim).await;
    for balance in [150, 30, 107] {
        let reply = expect!(from: AccountMsg, Balance { reply }, within "2s");
        reply.answer(balance);
    }
    // The younger of two first; what is not expected waits.
    sim.sleep(Duration::from_secs(1)).await;
    let (amount, note) = expect!(to: AccountMsg, Deposit { amount, note } if *amount < 10);
    assert_eq!((amount, &*note, to.unexpected()), (7, "saved", 1));
    assert_eq!(expect!(to: AccountMsg, Deposit { amount }), 50);
}

#[callboard::test]
#[should_panic(expected = "`Balance` did not come within 250ms; what came: Deposit")]
async fn what_does_not_come_is_told_with_what_did(sim: Sim) {
    let [from, to] = saver(&sim).await;
    expect!(from: AccountMsg, Balance { reply }, within "5s").answer(101);
    sim.sleep(Duration::from_millis(500)).await;
    expect!(to: AccountMsg, Balance, within "250ms");
}
