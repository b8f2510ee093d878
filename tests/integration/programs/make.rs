//! Makes programs out of numbers: what a program does is decided here, before any of it runs.

/// Numbers that look random and are those of their seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len() as u64) as usize]
    }
}

/// What a piece of user code does, in order: a finite tree, so that every program ends.
pub(super) type Script = Vec<Op>;

/// One thing that user code does. What is new in the runtime is added here, to [`Dice::op`], and to `perform`
/// in `play.rs`.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// Answers the asks whose replies are kept.
    AnswerKept,
    Ask {
        to: Whom,
        how: AskHow,
        load: Load,
        script: Script,
        wait: Wait,
    },
    /// Gives up the asks that are kept.
    DropAsked,
    /// Gives the kept permits back.
    DropPermits,
    /// Gives the kept replies and permits away, in a message.
    HandOn(Whom),
    /// Asks whether somebody lives; waits for the answer where there is an await.
    IsAlive(Whom),
    Kill(Whom),
    Panic(PanicHow),
    /// Wants a place in a mailbox, for so many milliseconds at most.
    Reserve {
        to: Whom,
        patience: u64,
        wish: Wish,
    },
    Spawn(Role),
    Stop(Whom),
    StopNow(Whom),
    Tell {
        to: Whom,
        how: TellHow,
        load: Load,
        script: Script,
        end: End,
    },
    /// Sends by the permits that are kept.
    UsePermits,
    /// Suspends until somebody opens the gate; only where there is an await.
    WaitAtGate,
    /// Waits for the end of somebody, or until the gate is opened for good; only where there is an await.
    WaitForEnd(Whom),
    /// Suspends and is woken at once; only where there is an await.
    Yield,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Whom {
    Me,
    /// By number, counted round, of all actors that ever were.
    Other(u64),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum AskHow {
    Answer,
    AnswerLater,
    /// The reply is kept.
    Keep,
    Lose,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum TellHow {
    Large,
    Later,
    Small,
    /// By `try_tell`.
    Try,
}

/// What becomes of a wait for a place, where there is an await; elsewhere it is begun and given up.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    Drop,
    /// It is given up once it has begun.
    GiveUp,
    /// It is given up when the actor is polled again.
    GiveUpLater,
    Keep,
    Send {
        load: Load,
        script: Script,
        end: End,
    },
}

/// What becomes of an ask.
#[derive(Clone, Debug)]
pub(super) enum Wait {
    /// Awaited at once, without being started; where there is no await it is kept.
    Await,
    /// Started, then awaited; the same.
    AwaitStarted,
    Drop,
    Keep,
    /// Never sent.
    Never,
    /// The actor goes on with the answer; where there is no actor it is dropped.
    On(Box<Then>),
}

/// What an actor does with an answer.
#[derive(Clone, Debug)]
pub(super) struct Then {
    /// In an `async` method.
    pub(super) is_later: bool,
    /// What is put with the ask.
    pub(super) load: Load,
    pub(super) script: Script,
    pub(super) end: End,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum PanicHow {
    /// With a value whose destructor may panic.
    Any {
        explodes: bool,
    },
    /// While it formats a value whose `Debug` panics.
    Debug,
    Text,
}

/// A value that tells of its drop.
#[derive(Clone, Debug, Default)]
pub(super) struct Load {
    /// Its destructor panics, unless its thread unwinds already: that would abort the process.
    pub(super) explodes: bool,
    /// What its destructor does before.
    pub(super) on_drop: Script,
}

/// An actor to be.
#[derive(Clone, Debug)]
pub(super) struct Role {
    pub(super) kind: Kind,
    /// On another shard, by number, counted round; made there.
    pub(super) away: Option<u64>,
    /// What makes it panics.
    pub(super) make_panics: bool,
    /// Whoever spawns it waits for its start, where there is an await.
    pub(super) awaited: bool,
    pub(super) start: Hook,
    pub(super) stop: Hook,
    pub(super) state: Load,
}

/// The kinds of actors: what their types say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bounded mailbox; one message too many ends the actor.
    Crashing,
    /// A bounded mailbox; the oldest message makes room.
    Forgetful,
    /// With hooks and `async` handlers, as all are but the plain ones.
    Full,
    Plain,
    /// A bounded mailbox, which refuses.
    Refusing,
    /// Plain, with a bounded mailbox.
    Small,
    /// A bounded mailbox, which drops what comes.
    Stubborn,
}

impl Kind {
    /// Whether it has neither hooks nor `async` handlers.
    pub(super) fn is_plain(self) -> bool {
        matches!(self, Self::Plain | Self::Small)
    }
}

/// What a hook does, and what it returns.
#[derive(Clone, Debug)]
pub(super) struct Hook {
    pub(super) script: Script,
    pub(super) end: End,
}

/// How a hook or a handler that may fail ends.
#[derive(Clone, Debug, Default)]
pub(super) enum End {
    Fail {
        load: Load,
        how: FailHow,
    },
    /// Of start hooks; others end well.
    Ignore,
    #[default]
    Well,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum FailHow {
    /// What turns the error into the runtime's panics.
    ConvertPanics,
    /// The error's `Display` and `Debug` panic.
    DisplayPanics,
    Plain,
}

/// What happens from outside of all actors.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Time passes.
    Advance(u64),
    /// A listener for events does something, by number, counted round.
    Ear(u64, EarDoes),
    /// Asks how many messages wait for an actor.
    Length(Whom),
    /// The plain thread looks what has come of its waits.
    Look,
    /// Lets some who wait at the gate go on: as a wake from this shard, or from outside.
    Open { shard: Option<u64>, some: u64 },
    /// Code that runs as this shard would.
    On(u64, Script),
    /// A plain thread.
    Outside(Script),
    /// Turns until all is at rest.
    Run,
    /// So many turns.
    Turn(u64),
}

/// What a listener for events is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EarDoes {
    /// To wait for event after event.
    Listen,
    /// To look for events that are there.
    Look,
    Stop,
}

/// How a program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finale {
    /// All is ended one by one, then the system.
    Calm,
    /// The system is dropped as it is.
    Drop,
    /// The system is stopped as it is.
    Stop,
}

/// What the code around an op can do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scene {
    /// Destructors.
    Destructor,
    Handler,
    /// A plain thread.
    Outside,
    /// A shard's code that is no actor's.
    Shard,
}

/// How many scripts lie in one another.
const DEPTH: u32 = 3;

impl Dice {
    /// A program of so many steps; a shorter one of the same seed is its beginning.
    pub(super) fn program(&mut self, steps: usize) -> Vec<Step> {
        (0..steps).map(|_| self.step()).collect()
    }

    pub(super) fn finale(&mut self) -> Finale {
        self.pick(&[Finale::Calm, Finale::Calm, Finale::Stop, Finale::Drop])
    }

    fn step(&mut self) -> Step {
        match self.roll(100) {
            0..45 => Step::On(self.roll(8), self.script(Scene::Shard, DEPTH, 6)),
            45..65 => Step::Outside(self.script(Scene::Outside, DEPTH, 3)),
            65..80 => Step::Turn(1 + self.roll(4)),
            80..88 => Step::Run,
            88..93 => {
                let shard = self.chance(50).then(|| self.roll(8));
                Step::Open { shard, some: 1 + self.roll(4) }
            }
            93..94 => Step::Length(self.whom()),
            94..95 => Step::Look,
            95..97 => {
                let does = [EarDoes::Listen, EarDoes::Look, EarDoes::Look, EarDoes::Stop];
                Step::Ear(self.roll(8), self.pick(&does))
            }
            _ => Step::Advance(self.roll(200)),
        }
    }

    fn script(&mut self, scene: Scene, depth: u32, most: u64) -> Script {
        let ops = if depth == 0 { 0 } else { self.roll(most + 1) };
        (0..ops).map(|_| self.op(scene, depth - 1)).collect()
    }

    fn op(&mut self, scene: Scene, depth: u32) -> Op {
        let in_handler = scene == Scene::Handler;
        match self.roll(120) {
            0..35 => Op::Tell {
                to: self.whom(),
                how: self.pick(&[
                    TellHow::Small,
                    TellHow::Small,
                    TellHow::Later,
                    TellHow::Later,
                    TellHow::Large,
                    TellHow::Try,
                    TellHow::Try,
                ]),
                load: self.load(depth),
                script: self.script(Scene::Handler, depth, 4),
                end: self.end(),
            },
            35..55 => Op::Ask {
                to: self.whom(),
                how: self.pick(&[AskHow::Answer, AskHow::AnswerLater, AskHow::Keep, AskHow::Lose]),
                load: self.load(depth),
                script: self.script(Scene::Handler, depth, 3),
                wait: match self.roll(9) {
                    0 | 1 => Wait::Await,
                    2 => Wait::AwaitStarted,
                    3 => Wait::Keep,
                    // What is never sent is dropped at once, on a plain thread beyond all containment.
                    4 if scene != Scene::Outside => Wait::Never,
                    5..8 if in_handler => Wait::On(Box::new(self.then(depth))),
                    _ => Wait::Drop,
                },
            },
            55..68 if scene != Scene::Outside => Op::Spawn(self.role(depth)),
            68..72 => Op::Stop(self.whom()),
            72..75 => Op::StopNow(self.whom()),
            75..77 => Op::Kill(self.whom()),
            77..80 if in_handler || scene == Scene::Destructor => {
                let explodes = self.chance(50);
                Op::Panic(self.pick(&[PanicHow::Text, PanicHow::Debug, PanicHow::Any { explodes }]))
            }
            80..84 if in_handler => Op::AnswerKept,
            84..87 if in_handler => Op::DropAsked,
            87..90 if in_handler => Op::HandOn(self.whom()),
            90..95 if in_handler => Op::Yield,
            95..100 if in_handler => Op::WaitAtGate,
            100..108 => Op::Reserve {
                to: self.whom(),
                patience: self.roll(60),
                wish: match self.roll(6) {
                    0 => Wish::Drop,
                    1 => Wish::GiveUp,
                    2 => Wish::GiveUpLater,
                    3 => Wish::Keep,
                    _ => Wish::Send {
                        load: self.load(depth),
                        script: self.script(Scene::Handler, depth, 3),
                        end: self.end(),
                    },
                },
            },
            108..110 => Op::IsAlive(self.whom()),
            110..112 if scene == Scene::Outside || in_handler => Op::WaitForEnd(self.whom()),
            112..114 if scene == Scene::Outside || in_handler => Op::UsePermits,
            114..115 if scene == Scene::Outside || in_handler => Op::DropPermits,
            _ => Op::Tell {
                to: self.whom(),
                how: TellHow::Small,
                load: Load::default(),
                script: Script::new(),
                end: End::Well,
            },
        }
    }

    fn whom(&mut self) -> Whom {
        if self.chance(15) { Whom::Me } else { Whom::Other(self.roll(1 << 32)) }
    }

    fn load(&mut self, depth: u32) -> Load {
        let on_drop =
            if self.chance(10) { self.script(Scene::Destructor, depth, 2) } else { Script::new() };
        Load { explodes: self.chance(3), on_drop }
    }

    fn then(&mut self, depth: u32) -> Then {
        Then {
            is_later: self.chance(50),
            load: self.load(depth),
            script: self.script(Scene::Handler, depth, 3),
            end: self.end(),
        }
    }

    pub(super) fn role(&mut self, depth: u32) -> Role {
        let kind = self.pick(&[
            Kind::Crashing,
            Kind::Forgetful,
            Kind::Full,
            Kind::Full,
            Kind::Plain,
            Kind::Plain,
            Kind::Refusing,
            Kind::Small,
            Kind::Stubborn,
        ]);
        Role {
            kind,
            away: (!kind.is_plain() && self.chance(25)).then(|| self.roll(8)),
            make_panics: self.chance(3),
            awaited: self.chance(50),
            start: self.hook(depth),
            stop: self.hook(depth),
            state: self.load(depth),
        }
    }

    fn hook(&mut self, depth: u32) -> Hook {
        let script =
            if self.chance(40) { self.script(Scene::Handler, depth, 3) } else { Script::new() };
        Hook { script, end: self.end() }
    }

    pub(super) fn end(&mut self) -> End {
        match self.roll(100) {
            0..90 => End::Well,
            90..93 => End::Ignore,
            _ => {
                let load = self.load(1);
                let how =
                    self.pick(&[FailHow::Plain, FailHow::ConvertPanics, FailHow::DisplayPanics]);
                End::Fail { load, how }
            }
        }
    }
}
