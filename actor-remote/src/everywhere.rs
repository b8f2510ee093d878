//! The reach of remote actors and protocols: what is said of their handlers, and what writes and reads a message.

use std::convert::Infallible;
use std::marker::PhantomData;

use actor_runtime::remote::Leave;
use actor_runtime::{Carries, Reach, Remote, Travels};

use crate::error::{DecodeError, EncodeError};
use crate::route::leave;
use crate::wire::{
    Decoder, Encoder, FieldSchema, HandlerSchema, Machines, ProtocolSchema, RemoteProtocol,
    Reserved, Run, Table, Wire, lock,
};

/// The reach of messages that may go to other nodes: what is in them is [`Wire`].
///
/// Of those of `P`, so that each is compared with what peers know of that.
#[derive(Debug)]
pub struct Everywhere<P: ?Sized>(Infallible, PhantomData<fn(Box<P>)>);

impl<P: ?Sized + 'static> Reach for Everywhere<P> {
    type Table = Table;
    type Encoder<'a> = Encoder<'a>;
    type Decoder<'a> = Decoder<'a>;
    type EncodeError = EncodeError;
    type DecodeError = DecodeError;
}

impl<P: RemoteProtocol + ?Sized> Carries<P> for Everywhere<P> {
    const LEAVE: Option<Leave<P::Msg>> = Some(leave::<P>);
}

impl<P: Remote + ?Sized> Everywhere<P> {
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

    /// Describes a field of type `T`.
    ///
    /// # Panics
    ///
    /// As [`Facts::field`].
    #[must_use]
    #[track_caller]
    pub const fn field<T: Wire>(handler: &'static str, name: &'static str) -> FieldSchema {
        Self::facts().field::<T>(handler, name)
    }

    /// Refuses a field that is code, or an address.
    #[must_use]
    pub const fn code<T>(handler: &'static str, name: &'static str) -> FieldSchema
    where
        Machines: Run<T>,
    {
        let _ = handler;
        FieldSchema::new(name, <()>::SCHEMA)
    }

    /// Begins the description of a field of which there is more to say.
    #[must_use]
    pub const fn facts() -> Facts<P> {
        Facts { since: 1, default: false, widens: false, of: PhantomData }
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

/// What there is to say of a field beside its name and type.
#[derive(Debug)]
pub struct Facts<P: ?Sized> {
    since: u32,
    default: bool,
    widens: bool,
    of: PhantomData<fn(Box<P>)>,
}

impl<P: Remote + ?Sized> Facts<P> {
    /// The version that it came with.
    #[must_use]
    pub const fn since(self, since: u32) -> Self {
        Self { since, ..self }
    }

    /// It has a default for senders that have none.
    #[must_use]
    pub const fn default(self) -> Self {
        Self { default: true, ..self }
    }

    /// Older versions have it narrower.
    #[must_use]
    pub const fn widens(self) -> Self {
        Self { widens: true, ..self }
    }

    /// Describes a field of type `T`, of which this is known.
    ///
    /// # Panics
    ///
    /// In a constant, which is an error of the compiler, if peers of the version in the schema lock could not read it.
    #[must_use]
    #[track_caller]
    pub const fn field<T: Wire>(self, handler: &'static str, name: &'static str) -> FieldSchema {
        let Self { since, default, widens, .. } = self;
        let field = FieldSchema { name, since, default, widens, schema: T::SCHEMA };
        if let Some(lock) = P::LOCK {
            lock::check_field(lock, P::VERSION, handler, &field);
        }
        field
    }
}

#[track_caller]
const fn locked<P: Remote + ?Sized>(handler: HandlerSchema) -> HandlerSchema {
    if let Some(lock) = P::LOCK {
        lock::check_handler(lock, &handler);
    }
    handler
}

#[diagnostic::do_not_recommend]
impl<P: Remote + Travels<Reach = Everywhere<P>> + ?Sized> RemoteProtocol for P {
    const SCHEMA: ProtocolSchema =
        ProtocolSchema::new(P::NAME, P::VERSION, P::CARRIAGE.table.handlers);

    #[inline]
    fn encode(message: P::Msg, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        (P::CARRIAGE.encode)(message, out)
    }

    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<P::Msg, DecodeError> {
        (P::CARRIAGE.decode)(from)
    }
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
pub fn verify<P>(path: &str)
where
    P: RemoteProtocol + Travels<Reach = Everywhere<P>> + ?Sized,
{
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
