//! A pool is reached as one worker is, sends each message on as its routing says, and keeps its workers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callboard::prelude::*;
use callboard::{
    ChildError, ChildSpec, DeadReason, Event, Message, Restart, Routing, Shutdown, SupervisorSpec,
};

use crate::check::{Counted, Journal, Tally, World, everywhere, on_shards, put};

/// Does jobs, and says so.
#[actor]
struct Worker {
    journal: Journal,
    done: Vec<(u64, u64)>,
    kept: Vec<Reply<u64>>,
    held: Option<Counted>,
}

#[handlers]
impl Worker {
    #[start]
    fn begin(&mut self) {
        self.journal.note("start");
    }

    #[stop]
    fn end(&mut self) {
        self.journal.note(format!("stop after {}", self.done.len()));
    }

    #[tell]
    fn job(&mut self, user: u64, number: u64) {
        self.done.push((user, number));
    }

    #[ask]
    fn done(&self) -> Vec<(u64, u64)> {
        self.done.clone()
    }

    #[ask]
    fn add(&mut self, user: u64, number: u64) -> usize {
        self.done.push((user, number));
        self.done.len()
    }

    /// Says where it is.
    #[ask]
    fn place(&self, cx: &mut Context<Self>, user: u64) -> ActorRef<Self> {
        let _ = user;
        cx.me()
    }

    /// Answers when it is released.
    #[ask]
    fn wait_for(&mut self, reply: Reply<u64>) {
        self.kept.push(reply);
    }

    #[tell]
    async fn work_until(&mut self, release: Arc<tokio::sync::Notify>, held: Counted) {
        self.held = Some(held);
        release.notified().await;
    }

    #[tell]
    fn crash(&mut self) {
        panic!("a job that fails");
    }
}

impl Worker {
    fn new(journal: &Journal) -> Self {
        Self { journal: journal.clone(), done: Vec::new(), kept: Vec::new(), held: None }
    }
}

/// Whose job it is, of messages that have one.
fn user(message: &WorkerMsg) -> u64 {
    match message {
        WorkerMsg::Job { user, .. }
        | WorkerMsg::Add { user, .. }
        | WorkerMsg::Place { user, .. } => *user,
        other => other.tag() as u64,
    }
}

/// So many workers behind a pool on this shard.
fn pool(
    world: &World,
    shard: usize,
    size: usize,
    journal: &Journal,
    routing: Routing<WorkerMsg>,
) -> ActorRef<Pool<Worker>> {
    let journal = journal.clone();
    world.spawn(shard, move || Pool::new(size, move || Worker::new(&journal)).routing(routing))
}

/// What the workers have done, each its own.
fn done(world: &World, pool: ActorRef<Pool<Worker>>) -> Vec<Vec<(u64, u64)>> {
    let members = members(world, pool);
    members.into_iter().map(|worker| world.ask(worker.done()).expect("it answers")).collect()
}

fn members(world: &World, pool: ActorRef<Pool<Worker>>) -> Vec<ActorRef<Worker>> {
    world.run(0, move || async move { pool.members().await }).expect("the pool answers")
}

fn resize(world: &World, pool: ActorRef<Pool<Worker>>, size: usize) {
    world.run(0, move || async move { pool.resize(size).await }).expect("the pool is resized");
}

#[test]
fn each_worker_has_its_turn() {
    everywhere(|world| {
        let pool = pool(&world, 1, 3, &Journal::default(), Routing::round_robin());
        for number in 0..9 {
            pool.job(1, number);
        }
        // An ask that any worker answers comes after what was told before.
        let workers = pool.workers();
        assert_eq!(world.ask(workers.add(1, 9)), Ok(4));
        let done = done(&world, pool);
        assert_eq!(done.iter().map(Vec::len).collect::<Vec<_>>(), [4, 3, 3]);
        for done in done {
            assert!(done.is_sorted(), "{done:?}");
        }
    });
}

#[test]
fn workers_are_spread_over_the_shards() {
    everywhere(|world| {
        let shards = world.system().shards();
        let pool = pool(&world, 1, 2 * shards, &Journal::default(), Routing::random());
        let places = members(&world, pool);
        for shard in 0..shards {
            let here = places.iter().filter(|worker| worker.address().shard() == shard);
            assert_eq!(here.count(), 2);
        }
        assert_eq!(places[0].address().shard(), pool.address().shard());
        let local = world.spawn(1, || Pool::new(3, || Worker::new(&Journal::default())).local());
        let places = members(&world, local);
        assert!(places.iter().all(|worker| worker.address().shard() == local.address().shard()));
    });
}

#[test]
fn messages_with_one_key_keep_their_order_and_their_worker() {
    everywhere(|world| {
        let pool = pool(&world, 0, 4, &Journal::default(), Routing::hash(user));
        for number in 0..400 {
            pool.job(number % 20, number);
        }
        let mut workers = BTreeMap::new();
        for user in 0..20 {
            let worker = world.ask(pool.place(user)).expect("it answers");
            let before = world.ask(pool.add(user, 1_000)).expect("it answers");
            assert!(before > 20);
            workers.insert(user, worker);
        }
        let used: BTreeSet<_> = workers.values().map(|worker| worker.address()).collect();
        assert_eq!(used.len(), 4);
        let mut seen = 0;
        for done in done(&world, pool) {
            for user in 0..20 {
                let own: Vec<_> = done.iter().filter(|job| job.0 == user).collect();
                assert!(own.is_sorted() && [0, 21].contains(&own.len()), "{own:?}");
                seen += own.len();
            }
        }
        assert_eq!(seen, 420);
    });
}

#[test]
fn resizing_moves_few_keys_and_loses_no_message() {
    everywhere(|world| {
        let journal = Journal::default();
        let pool = pool(&world, 1, 4, &journal, Routing::hash(user));
        let at = |user| world.ask(pool.place(user)).expect("it answers").address();
        let before: Vec<_> = (0..300).map(at).collect();
        resize(&world, pool, 5);
        let after: Vec<_> = (0..300).map(at).collect();
        let new = members(&world, pool)[4].address();
        let moved: Vec<_> =
            before.iter().zip(&after).filter(|(before, after)| before != after).collect();
        assert!((30..100).contains(&moved.len()), "{} of 300 moved", moved.len());
        assert!(moved.iter().all(|(_, after)| **after == new));
        // What the last worker got before it is taken away, it handles.
        journal.take();
        for number in 0..300 {
            pool.job(number, number);
        }
        resize(&world, pool, 4);
        let stopped = journal.line();
        let handled: usize = done(&world, pool).iter().map(Vec::len).sum();
        let last: usize =
            stopped.strip_prefix("stop after ").expect(&stopped).parse().expect("a count");
        assert_eq!(handled + last, 300);
        assert_eq!((0..300).map(at).collect::<Vec<_>>(), before);
        let report = world.end();
        assert_eq!(report.dead_letters.total(), 0);
    });
}

#[test]
fn a_pool_may_be_resized_to_nothing_and_back() {
    everywhere(|world| {
        let pool = pool(&world, 0, 2, &Journal::default(), Routing::least_loaded());
        let size = move || async move { pool.size().await };
        assert_eq!(world.run(0, size), Ok(2));
        resize(&world, pool, 0);
        assert_eq!(world.run(0, size), Ok(0));
        pool.job(1, 1);
        assert_eq!(world.ask(pool.add(1, 2)), Err(AskError::NoProc));
        resize(&world, pool, 3);
        resize(&world, pool, 3);
        assert_eq!(world.run(0, size), Ok(3));
        assert_eq!(world.ask(pool.add(1, 3)), Ok(1));
        let report = world.end();
        assert_eq!(report.dead_letters.of(DeadReason::NoProc), 2);
        assert_eq!(report.dead_letters.total(), 2);
    });
}

#[test]
fn the_least_loaded_worker_gets_the_next_message() {
    everywhere(|world| {
        let tally = Tally::default();
        let release = Arc::new(tokio::sync::Notify::new());
        let pool = pool(&world, 0, 4, &Journal::default(), Routing::least_loaded());
        // Each of the first four has something to do for long.
        for _ in 0..3 {
            pool.work_until(release.clone(), tally.make());
        }
        let free = world.ask(pool.place(0)).expect("the fourth is free");
        for _ in 0..50 {
            assert_eq!(world.ask(pool.place(0)), Ok(free));
        }
        for _ in 0..10 {
            release.notify_waiters();
            release.notify_one();
        }
        world.end();
    });
}

#[test]
fn chance_gives_each_worker_its_share() {
    everywhere(|world| {
        let pool = pool(&world, 0, 4, &Journal::default(), Routing::random());
        for number in 0..400 {
            pool.job(1, number);
        }
        world.ask(pool.done()).expect("it answers");
        // Each shard has taken what was sent to it before it answers.
        let counts: Vec<_> = done(&world, pool).iter().map(Vec::len).collect();
        assert!(counts.iter().all(|count| (50..150).contains(count)), "{counts:?}");
        assert_eq!(counts.iter().sum::<usize>(), 400);
    });
}

/// Is told things, and copies them for others.
#[actor]
#[derive(Default)]
struct Listener(Vec<String>);

#[handlers(clone)]
impl Listener {
    #[tell]
    fn hear(&mut self, text: String) {
        self.0.push(text);
    }

    #[tell]
    fn tell_all(&mut self, to: ActorRef<Count>) {
        self.0.drain(..).for_each(|text| to.count(text));
    }
}

/// Counts what it is told.
#[actor]
#[derive(Default)]
struct Count {
    texts: BTreeMap<String, usize>,
    waiting: Vec<(usize, Reply<BTreeMap<String, usize>>)>,
}

#[handlers]
impl Count {
    #[tell]
    fn count(&mut self, text: String) {
        *self.texts.entry(text).or_default() += 1;
        let have = self.texts.values().sum::<usize>();
        for (_, reply) in self.waiting.extract_if(.., |(want, _)| *want <= have) {
            reply.answer(self.texts.clone());
        }
    }

    #[ask]
    fn counts(&mut self, of: usize, reply: Reply<BTreeMap<String, usize>>) {
        if self.texts.values().sum::<usize>() >= of {
            reply.answer(self.texts.clone());
        } else {
            self.waiting.push((of, reply));
        }
    }
}

#[test]
fn a_broadcast_reaches_each_worker_once() {
    everywhere(|world| {
        let pool = world.spawn(1, || Pool::new(5, Listener::default).routing(Routing::broadcast()));
        let count = world.spawn(0, Count::default);
        let counts = move || async move {
            let counts = count.counts(10).start();
            pool.hear("one".to_owned());
            pool.hear("two".to_owned());
            pool.tell_all(count);
            counts.await
        };
        let expected = BTreeMap::from([("one".to_owned(), 5), ("two".to_owned(), 5)]);
        assert_eq!(world.run(0, counts), Ok(expected));
        let empty =
            world.spawn(0, || Pool::new(0, Listener::default).routing(Routing::broadcast()));
        empty.hear("nobody".to_owned());
        assert_eq!(world.end().dead_letters.of(DeadReason::NoProc), 1);
    });
}

#[test]
fn dl4_a_message_through_a_pool_is_counted_once() {
    everywhere(|world| {
        let pool = pool(&world, 1, 3, &Journal::default(), Routing::round_robin());
        let before = world.system().stats().total().handled;
        for number in 0..30 {
            pool.job(1, number);
        }
        for _ in 0..3 {
            world.ask(pool.add(1, 30)).expect("it answers");
        }
        let handled = world.end().handled;
        assert_eq!(handled - before, 33);
    });
}

#[test]
fn a_worker_that_crashes_is_restarted_and_stays_a_member() {
    everywhere(|world| {
        let journal = Journal::default();
        let pool = pool(&world, 0, 2, &journal, Routing::round_robin());
        let before = members(&world, pool);
        // The second crashes, and gets what is sent to it meanwhile afterwards.
        pool.job(1, 0);
        pool.crash();
        for number in 1..5 {
            pool.job(1, number);
        }
        assert_eq!([5, 6].map(|number| world.ask(pool.add(1, number))), [Ok(4), Ok(3)]);
        let expected = [vec![0, 1, 3, 5], vec![2, 4, 6]]
            .map(|numbers| numbers.into_iter().map(|number| (1, number)).collect::<Vec<_>>());
        assert_eq!(done(&world, pool), expected);
        assert_eq!(members(&world, pool), before);
        assert_eq!(journal.take(), ["start"; 3]);
    });
}

#[test]
fn a_pool_whose_workers_fail_too_often_ends_and_its_supervisor_restarts_it() {
    everywhere(|world| {
        let journal = Journal::default();
        let spec = move || {
            let pool = move |_: &callboard::Siblings| {
                let journal = journal.clone();
                let pool = Pool::new(2, move || Worker::new(&journal));
                std::future::ready(Ok(pool.intensity(1, Duration::from_secs(60))))
            };
            SupervisorSpec::new("bank").child(ChildSpec::<Pool<Worker>>::new("workers", pool))
        };
        let tree = world.run(0, move || async move { spec().start().await }).expect("it starts");
        let pool: ActorRef<Pool<Worker>> = tree.child(0);
        let workers = pool.workers();
        let view = world.run(0, move || async move { tree.supervisor().tree().await });
        let view = view.expect("it answers").to_string();
        let expected = "bank (one for one)\n└─ workers (one for one)\n   ├─ 0: Worker, running\n   \
                        └─ 1: Worker, running";
        assert_eq!(view, expected);
        let before = members(&world, pool);
        assert_eq!(world.ask(workers.add(1, 1)), Ok(1));
        let down: Vec<_> = before.iter().map(|worker| worker.wait()).collect();
        before[0].crash();
        before[1].crash();
        for down in down {
            world.run(0, move || down);
        }
        // The pool is at the same place, with other workers, and takes what is sent to it.
        loop {
            match world.ask(workers.add(1, 3)) {
                Ok(count) => break assert_eq!(count, 1),
                Err(AskError::Stopped | AskError::Crashed | AskError::NoProc) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert!(members(&world, pool).iter().all(|worker| !before.contains(worker)));
        world.end();
    });
}

#[test]
fn g1_a_pool_that_is_stopped_handles_what_was_sent_before() {
    everywhere(|world| {
        let journal = Journal::default();
        let pool = pool(&world, 1, 3, &journal, Routing::round_robin());
        let ended = world.run(0, move || async move {
            for number in 0..30 {
                pool.job(1, number);
            }
            let ended = pool.wait();
            pool.stop();
            pool.job(1, 30);
            (ended.await, pool.add(1, 31).await)
        });
        assert!(matches!(ended, (ExitReason::Normal, Err(AskError::Stopped | AskError::NoProc))));
        let mut lines = journal.take();
        lines.sort();
        assert_eq!(lines[..], [["start"; 3], ["stop after 10"; 3]].concat());
        let report = world.end();
        assert_eq!((report.handled, report.dead_letters.total(), report.actors_left), (30, 2, 0));
    });
}

#[test]
fn g4_the_end_of_a_system_drains_its_pools() {
    everywhere(|world| {
        let pool = pool(&world, 1, 3, &Journal::default(), Routing::round_robin());
        for number in 0..300 {
            pool.job(1, number);
        }
        let report = world.end();
        assert_eq!((report.handled, report.actors_left, report.messages_left), (300, 0, 0));
        assert_eq!(report.dead_letters.total(), 0);
    });
}

#[test]
fn a_pool_that_is_drained_says_when_its_workers_are_done() {
    everywhere(|world| {
        let journal = Journal::default();
        let pool = pool(&world, 0, 2, &journal, Routing::random());
        for number in 0..100 {
            pool.job(1, number);
        }
        let drained =
            world.run(0, move || async move { pool.drain(Duration::from_secs(30)).await });
        assert!(matches!(drained.reason, ExitReason::Normal) && drained.left == 0, "{drained:?}");
        let handled: usize = journal
            .take()
            .iter()
            .filter_map(|line| line.strip_prefix("stop after ")?.parse::<usize>().ok())
            .sum();
        assert_eq!(handled, 100);
    });
}

#[test]
fn x9_killing_a_pool_ends_its_workers() {
    everywhere(|world| {
        let tally = Tally::default();
        let pool = pool(&world, 1, 3, &Journal::default(), Routing::round_robin());
        let workers = members(&world, pool);
        for _ in 0..3 {
            pool.work_until(Arc::default(), tally.make());
        }
        let ends: Vec<_> = workers.iter().map(|worker| worker.wait()).collect();
        let ends = world.run(1, move || async move {
            pool.kill();
            let mut reasons = Vec::new();
            for end in ends {
                reasons.push(end.await);
            }
            reasons
        });
        // Whoever was gone when it was asked is nobody by then.
        let is_end = |reason: &_| matches!(reason, ExitReason::Killed | ExitReason::NoProc);
        assert!(ends.iter().all(is_end), "{ends:?}");
        assert_eq!(world.end().actors_left, 0);
        tally.assert_even();
    });
}

#[test]
fn what_is_told_before_the_workers_have_started_waits_for_them() {
    on_shards(|simulator| {
        let started = Arc::new(AtomicUsize::new(0));
        let count = started.clone();
        let pool = simulator.enter(0, || {
            let pool = spawn(Pool::with(3, move || {
                let count = count.clone();
                async move {
                    count.fetch_add(1, Ordering::SeqCst);
                    Ok(Worker::new(&Journal::default()))
                }
            }));
            (0..6).for_each(|number| pool.job(1, number));
            pool
        });
        assert_eq!(started.load(Ordering::SeqCst), 0);
        let world = World::Simulated(simulator);
        assert_eq!(world.ask(pool.add(1, 6)), Ok(3));
        let expected = [vec![(1, 0), (1, 3), (1, 6)], vec![(1, 1), (1, 4)], vec![(1, 2), (1, 5)]];
        assert_eq!(done(&world, pool), expected);
    });
}

#[test]
fn s2_a_pool_whose_worker_does_not_start_does_not_either() {
    everywhere(|world| {
        let made = Arc::new(AtomicUsize::new(0));
        let started = world.run(0, move || async move {
            let pool = Pool::with(3, move || {
                let index = made.fetch_add(1, Ordering::SeqCst);
                async move {
                    if index == 2 {
                        Err("no third".into())
                    } else {
                        Ok(Worker::new(&Journal::default()))
                    }
                }
            });
            start(pool).await.map(|pool| pool.address())
        });
        let error = started.expect_err("the third worker fails").to_string();
        assert!(error.contains("no third"), "{error}");
        let report = world.end();
        assert_eq!((report.actors_left, report.messages_left), (0, 0));
    });
}

/// Has room for one job beside the one it is at.
#[actor(mailbox(capacity = 1))]
#[derive(Default)]
struct Small(Option<Counted>);

#[handlers]
impl Small {
    #[ask]
    async fn hold(&mut self, held: Counted) {
        self.0 = Some(held);
        std::future::pending::<()>().await;
    }
}

#[test]
fn m2_what_finds_no_place_at_its_worker_meets_that_mailbox() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let world = World::Simulated(simulator);
        let pool = world.spawn(1, || Pool::new(2, Small::default));
        let held: Vec<Counted> = (0..4).map(|_| tally.make()).collect();
        let World::Simulated(simulator) = &world else { return };
        let pending = simulator.start(0, move || async move {
            let pending: Vec<_> = held.into_iter().map(|held| pool.hold(held).start()).collect();
            futures_of(pending).await
        });
        simulator.run();
        assert_eq!(world.ask(pool.hold(tally.make())), Err(AskError::Full));
        pool.kill();
        simulator.run();
        assert_eq!(pending.take(), Some(vec![Err(AskError::Stopped); 4]));
        assert_eq!(world.end().dead_letters.of(DeadReason::Overflow), 1);
        tally.assert_even();
    });
}

async fn futures_of<F: Future>(all: Vec<F>) -> Vec<F::Output> {
    let mut outputs = Vec::new();
    for one in all {
        outputs.push(one.await);
    }
    outputs
}

#[test]
fn l5_a_key_that_panics_loses_its_message_alone() {
    everywhere(|world| {
        let fussy = |message: &WorkerMsg| {
            let user = user(message);
            assert!(user != 13, "an unlucky user");
            user
        };
        let pool = pool(&world, 0, 2, &Journal::default(), Routing::hash(fussy));
        let mut events = world.events();
        assert_eq!(world.ask(pool.add(13, 1)), Err(AskError::Crashed));
        assert_eq!(world.ask(pool.add(12, 1)), Ok(1));
        let told = std::iter::from_fn(|| events.try_next());
        let panics = told.filter(|event| matches!(event, Event::Panic { .. }));
        assert_eq!(panics.count(), 1);
        let report = world.end();
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 1);
    });
}

#[test]
fn n5_a_pool_below_a_path_has_a_name_and_so_have_its_workers() {
    on_shards(|simulator| {
        let world = World::Simulated(simulator);
        let tree = world.run(0, || async {
            let pool = ChildSpec::<Pool<Listener>>::new("ears", |_| {
                std::future::ready(Ok(Pool::new(2, Listener::default)))
            });
            SupervisorSpec::new("house").path("/house").child(pool).start().await
        });
        let pool: ActorRef<Pool<Listener>> = tree.expect("it starts").child(0);
        let names: Vec<_> =
            world.system().names("/house").iter().map(|n| n.name.to_string()).collect();
        assert_eq!(names, ["/house", "/house/ears", "/house/ears/0", "/house/ears/1"]);
        let found = world.system().lookup(Name::<Pool<Listener>>::new("/house/ears"));
        assert_eq!(found, Ok(pool));
    });
}

#[test]
fn a_reference_to_no_pool_cannot_be_resized() {
    on_shards(|simulator| {
        let alone = put(&simulator, 1, || Worker::new(&Journal::default()));
        let world = World::Simulated(simulator);
        let resized = world.run(0, move || async move { Pool::of(alone).resize(3).await });
        assert!(matches!(resized, Err(ChildError::Unreachable(AskError::NoProc))), "{resized:?}");
        let pool = world.spawn(0, || Pool::new(1, Listener::default));
        let again = Pool::of(pool.workers());
        assert_eq!(again, pool);
        assert_eq!(world.run(0, move || async move { again.size().await }), Ok(1));
        let refused = world.run(0, move || async move {
            let end = pool.wait();
            pool.stop();
            end.await;
            pool.try_tell(ListenerMsg::Hear { text: String::new() }).is_err()
        });
        assert!(refused);
    });
}

#[test]
fn s6_a_worker_that_is_not_restarted_is_a_member_no_more() {
    everywhere(|world| {
        let journal = Journal::default();
        let pool = world.spawn(0, move || {
            let pool = Pool::new(3, move || Worker::new(&journal));
            pool.restart(Restart::Transient).shutdown(Shutdown::Brutal).routing(Routing::hash(user))
        });
        let workers = members(&world, pool);
        let end = workers[1].wait();
        workers[1].stop();
        assert!(matches!(world.run(0, move || end), ExitReason::Normal));
        // Who waits for the end of a worker may hear of it before the pool does.
        while members(&world, pool).len() > 2 {}
        for user in 0..30 {
            let at = world.ask(pool.place(user)).expect("one of the others answers");
            assert!(at == workers[0] || at == workers[2]);
        }
        assert_eq!(members(&world, pool), [workers[0], workers[2]]);
        resize(&world, pool, 3);
        assert_eq!(members(&world, pool).len(), 3);
    });
}

#[supervisor]
struct Works {
    journal: Journal,
    #[dynamic]
    counts: Dynamic<Count>,
    /// Who works.
    #[child(
        pool = 4,
        route = hash(|message: &WorkerMsg| user(message)),
        start = { counts.count().await?; Worker::new(&journal) },
        intensity(max = 9, within = "60s")
    )]
    workers: Pool<Worker>,
    #[child(pool = 3, route = broadcast)]
    ears: Pool<Listener>,
    #[child(pool = 2, route = least_loaded, start = { workers.job(1, 7); Small::default() })]
    small: Pool<Small>,
}

#[test]
fn a_pool_is_a_child_that_is_reached_as_a_worker() {
    everywhere(|world| {
        let journal = Journal::default();
        let given = journal.clone();
        let works = world.run(1, move || Works::start(given)).expect("the works start");
        let workers: ActorRef<Worker> = works.workers();
        let (same, other) = (world.ask(workers.place(1)), world.ask(workers.place(1)));
        assert_eq!(same, other);
        let worker = same.expect("a worker answers");
        assert_ne!(worker, workers);
        // Each of the two that were made after the workers has told one of them of it.
        let done = world.ask(workers.add(1, 8));
        assert_eq!(done, Ok(3));
        worker.crash();
        assert_eq!(world.ask(worker.add(1, 9)), Ok(1));
        let resized = world.run(0, move || async move { Pool::of(workers).resize(6).await });
        assert!(resized.is_ok());
        assert_eq!(journal.take().iter().filter(|line| *line == "start").count(), 7);
        let count = world.spawn(0, Count::default);
        let counts = count.counts(3);
        works.ears().hear("all".to_owned());
        works.ears().tell_all(count);
        assert_eq!(world.ask(counts), Ok(BTreeMap::from([("all".to_owned(), 3)])));
        let children =
            world.run(0, move || async move { works.tree().await.map(|tree| tree.to_string()) });
        let children = children.expect("it answers");
        assert!(
            children.contains("├─ workers (one for one)\n│  ├─ 0: Worker, running"),
            "{children}"
        );
        let report = world.end();
        assert_eq!((report.actors_left, report.messages_left), (0, 0));
    });
}
