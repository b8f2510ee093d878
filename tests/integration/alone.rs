//! No handler of an actor runs at the same time as another of it, or inside one.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use callboard::{Context, Reply, actor, handlers, spawn_on};

use crate::check::{World, ask_from, everywhere, on_shards, put};

/// Counts with a plain number, and notes whether two handlers were ever in it.
#[actor]
#[derive(Default)]
struct Mesh {
    busy: Arc<AtomicBool>,
    overlap: bool,
    count: u64,
    waiting: Vec<(u64, Reply<(u64, bool)>)>,
}

#[handlers]
impl Mesh {
    #[tell]
    fn hit(&mut self) {
        self.overlap |= self.busy.swap(true, Ordering::SeqCst);
        let before = self.count;
        std::hint::black_box(before);
        self.count = before + 1;
        self.busy.store(false, Ordering::SeqCst);
        let state = (self.count, self.overlap);
        for (_, reply) in self.waiting.extract_if(.., |(want, _)| *want <= state.0) {
            reply.answer(state);
        }
    }

    #[ask]
    fn after(&mut self, hits: u64, reply: Reply<(u64, bool)>) {
        if self.count >= hits {
            reply.answer((self.count, self.overlap));
        } else {
            self.waiting.push((hits, reply));
        }
    }
}

/// Floods a mesh.
#[actor]
struct Flood;

#[handlers]
impl Flood {
    #[tell]
    fn flood(&mut self, mesh: callboard::ActorRef<Mesh>, hits: u64) {
        (0..hits).for_each(|_| mesh.hit());
    }
}

#[test]
fn p04_a_flooded_actor_counts_exactly() {
    everywhere(|world: World| {
        let mesh = world.spawn(1, Mesh::default);
        for at in 0..64 {
            world.spawn(at, || Flood).flood(mesh, 500);
        }
        assert_eq!(world.ask(mesh.after(32_000)), Ok((32_000, false)));
        world.end();
    });
}

/// Awaits in the middle of a handler.
#[actor]
#[derive(Default)]
struct Sleepy {
    inside: bool,
    overlap: bool,
    handled: u64,
}

#[handlers]
impl Sleepy {
    #[tell]
    async fn nap(&mut self, cx: &mut Context<Self>) {
        self.enter();
        let other = spawn_on(0, || Bed).await.expect("a bed");
        cx.me().touch();
        other.sleep().await.expect("sleep");
        self.inside = false;
        self.handled += 1;
    }

    #[tell]
    fn touch(&mut self) {
        self.enter();
        self.inside = false;
        self.handled += 1;
    }

    fn enter(&mut self) {
        self.overlap |= std::mem::replace(&mut self.inside, true);
    }

    #[ask]
    fn state(&self) -> (u64, bool) {
        (self.handled, self.overlap)
    }
}

#[actor]
struct Bed;

#[handlers]
impl Bed {
    #[ask]
    async fn sleep(&mut self) {
        tokio::task::yield_now().await;
    }
}

#[test]
fn d8_a_handler_that_awaits_is_not_entered_again() {
    on_shards(|simulator| {
        let sleepy = put(&simulator, 1, Sleepy::default);
        simulator.enter(0, || (0..100).for_each(|_| sleepy.nap()));
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, sleepy.state()), Ok((200, false)));
    });
}

/// Sends to itself while it is in a handler.
#[actor]
struct Inner {
    depth: Rc<std::cell::Cell<u32>>,
    deepest: u32,
}

#[handlers]
impl Inner {
    #[tell]
    fn nest(&mut self, cx: &mut Context<Self>, left: u32) {
        self.depth.set(self.depth.get() + 1);
        self.deepest = self.deepest.max(self.depth.get());
        if left > 0 {
            cx.me().nest(left - 1);
            cx.me().nest(0);
        }
        self.depth.set(self.depth.get() - 1);
    }

    #[ask]
    fn deepest(&self) -> u32 {
        self.deepest
    }
}

#[test]
fn d8_no_handler_runs_inside_a_send() {
    on_shards(|simulator| {
        let inner = put(&simulator, 1, || Inner { depth: Rc::default(), deepest: 0 });
        inner.nest(100);
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, inner.deepest()), Ok(1));
    });
}
