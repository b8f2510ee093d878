//! Programs that nobody would write, made at random: whatever they do, all is counted, dropped once and in order.
//!
//! A program is made from its seed (`make.rs`) and runs in the simulator (`play.rs`), each step of it from outside
//! of all actors. What fails is tried again with fewer steps, and the failure names the seed and shows the steps
//! that are left. `CALLBOARD_PROGRAMS=17` runs that seed alone, `CALLBOARD_PROGRAMS=0..10000` all of these, see
//! CONTRIBUTING.md.

mod make;
mod play;

use std::collections::HashSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{ActorRef, Event, Events, Report, ReserveError, spawn};

use self::make::{Dice, EarDoes, Finale, Op, Step};
use self::play::{
    Book, Ear, SHARDS, Sender, Someone, Ticket, Tried, Waiting, Who, alone, note_for, perform,
};
use crate::check::seeds;

/// Steps of a whole program.
const STEPS: usize = 40;

/// Programs of a normal run.
const FEW: Range<u64> = 0..300;

#[test]
fn dl4_hostile_programs_lose_nothing() {
    play_all(seeds("CALLBOARD_PROGRAMS").unwrap_or(FEW), |_| {});
}

#[test]
#[ignore = "takes minutes: 10,000 programs, or those of CALLBOARD_PROGRAMS=FROM..TO"]
#[expect(clippy::print_stderr, reason = "whoever waits wants to see how far it is")]
fn dl4_ten_thousand_hostile_programs_lose_nothing() {
    let seeds = seeds("CALLBOARD_PROGRAMS").unwrap_or(0..10_000);
    let end = seeds.end;
    play_all(seeds, |seed| {
        if seed % 100 == 0 {
            eprintln!("at program {seed}; to go on from here: CALLBOARD_PROGRAMS={seed}..{end}");
        }
    });
}

/// Plays each program on one shard and on three.
fn play_all(seeds: Range<u64>, tell: impl Fn(u64)) {
    for seed in seeds {
        tell(seed);
        for shards in [1, 3] {
            let Err(fault) = played(seed, shards, STEPS) else { continue };
            let least = (0..=STEPS).find_map(|steps| {
                let fault = played(seed, shards, steps).err()?;
                Some((steps, fault))
            });
            let (steps, fault) = least.unwrap_or((STEPS, fault));
            panic!(
                "CALLBOARD_PROGRAMS={seed} fails on {shards} shards: {fault}\n\
                 after these steps, {:?}: {:#?}",
                Stage::new(seed, shards).finale,
                Dice::new(seed).program(steps)
            );
        }
    }
}

/// Plays one program, and says what was wrong.
fn played(seed: u64, shards: usize, steps: usize) -> Result<(), String> {
    let stage = Stage::new(seed, shards);
    let steps = Dice::new(seed).program(steps);
    let played = catch_unwind(AssertUnwindSafe(|| stage.play(steps)));
    played.unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        Err(text.unwrap_or_else(|| "the runtime panicked".to_owned()))
    })
}

/// Where a program runs.
struct Stage {
    simulator: Simulator,
    book: Book,
    finale: Finale,
    /// What the plain thread waits for.
    waits: Vec<Waiting>,
    /// The permits it has.
    permits: Vec<Ticket>,
    ears: Vec<ActorRef<Ear>>,
    events: Option<Events>,
}

impl Stage {
    fn new(seed: u64, shards: usize) -> Self {
        // Other numbers than those of the steps, so that fewer steps end alike.
        let mut dice = Dice::new(!seed);
        SHARDS.set(shards);
        let simulator = Simulator::with_slice(shards, 1 + dice.roll(64) as u32);
        simulator.set_look(Duration::from_micros(dice.roll(30)));
        let events = dice.chance(50).then(|| simulator.events());
        let book = Book::new();
        let (finale, waits, permits) = (dice.finale(), Vec::new(), Vec::new());
        let ears = (0..dice.roll(3)).map(|shard| {
            let ear = Ear::new(&book, simulator.events());
            simulator.enter(shard as usize % shards, || spawn(ear))
        });
        let ears = ears.collect();
        let stage = Self { simulator, book, finale, waits, permits, ears, events };
        for shard in 0..4 {
            let mut role = dice.role(2);
            role.away = None;
            let spawned = Op::Spawn(role);
            stage.on(shard, || {
                perform(&stage.book, Who { from: Sender::Shard(0), me: None }, spawned);
            });
        }
        stage
    }

    /// Runs code as a shard would, by number, counted round.
    fn on(&self, shard: u64, call: impl FnOnce()) {
        self.simulator.enter(shard as usize % self.simulator.shards(), call);
    }

    fn play(mut self, steps: Vec<Step>) -> Result<(), String> {
        for step in steps {
            self.step(step);
        }
        match self.finale {
            Finale::Calm => self.end_calmly(),
            Finale::Drop => {
                let Self { simulator, book, waits, permits, events, .. } = self;
                drop(simulator);
                have_ended(&book, waits, permits)?;
                drop(events);
                book.settled()
            }
            Finale::Stop => {
                let Self { simulator, book, waits, permits, .. } = self;
                let report = simulator.stop();
                book.balances(&report)?;
                have_ended(&book, waits, permits)?;
                book.settled()
            }
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Advance(ms) => self.simulator.advance(Duration::from_millis(ms)),
            Step::Ear(number, does) if !self.ears.is_empty() => {
                let ear = self.ears[number as usize % self.ears.len()];
                match does {
                    EarDoes::Listen => ear.listen(note_for(&self.book, ear)),
                    EarDoes::Look => ear.look(note_for(&self.book, ear)),
                    EarDoes::Stop => ear.stop(),
                }
            }
            Step::Ear(..) => {}
            Step::Length(of) => {
                let length = self.book.whom(None, of).map(|of| of.length(&self.simulator));
                self.waits.extend(length.map(Waiting::Length));
            }
            Step::Look => self.look(),
            Step::On(shard, script) => {
                let from = Sender::Shard(shard as usize % self.simulator.shards());
                self.on(shard, || {
                    for op in script {
                        alone(&self.book, || perform(&self.book, Who { from, me: None }, op));
                    }
                });
            }
            Step::Open { shard: Some(shard), some } => self.on(shard, || self.book.let_on(some)),
            Step::Open { shard: None, some } => self.book.let_on(some),
            Step::Outside(script) => {
                let who = Who { from: Sender::Outside, me: None };
                for op in script {
                    match op {
                        Op::Ask { .. }
                        | Op::IsAlive(_)
                        | Op::Reserve { .. }
                        | Op::WaitForEnd(_) => {
                            let wait = alone(&self.book, || Waiting::begin(&self.book, op));
                            self.waits.extend(wait.flatten());
                        }
                        Op::DropPermits => self.permits.clear(),
                        Op::UsePermits => {
                            self.permits.drain(..).for_each(|permit| permit.send_blank(who.from));
                        }
                        op => alone(&self.book, || perform(&self.book, who, op)).unwrap_or(()),
                    }
                }
                // What is not polled has not begun.
                self.look();
            }
            Step::Run => self.simulator.run(),
            Step::Turn(turns) => {
                for _ in 0..turns {
                    self.simulator.turn();
                }
            }
        }
    }

    /// Looks what has come of the waits of the plain thread.
    fn look(&mut self) {
        let (book, permits) = (&self.book, &mut self.permits);
        self.waits.retain_mut(|wait| !wait.look(book, permits));
    }

    /// Says that every bounded mailbox has all its places, but for those that permits keep.
    fn has_places(&self) -> Result<(), String> {
        let mut seen = HashSet::new();
        let cast = self.book.open().cast.clone();
        for actor in cast.into_iter().filter(|actor| seen.insert(actor.address())) {
            let Some(room) = actor.room() else { continue };
            let free = room - self.book.permits(actor);
            let (found, ended) = self.reserved(actor);
            match ended {
                ReserveError::NoProc | ReserveError::Stopped => continue,
                ReserveError::Timeout if found == free => {}
                error => {
                    return Err(format!(
                        "{actor:?} has {found} of {free} free places, then {error:?}"
                    ));
                }
            }
            let shard = actor.address().shard();
            let from = Sender::Shard(shard);
            let tried: Vec<_> = self.simulator.enter(shard, || {
                let try_one = |_| actor.try_tell(&self.book, self.book.blank(from, actor));
                (0..=free).map(try_one).collect()
            });
            let expected = |n| if n == free && actor.refuses() { Tried::Full } else { Tried::Sent };
            if tried != (0..=free).map(expected).collect::<Vec<_>>() {
                return Err(format!("{actor:?} with {free} free places, tried: {tried:?}"));
            }
            self.simulator.run();
        }
        Ok(())
    }

    /// How many places can be reserved in a mailbox, and what happens to the wait for one more.
    fn reserved(&self, actor: Someone) -> (u64, ReserveError) {
        let book = self.book.clone();
        let reserved = self.simulator.start(actor.address().shard(), move || async move {
            let mut tickets = Vec::new();
            loop {
                match actor.reserve(&book, 10).await {
                    Ok(ticket) => tickets.push(ticket),
                    Err(error) => return (tickets.len() as u64, error),
                }
            }
        });
        self.simulator.advance(Duration::from_millis(50));
        reserved.take().expect("it waits no longer than it is patient")
    }

    /// Ends all there is, and says what is left.
    fn end_calmly(mut self) -> Result<(), String> {
        self.simulator.run();
        self.book.open_gate();
        self.simulator.advance(Duration::from_secs(10));
        self.look();
        self.has_places()?;
        // What ends may spawn.
        for _ in 0..10 {
            let cast = self.book.open().cast.clone();
            cast.iter().for_each(|actor| actor.stop());
            self.simulator.run();
        }
        self.look();
        if let Some(wait) = self.waits.first() {
            return Err(format!("this has not ended: {wait:?}"));
        }
        // Those who listen do so for ever.
        self.ears.iter().for_each(|ear| ear.kill());
        self.simulator.run();
        let told = self.events.take().and_then(dead_letters_told);
        let report = self.simulator.report();
        self.book.balances(&report)?;
        let in_vain = self.book.in_vain();
        if let Some(told) = told
            && told + in_vain != report.dead_letters.total()
        {
            return Err(format!(
                "{told} dead letters were told of, and {in_vain} of listeners were not: {report}"
            ));
        }
        let stats = self.simulator.stats();
        let total = stats.total();
        if (total.actors, total.asks, total.queue, total.backlog) != (0, 0, 0, 0) {
            return Err(format!("something is left:\n{stats}"));
        }
        let raised = self.book.open().raised;
        if total.panics != raised {
            return Err(format!("{raised} panics, of which were contained:\n{stats}"));
        }
        let Self { simulator, book, waits, permits, .. } = self;
        have_ended(&book, waits, permits)?;
        let end = simulator.stop();
        if (end.actors_left, end.messages_left) != (0, 0) {
            return Err(format!("after a calm end: {end}"));
        }
        book.settled()
    }
}

/// How many dead letters there were, if no event was missed. Another thread looks: of what a thread sends that
/// listens, no dead letter is told.
fn dead_letters_told(mut events: Events) -> Option<u64> {
    let look = move || {
        let mut told = 0;
        while let Some(event) = events.try_next() {
            match event {
                Event::DeadLetter { .. } => told += 1,
                Event::Lagged { .. } => return None,
                _ => {}
            }
        }
        Some(told)
    };
    std::thread::spawn(look).join().expect("whoever looks does not panic")
}

/// Says that what the plain thread waits for has ended.
fn have_ended(book: &Book, waits: Vec<Waiting>, mut permits: Vec<Ticket>) -> Result<(), String> {
    for mut wait in waits {
        if let Waiting::Place(_, wish) = &mut wait {
            // Nobody would count what is sent after the end.
            *wish = make::Wish::Drop;
        }
        if !wait.look(book, &mut permits) {
            return Err(format!("this has not ended: {wait:?}"));
        }
    }
    drop(permits);
    Ok(())
}

impl Book {
    /// Says that each message was handled, or is a dead letter, and that no more was late than given.
    fn balances(&self, report: &Report) -> Result<(), String> {
        let pages = self.open();
        let in_flight = report.dead_letters.of(callboard::DeadReason::InFlight);
        if report.handled + report.dead_letters.total() != pages.sent {
            return Err(format!("{} messages were sent: {report}", pages.sent));
        }
        if report.handled + in_flight != pages.begun {
            return Err(format!("{} handlers began: {report}", pages.begun));
        }
        let most = pages.given - pages.received;
        if report.late_answers > most {
            return Err(format!("{most} answers can have been late: {report}"));
        }
        Ok(())
    }

    /// Says that each value was dropped, and that nothing was noted on the way.
    fn settled(&self) -> Result<(), String> {
        let pages = self.open();
        if let Some(fault) = pages.faults.first() {
            return Err(fault.clone());
        }
        match pages.dropped.iter().position(|dropped| !dropped) {
            Some(value) => Err(format!("value {value} of {} was not dropped", pages.dropped.len())),
            None => Ok(()),
        }
    }
}
