//! Actors of one type are members of groups: each once, until they leave or end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callboard::{
    ActorRef, Context, Down, LookupError, Name, RegisterError, System, actor, handlers,
};

use crate::check::{Subject, World, everywhere, on_shards, put};

const TELLERS: Name<Teller> = Name::new("/bank/tellers");

/// Joins as it starts, if it is to.
#[actor]
#[derive(Default)]
struct Teller {
    joins: bool,
    closed: Arc<AtomicUsize>,
    monitored: Vec<ActorRef<Self>>,
    seen: Vec<bool>,
}

impl Teller {
    fn joining() -> Self {
        Self { joins: true, ..Self::default() }
    }
}

#[handlers]
impl Teller {
    #[start]
    fn open(&mut self, cx: &mut Context<Self>) -> Result<(), RegisterError> {
        if self.joins { cx.join(TELLERS) } else { Ok(()) }
    }

    #[ask]
    fn join(&mut self, cx: &mut Context<Self>) -> Result<(), RegisterError> {
        cx.join(TELLERS)
    }

    #[ask]
    fn leave(&mut self, cx: &mut Context<Self>) -> bool {
        cx.leave(TELLERS)
    }

    #[ask]
    fn others(&self, cx: &mut Context<Self>) -> Result<Vec<ActorRef<Self>>, LookupError> {
        cx.members(TELLERS)
    }

    #[tell]
    fn close(&mut self, count: Arc<AtomicUsize>) {
        self.closed = count;
        self.closed.fetch_add(1, Ordering::SeqCst);
    }

    #[ask]
    fn watch(&mut self, cx: &mut Context<Self>, other: ActorRef<Self>) {
        cx.monitor(other);
        self.monitored.push(other);
    }

    #[down]
    fn down(&mut self, cx: &mut Context<Self>, down: Down) {
        let members: Vec<ActorRef<Self>> = cx.members(TELLERS).expect("they are tellers");
        self.seen.push(members.iter().any(|member| member.address() == down.actor));
    }

    #[ask]
    fn seen(&self) -> Vec<bool> {
        self.seen.clone()
    }
}

fn sorted(mut members: Vec<ActorRef<Teller>>) -> Vec<ActorRef<Teller>> {
    members.sort_by_key(ActorRef::address);
    members
}

fn members(world: &World) -> Vec<ActorRef<Teller>> {
    sorted(world.system().members(TELLERS).expect("they are tellers"))
}

fn end(world: &World, teller: ActorRef<Teller>) {
    world.run(0, move || async move {
        teller.stop();
        teller.wait().await;
    });
}

#[test]
fn n3_members_of_a_group_are_those_who_joined_and_live() {
    everywhere(|world| {
        assert_eq!(members(&world), []);
        let tellers = sorted((0..5).map(|n| world.spawn(n, Teller::joining)).collect());
        assert_eq!(members(&world), tellers);
        assert_eq!(
            world.ask(tellers[0].others()).map(|others| others.map(sorted)),
            Ok(Ok(tellers.clone()))
        );
        // Once, however often it joins.
        assert_eq!(world.ask(tellers[1].join()), Ok(Ok(())));
        assert_eq!(members(&world), tellers);
        assert_eq!(world.ask(tellers[1].leave()), Ok(true));
        assert_eq!(world.ask(tellers[1].leave()), Ok(false));
        end(&world, tellers[2]);
        assert_eq!(members(&world), [tellers[0], tellers[3], tellers[4]]);
        assert_eq!(world.system().stats().memberships, 3);
    });
}

#[test]
fn n3_another_may_have_an_actor_join_and_leave() {
    everywhere(|world| {
        let (teller, system) = (world.spawn(1, Teller::default), world.system());
        let joined = world.run(0, move || async move { system.join(TELLERS, teller).await });
        assert_eq!(joined, Ok(()));
        assert_eq!(members(&world), [teller]);
        let system = world.system();
        assert!(system.leave(TELLERS, teller) && !system.leave(TELLERS, teller));
        end(&world, teller);
        let joined = world.run(0, move || async move { system.join(TELLERS, teller).await });
        assert_eq!(joined, Err(RegisterError::NoProc));
        assert_eq!(world.system().stats().memberships, 0);
    });
}

#[test]
fn n3_a_broadcast_reaches_each_member_once() {
    everywhere(|world| {
        let count = Arc::new(AtomicUsize::new(0));
        let tellers: Vec<_> = (0..7).map(|n| world.spawn(n, Teller::joining)).collect();
        end(&world, tellers[6]);
        let (system, counted) = (world.system(), count.clone());
        let told = world.run(0, move || async move {
            system.broadcast(TELLERS, |teller| teller.close(counted.clone()))
        });
        assert_eq!(told, Ok(6));
        let report = world.end();
        assert_eq!((count.load(Ordering::SeqCst), report.dead_letters.total()), (6, 0));
    });
}

#[test]
fn x12_an_actor_is_out_of_its_groups_before_its_down_is_told() {
    on_shards(|simulator| {
        let tellers = [0, 1, 2].map(|shard| put(&simulator, shard, Teller::joining));
        for watcher in [tellers[0], tellers[2]] {
            let watches = simulator.block_on(0, move || watcher.watch(tellers[1]));
            assert_eq!(watches, Some(Ok(())));
        }
        tellers[1].kill();
        simulator.run();
        for watcher in [tellers[0], tellers[2]] {
            assert_eq!(simulator.block_on(0, move || watcher.seen()), Some(Ok(vec![false])));
        }
    });
}

#[test]
fn n5_a_group_has_members_of_one_type() {
    everywhere(|world| {
        let teller = world.spawn(1, Teller::joining);
        let (subject, system) = (world.spawn(2, Subject::default), world.system());
        let joined =
            world.run(0, move || async move { system.join(TELLERS.text(), subject).await });
        let Err(RegisterError::OtherType { registered, wanted }) = joined else {
            panic!("{joined:?}")
        };
        assert!(registered.ends_with("Teller") && wanted.ends_with("Subject"));
        let system = world.system();
        let others = system.members::<Subject>(TELLERS.text());
        assert_eq!(others, Err(LookupError::OtherType { registered, wanted }));
        // A group is gone with its last member, and may then be of another type.
        end(&world, teller);
        let joined =
            world.run(0, move || async move { system.join(TELLERS.text(), subject).await });
        assert_eq!(joined, Ok(()));
        assert_eq!(world.system().members(TELLERS.text()), Ok(vec![subject]));
    });
}

#[test]
fn q1_a_membership_too_many_is_refused_and_counted() {
    let system = System::builder().shards(1).pin(false).names(1).start().expect("it starts");
    let teller = system.spawn_on(0, Teller::joining).wait().expect("it starts");
    assert_eq!(system.join("others", teller).wait(), Err(RegisterError::TooMany(1)));
    assert_eq!(system.register("teller", teller).wait(), Ok(()), "a name is no membership");
    assert_eq!(system.join("", teller).wait(), Err(RegisterError::BadName));
    let stats = system.stats();
    assert_eq!((stats.names, stats.memberships, stats.names_refused), (1, 1, 1));
}
