//! Actors of other nodes: the same reference, the same call.

use std::sync::mpsc;

use callboard::remote::{FindError, Limits, MemoryNetwork, Named, NodeEvent};
use callboard::{AskError, DeadReason, actor, handlers};

use crate::check::{At, LONG, Pair, everywhere, node, real, two_nodes};
use crate::counter::{Counter, CounterMsg};

#[test]
fn tells_and_asks_cross_to_another_node() {
    everywhere(|here, there| {
        let [_, far] = there.counter(1, &here);
        far.add(5);
        far.add(6);
        assert_eq!(far.get().wait(), Ok(11));
        assert_eq!(far.echo(vec![7; 300_000]).wait(), Ok(vec![7; 300_000]));
    });
}

#[test]
fn an_actor_asks_one_of_another_node_in_its_handler() {
    everywhere(|here, there| {
        let [_, far] = there.counter(1, &here);
        let [near, _] = here.counter(1, &there);
        near.befriend(far);
        assert_eq!(near.ask_friend().wait(), Ok(Ok(1)));
        assert_eq!(far.get().wait(), Ok(1));
    });
}

#[test]
fn w16_a_reference_that_comes_home_is_the_same() {
    everywhere(|here, there| {
        let [own, far] = there.counter(0, &here);
        let [near, _] = here.counter(1, &there);
        far.befriend(near);
        assert_eq!(far.friend().wait(), Ok(Some(near)));
        far.befriend(far);
        assert_eq!(far.friend().wait(), Ok(Some(far)));
        assert_eq!(own.friend().wait(), Ok(Some(own)));
    });
}

#[test]
fn an_actor_of_another_node_that_has_ended_is_noproc_at_once() {
    everywhere(|here, there| {
        let [own, far] = there.counter(1, &here);
        own.kill();
        drop(own.wait().wait());
        let asked = far.get().timeout(LONG).wait();
        assert!(matches!(asked, Err(AskError::NoProc | AskError::Stopped)), "{asked:?}");
    });
}

#[test]
fn a3_a_lost_connection_ends_asks_at_once() {
    let network = MemoryNetwork::default();
    two_nodes(Some(&network), 1, |here, there| {
        let [_, far] = there.counter(0, &here);
        let held = far.hold().timeout(LONG).start();
        assert_eq!(far.get().wait(), Ok(0), "the ask before it is there");
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || tell.send(held.wait()));
        network.cut("a", "b");
        assert_eq!(told.recv_timeout(LONG / 2), Ok(Err(AskError::NoConnection)));
        assert_eq!(far.get().timeout(LONG).wait(), Err(AskError::NoConnection));
    });
}

#[test]
fn p01_what_an_actor_is_told_comes_in_order() {
    let limits = Limits { outbound_messages: 1 << 20, ..Limits::default() };
    for network in [None, Some(MemoryNetwork::default())] {
        let pair = Pair::new(network.as_ref(), 2, |node| node.limits(limits.clone()));
        pair.run(|here, there| {
            let [_, far] = there.counter(1, &here);
            (1..=100_000).for_each(|number| far.next(number));
            assert_eq!(far.get().timeout(LONG).wait(), Ok(100_000));
        });
    }
}

#[test]
fn w7_what_waits_for_a_node_is_bounded() {
    let limits = Limits { outbound_messages: 8, ..Limits::default() };
    let network = MemoryNetwork::default();
    let pair = Pair::new(Some(&network), 1, |node| node.limits(limits.clone()));
    pair.run(|here, there| {
        let [_, far] = there.counter(0, &here);
        let [near, _] = here.counter(0, &there);
        // In one handler, on the shard of the connection, which sends nothing meanwhile.
        near.befriend(far);
        assert_eq!(near.flood(20).wait(), Ok((8, 12)));
        let lost = || here.system.stats().total().dead_letters.of(DeadReason::Overflow);
        drop(far.reserve().wait().expect("there is room for an ask again"));
        assert_eq!(far.get().wait(), Ok(8));
        assert_eq!(lost(), 0, "each was given back");
        // Who waits for room gets it.
        for _ in 0..100 {
            far.reserve().wait().expect("there is room").send(CounterMsg::Add { by: 1 });
        }
        drop(far.reserve().wait().expect("there is room for an ask again"));
        assert_eq!(far.get().wait(), Ok(108));
    });
}

#[test]
fn a_message_that_is_larger_than_was_agreed_is_not_sent() {
    let limits = Limits { frame_bytes: 10_000, ..Limits::default() };
    let pair = Pair::new(None, 1, |node| node.limits(limits.clone()));
    pair.run(|here, there| {
        let [_, far] = there.counter(0, &here);
        assert_eq!(far.echo(vec![7; 9_900]).wait().map(|echo| echo.len()), Ok(9_900));
        assert_eq!(far.echo(vec![7; 10_000]).wait(), Err(AskError::TooLarge));
        assert_eq!(far.get().wait(), Ok(0), "the connection lives");
    });
}

#[test]
fn w3_nodes_that_dial_each_other_settle_on_one_connection() {
    for _ in 0..20 {
        let network = MemoryNetwork::default();
        let systems = [real(1), real(1)];
        let a = node(Some(&network), "a").start(&systems[0]).expect("a node");
        let b = node(Some(&network), "b").start(&systems[1]).expect("a node");
        let both = [a.connect("b"), b.connect("a")];
        let met = both.map(|dialled| dialled.wait().map(|peer| peer.name).ok());
        assert_eq!(met, [Some("b".to_owned()), Some("a".to_owned())]);
        assert_eq!((a.peers(), b.peers()), (vec![b.info()], vec![a.info()]));
        let (here, there) =
            (At { system: &systems[0], node: &a }, At { system: &systems[1], node: &b });
        let [_, far] = there.counter(0, &here);
        assert_eq!(far.get().wait(), Ok(0));
    }
}

#[test]
fn w10_of_a_node_that_begins_again_all_of_the_old_is_dead() {
    let network = MemoryNetwork::default();
    let [here, first, second] = [real(1), real(1), real(1)];
    let a = node(Some(&network), "a").start(&here).expect("a node");
    let b = node(Some(&network), "b").start(&first).expect("a node");
    let mut events = here.subscribe::<NodeEvent>("nodes/b");
    a.connect("b").wait().expect("it connects");
    let at_a = At { system: &here, node: &a };
    let [_, old] = At { system: &first, node: &b }.counter(0, &at_a);
    let held = old.hold().timeout(LONG).start();
    drop(b);
    assert_eq!(held.wait(), Err(AskError::NoConnection));
    let b = node(Some(&network), "b").start(&second).expect("a node");
    let is_up = |event| matches!(event, Some(Ok(NodeEvent::Up(peer))) if peer == b.info());
    while !is_up(events.wait_next()) {}
    assert_eq!(old.get().wait(), Err(AskError::NoProc));
    let [_, new] = At { system: &second, node: &b }.counter(0, &at_a);
    assert_ne!(new, old);
    assert_eq!(new.get().wait(), Ok(0));
}

#[test]
fn only_what_is_exported_is_found() {
    everywhere(|here, there| {
        let [own, _] = there.counter(0, &here);
        there.system.register("/secret/counter", own).wait().expect("the name is free");
        there.system.register("/testament", own).wait().expect("the name is free");
        let find = |name: &str| here.node.lookup::<Counter>("b", name).wait();
        assert_eq!(find("/secret/counter"), Err(FindError::NotFound));
        assert_eq!(find("/testament"), Err(FindError::NotFound));
        assert_eq!(find("/test/nobody"), Err(FindError::NotFound));
        assert_eq!(find(&"n".repeat(70_000)), Err(FindError::NotFound));
        there.node.export("/secret");
        assert!(find("/secret/counter").is_ok());
        let nowhere = here.node.lookup::<Counter>("c", "/test/counter").wait();
        assert_eq!(nowhere, Err(FindError::NoConnection));
    });
}

#[test]
fn a_reference_by_name_finds_its_actor_again() {
    let network = MemoryNetwork::default();
    let [here, first, second] = [real(1), real(1), real(1)];
    let a = node(Some(&network), "a").start(&here).expect("a node");
    a.connect("b");
    let by_name = std::sync::Arc::new(a.named::<Counter>("b", "/test/counter/0"));
    let ask = |system: &callboard::System| {
        let (by_name, (tell, told)) = (by_name.clone(), mpsc::channel());
        let asker = system.spawn_on(0, move || Asker { by_name, tell }).wait();
        asker.expect("it starts").ask();
        told.recv_timeout(LONG)
    };
    let b = node(Some(&network), "b").start(&first).expect("a node");
    let counter = first.spawn_on(0, Counter::default).wait().expect("it starts");
    first.register("/test/counter/0", counter).wait().expect("the name is free");
    assert_eq!(ask(&here), Ok(Ok(0)));
    drop(b);
    let counter = second.spawn_on(0, Counter::default).wait().expect("it starts");
    second.register("/test/counter/0", counter).wait().expect("the name is free");
    counter.add(7);
    let b = node(Some(&network), "b").start(&second).expect("a node");
    // The connection of the life before may be lost while it asks.
    while ask(&here) != Ok(Ok(7)) {}
    drop(b);
}

/// Asks by name.
#[actor]
struct Asker {
    by_name: std::sync::Arc<Named<Counter>>,
    tell: mpsc::Sender<Result<u64, String>>,
}

#[handlers]
impl Asker {
    #[tell]
    async fn ask(&mut self) {
        let answer = match self.by_name.get().await {
            Ok(counter) => counter.get().await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let _ = self.tell.send(answer);
    }
}

#[test]
fn asks_that_wait_are_bounded_in_number() {
    let limits = Limits { pending_asks: 4, ..Limits::default() };
    Pair::new(None, 1, |node| node.limits(limits.clone())).run(|here, there| {
        let [_, far] = there.counter(0, &here);
        let held: Vec<_> = (0..4).map(|_| far.hold().timeout(LONG).start()).collect();
        assert_eq!(far.get().wait(), Err(AskError::Full));
        drop(held);
    });
}
