//! States together with what else there is: handlers that overlap, a thread of the actor's own, and pools of workers.

use std::time::Duration;

use callboard::{ActorRef, Context, Pool, Routing, actor, handlers};
use tokio::sync::watch;

use crate::check::{Journal, ask_from, everywhere, on_shards, put};

const SECOND: Duration = Duration::from_secs(1);

/// Reads overlap, each in the state it is for.
#[actor(states(Closed, Open))]
struct Library {
    journal: Journal,
    /// Readers stay until this says so.
    bell: watch::Receiver<bool>,
}

impl Library {
    async fn stay(&self, reader: u64) {
        self.journal.note(format!("+{reader}"));
        // The bell outlives the test.
        let _ = self.bell.clone().wait_for(|rings| *rings).await;
        self.journal.note(format!("-{reader}"));
    }
}

#[handlers]
impl Library {
    #[tell(when(Open), concurrent = 4)]
    async fn read(&self, reader: u64) {
        self.stay(reader).await;
    }

    #[tell(when(Closed), concurrent = 4)]
    async fn tidy(&self, reader: u64) {
        self.stay(reader).await;
    }

    #[tell(when(Closed))]
    fn open(&mut self, cx: &mut Context<Self>) {
        self.journal.note("open");
        cx.become_state(LibraryState::Open);
    }

    #[tell(when(Open))]
    fn close(&mut self, cx: &mut Context<Self>) {
        self.journal.note("close");
        cx.become_state(LibraryState::Closed);
    }
}

#[test]
fn d8_handlers_overlap_only_in_their_state() {
    on_shards(|simulator| {
        let (ring, bell) = watch::channel(false);
        let journal = Journal::default();
        let of = journal.clone();
        let library = put(&simulator, 0, move || Library { journal: of, bell });
        library.read(1);
        library.open();
        library.read(2);
        simulator.run();
        assert_eq!(journal.take(), ["open", "+1", "+2"]);
        // Neither who is for another state, nor who takes the actor alone, comes among them.
        library.tidy(3);
        library.close();
        library.read(4);
        library.tidy(5);
        simulator.run();
        assert_eq!(journal.take(), [""; 0]);
        assert!(ring.send(true).is_ok());
        simulator.run();
        let mut taken = journal.take();
        // Who hears the bell first says the bell.
        taken[..2].sort_unstable();
        assert_eq!(taken, ["-1", "-2", "close", "+3", "-3", "+5", "-5"]);
        library.open();
        simulator.run();
        assert_eq!(journal.take(), ["open", "+4", "-4"]);
    });
}

/// Is in states on a thread of its own.
#[actor(blocking, states(Idle, Busy))]
#[derive(Default)]
struct Press {
    printed: Vec<u64>,
}

#[handlers]
impl Press {
    #[tell(when(Idle))]
    fn warm_up(&mut self, cx: &mut Context<Self>) {
        assert_eq!(cx.state(), PressState::Idle);
        cx.become_state(PressState::Busy);
        assert_eq!(cx.state(), PressState::Busy);
    }

    #[tell(when(Busy))]
    fn print(&mut self, page: u64) {
        self.printed.push(page);
    }

    #[tell(when(Busy))]
    fn rest(&mut self, cx: &mut Context<Self>) {
        cx.become_state(PressState::Idle);
    }

    #[ask(when(Idle))]
    fn pages(&self) -> Vec<u64> {
        self.printed.clone()
    }
}

#[test]
fn a_blocking_actor_takes_messages_in_their_state() {
    everywhere(|world| {
        let press = world.spawn(1, Press::default);
        press.print(1);
        press.print(2);
        press.warm_up();
        press.print(3);
        press.rest();
        press.print(4);
        assert_eq!(world.ask(press.pages()), Ok(vec![1, 2, 3]));
        press.warm_up();
        press.rest();
        assert_eq!(world.ask(press.pages()), Ok(vec![1, 2, 3, 4]));
        let report = world.end();
        assert_eq!((report.dead_letters.total(), report.stuck_threads), (0, 0));
    });
}

/// Behind a pool, each worker with a state of its own. Notes which orders it took.
#[actor(states(Cold, Warm))]
#[derive(Default)]
struct Oven {
    heated: Vec<u64>,
    baked: Vec<u64>,
}

#[handlers]
impl Oven {
    #[tell(when(Warm))]
    fn bake(&mut self, order: u64) {
        self.baked.push(order);
    }

    #[tell(when(Cold))]
    fn heat(&mut self, cx: &mut Context<Self>, order: u64) {
        self.heated.push(order);
        cx.become_state(OvenState::Warm);
    }

    /// The order, and how many were taken.
    #[ask]
    fn taken(&self, order: u64) -> (u64, usize) {
        (order, self.heated.len() + self.baked.len())
    }
}

/// By which an oven is chosen.
fn order(message: &OvenMsg) -> u64 {
    match message {
        OvenMsg::Bake { order } | OvenMsg::Heat { order } | OvenMsg::Taken { order, .. } => *order,
    }
}

#[test]
fn workers_of_a_pool_have_states_of_their_own() {
    on_shards(|simulator| {
        let pool: ActorRef<Pool<Oven>> =
            put(&simulator, 0, || Pool::new(2, Oven::default).routing(Routing::hash(order)));
        let taken = |order| ask_from(&simulator, 0, pool.taken(order)).expect("it answers").1;
        pool.heat(1);
        pool.bake(1);
        assert_eq!(taken(1), 2);
        let other = (2..).find(|&order| taken(order) == 0).expect("there are two workers");
        pool.bake(other);
        simulator.advance(SECOND);
        assert_eq!(taken(other), 0, "that worker is cold");
        pool.bake(1);
        assert_eq!(taken(1), 3);
        pool.heat(other);
        assert_eq!((taken(other), taken(1)), (2, 3));
    });
}

/// A pool of actors with threads of their own, and states.
#[test]
fn a_pool_may_have_blocking_workers_with_states() {
    everywhere(|world| {
        let pool = world.spawn(0, || Pool::new(2, Press::default).routing(Routing::round_robin()));
        for page in 0..4 {
            pool.print(page);
        }
        for _ in 0..2 {
            pool.warm_up();
        }
        for _ in 0..2 {
            pool.rest();
        }
        let mut pages: Vec<u64> = Vec::new();
        for _ in 0..2 {
            pages.extend(world.ask(pool.pages()).expect("it answers"));
        }
        pages.sort_unstable();
        assert_eq!(pages, [0, 1, 2, 3]);
        assert_eq!(world.end().dead_letters.total(), 0);
    });
}
