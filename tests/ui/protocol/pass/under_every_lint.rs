//! Protocols, who speaks them and what wraps them are clean under the strictest lints of a user's crate.

#![forbid(unsafe_code, missing_docs, unused_qualifications)]
#![deny(warnings, missing_debug_implementations, unreachable_pub, unnameable_types)]
#![deny(rust_2018_idioms, single_use_lifetimes, unused_lifetimes)]
#![deny(
    let_underscore_drop,
    unit_bindings,
    unused_results,
    trivial_casts,
    explicit_outlives_requirements
)]
#![deny(clippy::all, clippy::pedantic, clippy::allow_attributes_without_reason)]
#![deny(clippy::unwrap_used, clippy::todo)]

use callboard::{
    Actor, ActorRef, AskError, Call, Context, Message, Reply, Speaks, Wrap, actor, handlers, protocol,
};

/// Why there is no money.
#[derive(Debug)]
pub struct Short(pub u64);

/// Money in, money out.
#[protocol]
pub trait Account {
    /// Puts money in.
    #[tell]
    fn deposit(&mut self, amount: u64);

    /// Takes money out.
    #[ask]
    async fn withdraw(&mut self, amount: u64) -> Result<u64, Short>;

    /// What is there.
    #[ask]
    fn balance(&self) -> u64 {
        0
    }

    /// Who asks is answered when there is enough.
    #[ask]
    fn wait_for(&mut self, cx: &mut Context<Self>, amount: u64, reply: Reply<u64>);

    /// Gives another what is here.
    #[callboard::tell]
    fn give(&mut self, to: ActorRef<dyn Account>);

    /// Not any more.
    #[deprecated = "nobody calls"]
    #[tell]
    fn call(&mut self);
}

/// Seen by nobody outside.
#[protocol]
trait Secret {
    #[ask]
    fn word(&self) -> String;
}

pub mod audit {
    //! Elsewhere.

    /// Changes are counted.
    #[callboard::protocol]
    pub trait Audited {
        /// How many there were.
        #[ask]
        fn changes(&self) -> u64;
    }
}

/// Nothing is seen.
#[derive(Debug)]
pub struct Silent;

impl Wrap for Silent {
    fn before(_call: Call) -> Self {
        Self
    }
}

/// Counts for each message.
#[derive(Debug)]
pub struct Timed<const LIMIT: u64>(u64);

impl<const LIMIT: u64> Wrap for Timed<LIMIT> {
    fn before(call: Call) -> Self {
        Self(call.message().len() as u64)
    }

    fn after(&mut self, call: Call) {
        assert!(self.0 < LIMIT, "{call:?} of {}", call.actor());
    }
}

/// An account.
#[actor(speaks(Account, audit::Audited), wrap(Silent, Timed<100>))]
#[derive(Debug, Default)]
pub struct Savings {
    cents: u64,
}

#[handlers]
impl Savings {
    /// Moves money.
    #[ask]
    pub async fn move_to(&mut self, to: ActorRef<dyn Account>, amount: u64) -> Result<u64, AskError> {
        to.deposit(amount);
        to.balance().await
    }
}

#[handlers]
impl Account for Savings {
    fn deposit(&mut self, amount: u64) {
        self.cents += amount;
    }

    async fn withdraw(&mut self, amount: u64) -> Result<u64, Short> {
        self.cents = std::future::ready(self.cents.checked_sub(amount)).await.ok_or(Short(amount))?;
        Ok(self.cents)
    }

    fn balance(&self) -> u64 {
        self.cents
    }

    fn wait_for(&mut self, _cx: &mut Context<Self>, _amount: u64, reply: Reply<u64>) {
        reply.answer(self.cents);
    }

    fn give(&mut self, to: ActorRef<dyn Account>) {
        to.deposit(self.cents);
    }

    fn call(&mut self) {}
}

#[handlers]
impl audit::Audited for Savings {
    fn changes(&self) -> u64 {
        self.cents
    }
}

/// Of any type.
#[actor(speaks(audit::Audited), wrap(Silent))]
#[derive(Debug)]
pub struct Store<T: Send + 'static, const N: usize>([T; N]);

#[handlers]
impl<T: Send + 'static, const N: usize> Store<T, N> {
    /// Another value.
    #[tell]
    pub fn put(&mut self, at: usize, value: T) {
        self.0[at] = value;
    }
}

#[handlers]
impl<T: Send + 'static, const N: usize> audit::Audited for Store<T, N> {
    fn changes(&self) -> u64 {
        N as u64
    }
}

#[actor(speaks(Secret))]
struct Spy;

#[handlers]
impl Spy {}

#[handlers]
impl Secret for Spy {
    fn word(&self) -> String {
        String::new()
    }
}

fn is_account<A: Actor + Speaks<dyn Account>>(actor: ActorRef<A>) -> ActorRef<dyn Account> {
    actor.as_dyn()
}

#[callboard::main(shards = 1)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (one, two) = (callboard::spawn(Savings::default()), callboard::spawn(Savings::default()));
    let account = is_account(two);
    assert_eq!(one.move_to(account, 5).await??, 5);
    account.give(one);
    assert_eq!(account.balance().await?, 5);
    assert_eq!(one.balance().await?, 5);
    assert_eq!(callboard::spawn(Store([0_u8; 4])).changes().await?, 4);
    assert_eq!(callboard::spawn(Spy).word().await?, "");
    assert_eq!(AccountMsg::Deposit { amount: 1 }.name(), "Deposit");
    Ok(())
}
