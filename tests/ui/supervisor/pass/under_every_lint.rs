//! Expansions are clean under the strictest lints of a user's crate.

#![forbid(unsafe_code, missing_docs, unused_qualifications)]
#![deny(warnings, missing_debug_implementations, unreachable_pub, unnameable_types)]
#![deny(rust_2018_idioms, single_use_lifetimes, unused_lifetimes)]
#![deny(
    let_underscore_drop,
    unit_bindings,
    unused_results,
    trivial_casts,
    trivial_numeric_casts,
    explicit_outlives_requirements
)]
#![deny(clippy::all, clippy::pedantic, clippy::allow_attributes_without_reason)]
#![deny(clippy::unwrap_used, clippy::todo)]

use callboard::{
    ActorRef, Context, Dynamic, ExitReason, StartError, SupervisorSpec, System, actor,
    handlers, supervisor,
};

/// What the children share.
#[derive(Clone, Debug, Default)]
pub struct Config {
    path: String,
}

/// Writes down what happens.
#[actor(mailbox(capacity = 8, on_restart = drop))]
#[derive(Debug)]
pub struct AuditLog {
    path: String,
}

impl AuditLog {
    async fn open(path: &str) -> Result<Self, std::io::Error> {
        let path = std::future::ready(path.to_owned()).await;
        Ok(Self { path })
    }
}

#[handlers]
impl AuditLog {
    /// Where it writes.
    #[ask]
    pub fn path(&self) -> String {
        self.path.clone()
    }

    #[restart]
    fn burn(&mut self, _cx: &mut Context<Self>, why: &ExitReason) {
        self.path = why.to_string();
    }
}

/// Has money.
#[actor(mailbox(on_restart = keep))]
#[derive(Debug)]
pub struct Savings {
    log: ActorRef<AuditLog>,
}

#[handlers]
impl Savings {
    /// Where it is told.
    #[ask]
    pub fn log(&self) -> ActorRef<AuditLog> {
        self.log
    }

    #[restart]
    fn burn(&mut self) {
        self.log.stop();
    }
}

/// Remembers.
#[actor]
#[derive(Debug, Default)]
pub struct Cache {}

#[handlers]
impl Cache {}

/// Serves people.
#[actor]
#[derive(Debug)]
pub struct Teller {
    desk: u32,
    log: Option<ActorRef<AuditLog>>,
}

#[handlers]
impl Teller {
    /// Which desk it has, and whether that is watched.
    #[ask]
    pub fn desk(&self) -> (u32, bool) {
        (self.desk, self.log.is_some())
    }
}

/// What is counted.
#[supervisor]
#[derive(Debug)]
pub struct Metrics {
    #[child]
    cache: Cache,
}

/// Keeps all of a bank.
#[supervisor(strategy = rest_for_one, intensity(max = 5, within = "10s"), auto_shutdown = all)]
#[derive(Debug)]
pub struct Bank {
    config: Config,
    /// The number of the first desk.
    pub first: u32,
    #[child(start = AuditLog::open(&config.path).await?, shutdown = "10s")]
    log: AuditLog,
    /// Where the money lies.
    #[child(start = Savings { log }, restart = transient, backoff("50ms"..="5s"), significant)]
    pub house: Savings,
    #[child(start = Metrics::start_spec(), shutdown = infinite)]
    metrics: Metrics,
    #[child]
    #[cfg(all())]
    pub(crate) cache: Cache,
    #[callboard::child(shutdown = brutal, shard = 0, restart = temporary)]
    #[cfg(any())]
    other: Cache,
    #[dynamic(
        start = |desk: u32| Teller { desk: desk + first, log: Some(log) },
        max = 10_000,
        intensity(max = 10, within = "1s"),
    )]
    tellers: Dynamic<Teller>,
    #[dynamic(start = |a: u32, (b, _): (u32, Box<u8>)| {
        let desk = a + b + Self::LAST;
        Teller { desk, log: None }
    }, restart = temporary)]
    guests: callboard::Dynamic<Teller>,
    #[dynamic]
    caches: Dynamic<Cache>,
}

impl Bank {
    const LAST: u32 = 9;
}

/// Seen by nobody outside.
#[supervisor(abort_ok)]
struct Small {
    #[child(start = Teller { desk: format!("{type}{type:?}").len().try_into()?, log: None })]
    r#move: Teller,
    #[child(start = if r#type { one(r#move).await } else { Err("no")? })]
    second: Teller,
    r#type: bool,
}

async fn one(_: ActorRef<Teller>) -> Teller {
    let desk = std::future::ready(1).await;
    Teller { desk, log: None }
}

/// Any name will do.
mod inner {
    pub(super) use super::Cache;

    #[super::supervisor(strategy = one_for_one, auto_shutdown = any)]
    pub(super) struct Hidden {
        #[child(restart = temporary, significant)]
        pub(super) spec: Cache,
        #[child(start = { drop(format!("{spec:?}{}", given)); Cache {} })]
        start: Cache,
        given: u8,
    }
}

/// A name that the macro uses, too.
#[supervisor]
struct Spec {
    #[child]
    siblings: Cache,
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let config = Config { path: "here".to_owned() };
    let bank: BankTree = Bank::start(config.clone(), 1).await?;
    println!("{}", bank.log().path().await?);
    println!("{}", bank.house().log().await? == bank.log());
    let teller = bank.tellers().start(7).await?;
    println!("{:?}", teller.desk().await?);
    let guest = bank.guests().start(7, (8, Box::new(1))).await?;
    println!("{:?}", guest.desk().await?);
    let cache: ActorRef<Cache> = bank.caches().start().await?;
    println!("{:?} {:?} {:?}", cache, bank.cache(), bank.metrics().count().await?);
    println!("{bank:?} {:?}", bank.children().await?);
    let spec: SupervisorSpec<Bank> = Bank::start_spec(config, 1);
    println!("{spec:?}");
    let again = BankTree::from(spec.start().await?);
    again.stop();
    println!("{}", Small::start(true).await.is_ok());
    println!("{}", inner::Hidden::start(1).await?.spec().is_alive().await);
    Ok(())
}

fn main() -> Result<(), StartError> {
    let system = System::builder().shards(1).pin(false).start()?;
    let spec = system.spawn_on(0, Cache::default).wait();
    println!("{} {}", spec.is_ok(), size_of_val(&run()) + size_of_val(&Spec::start()));
    println!("{:?}", system.stop(std::time::Duration::from_secs(1)));
    Ok(())
}
