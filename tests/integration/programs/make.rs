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
    /// Gives the kept replies away, in a message.
    HandOn(Whom),
    Kill(Whom),
    Panic(PanicHow),
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
    /// Suspends until somebody opens the gate; only where there is an await.
    WaitAtGate,
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
}

/// What becomes of an ask.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wait {
    /// Awaited at once, without being started; where there is no await it is kept.
    Await,
    /// Started, then awaited; the same.
    AwaitStarted,
    Drop,
    Keep,
    /// Never sent.
    Never,
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
    /// Without hooks and `async` handlers.
    pub(super) is_plain: bool,
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
            88..96 => {
                let shard = self.chance(50).then(|| self.roll(8));
                Step::Open { shard, some: 1 + self.roll(4) }
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
        match self.roll(100) {
            0..35 => Op::Tell {
                to: self.whom(),
                how: self.pick(&[TellHow::Small, TellHow::Small, TellHow::Later, TellHow::Large]),
                load: self.load(depth),
                script: self.script(Scene::Handler, depth, 4),
                end: self.end(),
            },
            35..55 => Op::Ask {
                to: self.whom(),
                how: self.pick(&[AskHow::Answer, AskHow::AnswerLater, AskHow::Keep, AskHow::Lose]),
                load: self.load(depth),
                script: self.script(Scene::Handler, depth, 3),
                wait: match self.roll(6) {
                    0 | 1 => Wait::Await,
                    2 => Wait::AwaitStarted,
                    3 => Wait::Keep,
                    // What is never sent is dropped at once, on a plain thread beyond all containment.
                    4 if scene != Scene::Outside => Wait::Never,
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

    pub(super) fn role(&mut self, depth: u32) -> Role {
        let is_plain = self.chance(30);
        Role {
            is_plain,
            away: (!is_plain && self.chance(25)).then(|| self.roll(8)),
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
