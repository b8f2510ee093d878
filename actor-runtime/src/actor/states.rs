//! States of an actor: which it is in, and which messages it takes in them.

use super::{Context, Handlers};
use crate::host;
use crate::message::Message;

/// The states of an actor: made by `#[actor(states(..))]`.
pub trait State: Copy + 'static {
    /// All of them; the first is the one it begins in. At most 64.
    const ALL: &'static [Self];

    /// Which of them this is.
    fn number(self) -> usize;
}

/// An actor that is in states by turns: made by `#[actor(states(..))]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no states",
    label = "an actor without states",
    note = "`#[actor(states(..))]` on `struct {Self}`"
)]
pub trait States: Handlers {
    /// Its states.
    type State: State;
}

/// In which states of `A` this message is taken, a bit each.
pub(super) fn taken_in<A: Handlers>(message: &A::Msg) -> u64 {
    A::TAKEN_IN.get(message.tag()).copied().unwrap_or(u64::MAX)
}

impl<A: States> Context<A> {
    /// The state that the actor is in.
    #[must_use]
    pub fn state(&self) -> A::State {
        let me = self.me;
        let number = host::at_home(move |host| Some(host.cell(me)?.state()));
        A::State::ALL[number.map_or(0, usize::from)]
    }

    /// The actor is in this state from now on, and takes first, in their order, the messages that waited for it.
    ///
    /// Costs a look at each message that waits for a state. A restart begins in the first state.
    pub fn become_state(&mut self, state: A::State) {
        let number = u8::try_from(state.number()).expect("an actor has at most 64 states");
        let me = self.me;
        host::at_home(move |host| host.become_state(me, number));
    }
}
