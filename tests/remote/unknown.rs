//! What a node tells an actor of another version that has no handler for it: the hook `unknown` hears it.

use std::cell::Cell;

use callboard::prelude::*;
use callboard::remote::{Codec, MemoryNetwork, RemoteProtocol, wire_id};
use callboard::{BoxError, DeadReason, UnknownMessage};

use crate::check::{At, Pair};
use crate::client::{Client, frame, place_of};
use crate::counter::Counter;

/// The later version, which tells what the others have no handler for.
mod later {
    use callboard::prelude::*;

    #[actor(remote = "test.diary", version = 2)]
    pub(crate) struct Diary;

    #[handlers]
    impl Diary {
        #[tell]
        pub(crate) fn write(&mut self, line: u64) {
            let _ = line;
        }

        #[tell]
        #[since(2)]
        pub(crate) fn erase(&mut self, line: u64, why: String) {
            let _ = (line, why);
        }

        #[ask]
        #[since(2)]
        pub(crate) fn erased(&self, line: u64) -> bool {
            line == 0
        }

        #[ask]
        pub(crate) fn lines(&self) -> Vec<String> {
            Vec::new()
        }
    }
}

/// What an actor of the first version makes of what it does not know.
fn note(message: &UnknownMessage) -> Result<String, BoxError> {
    let (line, why) = (message.parameter::<u64>("line")?, message.parameter::<String>("why")?);
    assert_ne!(why, "panic", "the hook panicked");
    if why == "fail" {
        return Err("the hook failed".into());
    }
    Ok(format!(
        "{} {line}, {} bytes, version {:?}",
        message.handler(),
        why.len(),
        message.version()
    ))
}

#[actor(remote = "test.diary")]
#[derive(Default)]
struct Diary {
    lines: Vec<String>,
}

#[handlers]
impl Diary {
    #[tell]
    fn write(&mut self, line: u64) {
        self.lines.push(format!("write {line}"));
    }

    #[ask]
    fn lines(&self) -> Vec<String> {
        self.lines.clone()
    }

    #[unknown]
    fn newer(&mut self, message: UnknownMessage) -> Result<(), BoxError> {
        self.lines.push(note(&message)?);
        Ok(())
    }
}

/// One that has a thread of its own.
#[actor(remote = "test.diary", blocking)]
#[derive(Default)]
struct Threaded {
    lines: Vec<String>,
}

#[handlers]
impl Threaded {
    #[tell]
    fn write(&mut self, line: u64) {
        self.lines.push(format!("write {line}"));
    }

    #[ask]
    fn lines(&self) -> Vec<String> {
        self.lines.clone()
    }

    #[unknown]
    fn newer(&mut self, message: UnknownMessage) -> Result<(), BoxError> {
        self.lines.push(note(&message)?);
        Ok(())
    }
}

/// One of whose type there are several, and whose hook waits until the gate has gone.
#[actor(remote = "test.diary", mailbox(capacity = 2, overflow = reject))]
struct Slow {
    gate: ActorRef<Counter>,
    lines: Vec<String>,
}

#[handlers]
impl Slow {
    #[tell]
    fn write(&mut self, line: u64) {
        self.lines.push(format!("write {line}"));
    }

    #[ask]
    fn lines(&self) -> Vec<String> {
        self.lines.clone()
    }

    #[unknown]
    async fn newer(&mut self, message: UnknownMessage) -> Result<(), BoxError> {
        // It is never answered.
        let held = self.gate.hold().timeout(secs(60)).await;
        assert!(held.is_err());
        self.lines.push(note(&message)?);
        Ok(())
    }
}

/// A generic actor that speaks a protocol besides.
#[protocol]
trait Shut {
    #[tell]
    fn shut(&mut self);
}

#[actor(remote = "test.shelf", speaks(Shut))]
#[derive(Default)]
struct Shelf<T: callboard::Wire> {
    items: Vec<T>,
    missed: Vec<String>,
}

#[handlers]
impl<T: callboard::Wire> Shelf<T> {
    #[tell]
    fn put(&mut self, item: T) {
        self.items.push(item);
    }

    #[unknown]
    fn newer(&mut self, message: UnknownMessage) {
        self.missed.push(message.handler().to_owned());
    }

    #[ask]
    #[local]
    fn missed(&self) -> (usize, Vec<String>) {
        (self.items.len(), self.missed.clone())
    }
}

#[handlers]
impl<T: callboard::Wire> Shut for Shelf<T> {
    fn shut(&mut self) {
        self.missed.push("shut".to_owned());
    }
}

const CODECS: &[Codec] = &[
    Codec::Bincode,
    #[cfg(feature = "codec-postcard")]
    Codec::Postcard,
];

/// Two nodes; the first knows the later version, the second has actors of the type `A`.
fn nodes<A: RemoteProtocol>(network: Option<&MemoryNetwork>, codec: Codec) -> Pair {
    let is_second = Cell::new(false);
    Pair::new(network, 1, |node| {
        let node = node.codec(codec);
        match is_second.replace(true) {
            false => node.register::<later::Diary>(),
            true => node.register::<A>(),
        }
    })
}

/// An actor of the second node as the first one's version sees it.
fn seen<A: RemoteProtocol>(
    there: &At<'_>,
    actor: ActorRef<A>,
    here: &At<'_>,
) -> ActorRef<later::Diary> {
    let name = format!("/test/diary/{}", there.system.child_names("/test/diary").len());
    there.system.register(&name, actor).wait().expect("the name is free");
    here.node.lookup(&there.node.info().name, &name).wait().expect("it is exported")
}

fn dead(at: &At<'_>, reason: DeadReason) -> u64 {
    at.system.stats().total().dead_letters.of(reason)
}

#[test]
fn w17_what_an_actor_has_no_handler_for_goes_to_its_hook_in_its_turn() {
    for codec in CODECS {
        nodes::<Diary>(None, *codec).run(|here, there| {
            let diary = there.system.spawn_on(0, Diary::default).wait().expect("it starts");
            let far = seen(&there, diary, &here);
            for number in 0..500 {
                far.write(number);
                // Some are longer than what goes to the socket at once.
                far.erase(number, "x".repeat(if number % 50 == 0 { 100_000 } else { 5 }));
            }
            let expected = (0..500).flat_map(|number| {
                let bytes = if number % 50 == 0 { 100_000 } else { 5 };
                let erased = format!("erase {number}, {bytes} bytes, version Some(2)");
                [format!("write {number}"), erased]
            });
            assert_eq!(far.lines().wait(), Ok(expected.collect()));
            // Nobody would answer.
            assert_eq!(far.erased(1).wait(), Err(AskError::UnknownHandler));
            let stats = there.system.stats().total();
            assert_eq!((stats.handled, stats.dead_letters.total()), (1_001, 0));
        });
    }
}

#[test]
fn w17_a_hook_that_panics_or_fails_ends_its_actor() {
    let network = MemoryNetwork::default();
    nodes::<Diary>(Some(&network), Codec::Bincode).run(|here, there| {
        for (why, said, lost) in [("panic", "the hook panicked", 1), ("fail", "the hook failed", 0)]
        {
            let diary = there.system.spawn_on(0, Diary::default).wait().expect("it starts");
            let far = seen(&there, diary, &here);
            let before = dead(&there, DeadReason::InFlight);
            let ended = diary.wait();
            // What was asked before is at its shard now.
            assert!(diary.is_alive().wait());
            far.erase(1, why.to_owned());
            let reason = ended.wait().to_string();
            assert!(reason.contains(said), "{reason}");
            assert_eq!(dead(&there, DeadReason::InFlight) - before, lost);
        }
        assert_eq!(there.system.stats().total().dead_letters.total(), 1);
    });
}

#[test]
fn w17_what_waits_for_a_hook_has_its_place_in_the_mailbox() {
    let network = MemoryNetwork::default();
    nodes::<Slow>(Some(&network), Codec::Bincode).run(|here, there| {
        let gate = there.system.spawn_on(0, Counter::default).wait().expect("it starts");
        let make = move || Slow { gate, lines: Vec::new() };
        let slow = there.system.spawn_on(0, make).wait().expect("it starts");
        let far = seen(&there, slow, &here);
        let [_, counter] = there.counter(0, &here);
        (0..5).for_each(|number| far.erase(number, String::new()));
        // What goes to another actor of that shard comes behind them.
        assert_eq!(counter.get().wait(), Ok(0));
        assert_eq!(dead(&there, DeadReason::Overflow), 2);
        gate.stop();
        let lines = loop {
            // While they wait there is no place.
            if let Ok(lines) = far.lines().wait() {
                break lines;
            }
        };
        let expected = (0..3).map(|number| format!("erase {number}, 0 bytes, version Some(2)"));
        assert_eq!(lines, expected.collect::<Vec<_>>());
    });
}

#[test]
fn w17_a_blocking_actor_hears_on_its_thread() {
    let network = MemoryNetwork::default();
    nodes::<Threaded>(Some(&network), Codec::Bincode).run(|here, there| {
        let diary = there.system.spawn_on(0, Threaded::default).wait().expect("it starts");
        let far = seen(&there, diary, &here);
        far.erase(1, String::new());
        far.write(2);
        let expected = ["erase 1, 0 bytes, version Some(2)", "write 2"].map(str::to_owned);
        assert_eq!(far.lines().wait(), Ok(expected.to_vec()));
    });
}

/// `name(to: 5_u8)` as it is told to who lacks it, to an actor of this address and protocol.
fn told(to: Vec<u8>, protocol: u64, name: &str) -> Vec<u8> {
    let mut payload = wire_id(name).to_le_bytes().to_vec();
    payload.push(name.len() as u8);
    payload.extend_from_slice(name.as_bytes());
    payload.extend_from_slice(&[1, 2]);
    payload.extend_from_slice(b"to");
    let print = callboard::remote::fingerprint(<u8 as callboard::Wire>::SCHEMA);
    payload.extend_from_slice(&print.to_le_bytes());
    payload.extend_from_slice(&[1, 0, 0, 0, 5]);
    [to, protocol.to_le_bytes().to_vec(), payload].concat()
}

#[test]
fn w17_only_a_tell_to_an_actor_of_that_type_reaches_the_hook() {
    Pair::new(None, 1, |node| node.register::<Diary>().register::<Shelf<u64>>()).run(|_, there| {
        let diary = there.system.spawn_on(0, Diary::default).wait().expect("it starts");
        let shelf = there.system.spawn_on(0, Shelf::<u64>::default).wait().expect("it starts");
        let shelf_id = <Shelf<u64> as RemoteProtocol>::ID;
        let diary_id = <Diary as RemoteProtocol>::ID;
        let mut client = Client::connected(there.node.address().expect("it listens"), "evil");
        let (to_shelf, to_diary) = (place_of(shelf.address()), place_of(diary.address()));
        client.say(&frame(16, &told(to_shelf.clone(), shelf_id, "lend")));
        shelf.put(1);
        shelf.as_dyn::<dyn Shut>().shut();
        client.is_through();
        let shelf = shelf.local().expect("it is of this process");
        let missed = vec!["lend".to_owned(), "shut".to_owned()];
        let mut heard = shelf.missed().wait().expect("it answers");
        heard.1.sort();
        assert_eq!(heard, (1, missed));
        // Actors of another type do not hear it, though they have such a hook.
        for (to, protocol) in [(to_diary, shelf_id), (to_shelf.clone(), diary_id)] {
            client.say(&frame(16, &told(to, protocol, "lend")));
        }
        client.is_through();
        assert_eq!(diary.lines().wait(), Ok(Vec::new()));
        assert_eq!(dead(&there, DeadReason::NoProc), 2);
        // Nor is what is asked, or not whole.
        let asked = told(to_shelf.clone(), shelf_id, "lend");
        let (number, second) = (1_u64.to_le_bytes(), 1_000_000_000_u64.to_le_bytes());
        client.say(&frame(17, &[&*asked, &number, &second].concat()));
        assert_eq!(client.hear_next(19), [1, 0, 0, 0, 0, 0, 0, 0, 8]);
        client.say(&frame(16, &asked[..asked.len() - 1]));
        client.say(&frame(16, &[&*asked, &[0]].concat()));
        client.say(&frame(16, &[to_shelf, shelf_id.to_le_bytes().to_vec()].concat()));
        client.is_through();
        assert_eq!(dead(&there, DeadReason::Decode), 4);
        assert_eq!(shelf.missed().wait().map(|(_, missed)| missed.len()), Ok(2));
    });
}
