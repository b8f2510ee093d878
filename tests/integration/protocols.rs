//! A protocol is messages that several actors take: through a reference to any of them, or to the protocol itself.

use std::time::Duration;

use callboard::{
    ActorRef, Address, AskError, Context, DeadReason, ExitReason, LookupError, RegisterError,
    Reply, TellError, actor, handlers, protocol,
};

use crate::check::{Log, ask_from, everywhere, on_shards, put, real};

const SECOND: Duration = Duration::from_secs(1);

#[protocol]
trait Account {
    #[tell]
    fn deposit(&mut self, cents: u64);

    #[ask]
    async fn withdraw(&mut self, cents: u64) -> Result<u64, String>;

    #[ask]
    fn balance(&self) -> u64;

    /// Whether it is a good customer's.
    #[ask]
    fn is_rich(&self) -> bool {
        false
    }

    #[ask]
    fn whose(&mut self, cx: &mut Context<Self>) -> Address {
        cx.me().address()
    }

    #[ask]
    fn wait_for(&mut self, cents: u64, reply: Reply<u64>);

    #[tell(keep)]
    fn fail(&mut self, note: String) {
        panic!("{note}");
    }
}

#[protocol]
trait Audited {
    #[ask]
    fn changes(&self) -> u64;
}

/// Has handlers of its own beside the protocols, none of them `async`.
#[actor(speaks(Account, Audited), ask_timeout = "1s")]
#[derive(Default)]
struct Savings {
    cents: u64,
    changes: u64,
    waiting: Vec<(u64, Reply<u64>)>,
}

impl Savings {
    fn change(&mut self, cents: u64) {
        self.cents = cents;
        self.changes += 1;
        for (_, reply) in self.waiting.extract_if(.., |(least, _)| *least <= cents) {
            reply.answer(cents);
        }
    }
}

#[handlers]
impl Savings {
    #[tell]
    fn multiply(&mut self, by: u64) {
        self.change(self.cents * by);
    }

    #[ask]
    fn spawn_loan(&mut self, cx: &mut Context<Self>) -> ActorRef<dyn Account> {
        cx.spawn(Loan { owed: 100, gate: None }).as_dyn()
    }
}

/// An impl may stand in any module.
mod elsewhere {
    use super::{Account, Reply, Savings, handlers};

    #[handlers]
    impl Account for Savings {
        fn deposit(&mut self, cents: u64) {
            self.change(self.cents + cents);
        }

        async fn withdraw(&mut self, cents: u64) -> Result<u64, String> {
            tokio::task::yield_now().await;
            let left = self.cents.checked_sub(cents).ok_or_else(|| "short".to_owned())?;
            self.change(left);
            Ok(left)
        }

        fn balance(&self) -> u64 {
            self.cents
        }

        fn wait_for(&mut self, cents: u64, reply: Reply<u64>) {
            self.waiting.push((cents, reply));
        }
    }
}

#[handlers]
impl Audited for Savings {
    fn changes(&self) -> u64 {
        self.changes
    }
}

/// Takes its time when it is told to, and has room for two.
#[actor(speaks(Account), mailbox(capacity = 2))]
struct Loan {
    owed: u64,
    gate: Option<tokio::sync::oneshot::Receiver<()>>,
}

#[handlers]
impl Loan {
    #[tell]
    async fn hold(&mut self) {
        if let Some(gate) = self.gate.take() {
            // It may be dropped.
            let _ = gate.await;
        }
    }
}

#[handlers]
impl Account for Loan {
    fn deposit(&mut self, cents: u64) {
        self.owed -= cents;
    }

    async fn withdraw(&mut self, cents: u64) -> Result<u64, String> {
        self.owed += cents;
        Ok(self.owed)
    }

    fn balance(&self) -> u64 {
        self.owed
    }

    fn is_rich(&self) -> bool {
        self.owed == 0
    }

    fn wait_for(&mut self, _cents: u64, reply: Reply<u64>) {
        reply.answer(self.owed);
    }
}

/// Speaks it with a state of any type.
#[actor(speaks(Audited))]
struct Store<T: Send + 'static>(Vec<T>);

#[handlers]
impl<T: Send + 'static> Store<T> {
    #[tell]
    fn put(&mut self, value: T) {
        self.0.push(value);
    }
}

#[handlers]
impl<T: Send + 'static> Audited for Store<T> {
    fn changes(&self) -> u64 {
        self.0.len() as u64
    }
}

/// Gives money to accounts, whatever they are.
#[actor]
struct Bank;

#[handlers]
impl Bank {
    #[ask]
    async fn pay(&mut self, to: ActorRef<dyn Account>, cents: u64) -> Result<u64, AskError> {
        to.deposit(cents);
        to.balance().await
    }
}

#[test]
fn y1_messages_of_a_protocol_are_taken_through_every_reference() {
    everywhere(|world| {
        let savings = world.spawn(1, Savings::default);
        let account: ActorRef<dyn Account> = savings.as_dyn();
        savings.deposit(5);
        account.deposit(5);
        savings.multiply(2);
        assert_eq!(world.ask(savings.balance()), Ok(20));
        assert_eq!(world.ask(account.withdraw(1)), Ok(Ok(19)));
        assert_eq!(world.ask(savings.withdraw(100)), Ok(Err("short".to_owned())));
        assert_eq!(world.ask(account.is_rich()), Ok(false), "the default body");
        assert_eq!(world.ask(account.whose()), Ok(savings.address()));
        assert_eq!(world.ask(savings.changes()), Ok(4));
        account.tell(AccountMsg::Deposit { cents: 1 });
        savings.tell(AccountMsg::Deposit { cents: 1 });
        assert_eq!(account.try_tell(AccountMsg::Deposit { cents: 1 }).ok(), Some(()));
        assert_eq!(savings.try_tell(AccountMsg::Deposit { cents: 1 }).ok(), Some(()));
        let permit = world.run(0, move || savings.reserve()).expect("it has no bound");
        permit.send(AccountMsg::Deposit { cents: 1 });
        let permit = world.run(0, move || account.reserve()).expect("it has no bound");
        permit.send(AccountMsg::Deposit { cents: 1 });
        assert_eq!(world.ask(account.balance()), Ok(25));
        let report = world.end();
        assert_eq!((report.handled, report.dead_letters.total()), (16, 0));
    });
}

#[test]
fn y1_a_parameter_takes_any_reference_that_speaks() {
    everywhere(|world| {
        let bank = world.spawn(0, || Bank);
        let (savings, loan) =
            (world.spawn(1, Savings::default), world.spawn(2, || Loan { owed: 9, gate: None }));
        assert_eq!(world.ask(bank.pay(savings, 5)), Ok(Ok(5)));
        assert_eq!(world.ask(bank.pay(savings.as_dyn::<dyn Account>(), 5)), Ok(Ok(10)));
        assert_eq!(world.ask(bank.pay(loan, 9)), Ok(Ok(0)));
        assert_eq!(world.ask(loan.is_rich()), Ok(true));
        let spawned = world.ask(savings.spawn_loan()).expect("it lives");
        assert_eq!(world.ask(spawned.balance()), Ok(100));
        assert_eq!(world.end().dead_letters.total(), 0);
    });
}

#[test]
fn d4_messages_of_a_protocol_and_an_actors_own_keep_one_order() {
    on_shards(|simulator| {
        let savings = put(&simulator, 3, Savings::default);
        let account: ActorRef<dyn Account> = savings.as_dyn();
        let mut cents = 0_u64;
        // Over its slice, so that what is left waits in its backlog.
        simulator.enter(0, || {
            for number in 0..300 {
                account.deposit(number);
                savings.multiply(3);
                cents = (cents + number).wrapping_mul(3) % (1 << 40);
                if cents > 1 << 30 {
                    savings.multiply(0);
                    cents = 0;
                }
            }
        });
        assert_eq!(ask_from(&simulator, 0, savings.balance()), Ok(cents));
    });
}

#[test]
fn m2_messages_of_a_protocol_wait_and_find_no_place_as_an_actors_own() {
    on_shards(|simulator| {
        let (open, gate) = tokio::sync::oneshot::channel();
        let loan = put(&simulator, 0, move || Loan { owed: 100, gate: Some(gate) });
        let account: ActorRef<dyn Account> = loan.as_dyn();
        loan.hold();
        simulator.run();
        let deposit = || account.try_tell(AccountMsg::Deposit { cents: 1 });
        assert!(simulator.enter(0, deposit).is_ok());
        account.deposit(1);
        simulator.run();
        let refused = simulator.enter(0, deposit);
        assert!(matches!(refused, Err(TellError::Full(AccountMsg::Deposit { cents: 1 }))));
        assert_eq!(ask_from(&simulator, 0, account.balance()), Err(AskError::Full));
        let reserved = simulator.start(0, move || account.reserve());
        simulator.run();
        assert!(reserved.take().is_none(), "nobody has left");
        assert!(open.send(()).is_ok());
        simulator.run();
        let permit = reserved.take().and_then(Result::ok).expect("there is room");
        permit.send(AccountMsg::Deposit { cents: 1 });
        assert_eq!(ask_from(&simulator, 0, loan.balance()), Ok(97));
    });
}

#[test]
fn y2_a_forged_reference_makes_dead_letters_and_never_another_message() {
    everywhere(|world| {
        let log = world.spawn(1, Log::default);
        let savings = world.spawn(1, Savings::default);
        let store = world.spawn(1, || Store(vec![1_u8]));
        // What is sent to who does not speak it.
        let account = ActorRef::<dyn Account>::from_address(log.address());
        account.deposit(1);
        assert_eq!(world.ask(account.balance()), Err(AskError::NoProc));
        assert_eq!(world.ask(account.withdraw(1)), Err(AskError::NoProc));
        // To who speaks another protocol.
        let account = ActorRef::<dyn Account>::from_address(store.address());
        account.deposit(1);
        assert_eq!(world.ask(account.balance()), Err(AskError::NoProc));
        // To another actor, which speaks the same.
        let loan = ActorRef::<Loan>::from_address(savings.address());
        loan.hold();
        assert_eq!(world.ask(loan.balance()), Ok(0), "the protocol is spoken there");
        // And to one whose state is of another type.
        let other = ActorRef::<Store<String>>::from_address(store.address());
        other.put("text".to_owned());
        assert_eq!(world.ask(other.changes()), Ok(1));
        assert_eq!(world.ask(store.changes()), Ok(1));
        let report = world.end();
        assert_eq!(report.dead_letters.of(DeadReason::NoProc), 7);
        assert_eq!(report.dead_letters.total(), 7);
    });
}

#[test]
fn y3_an_ask_waits_as_long_as_the_type_of_its_reference_says() {
    on_shards(|simulator| {
        let savings = put(&simulator, 1, Savings::default);
        let account: ActorRef<dyn Account> = savings.as_dyn();
        let own = simulator.start(0, move || savings.wait_for(1));
        let any = simulator.start(0, move || account.wait_for(1));
        let said = simulator.start(0, move || account.wait_for(1).timeout(SECOND / 2));
        simulator.advance(SECOND / 2);
        assert_eq!(said.take(), Some(Err(AskError::Timeout)));
        assert!(own.take().is_none());
        simulator.advance(SECOND / 2);
        assert_eq!(own.take(), Some(Err(AskError::Timeout)), "the actor says 1 s");
        simulator.advance(SECOND * 3);
        assert!(any.take().is_none());
        simulator.advance(SECOND);
        assert_eq!(any.take(), Some(Err(AskError::Timeout)), "a protocol says 5 s");
    });
}

#[test]
fn y4_the_way_back_is_asked_of_the_actors_shard() {
    everywhere(|world| {
        let savings = world.spawn(1, Savings::default);
        let account: ActorRef<dyn Account> = savings.as_dyn();
        world.run(0, move || async move {
            assert_eq!(account.downcast::<Savings>().await, Some(savings));
            assert_eq!(account.downcast::<Loan>().await, None);
            assert_eq!(account.downcast::<Store<u8>>().await, None);
            let audited = account.downcast::<dyn Audited>().await.expect("it speaks that");
            assert_eq!(audited.changes().await, Ok(0));
            assert_eq!(savings.downcast::<dyn Account>().await, Some(account));
            savings.stop();
            savings.wait().await;
            assert_eq!(account.downcast::<Savings>().await, None, "it has ended");
        });
        world.end();
    });
}

#[test]
fn y1_a_crash_in_a_protocols_handler_is_one_of_the_actor() {
    everywhere(|world| {
        let savings = world.spawn(1, Savings::default);
        let account: ActorRef<dyn Account> = savings.as_dyn();
        account.fail("as told".to_owned());
        assert!(world.ask(account.balance()).is_err());
        assert!(!world.run(0, move || account.is_alive()));
        let report = world.end();
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 1);
    });
}

#[test]
fn y1_what_every_reference_can_do_a_protocols_can() {
    everywhere(|world| {
        let (savings, other) = (world.spawn(1, Savings::default), world.spawn(1, Savings::default));
        let (account, killed): (ActorRef<dyn Account>, ActorRef<dyn Account>) =
            (savings.as_dyn(), other.as_dyn());
        assert_eq!(format!("{account:?}"), format!("Account@{}", savings.address()));
        assert!(world.run(0, move || account.is_alive()));
        account.deposit(1);
        let drained = world.run(0, move || account.drain(SECOND * 60));
        assert_eq!((drained.left, drained.reason.is_normal()), (0, true));
        killed.kill();
        let why = world.run(0, move || killed.wait());
        assert!(matches!(why, ExitReason::Killed | ExitReason::NoProc), "{why:?}");
        world.end();
    });
}

#[test]
fn y5_a_name_finds_who_was_registered_as_a_protocol() {
    everywhere(|world| {
        let (savings, log) = (world.spawn(1, Savings::default), world.spawn(1, Log::default));
        let account: ActorRef<dyn Account> = savings.as_dyn();
        let system = world.system();
        let forged = ActorRef::<dyn Account>::from_address(log.address());
        let registered = system.register("/svc/account", account);
        assert_eq!(world.run(0, move || registered), Ok(()));
        let refused = system.register("/svc/log", forged);
        assert_eq!(world.run(0, move || refused), Err(RegisterError::NoProc));
        assert_eq!(system.lookup::<dyn Account>("/svc/account"), Ok(account));
        let wrong = system.lookup::<dyn Audited>("/svc/account");
        assert!(matches!(wrong, Err(LookupError::OtherType { .. })));
        world.end();
    });
}

#[test]
fn an_ask_to_an_actor_on_no_shard_of_a_system_is_answered_by_a_thread() {
    let system = real(2);
    let savings = system.spawn_on(1, Savings::default).wait().expect("no start hook");
    let account: ActorRef<dyn Account> = savings.as_dyn();
    account.deposit(7);
    assert_eq!(account.withdraw(3).wait(), Ok(Ok(4)));
    assert_eq!(account.downcast::<Savings>().wait(), Some(savings));
    assert_eq!(system.stop(SECOND * 10).dead_letters.total(), 0);
}
