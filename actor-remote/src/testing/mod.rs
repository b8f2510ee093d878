//! The simulator of whole clusters: nodes, their shards and the network between them, in one thread, in virtual time,
//! from one seed.
//!
//! Each node is a [`Simulator`](actor_runtime::testing::Simulator), whose shards are turned one at a time, in an order that the seed decides, and each turn
//! takes a time that it decides. Time is tokio's, paused: it moves when turns take it, or when nobody has anything to
//! do, to what comes next. So timers of tokio, deadlines of actors and the network agree on it, and an hour of silence
//! takes no longer than a look.
//!
//! The body of a run is one more thing that the seed gives its turns to. It is no actor: what it sends goes the way
//! that a plain thread's messages go.

mod driver;
mod entry;
mod faults;
mod replay;
mod seeds;
mod sim;

pub use self::driver::{Done, Failure, SimBuilder};
#[doc(hidden)]
pub use self::entry::simulate;
pub use self::faults::Faults;
pub use self::sim::{Sim, SimNode};
