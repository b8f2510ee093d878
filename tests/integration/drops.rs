//! The destructor of a message runs exactly once, whichever way the message went.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread::ThreadId;
use std::time::Duration;

use callboard::{Reply, actor, handlers, spawn};

use crate::check::{Counted, END, Tally, World, everywhere, on_shards, put, real};

/// Does all sorts of things to a value.
#[actor]
#[derive(Default)]
struct Taker {
    kept: Vec<Counted>,
    replies: Vec<Reply<Counted>>,
}

#[handlers]
impl Taker {
    #[tell]
    fn take(&mut self, _value: Counted) {}

    #[tell]
    fn keep(&mut self, value: Counted) {
        self.kept.push(value);
    }

    #[tell]
    fn take_large(&mut self, _value: Counted, _rest: [u8; 2_000]) {}

    #[tell]
    fn panic(&mut self, _value: Counted) {
        panic!("with a value");
    }

    #[tell]
    async fn hang(&mut self, value: Counted) {
        let _value = value;
        std::future::pending::<()>().await;
    }

    #[ask]
    fn echo(&mut self, value: Counted) -> Counted {
        value
    }

    #[ask]
    fn hold(&mut self, _value: Counted, reply: Reply<Counted>) {
        self.replies.push(reply);
    }
}

/// Runs a case with a taker, ends the system and says that the drops are even.
fn check(case: impl Fn(&World, callboard::ActorRef<Taker>, Tally)) {
    check_within(END, case);
}

/// As `check`, for a case whose actors have to be cut off.
fn check_cut_off(case: impl Fn(&World, callboard::ActorRef<Taker>, Tally)) {
    check_within(Duration::from_millis(20), case);
}

fn check_within(deadline: Duration, case: impl Fn(&World, callboard::ActorRef<Taker>, Tally)) {
    everywhere(|world| {
        let tally = Tally::default();
        let taker = world.spawn(1, Taker::default);
        case(&world, taker, tally.clone());
        world.end_within(deadline);
        assert!(tally.made() > 0, "the case made values");
        tally.assert_even();
    });
}

#[test]
fn p09_handled_values_are_dropped_once() {
    check(|world, taker, tally| {
        world.run(0, move || async move {
            for _ in 0..1_000 {
                taker.take(tally.make());
                taker.keep(tally.make());
                taker.take_large(tally.make(), [0; 2_000]);
            }
        });
    });
}

#[test]
fn p09_values_of_asks_are_dropped_once() {
    check(|world, taker, tally| {
        world.run(0, move || async move {
            for _ in 0..100 {
                drop(taker.echo(tally.make()).await);
                drop(taker.echo(tally.make()).start());
                drop(taker.echo(tally.make()));
                drop(taker.hold(tally.make()).start());
            }
        });
    });
}

#[test]
fn p09_values_behind_a_stop_are_dropped_once() {
    check(|world, taker, tally| {
        world.run(0, move || async move {
            (0..100).for_each(|_| taker.take(tally.make()));
            taker.stop();
            (0..100).for_each(|_| taker.take_large(tally.make(), [0; 2_000]));
        });
    });
}

#[test]
fn p09_values_at_a_crash_are_dropped_once() {
    check(|world, taker, tally| {
        world.run(0, move || async move {
            (0..100).for_each(|_| taker.keep(tally.make()));
            taker.panic(tally.make());
            (0..100).for_each(|_| taker.keep(tally.make()));
        });
    });
}

#[test]
fn p09_values_that_wait_for_an_actor_that_is_cut_off_are_dropped_once() {
    check_cut_off(|world, taker, tally| {
        world.run(1, move || async move {
            taker.keep(tally.make());
            taker.hang(tally.make());
            (0..100).for_each(|_| taker.take_large(tally.make(), [0; 2_000]));
            tokio::task::yield_now().await;
        });
    });
}

#[test]
fn p09_values_on_their_way_at_the_end_are_dropped_once() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let taker = put(&simulator, 1, Taker::default);
        simulator.enter(0, || {
            taker.hang(tally.make());
            (0..10_000).for_each(|_| taker.take(tally.make()));
            (0..100).for_each(|_| taker.take_large(tally.make(), [0; 2_000]));
        });
        taker.take(tally.make());
        drop(simulator);
        tally.assert_even();
    });
}

#[test]
fn m6_values_told_by_plain_threads_are_dropped_once() {
    check(|_, taker, tally| {
        for _ in 0..1_000 {
            taker.take(tally.make());
            taker.take_large(tally.make(), [0; 2_000]);
        }
    });
}

#[test]
fn m6_values_in_an_async_state_are_dropped_once_at_the_end() {
    check_cut_off(|world, taker, tally| {
        world.run(0, move || async move {
            let other = spawn(Taker::default());
            other.hang(tally.make());
            taker.hang(tally.make());
        });
    });
}

#[test]
fn m6_a_closure_that_never_ran_is_dropped_once() {
    let tally = Tally::default();
    let system = real(1);
    let subject = system.spawn_on(0, Taker::default).wait().expect("it starts");
    system.stop(END);
    let value = tally.make();
    drop(subject.echo(value).start());
    tally.assert_even();
}

/// Says on which thread it was dropped.
struct Threaded(mpsc::Sender<ThreadId>, Rc<Cell<u32>>);

impl Drop for Threaded {
    fn drop(&mut self) {
        let _ = self.0.send(std::thread::current().id());
    }
}

/// Holds state that is not `Send`.
#[actor]
struct Local(Threaded);

#[handlers]
impl Local {
    #[ask]
    fn thread(&self) -> ThreadId {
        std::thread::current().id()
    }

    #[tell]
    fn panic(&mut self) {
        panic!("with local state");
    }

    #[tell]
    async fn hang(&mut self) {
        let _held = self.0.1.clone();
        std::future::pending::<()>().await;
    }
}

/// Ends a local actor in one way and says that its state was dropped where it lived.
fn dropped_at_home(end: impl FnOnce(callboard::ActorRef<Local>)) {
    let system = real(2);
    let (send, dropped) = mpsc::channel();
    let local = system.spawn_on(1, || Local(Threaded(send, Rc::default()))).wait();
    let local = local.expect("it starts");
    let home = local.thread().wait().expect("an answer");
    end(local);
    system.stop(END);
    assert_eq!(Vec::from_iter(dropped.iter()), [home]);
    assert_ne!(home, std::thread::current().id());
}

#[test]
fn state_that_is_not_send_is_dropped_on_its_own_thread_at_a_stop() {
    dropped_at_home(|local| local.stop());
}

#[test]
fn state_that_is_not_send_is_dropped_on_its_own_thread_at_a_crash() {
    dropped_at_home(|local| local.panic());
}

#[test]
fn state_that_is_not_send_is_dropped_on_its_own_thread_at_the_end() {
    dropped_at_home(|_| {});
}

#[test]
fn state_that_is_borrowed_by_a_handler_is_dropped_on_its_own_thread_when_cut_off() {
    let system = real(2);
    let (send, dropped) = mpsc::channel();
    let local = system.spawn_on(1, || Local(Threaded(send, Rc::default()))).wait();
    let local = local.expect("it starts");
    let home = local.thread().wait().expect("an answer");
    local.hang();
    system.stop(Duration::from_millis(50));
    assert_eq!(Vec::from_iter(dropped.iter()), [home]);
}
