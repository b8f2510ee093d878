//! The macros write what a person could: an actor made by hand works like any other.

use std::sync::mpsc;

use callboard::__private as rt;
use callboard::{
    Actor, ActorRef, Address, Ask, AskError, Context, ExitReason, Reply, actor, handlers,
};

use crate::check::{World, everywhere};

/// Counts, without a macro.
struct Counter {
    n: i64,
    ended: mpsc::Sender<String>,
}

enum CounterMsg {
    Inc { by: i64 },
    Get { reply: Reply<i64> },
    Twice { reply: Reply<i64> },
}

#[derive(Clone, Copy)]
struct CounterApi(Address);

impl rt::Message for CounterMsg {
    const NAMES: &'static [&'static str] = &["Inc", "Get", "Twice"];

    fn tag(&self) -> usize {
        match self {
            Self::Inc { .. } => 0,
            Self::Get { .. } => 1,
            Self::Twice { .. } => 2,
        }
    }
}

impl rt::Api for CounterApi {
    type Of = Counter;

    fn at(address: Address) -> Self {
        Self(address)
    }

    fn address(&self) -> Address {
        self.0
    }
}

impl CounterApi {
    fn inc(&self, by: i64) {
        rt::tell::<Counter>(self, CounterMsg::Inc { by });
    }

    fn get(&self) -> Ask<i64> {
        rt::ask::<Counter, _>(self, |reply| CounterMsg::Get { reply })
    }

    fn twice(&self) -> Ask<i64> {
        rt::ask::<Counter, _>(self, |reply| CounterMsg::Twice { reply })
    }
}

impl rt::Protocol for Counter {
    type Msg = CounterMsg;
    type Api = CounterApi;
    const DELIVERY: rt::Delivery<Self::Msg> = Self::REACHED_BY;
}

impl rt::Handle<CounterMsg> for Counter {
    fn handle<'a>(&'a mut self, message: CounterMsg, cx: &'a mut Context<Self>) -> rt::Handled<'a> {
        match message {
            CounterMsg::Inc { by } => {
                self.n += by;
                rt::told(())
            }
            CounterMsg::Get { reply } => rt::asked(reply, self.n),
            CounterMsg::Twice { reply } => rt::asked_later(reply, async move {
                cx.me().inc(0);
                tokio::task::yield_now().await;
                self.n * 2
            }),
        }
    }
}

impl rt::Handlers for Counter {
    const STARTS: bool = true;
    const SUSPENDS: bool = true;

    fn start<'a>(&'a mut self, _cx: &'a mut Context<Self>) -> rt::Handled<'a> {
        self.n += 100;
        rt::started(())
    }

    fn stop<'a>(&'a mut self, why: &'a ExitReason, _cx: &'a mut Context<Self>) -> rt::Handled<'a> {
        self.ended.send(why.to_string()).expect("the test listens");
        rt::told(())
    }
}

impl Actor for Counter {
    const OPTIONS: rt::Options = rt::Options::new().slice(8);
    const TYPE: &'static rt::ActorType<Self> = {
        static TYPE: rt::ActorType<Counter> = rt::ActorType::new();
        &TYPE
    };
    type Below = rt::At<Self>;
    type Wraps = ();
}

#[test]
fn an_actor_made_by_hand_is_told_asked_started_and_stopped() {
    everywhere(|world: World| {
        let (ended, end) = mpsc::channel();
        let counter = world.spawn(1, || Counter { n: 0, ended });
        counter.inc(5);
        assert_eq!(world.ask(counter.get()), Ok(105));
        assert_eq!(world.ask(counter.twice()), Ok(210));
        counter.tell(CounterMsg::Inc { by: 1 });
        assert_eq!(world.ask(counter.get()), Ok(106));
        counter.stop();
        assert_eq!(world.ask(counter.get()), Err(AskError::Stopped));
        assert_eq!(end.recv().as_deref(), Ok("normal"));
        world.end();
    });
}

#[test]
fn a_message_made_by_hand_has_a_name() {
    assert_eq!(rt::Message::name(&CounterMsg::Inc { by: 1 }), "Inc");
}

/// A generic actor, whose cell type is no static.
#[actor]
struct Store<T: Send + Clone + 'static>(Vec<T>);

#[handlers]
impl<T: Send + Clone + 'static> Store<T> {
    #[tell]
    fn put(&mut self, value: T) {
        self.0.push(value);
    }

    #[ask]
    fn all(&self) -> Vec<T> {
        self.0.clone()
    }
}

#[test]
fn a_generic_actor_keeps_its_types_apart() {
    everywhere(|world| {
        let (texts, numbers) =
            (world.spawn(0, || Store(Vec::new())), world.spawn(1, || Store(Vec::new())));
        texts.put("a".to_owned());
        numbers.put(7_u8);
        assert_eq!(world.ask(texts.all()), Ok(vec!["a".to_owned()]));
        assert_eq!(world.ask(numbers.all()), Ok(vec![7]));
        world.end();
    });
}

/// A message by its derive.
#[derive(callboard::Message)]
#[expect(dead_code, reason = "only its names are looked at")]
enum Letter {
    Note(String),
    Count { reply: Reply<usize> },
}

#[test]
fn a_message_of_another_type_is_a_dead_letter() {
    everywhere(|world| {
        let numbers: ActorRef<Store<u8>> = world.spawn(1, || Store(Vec::new()));
        // Only a mistake, or malice, makes such a reference.
        let forged = ActorRef::<Store<String>>::from_address(numbers.address());
        world.run(0, move || async move { forged.put("not a number".to_owned()) });
        assert_eq!(world.ask(forged.all()), Err(AskError::NoProc));
        assert_eq!(world.ask(numbers.all()), Ok(vec![]));
        assert_eq!(world.end().dead_letters.of(callboard::DeadReason::NoProc), 2);
    });
}

#[test]
fn a_derived_message_knows_its_names() {
    use callboard::Message;
    let (note, names) = (Letter::Note("hello".to_owned()), Letter::NAMES);
    assert_eq!((note.tag(), note.name(), names), (0, "Note", &["Note", "Count"][..]));
    let _ = |reply| Letter::Count { reply };
}
