//! From tokens to syntax: spans and words, no meaning.
//!
//! The only stage that stops at its first error, because what follows a syntax error is a guess; of an
//! impl only the item that holds it is lost. Bodies are kept as the tokens they are: no macro here has
//! business in them, and half-typed code inside one is rustc's to judge.

mod actor;
mod args;
mod entry;
mod handlers;
mod message;
mod protocol;
mod receive;
mod skip;
mod supervisor;
mod wire;

pub(crate) use actor::ActorSyntax;
pub(crate) use args::{Arg, Args, ChildArgs, LedArgs, Value};
pub(crate) use entry::EntrySyntax;
pub(crate) use handlers::{HandlersSyntax, HiddenWord, ItemKind, MethodSyntax};
pub(crate) use message::MessageSyntax;
pub(crate) use protocol::{ProtocolItem, ProtocolSyntax};
pub(crate) use receive::{ArmSyntax, ReceiveSyntax, Takes};
pub(crate) use skip::without_words;
pub(crate) use supervisor::{FieldSyntax, SupervisorSyntax};
pub(crate) use wire::{WireShape, WireSyntax};
