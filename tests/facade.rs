//! What users import is where the docs say: under `callboard::` and, for what nearly everybody needs, in
//! its prelude.
#![allow(missing_docs, reason = "nothing here is for others")]

/// Every type by its own name; a name that goes missing is an error here.
#[allow(dead_code, reason = "the signatures are the test")]
mod names {
    use callboard::{
        Actor, ActorRef, Address, AnyTimer, Ask, AskError, AutoShutdown, BoxError, Child,
        ChildCounts, ChildError, ChildFailed, ChildInfo, ChildSpec, ChildState, Context,
        DeadLetters, DeadReason, Dynamic, DynamicSpec, Event, Events, ExitReason, Flow,
        LookupError, Message, Name, NameOf, Named as Listed, Panic, Pending, Place, RegisterError,
        Reply, Report, Restart, ShardStats, Shutdown, Siblings, SpawnOn, Start, StartError,
        StartTree, Stats, Strategy, Supervisor, SupervisorApi, SupervisorSpec, System,
        SystemBuilder, Timer, TimerKey, Tree, TreeView,
    };

    trait Named {}

    impl<A: Actor> Named for (ActorRef<A>, Context<A>, SpawnOn<A>) {}
    impl Named for (Address, Place, System, SystemBuilder) {}
    impl Named for (Ask<u8>, Pending<u8>, Reply<u8>, AskError) {}
    impl Named for (DeadLetters, DeadReason, Event, Events, Report, ShardStats, Stats) {}
    impl Named for (AnyTimer, Timer, TimerKey) {}
    impl<A: Actor> Named for (Name<A>, Listed, LookupError, RegisterError) {}
    impl Named for (ExitReason, Panic, Flow, Start, StartError) {}
    impl<C: Child> Named for (ChildSpec<C>, DynamicSpec<C, ()>, Dynamic<C>, Siblings) {}
    impl Named for (AutoShutdown, Restart, Shutdown, Strategy, BoxError) {}
    impl Named for (ChildCounts, ChildError, ChildFailed, ChildInfo, ChildState) {}
    impl Named for (Supervisor, SupervisorApi, SupervisorSpec) {}
    impl Named for (StartTree<Supervisor>, Tree, TreeView) {}

    #[derive(Message)]
    enum Order {
        Buy { amount: u32 },
    }

    fn text<A: Actor>(name: &impl NameOf<A>) -> &str {
        name.text()
    }

    fn names<M: Message>() -> &'static [&'static str] {
        M::NAMES
    }
}

/// What one file of actors uses, with no import but the prelude.
mod with_the_prelude {
    use callboard::prelude::*;

    #[actor]
    #[derive(Default)]
    pub(crate) struct Counter {
        n: i64,
        waiting: Vec<Reply<i64>>,
    }

    #[handlers]
    impl Counter {
        #[start]
        fn open(&mut self) -> Result<Start, AskError> {
            Ok(Start::Run)
        }

        #[stop]
        fn close(&mut self) {
            self.waiting.clear();
        }

        #[tell]
        pub(crate) fn inc(&mut self, by: i64) -> Flow {
            self.n += by;
            for reply in self.waiting.drain(..) {
                reply.answer(self.n);
            }
            Flow::go()
        }

        #[ask]
        pub(crate) fn get(&self) -> i64 {
            self.n
        }

        #[ask]
        pub(crate) fn next(&mut self, _cx: &mut Context<Self>, reply: Reply<i64>) {
            self.waiting.push(reply);
        }
    }

    pub(crate) async fn sum() -> Result<i64, Box<dyn std::error::Error>> {
        let here: ActorRef<Counter> = spawn(Counter::default());
        let there = spawn_on(Place::Shard(0), Counter::default).await?;
        let other = start(Counter::default()).await?;
        for counter in [here, there, other] {
            counter.inc(1);
        }
        let get: Ask<i64> = here.get();
        Ok(get.await? + there.get().await? + other.get().await?)
    }

    pub(crate) fn builder() -> callboard::SystemBuilder {
        System::builder().shards(1)
    }

    pub(crate) fn minute() -> Duration {
        secs(59) + millis(1_000)
    }

    pub(crate) fn begin(system: &System) -> Result<ActorRef<Counter>, StartError> {
        system.spawn_on(Place::Any, Counter::default).wait()
    }

    pub(crate) fn tag(message: &impl Message) -> usize {
        message.tag()
    }
}

#[callboard::test(shards = 1)]
async fn the_prelude_is_enough_for_an_actor() -> Result<(), Box<dyn std::error::Error>> {
    assert_eq!(with_the_prelude::sum().await?, 3);
    Ok(())
}

#[test]
fn a_system_starts_and_ends_on_a_plain_thread() -> Result<(), Box<dyn std::error::Error>> {
    use with_the_prelude::{CounterMsg, begin, builder, minute, tag};

    let pin = cfg!(feature = "pinning");
    let system = builder().pin(pin).slice(16).thread_name("facade").start()?;
    let counter = begin(&system)?;
    counter.inc(2);
    let inc = CounterMsg::Inc { by: 3 };
    assert_eq!(tag(&inc), 0);
    counter.tell(inc);
    assert_eq!(counter.get().timeout(minute()).wait()?, 5);
    let report = system.stop(minute());
    assert_eq!((report.handled, report.dead_letters.total()), (3, 0));
    Ok(())
}

#[cfg(feature = "testing")]
#[test]
fn the_simulator_comes_with_the_feature_testing() -> Result<(), callboard::StartError> {
    use callboard::testing::Simulator;

    let simulator = Simulator::new(2);
    let counter = simulator.spawn_on(1, with_the_prelude::Counter::default)?;
    let got = simulator.block_on(0, move || async move { counter.get().await });
    assert_eq!(got, Some(Ok(0)));
    assert_eq!(simulator.stop().actors_left, 0);
    Ok(())
}
