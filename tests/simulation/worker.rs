//! The actors of the world: workers, who do to each other all that one can do, and their supervisors.

use std::time::Duration;

use callboard::Address;
use callboard::prelude::*;

use crate::book::{Book, Life};

/// Does what dice say, and says so in the book.
#[actor(remote = "simulation.worker")]
pub(crate) struct Worker {
    life: Life,
    /// Where it runs, to tell names of two nodes apart.
    place: String,
    friends: Vec<Friend>,
    watched: Vec<(u64, Monitor)>,
    held: Vec<Reply<u64>>,
    named: bool,
    me: Option<Address>,
}

/// Another worker, of any node.
struct Friend {
    who: ActorRef<Worker>,
    /// Its life; 0 if it may have several.
    number: u64,
    lane: u64,
    sent: u64,
}

impl Friend {
    /// The place of the next message on the way to it.
    fn next(&mut self) -> (u64, u64) {
        self.sent += 1;
        (self.lane, self.sent)
    }
}

impl Worker {
    pub(crate) fn new(place: String, book: &Book) -> Self {
        Self::of(place, book.begin(false))
    }

    /// One that a supervisor keeps.
    fn kept(place: String, book: &Book) -> Self {
        Self::of(place, book.begin(true))
    }

    fn of(place: String, life: Life) -> Self {
        let (friends, watched, held) = (Vec::new(), Vec::new(), Vec::new());
        Self { life, place, friends, watched, held, named: false, me: None }
    }

    /// A message was heard.
    fn hear(&self, lane: u64, number: u64) {
        self.life.book.open().hear(lane, number, self.life.number);
    }

    /// A friend by chance.
    fn friend(&mut self, random: &mut fastrand::Rng) -> Option<&mut Friend> {
        let count = self.friends.len();
        if count == 0 { None } else { self.friends.get_mut(random.usize(..count)) }
    }

    fn done(&self) {
        self.life.book.open().handled += 1;
    }
}

#[handlers]
impl Worker {
    #[start]
    fn begin(&mut self, cx: &mut Context<Self>) {
        self.me = Some(cx.me().address());
    }

    #[ask]
    pub(crate) fn number(&self) -> u64 {
        self.done();
        self.life.number
    }

    #[tell]
    pub(crate) fn befriend(&mut self, friend: ActorRef<Self>, number: u64) {
        let lane = self.life.book.open().lane(number);
        self.friends.push(Friend { who: friend, number, lane, sent: 0 });
        self.done();
    }

    #[tell]
    pub(crate) fn note(&mut self, lane: u64, number: u64) {
        self.hear(lane, number);
        self.done();
    }

    #[ask]
    pub(crate) fn swap(&mut self, lane: u64, number: u64, value: u64) -> u64 {
        self.hear(lane, number);
        self.done();
        value + 1
    }

    #[ask]
    pub(crate) async fn slow(&mut self, lane: u64, number: u64, ms: u64) -> u64 {
        self.hear(lane, number);
        tokio::time::sleep(Duration::from_millis(ms)).await;
        self.done();
        ms
    }

    #[ask]
    pub(crate) fn weigh(&mut self, lane: u64, number: u64, bytes: Vec<u8>) -> u64 {
        self.hear(lane, number);
        self.done();
        bytes.len() as u64
    }

    /// Leaves the answer to a friend, or to itself.
    #[ask]
    pub(crate) fn pass(
        &mut self,
        cx: &mut Context<Self>,
        lane: u64,
        number: u64,
        value: u64,
    ) -> Forward<u64> {
        let book = self.life.book.clone();
        self.hear(lane, number);
        book.open().sent += 1;
        self.done();
        match self.friends.first_mut() {
            Some(friend) => {
                let (lane, number) = friend.next();
                friend.who.swap(lane, number, value).forward()
            }
            None => {
                let lane = book.open().number();
                cx.me().swap(lane, 1, value).forward()
            }
        }
    }

    /// Is answered later, or never.
    #[ask]
    pub(crate) fn hold(&mut self, lane: u64, number: u64, reply: Reply<u64>) {
        self.hear(lane, number);
        self.held.push(reply);
        self.done();
    }

    #[tell]
    pub(crate) fn fail(&mut self, lane: u64, number: u64) -> Result<(), String> {
        self.hear(lane, number);
        self.done();
        Err("as it was told".to_owned())
    }

    #[tell]
    pub(crate) fn panic(&mut self, lane: u64, number: u64) {
        self.hear(lane, number);
        panic!("as it was told");
    }

    /// Does a few things at once.
    #[tell]
    pub(crate) fn act(&mut self, cx: &mut Context<Self>, dice: u64) {
        let mut random = fastrand::Rng::with_seed(dice);
        for _ in 0..random.u8(1..5) {
            self.act_once(cx, &mut random);
        }
        self.done();
    }

    /// Asks others, one after the other.
    #[tell]
    pub(crate) async fn ask_around(&mut self, dice: u64) {
        let mut random = fastrand::Rng::with_seed(dice);
        for _ in 0..random.u8(1..4) {
            let (me, book) = (self.me, self.life.book.clone());
            let friend = self.friend(&mut random);
            let Some(friend) = friend.filter(|friend| Some(friend.who.address()) != me) else {
                break;
            };
            let ((lane, number), value) = (friend.next(), random.u64(..300));
            // A time that is over at once is one too.
            let most = if random.u8(..10) == 0 { 1 } else { 1_500 };
            let timeout = Duration::from_millis(random.u64(..most));
            let asking = book.ask();
            let (what, answer, expected) = match random.u8(..20) {
                0..5 => {
                    ("slow", friend.who.slow(lane, number, value).timeout(timeout).await, value)
                }
                11..14 => {
                    let asked = friend.who.pass(lane, number, value).timeout(timeout);
                    ("pass", asked.await, value + 1)
                }
                5..10 => ("hold", friend.who.hold(lane, number).timeout(timeout).await, 7),
                10 => {
                    let bytes = vec![7; 300 * value as usize];
                    let asked = friend.who.weigh(lane, number, bytes).timeout(timeout);
                    ("weigh", asked.await, 300 * value)
                }
                _ => {
                    ("swap", friend.who.swap(lane, number, value).timeout(timeout).await, value + 1)
                }
            };
            drop(asking);
            if let Ok(answer) = answer {
                book.open().expect(what, answer, expected);
            }
        }
        self.done();
    }

    /// Tells a friend as soon as there is room.
    #[tell]
    pub(crate) async fn tell_with_a_place(&mut self, dice: u64) {
        let mut random = fastrand::Rng::with_seed(dice);
        let book = self.life.book.clone();
        if let Some(friend) = self.friend(&mut random) {
            for _ in 0..3 {
                let Ok(permit) = friend.who.reserve().await else { break };
                book.open().sent += 1;
                let (lane, number) = friend.next();
                permit.send(WorkerMsg::Note { lane, number });
            }
        }
        self.done();
    }

    #[every("700ms")]
    fn remind(&mut self) {
        let mut random = fastrand::Rng::with_seed(self.life.number);
        let book = self.life.book.clone();
        if let Some(friend) = self.friend(&mut random) {
            book.open().sent += 1;
            let (lane, number) = friend.next();
            friend.who.note(lane, number);
        }
    }

    #[down]
    fn down(&mut self, down: Down) {
        let lost = matches!(down.reason, ExitReason::NoConnection);
        let of = |(_, monitor): &&(u64, Monitor)| *monitor == down.monitor;
        if let Some((number, _)) = self.watched.iter().find(of) {
            self.life.book.open().tell(*number, lost);
        }
    }
}

impl Worker {
    fn act_once(&mut self, cx: &mut Context<Self>, random: &mut fastrand::Rng) {
        let (own, book) = (self.life.number, self.life.book.clone());
        let what = random.u8(..100);
        if what < 10 {
            return self.change_name(cx, &book);
        }
        if what < 15 {
            return self.held.drain(..).for_each(|reply| reply.answer(7));
        }
        if what < 25 {
            return self.introduce(random);
        }
        let Some(friend) = self.friend(random) else { return };
        match what {
            25..70 => {
                let count = if random.u8(..20) == 0 { 200 } else { random.u8(1..8) };
                for _ in 0..count {
                    book.open().sent += 1;
                    let (lane, number) = friend.next();
                    friend.who.note(lane, number);
                }
            }
            70..78 => {
                let (lane, number) = friend.next();
                // What is given back was not sent.
                let told = friend.who.try_tell(WorkerMsg::Note { lane, number });
                book.open().sent += u64::from(told.is_ok());
            }
            78..82 => {
                book.open().sent += 1;
                let (lane, number) = friend.next();
                friend.who.fail(lane, number);
            }
            82..84 => {
                book.open().sent += 1;
                let (lane, number) = friend.next();
                friend.who.panic(lane, number);
            }
            84 if random.bool() => friend.who.kill(),
            84 => friend.who.exit(ExitReason::error("as somebody wished")),
            85..90 if friend.number != 0 && friend.number != own => {
                // A link that is taken off again ties nobody.
                match random.u8(..4) {
                    0 => {
                        book.open().unlink(own, friend.number);
                        cx.unlink(friend.who);
                    }
                    _ => {
                        book.open().link(own, friend.number);
                        cx.link(friend.who);
                    }
                }
            }
            _ if friend.number == 0 => {}
            _ => {
                let number = book.open().monitor(own, friend.number);
                let monitor = cx.monitor(friend.who);
                self.watched.push((number, monitor));
                // One that is taken off again is not told.
                if random.u8(..4) == 0 {
                    book.open().demonitor(number);
                    monitor.cancel();
                }
            }
        }
    }

    /// Takes a name for which all of a node compete, or gives it back.
    fn change_name(&mut self, cx: &mut Context<Self>, book: &Book) {
        let (place, number) = (self.place.clone(), self.life.number);
        if self.named {
            // Another may have it as soon as it is given back.
            book.open().give_back(&place, number);
            self.named = false;
            cx.unregister("/w/first");
            return;
        }
        match cx.register("/w/first") {
            Ok(()) => {
                book.open().hold(place, number);
                self.named = true;
            }
            Err(RegisterError::AlreadyRegistered(_)) => book.open().refused(&place),
            Err(_) => {}
        }
    }

    /// Has one friend know another.
    fn introduce(&mut self, random: &mut fastrand::Rng) {
        let Some(friend) = self.friend(random) else { return };
        let (who, number) = (friend.who, friend.number);
        if let Some(other) = self.friend(random) {
            other.who.befriend(who, number);
            self.life.book.open().sent += 1;
        }
    }
}

/// Takes what nobody needs, but in order.
#[actor]
pub(crate) struct Sink {
    book: Book,
    heard: u64,
}

impl Sink {
    pub(crate) fn new(book: &Book) -> Self {
        Self { book: book.clone(), heard: 0 }
    }
}

#[handlers]
impl Sink {
    #[tell]
    pub(crate) fn take(&mut self, number: u64, _words: [u64; 29]) {
        self.touch(number);
    }

    #[tell]
    pub(crate) fn touch(&mut self, number: u64) {
        self.book.open().expect("the sink", number, self.heard + 1);
        self.heard = number;
    }

    /// Tells another so much that no lane has room for it, and then a little at a time.
    #[tell]
    pub(crate) fn flood(&mut self, cx: &mut Context<Self>, sink: ActorRef<Self>) {
        (1..=12_000).for_each(|number| sink.take(number, [number; 29]));
        cx.me().trickle(sink, 12_001);
    }

    #[tell]
    pub(crate) fn trickle(&mut self, cx: &mut Context<Self>, sink: ActorRef<Self>, number: u64) {
        sink.touch(number);
        if number < 12_200 {
            cx.me().trickle(sink, number + 1);
        }
    }
}

/// Two workers that are started again, until that is too often.
#[supervisor(path = "/w/crew", intensity(max = 3, within = "5s"))]
pub(crate) struct Crew {
    place: String,
    book: BookOf,
    #[child(start = Worker::kept(place, &book.0))]
    one: Worker,
    #[child(start = Worker::kept(place, &book.0), backoff("10ms"..="200ms"))]
    other: Worker,
}

/// Whose crew is started again, however often.
#[supervisor(strategy = one_for_all, intensity(max = 100_000, within = "1s"))]
pub(crate) struct House {
    place: String,
    book: BookOf,
    #[child(start = Crew::start_spec(place, book), backoff("10ms"..="100ms"))]
    crew: Crew,
}

/// A book, for supervisors.
#[derive(Clone)]
pub(crate) struct BookOf(pub(crate) Book);
