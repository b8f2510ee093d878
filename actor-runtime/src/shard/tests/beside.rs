//! Futures beside an actor's own, as Miri sees them: concurrent handlers that share its state, and streams.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as TaskContext, Poll, Waker};

use futures_core::Stream;

use crate::actor::{asked_later, told};
use crate::testing::Simulator;
use crate::{
    Actor, ActorRef, ActorType, AskError, At, Context, Handle, Handled, Handlers, Message,
    Protocol, Reply, private,
};

/// What a desk is made to do.
enum DeskMsg {
    Serve { by: Box<u64>, reply: Reply<u64> },
    Set { value: u64 },
    Take { items: u64 },
}

impl Message for DeskMsg {
    const NAMES: &'static [&'static str] = &["Serve", "Set", "Take"];

    fn tag(&self) -> usize {
        match self {
            Self::Serve { .. } => 0,
            Self::Set { .. } => 1,
            Self::Take { .. } => 2,
        }
    }
}

/// What the test has in common with a desk.
#[derive(Clone, Default)]
struct Shared {
    wakers: Rc<RefCell<Vec<Waker>>>,
    is_open: Rc<Cell<bool>>,
    log: Rc<RefCell<Vec<u64>>>,
}

impl Shared {
    fn open(&self) {
        self.is_open.set(true);
        self.wakers.take().into_iter().for_each(Waker::wake);
    }
}

/// An actor whose state is changed through `&self`, by several futures in turn.
struct Desk {
    value: u64,
    served: Cell<u64>,
    names: RefCell<Vec<String>>,
    shared: Shared,
}

/// Borrows the state until it is dropped, and looks at it then.
struct Leaves<'d>(&'d Desk);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.names.borrow_mut().push("left".to_owned());
        self.0.shared.log.borrow_mut().push(self.0.value);
    }
}

impl Desk {
    async fn serve(&self, by: Box<u64>) -> u64 {
        let _leaves = Leaves(self);
        self.names.borrow_mut().push(format!("by {by}"));
        poll_fn(|cx| {
            if self.shared.is_open.get() {
                return Poll::Ready(());
            }
            self.shared.wakers.borrow_mut().push(cx.waker().clone());
            Poll::Pending
        })
        .await;
        self.served.set(self.served.get() + *by);
        self.served.get() + self.value
    }

    fn item(&mut self, item: u64) {
        self.value += item;
    }
}

/// So many ones.
struct Ones(u64);

impl Stream for Ones {
    type Item = u64;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<u64>> {
        let is_over = self.0 == 0;
        self.0 = self.0.saturating_sub(1);
        Poll::Ready((!is_over).then_some(1))
    }
}

impl Protocol for Desk {
    type Msg = DeskMsg;
    type Api = At<Self>;
    const DELIVERY: crate::Delivery<DeskMsg> = Self::REACHED_BY;
}

impl Handle<DeskMsg> for Desk {
    fn handle<'a>(&'a mut self, message: DeskMsg, cx: &'a mut Context<Self>) -> Handled<'a> {
        match message {
            message @ DeskMsg::Serve { .. } => self.share(message, cx),
            DeskMsg::Set { value } => {
                self.value = value;
                self.shared.log.borrow_mut().push(1_000 + value);
                told(())
            }
            DeskMsg::Take { items } => {
                cx.attach(Ones(items), Self::item);
                told(())
            }
        }
    }
}

impl Handlers for Desk {
    const SUSPENDS: bool = true;
    const CONCURRENT: &'static [u32] = &[2, 0, 0];

    fn share<'a>(&'a self, message: DeskMsg, _cx: &'a Context<Self>) -> Handled<'a> {
        match message {
            DeskMsg::Serve { by, reply } => asked_later(reply, self.serve(by)),
            _ => unreachable!("it takes the actor alone"),
        }
    }
}

impl Actor for Desk {
    const TYPE: &'static ActorType<Self> = {
        static TYPE: ActorType<Desk> = ActorType::new();
        &TYPE
    };
    type Below = At<Self>;
    type Wraps = ();
}

fn desk(simulator: &Simulator, shared: &Shared) -> ActorRef<Desk> {
    let shared = shared.clone();
    let desk = Desk { value: 5, served: Cell::default(), names: RefCell::default(), shared };
    simulator.enter(0, || crate::spawn(desk))
}

fn serve(
    simulator: &Simulator,
    desk: ActorRef<Desk>,
    by: u64,
) -> crate::testing::Output<Result<u64, AskError>> {
    let far = simulator.shards() - 1;
    let ask = move || {
        private::ask::<Desk, _>(&*desk, move |reply| DeskMsg::Serve { by: Box::new(by), reply })
    };
    let output = simulator.start(far, ask);
    simulator.run();
    output
}

#[test]
fn d8_futures_that_share_a_state_are_polled_by_turns() {
    [1, 2].into_iter().for_each(|shards| {
        let (simulator, shared) = (Simulator::new(shards), Shared::default());
        let desk = desk(&simulator, &shared);
        let served = [1, 2, 3].map(|by| serve(&simulator, desk, by));
        desk.tell(DeskMsg::Set { value: 7 });
        simulator.run();
        assert_eq!(*shared.log.borrow(), [], "two are under way, and the others wait");
        shared.open();
        simulator.run();
        assert_eq!(*shared.log.borrow(), [5, 5, 5, 1_007]);
        assert_eq!(served.map(|served| served.take()), [6, 8, 11].map(|sum| Some(Ok(sum))));
        assert_eq!(simulator.stop().actors_left, 0);
    });
}

#[test]
fn futures_that_share_a_state_are_dropped_before_it() {
    let (simulator, shared) = (Simulator::new(1), Shared::default());
    let desk = desk(&simulator, &shared);
    let served = [1, 2, 3].map(|by| serve(&simulator, desk, by));
    desk.kill();
    simulator.run();
    assert_eq!(*shared.log.borrow(), [5, 5]);
    assert_eq!(served.map(|served| served.take()), [(); 3].map(|()| Some(Err(AskError::Stopped))));
    // Their wakers wake nobody.
    shared.open();
    assert_eq!(simulator.stop().actors_left, 0);
}

#[test]
fn the_end_of_a_system_drops_futures_that_share_a_state() {
    let (simulator, shared) = (Simulator::new(1), Shared::default());
    let desk = desk(&simulator, &shared);
    let _served = [1, 2].map(|by| serve(&simulator, desk, by));
    assert_eq!(simulator.stop().actors_left, 1);
    assert_eq!(*shared.log.borrow(), [5, 5]);
    shared.wakers.take();
}

#[test]
fn items_of_a_stream_wait_for_those_that_share_the_state() {
    let (simulator, shared) = (Simulator::new(1), Shared::default());
    let desk = desk(&simulator, &shared);
    let served = serve(&simulator, desk, 1);
    desk.tell(DeskMsg::Take { items: 100 });
    simulator.run();
    shared.open();
    simulator.run();
    assert_eq!(served.take(), Some(Ok(6)));
    assert_eq!(serve(&simulator, desk, 1).take(), Some(Ok(107)));
    assert_eq!(simulator.stop().actors_left, 0);
}
