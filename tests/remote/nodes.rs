//! Actors of other nodes: the same reference, the same call.

use std::sync::mpsc;

use callboard::AskError;
use callboard::remote::MemoryNetwork;

use crate::check::{LONG, everywhere, two_nodes};

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
