//! Links, monitors and exits between nodes are those of one node, and a lost node ends them.

use std::sync::mpsc;

use callboard::remote::{Limits, MemoryNetwork, NodeError, Rights};
use callboard::{ActorRef, AskError, Context, Down, Exit, ExitReason, Query, actor, handlers};

use crate::check::{At, LONG, Pair, everywhere, two_nodes};
use crate::counter::Counter;

/// Says what it hears of others.
#[actor]
struct Watcher(mpsc::Sender<String>);

#[handlers]
impl Watcher {
    #[ask]
    fn monitor_it(&mut self, cx: &mut Context<Self>, actor: ActorRef<Counter>) {
        cx.monitor(actor);
    }

    #[ask]
    fn link_it(&mut self, cx: &mut Context<Self>, actor: ActorRef<Counter>) {
        cx.link(actor);
    }

    #[ask]
    fn unlink_it(&mut self, cx: &mut Context<Self>, actor: ActorRef<Counter>) {
        cx.unlink(actor);
    }

    #[down]
    fn down(&mut self, down: Down) {
        let Down { actor, incarnation, reason, .. } = down;
        let _ = self.0.send(format!("down {actor} {incarnation}: {reason}"));
    }

    #[exit]
    fn exits(&mut self, exit: Exit) {
        let _ = self.0.send(format!("exit: {}", exit.reason));
    }
}

/// A watcher, and what it says.
fn watch(at: &At<'_>) -> (ActorRef<Watcher>, mpsc::Receiver<String>) {
    let (say, said) = mpsc::channel();
    let watcher = at.system.spawn_on(0, move || Watcher(say)).wait();
    (watcher.expect("it starts"), said)
}

/// Asks why an actor ends, before it does: afterwards nobody knows.
fn end_of(actor: ActorRef<Counter>) -> Query<ExitReason> {
    let why = actor.wait();
    // What comes by another way may be faster; this comes by the same.
    assert_eq!(actor.get().wait(), Ok(0));
    why
}

fn next(said: &mpsc::Receiver<String>) -> String {
    said.recv_timeout(LONG).expect("it hears")
}

#[test]
fn p21_two_monitors_of_an_actor_of_another_node_are_told_once_each() {
    everywhere(|here, there| {
        let [own, far] = there.counter(1, &here);
        let (watcher, said) = watch(&here);
        for _ in 0..2 {
            watcher.monitor_it(far).wait().expect("it monitors");
        }
        // Behind both monitors.
        far.add(1);
        assert_eq!(far.get().wait(), Ok(1));
        own.stop();
        let down = format!("down {} 1: normal", far.address());
        assert_eq!([next(&said), next(&said)], [down.clone(), down]);
    });
}

#[test]
fn p22_a_monitor_of_an_actor_that_is_gone_fires_at_once() {
    everywhere(|here, there| {
        let [own, far] = there.counter(1, &here);
        own.kill();
        drop(own.wait().wait());
        let (watcher, said) = watch(&here);
        watcher.monitor_it(far).wait().expect("it monitors");
        assert!(next(&said).ends_with(": no such actor"));
    });
}

#[test]
fn p25_the_end_of_a_linked_actor_of_another_node_is_an_exit() {
    everywhere(|here, there| {
        let [own, far] = there.counter(1, &here);
        let (watcher, said) = watch(&here);
        watcher.link_it(far).wait().expect("it links");
        assert_eq!(far.get().wait(), Ok(0), "the link is there");
        own.exit(ExitReason::error("worn out"));
        assert_eq!(next(&said), "exit: error: worn out");
    });
}

#[test]
fn p25_a_reason_that_is_long_comes_in_part() {
    for frame_bytes in [10_000, 1 << 20] {
        let limits = Limits { frame_bytes, ..Limits::default() };
        Pair::new(None, 1, |node| node.limits(limits.clone())).run(|here, there| {
            let [own, far] = there.counter(0, &here);
            let [_, other] = there.counter(0, &here);
            let (watcher, said) = watch(&here);
            watcher.link_it(far).wait().expect("it links");
            let why = end_of(far);
            own.exit(ExitReason::error("\u{e4}".repeat(50_000)));
            // An odd number of bytes would cut the last letter.
            let most = (frame_bytes / 4).min(8_192);
            let part = format!("error: {}", "\u{e4}".repeat(most / 2));
            assert_eq!((next(&said), why.wait().to_string()), (format!("exit: {part}"), part));
            assert_eq!(other.get().wait(), Ok(0), "the connection lives");
        });
    }
}

#[test]
fn p25_who_links_ends_an_actor_of_another_node_only_where_there_is_the_right() {
    for exit in [false, true] {
        let rights = Rights { exit, ..Rights::default() };
        Pair::new(None, 2, |node| node.rights(rights)).run(|here, there| {
            let [own, far] = there.counter(1, &here);
            let (watcher, _said) = watch(&here);
            watcher.link_it(far).wait().expect("it links");
            watcher.unlink_it(far).wait().expect("it unlinks");
            watcher.link_it(far).wait().expect("it links");
            assert_eq!(far.get().wait(), Ok(0));
            let why = end_of(own);
            watcher.kill();
            drop(watcher.wait().wait());
            if exit {
                assert!(matches!(why.wait(), ExitReason::Killed));
            } else {
                // The end of the watcher was said before this is.
                assert_eq!(far.get().wait(), Ok(0));
                own.stop();
                assert!(matches!(why.wait(), ExitReason::Normal));
            }
        });
    }
}

#[test]
fn l12_what_is_asked_of_an_actor_without_its_handlers_is_asked_across_nodes() {
    let rights = Rights { exit: true, ..Rights::default() };
    for network in [None, Some(MemoryNetwork::default())] {
        Pair::new(network.as_ref(), 2, |node| node.rights(rights)).run(|here, there| {
            let [own, far] = there.counter(1, &here);
            assert!(far.is_alive().wait());
            let why = [far.wait(), far.wait()];
            // It keeps its place: what was sent before is handled.
            (0..100).for_each(|_| far.add(1));
            let drained = far.drain(LONG);
            let late = far.get();
            let drained = drained.wait();
            assert_eq!((drained.left, drained.reason.to_string()), (0, "normal".to_owned()));
            for why in why {
                assert!(matches!(why.wait(), ExitReason::Normal));
            }
            assert!(late.wait().is_err());
            assert!(!far.is_alive().wait() && !own.is_alive().wait());
            assert!(matches!(far.wait().wait(), ExitReason::NoProc));
            assert!(matches!(far.drain(LONG).wait().reason, ExitReason::NoProc));
        });
    }
}

#[test]
fn w15_to_drain_an_actor_of_another_node_is_a_right() {
    two_nodes(None, 1, |here, there| {
        let [own, far] = there.counter(0, &here);
        let drained = far.drain(LONG).wait();
        let why = drained.reason.to_string();
        assert_eq!(why, "error: the node gives no right to end its actors");
        assert!(own.is_alive().wait() && far.is_alive().wait());
    });
}

#[test]
fn w9_questions_to_a_lost_node_end_with_it() {
    let network = MemoryNetwork::default();
    two_nodes(Some(&network), 1, |here, there| {
        let [_, far] = there.counter(0, &here);
        let (lives, why) = (far.is_alive(), far.wait());
        assert!(lives.wait());
        network.cut("a", "b");
        assert!(matches!(why.wait(), ExitReason::NoConnection));
        assert!(matches!(far.wait().wait(), ExitReason::NoConnection));
        assert!(matches!(far.drain(LONG).wait().reason, ExitReason::NoConnection));
        assert!(!far.is_alive().wait(), "nobody can say it");
    });
}

#[test]
fn q1_questions_that_wait_are_bounded_in_number() {
    let limits = Limits { pending_asks: 4, ..Limits::default() };
    Pair::new(None, 1, |node| node.limits(limits.clone())).run(|here, there| {
        let [_, far] = there.counter(0, &here);
        let waits: Vec<_> = (0..4).map(|_| far.wait()).collect();
        let too_many = far.wait().wait().to_string();
        assert_eq!(too_many, "error: too many questions wait for the node");
        drop(waits);
    });
}

#[test]
fn p26_a_link_to_an_actor_that_is_gone_is_an_exit() {
    everywhere(|here, there| {
        let [own, far] = there.counter(1, &here);
        own.kill();
        drop(own.wait().wait());
        let (watcher, said) = watch(&here);
        watcher.link_it(far).wait().expect("it links");
        assert_eq!(next(&said), "exit: no such actor");
    });
}

#[test]
fn p58_a_lost_connection_fires_each_link_and_each_monitor_once() {
    let network = MemoryNetwork::default();
    two_nodes(Some(&network), 2, |here, there| {
        let [own, far] = there.counter(1, &here);
        let (watcher, said) = watch(&here);
        let (watched_by, own_said) = watch(&there);
        watcher.link_it(far).wait().expect("it links");
        watcher.monitor_it(far).wait().expect("it monitors");
        let [near, seen] = here.counter(0, &there);
        watched_by.monitor_it(seen).wait().expect("it monitors");
        assert_eq!(far.get().wait(), Ok(0));
        assert_eq!(seen.get().wait(), Ok(0));
        network.cut("a", "b");
        let mut heard = [next(&said), next(&said)];
        heard.sort();
        let lost = "the connection to its node was lost";
        assert_eq!(heard, [format!("down {} 1: {lost}", far.address()), format!("exit: {lost}")]);
        assert_eq!(next(&own_said), format!("down {} 1: {lost}", seen.address()));
        // Both live, and nobody is told twice.
        own.stop();
        near.stop();
        drop((own.wait().wait(), near.wait().wait()));
        watcher.monitor_it(far).wait().expect("it monitors");
        assert_eq!(next(&said), format!("down {} 1: {lost}", far.address()), "at once");
        assert!(said.try_recv().is_err() && own_said.try_recv().is_err());
    });
}

#[test]
fn w15_an_actor_of_another_node_is_ended_only_where_there_is_the_right() {
    let network = MemoryNetwork::default();
    two_nodes(Some(&network), 1, |here, there| {
        let [_, far] = there.counter(0, &here);
        far.kill();
        far.stop();
        far.exit(ExitReason::Shutdown);
        assert_eq!(far.get().wait(), Ok(0), "nobody may");
    });
    let pair = Pair::new(Some(&network), 1, |node| {
        node.rights(Rights { exit: true, kill: true, ..Rights::default() })
    });
    pair.run(|here, there| {
        let [own, far] = there.counter(0, &here);
        let why = end_of(own);
        far.stop();
        assert!(matches!(why.wait(), ExitReason::Normal));
        let [own, far] = there.counter(0, &here);
        let why = end_of(own);
        far.exit(ExitReason::error("enough"));
        assert_eq!(why.wait().to_string(), "error: enough");
        let [own, far] = there.counter(0, &here);
        let why = end_of(own);
        far.kill();
        assert!(matches!(why.wait(), ExitReason::Killed));
        assert_eq!(far.get().timeout(LONG).wait(), Err(AskError::Stopped));
    });
}

#[test]
fn w11_plain_tcp_stays_on_loopback() {
    let system = crate::check::real(1);
    let open = callboard::remote::Node::builder("open").listen("0.0.0.0:0").start(&system);
    assert!(matches!(open, Err(NodeError::Insecure)));
    let node = callboard::remote::Node::builder("open").start(&system).expect("it does not listen");
    // An address for documentation: nobody is there.
    let connected = node.connect("192.0.2.1:7").wait();
    assert!(matches!(connected, Err(NodeError::Insecure)));
}

#[test]
fn an_address_that_can_never_be_one_is_an_error_at_once() {
    let system = crate::check::real(1);
    let node = callboard::remote::Node::builder("a").start(&system).expect("a node");
    for address in ["", "127.0.0.1", "127.0.0.1:0", "localhost:70000", "http://b:80"] {
        let connected = node.connect(address).wait();
        assert!(matches!(connected, Err(NodeError::BadAddress)), "{address}: {connected:?}");
    }
    let (network, system) = (MemoryNetwork::default(), crate::check::real(1));
    let within = callboard::remote::Node::builder("b").memory(&network).start(&system);
    let connected = within.expect("a node").connect("").wait();
    assert!(matches!(connected, Err(NodeError::BadAddress)));
}
