//! Wrappers run round every handler of an actor: its own and those of the protocols it speaks.

use std::sync::{Mutex, PoisonError};

use callboard::{
    ActorRef, Address, AskError, Call, Context, Reply, Wrap, actor, handlers, protocol,
};

use crate::check::{World, everywhere};

/// What wrappers saw, of all actors.
static SEEN: Mutex<Vec<(Address, String)>> = Mutex::new(Vec::new());

fn note(actor: Address, what: String) {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).push((actor, what));
}

/// What was seen of one actor so far.
fn seen(actor: Address) -> String {
    let all = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let own = all.iter().filter(|(of, _)| *of == actor).map(|(_, what)| &what[..]);
    own.collect::<Vec<_>>().join(" ")
}

/// Notes both halves by its letter, and its end without the second.
struct Noting<const LETTER: char>(Call, bool);

type Outer = Noting<'a'>;
type Inner = Noting<'b'>;

impl<const LETTER: char> Wrap for Noting<LETTER> {
    fn before(call: Call) -> Self {
        note(call.actor(), format!("{LETTER}:{}", call.message()));
        Self(call, false)
    }

    fn after(&mut self, call: Call) {
        assert_eq!(call.message(), self.0.message());
        self.1 = true;
        note(call.actor(), format!("{LETTER}."));
    }
}

impl<const LETTER: char> Drop for Noting<LETTER> {
    fn drop(&mut self) {
        if !self.1 {
            note(self.0.actor(), format!("{LETTER}!"));
        }
    }
}

#[protocol]
trait Doubling {
    #[ask]
    fn double(&mut self, value: u64) -> u64;

    #[ask]
    async fn double_later(&mut self, value: u64) -> u64;
}

#[actor(speaks(Doubling), wrap(Outer, Inner))]
#[derive(Default)]
struct Wrapped {
    kept: Vec<Reply<u64>>,
}

#[handlers]
impl Wrapped {
    #[start]
    fn begin(&mut self) {}

    #[ask]
    fn plain(&mut self, cx: &mut Context<Self>) -> u64 {
        note(cx.me().address(), "plain".to_owned());
        1
    }

    #[ask]
    async fn later(&mut self, cx: &mut Context<Self>) -> u64 {
        tokio::task::yield_now().await;
        note(cx.me().address(), "later".to_owned());
        2
    }

    #[ask(concurrent = 2)]
    async fn shared(&self, value: u64) -> u64 {
        tokio::task::yield_now().await;
        value
    }

    #[ask]
    fn keep(&mut self, reply: Reply<u64>) {
        self.kept.push(reply);
    }

    #[tell(keep)]
    fn noted(&mut self, value: u64) -> Result<(), String> {
        if value == 0 { Err("zero".to_owned()) } else { Ok(()) }
    }

    #[ask]
    fn fail(&mut self) -> u64 {
        panic!("as asked");
    }

    #[ask]
    async fn fail_later(&mut self) -> u64 {
        tokio::task::yield_now().await;
        panic!("as asked");
    }

    #[tell]
    async fn hang(&mut self) {
        std::future::pending::<()>().await;
    }
}

#[handlers]
impl Doubling for Wrapped {
    fn double(&mut self, value: u64) -> u64 {
        value * 2
    }

    async fn double_later(&mut self, value: u64) -> u64 {
        tokio::task::yield_now().await;
        value * 2
    }
}

fn wrapped(world: &World) -> ActorRef<Wrapped> {
    world.spawn(1, Wrapped::default)
}

#[test]
fn y6_wrappers_run_round_own_and_spoken_handlers_the_first_outermost() {
    everywhere(|world| {
        let actor = wrapped(&world);
        let doubling: ActorRef<dyn Doubling> = actor.as_dyn();
        assert_eq!(world.ask(actor.plain()), Ok(1));
        assert_eq!(world.ask(actor.later()), Ok(2));
        assert_eq!(world.ask(actor.shared(3)), Ok(3));
        assert_eq!(world.ask(actor.double(2)), Ok(4));
        assert_eq!(world.ask(doubling.double_later(2)), Ok(4));
        actor.noted(1);
        assert_eq!(world.ask(actor.double(1)), Ok(2));
        let expected = "a:Plain b:Plain plain b. a. a:Later b:Later later b. a. \
            a:Shared b:Shared b. a. a:Double b:Double b. a. \
            a:DoubleLater b:DoubleLater b. a. a:Noted b:Noted b. a. a:Double b:Double b. a.";
        assert_eq!(seen(actor.address()), expected);
        assert_eq!(world.end().dead_letters.total(), 0);
    });
}

#[test]
fn y7_the_second_half_runs_where_a_handler_ends_whatever_it_returns() {
    everywhere(|world| {
        let actor = wrapped(&world);
        actor.noted(0);
        assert!(world.ask(actor.plain()).is_err(), "an error of a tell ends the actor");
        assert_eq!(seen(actor.address()), "a:Noted b:Noted b. a.");
        world.end();
    });
}

#[test]
fn y7_a_panic_drops_a_wrapper_without_its_second_half() {
    everywhere(|world| {
        let (plain, later) = (wrapped(&world), wrapped(&world));
        assert_eq!(world.ask(plain.fail()), Err(AskError::Crashed));
        assert_eq!(world.ask(later.fail_later()), Err(AskError::Crashed));
        assert_eq!(seen(plain.address()), "a:Fail b:Fail b! a!");
        assert_eq!(seen(later.address()), "a:FailLater b:FailLater b! a!");
        world.end();
    });
}

#[test]
fn y7_a_handler_that_is_cut_short_drops_a_wrapper_without_its_second_half() {
    everywhere(|world| {
        let actor = wrapped(&world);
        actor.hang();
        actor.kill();
        world.run(0, move || actor.wait());
        world.end();
        // It may have been killed before it began.
        let seen = seen(actor.address());
        assert!(["", "a:Hang b:Hang b! a!"].contains(&&seen[..]), "{seen}");
    });
}
