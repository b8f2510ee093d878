//! Messages that no reference sends, as those for the hook `unknown`: what Miri sees of them.

use super::*;
use crate::Spoken;
use crate::remote::{arrive_unlisted, unlisted};

/// There is no other message.
enum NoMsg {}

impl Message for NoMsg {
    const NAMES: &'static [&'static str] = &[];

    fn tag(&self) -> usize {
        match *self {}
    }
}

/// An actor that hears them, at once or later.
struct Hearing<const LATER: bool> {
    heard: Rc<Cell<u64>>,
    _drops: Counted,
}

impl<const LATER: bool> Protocol for Hearing<LATER> {
    type Msg = NoMsg;
    type Api = At<Self>;
    const DELIVERY: crate::Delivery<NoMsg> = Self::REACHED_BY;
}

impl<const LATER: bool> Handle<NoMsg> for Hearing<LATER> {
    fn handle<'a>(&'a mut self, message: NoMsg, _cx: &'a mut Context<Self>) -> Handled<'a> {
        match message {}
    }
}

/// What is heard: its number, which is the next, or 0 for a panic.
type Heard = (u64, Counted);

impl<const LATER: bool> Hearing<LATER> {
    fn hear(&mut self, (number, _payload): Heard) {
        assert_ne!(number, 0, "as told");
        assert_eq!(self.heard.replace(number), number - 1);
    }
}

impl<const LATER: bool> Handle<Heard> for Hearing<LATER> {
    fn handle<'a>(&'a mut self, heard: Heard, _cx: &'a mut Context<Self>) -> Handled<'a> {
        if LATER {
            told_later(async move {
                tokio::task::yield_now().await;
                self.hear(heard);
            })
        } else {
            self.hear(heard);
            told(())
        }
    }
}

impl<const LATER: bool> Handlers for Hearing<LATER> {
    const SUSPENDS: bool = LATER;
    const UNKNOWN: Option<Spoken<Self>> = Some(unlisted::<Self, Heard>());
}

impl<const LATER: bool> Actor for Hearing<LATER> {
    const TYPE: &'static ActorType<Self> = &ActorType::new();
    type Below = At<Self>;
    type Wraps = ();
}

fn are_heard<const LATER: bool>(stage: Stage) {
    let (heard, payload) = (Rc::default(), stage.counted());
    let hearing = Hearing::<LATER> { heard: Rc::clone(&heard), _drops: payload };
    let hearing = stage.simulator.enter(stage.far(), || crate::spawn(hearing));
    let tell = |to: Address, number| {
        let payload = stage.counted();
        stage.simulator.enter(0, || {
            arrive_unlisted::<Hearing<LATER>, Heard>(to, (number, payload));
        });
    };
    (1..=20).for_each(|number| tell(hearing.address(), number));
    stage.simulator.run();
    assert_eq!(heard.get(), 20);
    // An actor of another type, though that hears such messages too, and one that hears none.
    let (other, payload) = (Rc::default(), stage.counted());
    let another = Hearing::<false> { heard: Rc::clone(&other), _drops: payload };
    if LATER {
        let another = stage.simulator.enter(0, || crate::spawn(another));
        tell(another.address(), 1);
    } else {
        drop(another);
        tell(stage.act(0).address(), 1);
    }
    tell(stage.act(stage.far()).address(), 1);
    stage.simulator.run();
    assert_eq!((heard.get(), other.get()), (20, 0));
    let report = stage.simulator.report();
    assert_eq!((report.handled, report.dead_letters.of(DeadReason::NoProc)), (20, 2));
    // It is in flight as it panics, and what waits goes with its actor.
    (0..=1).for_each(|number| tell(hearing.address(), number));
    stage.simulator.run();
    let lost = stage.simulator.report().dead_letters;
    let reasons = [DeadReason::InFlight, DeadReason::Stopped, DeadReason::NoProc];
    assert_eq!(lost.of(reasons[0]), 1);
    assert_eq!(reasons.into_iter().map(|reason| lost.of(reason)).sum::<u64>(), 4);
    stage.end();
}

#[test]
fn w17_what_no_reference_sends_reaches_its_actor_in_order_and_no_other() {
    on_shards(are_heard::<false>);
    on_shards(are_heard::<true>);
}
