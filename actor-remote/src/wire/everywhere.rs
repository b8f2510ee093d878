//! The reach of remote actors and protocols: what is said of their handlers, and what writes and reads a message.

use actor_runtime::remote::Leave;
use actor_runtime::{Carries, Reach};

use super::schema::{FieldSchema, HandlerSchema};
use super::types::Wire;
use super::{Decoder, Encoder, RemoteProtocol};
use crate::error::{DecodeError, EncodeError};
use crate::leave;

/// The reach of messages that may go to other nodes: what is in them is [`Wire`].
#[derive(Debug)]
pub enum Everywhere {}

impl Reach for Everywhere {
    type Handler = HandlerSchema;
    type Encoder<'a> = Encoder<'a>;
    type Decoder<'a> = Decoder<'a>;
    type EncodeError = EncodeError;
    type DecodeError = DecodeError;
}

impl<P: RemoteProtocol + ?Sized> Carries<P> for Everywhere {
    const LEAVE: Option<Leave<P::Msg>> = Some(leave::<P>);
}

impl Everywhere {
    /// Describes a tell.
    #[must_use]
    pub const fn tell(name: &'static str, fields: &'static [FieldSchema]) -> HandlerSchema {
        HandlerSchema::new(name, fields, None)
    }

    /// Describes an ask that is answered with a `T`.
    #[must_use]
    pub const fn ask<T: Wire>(name: &'static str, fields: &'static [FieldSchema]) -> HandlerSchema {
        HandlerSchema::new(name, fields, Some(T::SCHEMA))
    }

    /// Describes a field of type `T`.
    #[must_use]
    pub const fn field<T: Wire>(name: &'static str) -> FieldSchema {
        FieldSchema::new(name, T::SCHEMA)
    }

    /// Holds the place of a handler that peers know nothing of.
    #[must_use]
    pub const fn absent() -> HandlerSchema {
        HandlerSchema::absent()
    }
}
