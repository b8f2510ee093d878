//! State machines: a message with `when` is taken in those states alone, and waits in the others.

use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{ActorRef, AskError, Context, actor, handlers, supervisor};

use crate::check::{Dice, Journal, on_shards, put};

/// Notes what it takes, and in which state.
#[actor(states(Closed, Open, Broken))]
#[derive(Default)]
struct Door {
    journal: Journal,
}

impl Door {
    fn of(journal: &Journal) -> Self {
        Self { journal: journal.clone() }
    }

    fn note(&self, cx: &Context<Self>, what: &str) {
        self.journal.note(format!("{what}@{:?}", cx.state()));
    }
}

#[handlers]
impl Door {
    #[tell(when(Closed))]
    fn open(&mut self, cx: &mut Context<Self>) {
        self.note(cx, "open");
        cx.become_state(DoorState::Open);
    }

    #[tell(when(Open))]
    fn close(&mut self, cx: &mut Context<Self>) {
        self.note(cx, "close");
        cx.become_state(DoorState::Closed);
    }

    #[ask(when(Open))]
    fn pass(&mut self, cx: &mut Context<Self>, who: u32) -> u32 {
        self.note(cx, &who.to_string());
        who
    }

    /// Opens, and is not through before time has passed.
    #[tell(when(Closed))]
    async fn open_slowly(&mut self, cx: &mut Context<Self>) {
        cx.become_state(DoorState::Open);
        tokio::task::yield_now().await;
        self.note(cx, "slowly");
    }

    #[tell(when(Closed, Open))]
    fn knock(&mut self, cx: &mut Context<Self>) {
        self.note(cx, "knock");
    }

    #[tell]
    fn look(&mut self, cx: &mut Context<Self>) {
        self.note(cx, "look");
    }

    #[tell]
    fn smash(&mut self, cx: &mut Context<Self>) {
        cx.become_state(DoorState::Broken);
        panic!("smashed");
    }

    #[tell(when(Open))]
    fn ring(&mut self, cx: &mut Context<Self>) {
        self.note(cx, "ring");
    }

    #[tell]
    fn ring_later(&mut self, cx: &mut Context<Self>) {
        cx.after(Duration::from_millis(1), DoorMsg::Ring);
    }
}

fn door(simulator: &Simulator, journal: &Journal) -> ActorRef<Door> {
    let journal = journal.clone();
    put(simulator, 1, move || Door::of(&journal))
}

fn waiting(simulator: &Simulator, door: ActorRef<Door>) -> Option<u64> {
    let len = simulator.mailbox_len(door);
    simulator.block_on(0, || len)
}

#[test]
fn messages_wait_in_order_until_their_state() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let door = door(&simulator, &journal);
        let passes = [1, 2].map(|who| simulator.start(0, move || door.pass(who)));
        simulator.run();
        door.close();
        door.knock();
        door.look();
        simulator.run();
        assert_eq!(journal.line(), "knock@Closed look@Closed");
        assert_eq!(waiting(&simulator, door), Some(3));
        door.open();
        door.look();
        simulator.run();
        // What waited is older than what came after `open`.
        assert_eq!(journal.line(), "open@Closed 1@Open 2@Open close@Open look@Closed");
        assert_eq!(passes.map(|pass| pass.take()), [Some(Ok(1)), Some(Ok(2))]);
        assert_eq!(waiting(&simulator, door), Some(0));
    });
}

#[test]
fn a_state_counts_from_the_end_of_the_handler() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let door = door(&simulator, &journal);
        door.close();
        door.ring();
        door.open_slowly();
        door.knock();
        simulator.run();
        assert_eq!(journal.line(), "slowly@Open close@Open knock@Closed");
        // It came before the door was closed again, and waits for the next time.
        assert_eq!(waiting(&simulator, door), Some(1));
    });
}

#[test]
fn what_waits_for_a_state_is_a_dead_letter_at_the_end() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let door = door(&simulator, &journal);
        let pass = simulator.start(0, move || door.pass(1));
        door.close();
        door.look();
        simulator.run();
        door.stop();
        simulator.run();
        assert_eq!(journal.line(), "look@Closed");
        assert_eq!(pass.take(), Some(Err(AskError::Stopped)));
        let report = simulator.stop();
        assert_eq!((report.handled, report.dead_letters.total()), (1, 2));
    });
}

#[test]
fn a_timer_may_bring_a_message_for_another_state() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let door = door(&simulator, &journal);
        door.ring_later();
        simulator.advance(Duration::from_millis(2));
        assert_eq!(waiting(&simulator, door), Some(1));
        door.open();
        simulator.run();
        assert_eq!(journal.line(), "open@Closed ring@Open");
    });
}

#[supervisor]
struct House {
    journal: Journal,
    #[child(start = Door { journal })]
    door: Door,
}

#[test]
fn a_restart_begins_in_the_first_state_and_keeps_what_waits() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let given = journal.clone();
        let house = simulator.block_on(0, move || House::start(given));
        let door = house.and_then(Result::ok).expect("it starts").door();
        door.ring();
        door.open();
        door.close();
        door.close();
        simulator.run();
        assert_eq!(journal.line(), "open@Closed ring@Open close@Open");
        door.ring();
        door.smash();
        simulator.run();
        door.open();
        simulator.run();
        // The second `close` had waited longest.
        assert_eq!(journal.line(), "open@Closed close@Open");
        door.open();
        simulator.run();
        assert_eq!(journal.line(), "open@Closed ring@Open");
    });
}

#[actor(states(Shut, Open), mailbox(capacity = 2, overflow = reject))]
#[derive(Default)]
struct Shop {
    served: u32,
}

#[handlers]
impl Shop {
    #[ask(when(Open))]
    fn serve(&mut self) -> u32 {
        self.served += 1;
        self.served
    }

    #[tell]
    fn open(&mut self, cx: &mut Context<Self>) {
        cx.become_state(ShopState::Open);
    }
}

#[test]
fn r7_what_waits_for_a_state_holds_its_place_in_the_mailbox() {
    on_shards(|simulator| {
        let shop = put(&simulator, 1, Shop::default);
        let asks = [(); 3].map(|()| simulator.start(0, move || shop.serve()));
        simulator.run();
        let answers = asks.map(|ask| ask.take());
        assert_eq!(answers, [None, None, Some(Err(AskError::Full))]);
        shop.open();
        simulator.run();
        let served = simulator.block_on(0, move || shop.serve());
        assert_eq!(served, Some(Ok(3)));
    });
}

/// The order of a naive scan: always the oldest message that the present state takes.
#[test]
fn r1_r2_the_oldest_that_the_state_takes_is_next_whatever_happens() {
    for seed in 0..200 {
        let mut dice = Dice::new(seed);
        let simulator = Simulator::with_slice(1, 1 + seed as u32 % 3);
        let journal = Journal::default();
        let door = door(&simulator, &journal);
        let (mut queue, mut state, mut expected) = (Vec::new(), "Closed", Vec::new());
        for _ in 0..60 {
            let kind = dice.roll(6);
            match kind {
                0 | 1 => door.open(),
                2 => door.close(),
                3 => door.ring(),
                4 => door.knock(),
                _ => door.look(),
            }
            queue.push(["open", "open", "close", "ring", "knock", "look"][kind as usize]);
            if dice.roll(3) == 0 {
                simulator.run();
            }
            // Taken at once or later, the order is the same.
            while let Some(at) = queue.iter().position(|what| takes(state, what)) {
                let what = queue.remove(at);
                expected.push(format!("{what}@{state}"));
                state = match what {
                    "open" => "Open",
                    "close" => "Closed",
                    _ => state,
                };
            }
        }
        simulator.run();
        assert_eq!(journal.take(), expected, "seed {seed}");
        assert_eq!(waiting(&simulator, door), Some(queue.len() as u64), "seed {seed}");
    }
}

fn takes(state: &str, what: &str) -> bool {
    match what {
        "open" => state == "Closed",
        "close" | "ring" => state == "Open",
        _ => true,
    }
}
