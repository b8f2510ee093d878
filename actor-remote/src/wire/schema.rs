//! What the types of messages are on the wire: schemas, and their fingerprints.

use actor_runtime::{ActorRef, Remote};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A type that may stand in a message to another node. Made by `#[derive(Wire)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot leave this node",
    note = "derive `Serialize`, `Deserialize` and `Wire`, or mark the handler `#[local]`"
)]
pub trait Wire: Serialize + DeserializeOwned + Send + 'static {
    /// What it is on the wire.
    const SCHEMA: &'static Schema;
}

/// What a type is on the wire.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Schema {
    /// An enum.
    Enum {
        /// Its name.
        name: &'static str,
        /// Its variants, in order.
        variants: &'static [VariantSchema],
        /// Whether a variant that is not known is kept.
        open: bool,
    },
    /// Keys and values.
    Map(&'static Schema, &'static Schema),
    /// A value or none.
    Option(&'static Schema),
    /// A value of the language.
    Primitive(Primitive),
    /// A reference to an actor of the protocol with this name.
    Reference(&'static str),
    /// Any number of values.
    Seq(&'static Schema),
    /// A struct.
    Struct {
        /// Its name.
        name: &'static str,
        /// Its fields, in order.
        fields: &'static [FieldSchema],
    },
    /// Values one behind the other.
    Tuple(&'static [&'static Schema]),
}

/// A value of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is the type of its name")]
pub enum Primitive {
    Bool,
    Bytes,
    Char,
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    I128,
    String,
    U8,
    U16,
    U32,
    U64,
    U128,
    Unit,
}

/// A variant of an enum.
#[derive(Clone, Copy, Debug)]
pub struct VariantSchema {
    /// Its name.
    pub name: &'static str,
    /// Its fields, in order.
    pub fields: &'static [FieldSchema],
}

/// A field of a struct, or a parameter of a handler.
#[derive(Clone, Copy, Debug)]
pub struct FieldSchema {
    /// Its name.
    pub name: &'static str,
    /// The version that it came with.
    pub since: u32,
    /// Whether it has a default for senders that have none.
    pub default: bool,
    /// Its type.
    pub schema: &'static Schema,
}

/// A handler of a protocol.
#[derive(Clone, Copy, Debug)]
pub struct HandlerSchema {
    /// Its name.
    pub name: &'static str,
    /// Its id on the wire.
    pub id: u64,
    /// The version that it came with.
    pub since: u32,
    /// Its parameters, in order, the reply left out.
    pub fields: &'static [FieldSchema],
    /// What it answers, if it is asked.
    pub reply: Option<&'static Schema>,
}

/// A name or an id that is not to be used again.
#[derive(Clone, Copy, Debug)]
pub struct Reserved {
    /// The name.
    pub name: &'static str,
    /// The id.
    pub id: u64,
}

/// A protocol.
#[derive(Clone, Copy, Debug)]
pub struct ProtocolSchema {
    /// What peers know it as.
    pub name: &'static str,
    /// Its version.
    pub version: u32,
    /// Its handlers, in the order of the tags.
    pub handlers: &'static [HandlerSchema],
}

/// The id of `name/handler` on the wire.
#[must_use]
pub const fn wire_id(path: &str) -> u64 {
    hash(BASIS, path.as_bytes())
}

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, 64 bits.
const fn hash(mut state: u64, bytes: &[u8]) -> u64 {
    let mut at = 0;
    while at < bytes.len() {
        state = (state ^ bytes[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    state
}

/// What both ends of a connection must share of a type.
#[must_use]
pub const fn fingerprint(schema: &Schema) -> u64 {
    add(BASIS, schema)
}

const fn add(state: u64, schema: &Schema) -> u64 {
    match schema {
        Schema::Primitive(primitive) => hash(state, &[1, *primitive as u8]),
        Schema::Option(of) => add(hash(state, &[2]), of),
        Schema::Seq(of) => add(hash(state, &[3]), of),
        Schema::Map(key, value) => add(add(hash(state, &[4]), key), value),
        Schema::Tuple(of) => {
            let mut state = hash(state, &[5]);
            let mut at = 0;
            while at < of.len() {
                state = add(state, of[at]);
                at += 1;
            }
            hash(state, &[0])
        }
        Schema::Struct { name, fields } => {
            add_fields(hash(hash(state, &[6]), name.as_bytes()), fields)
        }
        Schema::Enum { name, variants, open } => {
            let mut state = hash(hash(state, &[7, *open as u8]), name.as_bytes());
            let mut at = 0;
            while at < variants.len() {
                state = hash(state, variants[at].name.as_bytes());
                state = add_fields(state, variants[at].fields);
                at += 1;
            }
            hash(state, &[0])
        }
        Schema::Reference(name) => hash(hash(state, &[8]), name.as_bytes()),
    }
}

const fn add_fields(mut state: u64, fields: &[FieldSchema]) -> u64 {
    let mut at = 0;
    while at < fields.len() {
        state = hash(hash(state, &[9]), fields[at].name.as_bytes());
        state = add(state, fields[at].schema);
        at += 1;
    }
    hash(state, &[0])
}

impl ProtocolSchema {
    /// What both ends share of it if their messages are the same, byte for byte.
    #[must_use]
    pub const fn fingerprint(&self) -> u64 {
        let mut state = hash(BASIS, self.name.as_bytes());
        let mut at = 0;
        while at < self.handlers.len() {
            let handler = &self.handlers[at];
            state = hash(state, &handler.id.to_le_bytes());
            state = hash(state, handler.name.as_bytes());
            state = add_fields(state, handler.fields);
            if let Some(reply) = handler.reply {
                state = add(hash(state, &[1]), reply);
            }
            at += 1;
        }
        state
    }
}

macro_rules! primitives {
    ($($type:ty => $primitive:ident,)*) => {$(
        impl Wire for $type {
            const SCHEMA: &'static Schema = &Schema::Primitive(Primitive::$primitive);
        }
    )*};
}

primitives! {
    bool => Bool, char => Char, f32 => F32, f64 => F64, i8 => I8, i16 => I16, i32 => I32, i64 => I64, i128 => I128,
    String => String, u8 => U8, u16 => U16, u32 => U32, u64 => U64, u128 => U128, () => Unit,
}

impl<T: Wire> Wire for Option<T> {
    const SCHEMA: &'static Schema = &Schema::Option(T::SCHEMA);
}

impl<T: Wire> Wire for Vec<T> {
    const SCHEMA: &'static Schema = &Schema::Seq(T::SCHEMA);
}

impl<P: Remote + ?Sized> Wire for ActorRef<P> {
    const SCHEMA: &'static Schema = &Schema::Reference(P::NAME);
}
