//! The macros' own picture of what the user wrote: spanned, whole, ready to expand.
//!
//! Each item is read by itself; a mistake goes to the [`Diag`](crate::diag::Diag), and the picture is
//! completed with the best guess, since the stubs that follow an error are made from it. Rules that see
//! two items at once stand in `check`.

mod actor;
mod entry;
mod generics;
mod handler;
mod handlers;
mod message;
mod method;
mod notes;
mod options;
mod process;
mod protocol;
mod receive;
mod stream;
mod supervisor;
mod timer;
mod types;
mod wire;
mod wire_type;

pub(crate) use actor::{Actor, Options, States};
pub(crate) use entry::{Entry, Faults, Kind as EntryKind, Simulated};
pub(crate) use generics::Parameters;
pub(crate) use handler::{Arg, By, Field, Handler, Hook, HookKind, Stream, TakenIn, Timer, When};
pub(crate) use handlers::Handlers;
pub(crate) use message::{Part, message};
pub(crate) use notes::cfgs;
pub(crate) use options::{Mailbox, Shutdown};
pub(crate) use process::{Process, kind};
pub(crate) use protocol::{Protocol, Spoken};
pub(crate) use receive::{Arm, Case, Pattern, Receive, Taken, Wait};
pub(crate) use supervisor::{Child, Plain, Pool, Start, Supervisor, Template};
pub(crate) use wire::{Remote, Reserved};
pub(crate) use wire_type::{Shape, WireField, WireType, WireVariant};
