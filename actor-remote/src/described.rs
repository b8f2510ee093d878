//! What the macros say of a remote actor or protocol.

use std::convert::Infallible;
use std::marker::PhantomData;

use actor_runtime::remote::{self, Leave};
use actor_runtime::{Actor, Address, Handle, Remote, Spoken};

use crate::route::leave;
use crate::wire::{
    FieldSchema, HandlerSchema, RemoteProtocol, Reserved, Table, UnknownMessage, Wire, lock,
};

/// Says what peers may know of `P`, and compares each part with what those of the schema lock know.
#[derive(Debug)]
pub struct Described<P: ?Sized>(Infallible, PhantomData<fn(Box<P>)>);

impl<P: Remote + ?Sized> Described<P> {
    /// Lists handlers, and names that no handler may have any more.
    ///
    /// # Panics
    ///
    /// In a constant, which is an error of the compiler: as [`Table::new`].
    #[must_use]
    #[track_caller]
    pub const fn table(handlers: &'static [HandlerSchema], reserved: &'static [Reserved]) -> Table {
        Table::new(P::NAME, P::VERSION, P::LOCK, handlers, reserved)
    }

    /// Describes a tell.
    ///
    /// # Panics
    ///
    /// In a constant, which is an error of the compiler, if it is another one in the schema lock.
    #[must_use]
    #[track_caller]
    pub const fn tell(name: &'static str, fields: &'static [FieldSchema]) -> HandlerSchema {
        locked::<P>(HandlerSchema::new(name, fields, None))
    }

    /// Describes an ask that is answered with a `T`.
    ///
    /// # Panics
    ///
    /// As [`tell`](Self::tell).
    #[must_use]
    #[track_caller]
    pub const fn ask<T: Wire>(name: &'static str, fields: &'static [FieldSchema]) -> HandlerSchema {
        locked::<P>(HandlerSchema::new(name, fields, Some(T::SCHEMA)))
    }

    /// Looks at a field of the handler with this name.
    ///
    /// # Panics
    ///
    /// In a constant, which is an error of the compiler, if peers of the version in the schema lock could not read it.
    #[must_use]
    #[track_caller]
    pub const fn field(handler: &'static str, field: FieldSchema) -> FieldSchema {
        if let Some(lock) = P::LOCK {
            lock::check_field(lock, P::VERSION, handler, &field);
        }
        field
    }

    /// Says a name that no handler may have any more.
    #[must_use]
    pub const fn reserved(name: &'static str, id: Option<u32>) -> Reserved {
        Reserved { name, id }
    }

    /// Holds the place of a handler that peers know nothing of.
    #[must_use]
    pub const fn absent() -> HandlerSchema {
        HandlerSchema::absent()
    }
}

#[track_caller]
const fn locked<P: Remote + ?Sized>(handler: HandlerSchema) -> HandlerSchema {
    if let Some(lock) = P::LOCK {
        lock::check_handler(lock, &handler);
    }
    handler
}

/// Who may have the hook `unknown`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not remote, so no node of another version tells it anything",
    label = "only a remote actor hears what it does not know",
    note = "put `#[actor(remote = \"..\")]` on `{Self}`, or remove `#[unknown]`"
)]
#[doc(hidden)]
pub trait Versioned {}

#[diagnostic::do_not_recommend]
impl<P: Remote + ?Sized> Versioned for P {}

/// How messages reach the hook `unknown` of an actor.
#[doc(hidden)]
#[must_use]
pub const fn unknown<A: Actor + Handle<UnknownMessage> + Versioned>() -> Spoken<A> {
    remote::unlisted::<A, UnknownMessage>()
}

/// Gives an actor a message for that hook.
#[doc(hidden)]
pub fn arrive_unknown<A: Actor + Handle<UnknownMessage>>(to: Address, message: UnknownMessage) {
    remote::arrive_unlisted::<A, UnknownMessage>(to, message);
}

/// What has the messages of a remote actor or protocol leave for other nodes.
#[doc(hidden)]
#[must_use]
pub const fn leaving<P: RemoteProtocol + ?Sized>() -> Option<Leave<P::Msg>> {
    Some(leave::<P>)
}

/// Has the compiler look at a protocol's schema, and compare it with its lock.
#[doc(hidden)]
pub const fn checked<P: RemoteProtocol + ?Sized>() {
    let _ = P::SCHEMA;
}

/// Compares the schema lock at this path with what the protocol is, or writes it anew if the variable `CALLBOARD_SCHEMA`
/// of the environment says `accept`: what the test does that is made for each remote actor and protocol.
///
/// # Panics
///
/// If the lock is there and differs, and if it cannot be read or written.
#[doc(hidden)]
pub fn verify<P: RemoteProtocol + ?Sized>(path: &str) {
    let wanted = lock::written(&P::SCHEMA, P::CARRIAGE.table.reserved);
    if std::env::var_os("CALLBOARD_SCHEMA").is_some_and(|says| says == "accept") {
        let path = std::path::Path::new(path);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        written.and_then(|()| std::fs::write(path, wanted)).expect("the schema lock is written");
    } else if let Ok(there) = std::fs::read_to_string(path) {
        assert!(
            there == wanted,
            "`{}` is not what its schema lock says\nhelp: `cargo callboard schema accept`\n\n{path} should be\n{wanted}",
            P::NAME
        );
    }
}
