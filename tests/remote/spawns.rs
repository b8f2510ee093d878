//! Actors that one node has another begin.

use std::sync::mpsc;

use callboard::remote::{MemoryNetwork, Rights, SpawnError};
use callboard::{ActorRef, Context, ExitReason, Start, actor, handlers};
use tokio::sync::Notify;

use crate::check::{LONG, Pair};
use crate::counter::Counter;

const MAY_SPAWN: Rights = Rights { exit: false, kill: false, spawn: true };

/// Counts for somebody, from a number on.
#[actor(remote = "test.clerk")]
struct Clerk {
    counts: u64,
    tells: ActorRef<Counter>,
}

#[handlers]
impl Clerk {
    /// Zero is no beginning, and one no actor.
    #[start]
    fn starts(&mut self, _cx: &mut Context<Self>) -> Result<Start, String> {
        match self.counts {
            0 => Err("nothing to count".to_owned()),
            1 => Ok(Start::Ignore),
            _ => Ok(Start::Run),
        }
    }

    #[ask]
    fn count(&mut self) -> u64 {
        self.counts += 1;
        self.tells.add(1);
        self.counts
    }
}

fn pair(network: Option<&MemoryNetwork>, rights: Rights) -> Pair {
    Pair::new(network, 2, |node| {
        let node = node.rights(rights);
        node.register_spawn::<Clerk, _>(|(counts, tells)| {
            assert_ne!(counts, 2, "two is unlucky");
            Clerk { counts, tells }
        })
    })
}

#[test]
fn w15_an_actor_begins_on_another_node_and_says_what_became_of_it() {
    for network in [None, Some(MemoryNetwork::default())] {
        pair(network.as_ref(), MAY_SPAWN).run(|here, there| {
            let [near, _] = here.counter(0, &there);
            let spawn = |counts: u64| here.node.spawn::<Clerk>("b", (counts, near)).wait();
            let clerks = [spawn(5), spawn(7)].map(|clerk| clerk.expect("it begins"));
            assert_eq!(clerks.map(|clerk| clerk.count().wait()), [Ok(6), Ok(8)]);
            // The reference in the arguments is one to here; what a clerk says is behind its answer.
            while near.get().wait() != Ok(2) {}
            let failed = |spawned| match spawned {
                Err(SpawnError::Failed(reason)) => reason,
                other => panic!("{other:?}"),
            };
            assert_eq!(failed(spawn(0)).to_string(), "error: nothing to count");
            assert!(matches!(spawn(1), Err(SpawnError::Ignored)));
            assert!(matches!(failed(spawn(2)), ExitReason::Panic(_)));
            // It is that node's actor like any other.
            assert!(clerks[0].is_alive().wait());
            let (tell, told) = mpsc::channel();
            let own = there.system.spawn_on(0, move || Ender(tell)).wait().expect("it starts");
            own.end(clerks[0]);
            assert_eq!(told.recv_timeout(LONG), Ok(()));
        });
    }
}

/// Ends a clerk of its own node.
#[actor(remote = "test.ender")]
struct Ender(mpsc::Sender<()>);

#[handlers]
impl Ender {
    #[tell]
    fn end(&mut self, clerk: ActorRef<Clerk>) {
        clerk.stop();
        let _ = self.0.send(());
    }
}

#[test]
fn w15_to_begin_an_actor_on_another_node_is_a_right() {
    pair(None, Rights { exit: true, kill: true, spawn: false }).run(|here, there| {
        let [near, _] = here.counter(0, &there);
        let refused = here.node.spawn::<Clerk>("b", (5_u64, near)).wait();
        assert!(matches!(refused, Err(SpawnError::NoRight)));
    });
    pair(None, MAY_SPAWN).run(|here, there| {
        let [near, _] = here.counter(0, &there);
        let spawn = here.node.spawn::<Counter>("b", ());
        assert!(matches!(spawn.wait(), Err(SpawnError::NotOffered)), "it is only registered");
        let spawn = here.node.spawn::<Clerk>("b", (5_u32, near));
        assert!(matches!(spawn.wait(), Err(SpawnError::Arguments)), "of another type");
        let spawn = here.node.spawn::<Clerk>("c", (5_u64, near));
        assert!(matches!(spawn.wait(), Err(SpawnError::NoConnection)));
        let spawn = here.node.spawn::<Clerk>("b", vec![0_u8; 2 << 20]);
        assert!(matches!(spawn.wait(), Err(SpawnError::Encode(_))), "it is too large");
        let spawn = here.node.spawn::<Clerk>("b", vec![0_u8; 200_000]);
        assert!(matches!(spawn.wait(), Err(SpawnError::Arguments)), "it goes in pieces");
    });
}

/// Lets a sluggard begin.
static GO: Notify = Notify::const_new();

/// Begins when it is let.
#[actor(remote = "test.sluggard")]
struct Sluggard;

#[handlers]
impl Sluggard {
    #[start]
    async fn starts(&mut self, _cx: &mut Context<Self>) {
        GO.notified().await;
    }
}

#[test]
fn w9_a_spawn_ends_with_the_connection() {
    let network = MemoryNetwork::default();
    let pair = Pair::new(Some(&network), 1, |node| {
        node.rights(MAY_SPAWN).register_spawn::<Sluggard, ()>(|()| Sluggard)
    });
    pair.run(|here, there| {
        let [_, far] = there.counter(0, &here);
        let spawning = here.node.spawn::<Sluggard>("b", ());
        assert_eq!(far.get().wait(), Ok(0), "it was asked for");
        network.cut("a", "b");
        assert!(matches!(spawning.wait(), Err(SpawnError::NoConnection)));
        GO.notify_one();
    });
}
