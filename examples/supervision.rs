//! A supervision tree that heals: what fails is started again, and what waits for it is not lost.
//!
//! A bank keeps an audit log, desks that open and close, and a vault, which need the log. The supervisor is the struct
//! `Bank`: each field is a child. Its strategy is rest for one, so when the log fails, what was started after it is
//! started anew, too; when the vault fails, nobody else.
//!
//! Run it with `cargo run --example supervision`. It prints the tree, what happens to it, and a picture in the language
//! of Mermaid:
//!
//! ```text
//! Bank (rest for one)
//! ├─ log: AuditLog, running
//! ├─ desks (one for one)
//! │  └─ 0: Desk, running
//! └─ vault: Vault, running
//! ```
#![expect(clippy::print_stdout, reason = "an example talks to its user")]

use callboard::prelude::*;
use callboard::{Dynamic, Event, Events, SystemRef, Topic};

/// Numbers what it is told.
#[actor]
#[derive(Default)]
struct AuditLog {
    lines: u32,
}

#[handlers]
impl AuditLog {
    #[tell]
    fn write(&mut self, line: String) {
        self.lines += 1;
        println!("  log {}: {line}", self.lines);
    }

    #[ask]
    fn lines(&self) -> u32 {
        self.lines
    }
}

/// Has money, and no patience with odd sums.
#[actor]
struct Vault {
    coins: u32,
    log: ActorRef<AuditLog>,
}

#[handlers]
impl Vault {
    #[tell]
    fn take(&mut self, coins: u32) {
        assert!(coins < 1_000, "nobody has {coins} coins");
        self.coins += coins;
        self.log.write(format!("{coins} in, {} there", self.coins));
    }

    #[ask]
    fn coins(&self) -> u32 {
        self.coins
    }

    /// What was there is gone with the old state: somebody has to be told.
    #[restart]
    fn lose(&mut self) {
        self.log.write(format!("{} coins are lost", self.coins));
    }
}

/// Where people come.
#[actor]
struct Desk {
    number: u32,
    log: ActorRef<AuditLog>,
}

#[handlers]
impl Desk {
    #[ask]
    fn serve(&self, whom: String) {
        self.log.write(format!("{whom} at desk {}", self.number));
    }
}

#[supervisor(strategy = rest_for_one, intensity(max = 2, within = "10s"))]
struct Bank {
    coins: u32,
    #[child]
    log: AuditLog,
    #[dynamic(start = |number: u32| Desk { number, log })]
    desks: Dynamic<Desk>,
    #[child(start = Vault { coins, log })]
    vault: Vault,
}

#[callboard::main(shards = 1)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut events =
        SystemRef::current().events().only([Topic::ChildGaveUp, Topic::Panic, Topic::Restarted]);
    let bank = Bank::start(10).await?;
    let (ended, desk) = (bank.wait(), bank.desks().start(7).await?);
    println!("{}\n", bank.tree().await?);

    println!("the vault is given 5 coins, then a million, then 6");
    let vault = bank.vault();
    [5, 1_000_000, 6].into_iter().for_each(|coins| vault.take(coins));
    say(&mut events, 2).await;
    // The vault begins again with what it had at first, and with what still waits for it.
    println!(
        "the vault has {} coins, and the log {} lines",
        vault.coins().await?,
        bank.log().lines().await?
    );
    desk.serve("Ada".to_owned()).await?;
    bank.log().lines().await?;

    println!("\nthe log is killed, so all that was started after it is started anew");
    bank.log().kill();
    say(&mut events, 3).await;
    println!("{}\n", bank.tree().await?);

    println!("it was the second restart within ten seconds; the third is one too many");
    bank.vault().kill();
    say(&mut events, 1).await;
    println!("the bank has ended: {}", ended.await);
    Ok(())
}

/// Prints so many events.
async fn say(events: &mut Events, count: usize) {
    for _ in 0..count {
        match events.next().await {
            Some(Event::ChildGaveUp { child, reason, .. }) => {
                println!("{child}: {reason}, gave up");
            }
            Some(Event::Panic { panic, .. }) => println!("panic: {}", panic.text),
            Some(Event::Restarted { kind, reason, .. }) => {
                let name = kind.rsplit("::").next().unwrap_or(kind);
                println!("restarted: {name}, which ended with {}", first_words(&reason));
            }
            other => println!("{other:?}"),
        }
    }
}

/// A reason without the place of a panic, which is long.
fn first_words(reason: &ExitReason) -> String {
    match reason {
        ExitReason::Panic(_) => "a panic".to_owned(),
        reason => reason.to_string(),
    }
}
