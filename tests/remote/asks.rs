//! Asks of another node end once, with an answer or with why there is none: the cases of one node, across two.

use std::time::Duration;

use callboard::remote::{CloseCode, MemoryNetwork, NodeBuilder};
use callboard::{ActorRef, AskError, Reply, actor, handlers};

use crate::check::{At, LONG, Pair};
use crate::client::{Client, frame};

const SOON: Duration = Duration::from_millis(30);

/// Answers late, or never.
#[actor(remote = "test.oracle", ask_timeout = "30ms")]
#[derive(Default)]
struct Oracle(Vec<Reply<u64>>);

#[handlers]
impl Oracle {
    #[ask]
    fn keep(&mut self, reply: Reply<u64>) {
        self.0.push(reply);
    }

    #[ask]
    fn answer_kept(&mut self) -> u64 {
        let kept = std::mem::take(&mut self.0);
        let count = kept.len() as u64;
        kept.into_iter().for_each(|reply| reply.answer(7));
        count
    }

    #[ask]
    fn lose(&mut self, reply: Reply<u64>) {
        drop(reply);
    }

    #[ask]
    fn fail(&mut self) -> u64 {
        panic!("the oracle is silent");
    }
}

/// Runs a case within the process and on loopback, with an oracle of the second node as the first sees it.
fn everywhere(case: impl Fn(&At<'_>, &At<'_>, ActorRef<Oracle>)) {
    let how = |node: NodeBuilder| node.register::<Oracle>();
    for shards in [1, 2] {
        for network in [None, Some(MemoryNetwork::default())] {
            Pair::new(network.as_ref(), shards, how).run(|here, there| {
                let shard = there.system.shards() - 1;
                let own = there.system.spawn_on(shard, Oracle::default).wait().expect("it starts");
                case(&here, &there, there.share(own, &here));
            });
        }
    }
}

#[test]
fn p46_an_answer_from_another_node_after_the_deadline_is_a_timeout_and_counted() {
    everywhere(|here, there, far| {
        assert_eq!(far.keep().timeout(SOON).wait(), Err(AskError::Timeout));
        // The deadline of its type goes with the ask.
        assert_eq!(far.keep().wait(), Err(AskError::Timeout));
        let late = |at: &At<'_>| at.system.stats().total().late_answers;
        assert_eq!((late(here), late(there)), (0, 0));
        assert_eq!(far.answer_kept().timeout(LONG).wait(), Ok(2));
        // Where the node of the asker has given up later, they come there.
        while late(here) + late(there) < 2 {
            assert_eq!(far.answer_kept().timeout(LONG).wait(), Ok(0));
        }
        assert_eq!(late(here) + late(there), 2);
    });
}

#[test]
fn p47_a_crash_on_another_node_while_handling_ends_the_ask_at_once() {
    everywhere(|_, _, far| {
        let kept = far.keep().timeout(LONG).start();
        assert_eq!(far.fail().timeout(LONG).wait(), Err(AskError::Crashed));
        assert_eq!(kept.wait(), Err(AskError::Crashed));
    });
}

#[test]
fn p48_a_reply_dropped_on_another_node_ends_the_ask_at_once() {
    everywhere(|_, _, far| {
        assert_eq!(far.lose().timeout(LONG).wait(), Err(AskError::NoReply));
    });
}

#[test]
fn p60_a_frame_at_the_limit_is_taken_and_one_over_it_refused_before_it_comes() {
    const LIMIT: usize = 1 << 20;
    Pair::new(None, 1, |node| node).run(|_, there| {
        let at = there.node.address().expect("it listens");
        let mut client = Client::connected(at, "exact");
        // One that may be passed over, as long as may be.
        client.say(&frame(200, &vec![0; LIMIT - 1]));
        client.is_through();
        for length in [LIMIT as u32 + 1, u32::MAX] {
            let mut client = Client::connected(at, "more");
            client.say(&length.to_le_bytes());
            assert_eq!(client.closed(), Some(CloseCode::BadLength), "{length}");
        }
        client.is_through();
    });
}
