//! Signals between nodes keep their place among messages and come once: the cases of one node, across two.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use callboard::remote::{MemoryNetwork, NodeBuilder, Rights};
use callboard::{ActorRef, Context, Down, Exit, ExitReason, Flow, Monitor, actor, handlers};
use tokio::sync::oneshot;

use crate::check::{At, LONG, Pair};
use crate::counter::Counter;

/// Links to others of its kind, and does not trap.
#[actor(remote = "test.knot")]
#[derive(Default)]
struct Knot(Arc<AtomicU64>);

#[handlers]
impl Knot {
    #[ask]
    fn tie(&mut self, cx: &mut Context<Self>, other: ActorRef<Self>) {
        cx.link(other);
    }

    #[tell]
    fn work(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    #[ask]
    fn is_there(&self) {}

    #[tell]
    fn kill_itself(&mut self) -> Flow {
        Flow::stop_with(ExitReason::Kill)
    }

    /// Tells three times, says `exit`, and tells three times more.
    #[tell]
    fn exit_among_tells(&mut self, other: ActorRef<Self>) {
        (0..3).for_each(|_| other.work());
        other.exit(ExitReason::error("enough"));
        (0..3).for_each(|_| other.work());
    }

    /// Says it to another, and then to itself.
    #[tell]
    fn exit_normally(&mut self, cx: &mut Context<Self>, other: ActorRef<Self>) {
        other.exit(ExitReason::Normal);
        cx.me().exit(ExitReason::Normal);
    }

    /// Ends with last words.
    #[tell]
    fn die(&mut self, cx: &mut Context<Self>, listener: ActorRef<Listener>) {
        listener.hear("last words".to_owned());
        cx.stop();
    }
}

/// Traps, and says what it hears.
#[actor(remote = "test.listener")]
struct Listener {
    says: mpsc::Sender<String>,
    monitors: Vec<Monitor>,
}

#[handlers]
impl Listener {
    #[tell]
    fn hear(&mut self, what: String) {
        let _ = self.says.send(what);
    }

    #[ask]
    fn link_to(&mut self, cx: &mut Context<Self>, knot: ActorRef<Knot>) {
        cx.link(knot);
    }

    #[ask]
    fn monitor_it(&mut self, cx: &mut Context<Self>, counter: ActorRef<Counter>) {
        self.monitors.push(cx.monitor(counter));
    }

    #[tell]
    #[local]
    async fn hold(&mut self, gate: oneshot::Receiver<()>) {
        let _ = gate.await;
    }

    #[ask]
    fn cancel(&mut self, number: u32) -> bool {
        self.monitors[number as usize].cancel()
    }

    #[down]
    fn down(&mut self, down: Down) {
        let number = self.monitors.iter().position(|monitor| *monitor == down.monitor);
        let _ = self.says.send(format!("down {}: {}", number.unwrap_or(9), down.reason));
    }

    #[exit]
    fn exits(&mut self, exit: Exit) {
        let _ = self.says.send(format!("exit: {}", exit.reason));
    }
}

/// Runs a case within the process and on loopback, on one shard and on two, between nodes that may end each other's.
fn everywhere(case: impl Fn(At<'_>, At<'_>)) {
    let how = |node: NodeBuilder| {
        let node = node.register::<Knot>().register::<Listener>();
        node.rights(Rights { exit: true, kill: true, ..Rights::default() })
    };
    for shards in [1, 2] {
        Pair::new(Some(&MemoryNetwork::default()), shards, how).run(&case);
        Pair::new(None, shards, how).run(&case);
    }
}

/// A knot, as the nodes see it.
fn knot(at: &At<'_>, shard: usize, seen_from: &At<'_>) -> [ActorRef<Knot>; 2] {
    let shard = shard % at.system.shards();
    let knot = at.system.spawn_on(shard, Knot::default).wait().expect("it starts");
    [knot, at.share(knot, seen_from)]
}

/// A listener on the first shard, and what it says.
fn listen(at: &At<'_>) -> (ActorRef<Listener>, mpsc::Receiver<String>) {
    let (says, said) = mpsc::channel();
    let listener = at.system.spawn_on(0, || Listener { says, monitors: Vec::new() });
    (listener.wait().expect("it starts"), said)
}

fn next(said: &mpsc::Receiver<String>) -> String {
    said.recv_timeout(LONG).expect("it hears")
}

#[test]
fn p02_nothing_that_was_sent_after_an_exit_to_another_node_is_handled() {
    everywhere(|here, there| {
        let says = here.system.spawn_on(0, Knot::default).wait().expect("it starts");
        for _ in 0..250 {
            let worked = Arc::new(AtomicU64::new(0));
            let (counts, shard) = (worked.clone(), there.system.shards() - 1);
            let own = there.system.spawn_on(shard, || Knot(counts)).wait().expect("it starts");
            let (why, far) = (own.wait(), there.share(own, &here));
            says.exit_among_tells(far);
            assert_eq!(why.wait().to_string(), "error: enough");
            let worked = worked.load(Ordering::Relaxed);
            assert!(worked <= 3, "{worked} times");
            // What came later is dead by then.
            assert!(far.is_there().wait().is_err());
        }
    });
}

#[test]
fn p03_an_exit_comes_after_the_last_words_from_another_node() {
    everywhere(|here, there| {
        for _ in 0..20 {
            let (own, said) = listen(&there);
            let listener = there.share(own, &here);
            let [dying, seen] = knot(&here, 1, &there);
            own.link_to(seen).wait().expect("it links");
            assert_eq!(seen.is_there().wait(), Ok(()), "the link is there");
            dying.die(listener);
            assert_eq!([next(&said), next(&said)], ["last words", "exit: normal"]);
        }
    });
}

#[test]
fn p23_a_monitor_of_another_node_cancelled_after_the_end_is_not_told() {
    everywhere(|here, there| {
        let [own, far] = there.counter(1, &here);
        let (watcher, said) = listen(&here);
        let (second, told) = listen(&here);
        for watcher in [watcher, watcher, second] {
            watcher.monitor_it(far).wait().expect("it monitors");
        }
        assert_eq!(far.get().wait(), Ok(0), "the monitors are there");
        let (open, gate) = oneshot::channel();
        watcher.local().expect("it is here").hold(gate);
        let cancelled = watcher.cancel(1).start();
        own.stop();
        // It is told after the first, on the same shard.
        assert_eq!(next(&told), "down 0: normal");
        open.send(()).expect("it is held");
        assert_eq!(cancelled.wait(), Ok(true));
        assert_eq!(next(&said), "down 0: normal");
        assert_eq!(watcher.cancel(0).wait(), Ok(false), "it was told");
        assert!(said.try_recv().is_err(), "and of the other nothing");
    });
}

#[test]
fn p24_a_link_made_twice_gives_one_exit_from_another_node() {
    everywhere(|here, there| {
        let [own, far] = knot(&there, 1, &here);
        let (listener, said) = listen(&here);
        for _ in 0..2 {
            listener.link_to(far).wait().expect("it links");
        }
        assert_eq!(far.is_there().wait(), Ok(()), "the link is there");
        own.kill();
        assert_eq!(next(&said), "exit: killed");
        // To link again is to learn that it is gone.
        listener.link_to(far).wait().expect("it links");
        assert_eq!(next(&said), "exit: no such actor");
        assert!(said.try_recv().is_err());
    });
}

#[test]
fn p27_a_kill_goes_along_a_chain_between_nodes_as_killed() {
    everywhere(|here, there| {
        for length in [1, 2, 9, 10] {
            // By turns on the one and the other.
            let at = |number: usize| if number.is_multiple_of(2) { &here } else { &there };
            let knots: Vec<_> =
                (0..length).map(|number| knot(at(number), number, at(number + 1))).collect();
            for pair in knots.windows(2) {
                pair[0][0].tie(pair[1][1]).wait().expect("it links");
                assert_eq!(pair[1][1].is_there().wait(), Ok(()), "the link is there");
            }
            let (listener, said) = listen(&here);
            listener.link_to(knots[0][0]).wait().expect("it links");
            assert_eq!(knots[0][0].is_there().wait(), Ok(()));
            knots[length - 1][0].kill();
            assert_eq!(next(&said), "exit: killed", "a chain of {length}");
        }
        let (listener, said) = listen(&here);
        let [own, far] = knot(&there, 1, &here);
        listener.link_to(far).wait().expect("it links");
        assert_eq!(far.is_there().wait(), Ok(()));
        own.kill_itself();
        assert_eq!(next(&said), "exit: kill");
    });
}

#[test]
fn p28_normal_ends_only_who_says_it_to_itself_and_nobody_on_another_node() {
    everywhere(|here, there| {
        let [_, far] = knot(&there, 1, &here);
        let [says, _] = knot(&here, 0, &there);
        let why = says.wait();
        says.exit_normally(far);
        assert!(matches!(why.wait(), ExitReason::Normal));
        assert_eq!(far.is_there().wait(), Ok(()), "it lives");
        far.exit(ExitReason::Normal);
        assert_eq!(far.is_there().wait(), Ok(()), "nor is it ended from outside");
    });
}
