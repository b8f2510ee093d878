//! Fixtures: actors whose mailbox has a bound, one for each policy, and one without.

use callboard::testing::Simulator;
use callboard::{Actor, ActorRef, Ask, DeadReason, Permit, TellError, actor, handlers};
use tokio::sync::oneshot;

use crate::check::{Counted, ask_from, put};

/// Who has the other end lets a held actor go.
pub(crate) type Gate = oneshot::Receiver<()>;

/// An actor with room for four that keeps the numbers it is told, and can be held meanwhile.
pub(crate) trait Bounded: Actor + Default {
    fn hold_back(me: ActorRef<Self>) -> oneshot::Sender<()>;
    fn tell_note(me: ActorRef<Self>, number: u64);
    fn try_note(me: ActorRef<Self>, number: u64) -> Result<(), TellError<u64>>;
    fn send_note(permit: Permit<Self>, number: u64);
    fn ask_noting(me: ActorRef<Self>, number: u64) -> Ask<u64>;
    fn tell_value(me: ActorRef<Self>, value: Counted);
    fn ask_value(me: ActorRef<Self>, value: Counted) -> Ask<Counted>;
    fn ask_notes(me: ActorRef<Self>) -> Ask<Vec<u64>>;
}

/// How many messages such an actor has room for.
pub(crate) const ROOM: u64 = 4;

macro_rules! bounded {
    ($($actor:ident $messages:ident $overflow:ident)*) => {$(
        #[actor(mailbox(capacity = 4, overflow = $overflow))]
        #[derive(Default)]
        pub(crate) struct $actor(Vec<u64>);

        #[handlers]
        impl $actor {
            #[tell]
            pub(crate) async fn hold(&mut self, gate: Gate) {
                let _ = gate.await;
            }

            #[tell]
            pub(crate) fn note(&mut self, number: u64) {
                self.0.push(number);
            }

            #[ask]
            pub(crate) fn ask_note(&mut self, number: u64) -> u64 {
                self.0.push(number);
                number
            }

            #[tell]
            pub(crate) fn take(&mut self, _value: Counted) {}

            #[ask]
            pub(crate) fn ask_take(&self, value: Counted) -> Counted {
                value
            }

            #[ask]
            pub(crate) fn notes(&self) -> Vec<u64> {
                self.0.clone()
            }
        }

        impl Bounded for $actor {
            fn hold_back(me: ActorRef<Self>) -> oneshot::Sender<()> {
                let (open, gate) = oneshot::channel();
                me.hold(gate);
                open
            }

            fn tell_note(me: ActorRef<Self>, number: u64) {
                me.note(number);
            }

            fn try_note(me: ActorRef<Self>, number: u64) -> Result<(), TellError<u64>> {
                let number_of = |message| match message {
                    $messages::Note { number } => number,
                    _ => panic!("another message than the one that was sent"),
                };
                me.try_tell($messages::Note { number }).map_err(|error| match error {
                    TellError::Full(message) => TellError::Full(number_of(message)),
                    TellError::Stopped(message) => TellError::Stopped(number_of(message)),
                })
            }

            fn send_note(permit: Permit<Self>, number: u64) {
                permit.send($messages::Note { number });
            }

            fn ask_noting(me: ActorRef<Self>, number: u64) -> Ask<u64> {
                me.ask_note(number)
            }

            fn tell_value(me: ActorRef<Self>, value: Counted) {
                me.take(value);
            }

            fn ask_value(me: ActorRef<Self>, value: Counted) -> Ask<Counted> {
                me.ask_take(value)
            }

            fn ask_notes(me: ActorRef<Self>) -> Ask<Vec<u64>> {
                me.notes()
            }
        }
    )*};
}

bounded! {
    Crashing CrashingMsg crash
    Forgetful ForgetfulMsg drop_oldest
    Refusing RefusingMsg reject
    Stubborn StubbornMsg drop_newest
}

/// What a held actor with a full mailbox makes of more, and who lets it go.
pub(crate) struct Full<A: Bounded> {
    pub(crate) actor: ActorRef<A>,
    pub(crate) open: oneshot::Sender<()>,
}

impl<A: Bounded> Full<A> {
    /// On the last shard of the simulator but three, full of 1, 2, 3, 4.
    pub(crate) fn with_tells(simulator: &Simulator) -> Self {
        let held = Self::empty(simulator);
        simulator.enter(0, || (1..=ROOM).for_each(|number| A::tell_note(held.actor, number)));
        simulator.run();
        held
    }

    /// Held, with all its room.
    pub(crate) fn empty(simulator: &Simulator) -> Self {
        let actor = put(simulator, 1, A::default);
        let open = A::hold_back(actor);
        simulator.run();
        Self { actor, open }
    }

    /// Lets it go, and says what it was told.
    pub(crate) fn notes(self, simulator: &Simulator) -> Vec<u64> {
        self.open.send(()).expect("it is held");
        simulator.run();
        ask_from(simulator, 0, A::ask_notes(self.actor)).expect("it lives")
    }
}

/// The shard on which `put` with 1 puts an actor.
pub(crate) fn its_shard(simulator: &Simulator) -> usize {
    1 % simulator.shards()
}

pub(crate) fn overflows(simulator: &Simulator) -> u64 {
    simulator.report().dead_letters.of(DeadReason::Overflow)
}

/// Has no bound.
#[actor]
#[derive(Default)]
pub(crate) struct Roomy(u64);

#[handlers]
impl Roomy {
    #[tell]
    pub(crate) async fn hold(&mut self, gate: Gate) {
        let _ = gate.await;
    }

    #[tell]
    pub(crate) fn add(&mut self) {
        self.0 += 1;
    }

    #[ask]
    pub(crate) fn sum(&self) -> u64 {
        self.0
    }
}
