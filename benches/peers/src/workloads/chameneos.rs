//! Savina's chameneos: 100 creatures meet in pairs at a mall, and each takes the colour that neither has.

use crate::harness::Clock;
use crate::workloads::{Framework, Measured, Told, Workload};
use tokio::sync::oneshot;

const CREATURES: u32 = 100;

/// Two of the same colour stay as they are, two of different colours become the third.
fn blend(one: u8, other: u8) -> u8 {
    if one == other { one } else { 3 - one - other }
}

struct Mall<F: Framework> {
    creatures: Vec<F::Told<Creature<F>>>,
    waiting: Option<(u32, u8)>,
    left: u64,
    /// How many have gone home, and how often they met.
    home: u32,
    met: u64,
    done: Option<oneshot::Sender<u64>>,
}

enum MallMessage<F: Framework> {
    Meet(Vec<F::Told<Creature<F>>>),
    Arrive { who: u32, colour: u8 },
    GoneHome { met: u64 },
}

impl<F: Framework> Told for Mall<F> {
    type Message = MallMessage<F>;

    fn told(&mut self, message: MallMessage<F>) {
        match message {
            MallMessage::Meet(creatures) => {
                for creature in &creatures {
                    F::tell(creature, CreatureMessage::Begin);
                }
                self.creatures = creatures;
            }
            MallMessage::Arrive { who, .. } if self.left == 0 => {
                F::tell(&self.creatures[who as usize], CreatureMessage::GoHome);
            }
            MallMessage::Arrive { who, colour } => match self.waiting.take() {
                None => self.waiting = Some((who, colour)),
                Some((other, other_colour)) => {
                    self.left -= 1;
                    let meeting = CreatureMessage::Meeting { colour: other_colour };
                    F::tell(&self.creatures[who as usize], meeting);
                    let meeting = CreatureMessage::Meeting { colour };
                    F::tell(&self.creatures[other as usize], meeting);
                }
            },
            MallMessage::GoneHome { met } => {
                self.met += met;
                self.home += 1;
                if self.home == CREATURES {
                    let done = self.done.take().expect("it ends once");
                    done.send(self.met).expect("the workload waits");
                }
            }
        }
    }
}

struct Creature<F: Framework> {
    me: u32,
    colour: u8,
    met: u64,
    mall: F::Told<Mall<F>>,
}

enum CreatureMessage {
    Begin,
    Meeting { colour: u8 },
    GoHome,
}

impl<F: Framework> Told for Creature<F> {
    type Message = CreatureMessage;

    fn told(&mut self, message: CreatureMessage) {
        match message {
            CreatureMessage::Begin => {}
            CreatureMessage::Meeting { colour } => {
                self.met += 1;
                self.colour = blend(self.colour, colour);
            }
            CreatureMessage::GoHome => {
                return F::tell(&self.mall, MallMessage::GoneHome { met: self.met });
            }
        }
        F::tell(&self.mall, MallMessage::Arrive { who: self.me, colour: self.colour });
    }
}

/// An operation is one meeting: two messages to the mall, two from it.
pub(crate) struct Chameneos;

impl Workload for Chameneos {
    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        let (done, end) = oneshot::channel();
        let mall = Mall::<F> {
            creatures: Vec::new(),
            waiting: None,
            left: operations,
            home: 0,
            met: 0,
            done: Some(done),
        };
        let mall = on.spawn(0, mall).await;
        let mut creatures = Vec::new();
        for me in 0..CREATURES {
            let creature = Creature::<F> { me, colour: me as u8 % 3, met: 0, mall: mall.clone() };
            creatures.push(on.spawn(0, creature).await);
        }
        let clock = Clock::start();
        F::tell(&mall, MallMessage::Meet(creatures));
        let met = end.await.expect("all go home");
        let time = clock.time();
        assert_eq!(met, 2 * operations, "two met each time");
        Measured::new(time, operations)
    }
}
