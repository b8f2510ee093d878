//! What messages and their types are on the wire: schemas, and their fingerprints. All of it is data, and all of it
//! is known to the compiler.
//!
//! A fingerprint covers what two nodes must share so that one reads what the other writes: ids, names, types,
//! defaults and replies. It does not cover docs, what a type is called, or in which order handlers and their
//! parameters stand in the text: the macros sort them by name.

use super::frame::{Field, Handler};
use super::lock::{self, Text};
use super::types::{Machines, Run, Wire};

/// What a type is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Schema {
    /// An enum.
    Enum {
        /// What it is called, for people.
        name: &'static str,
        /// Its variants, in order.
        variants: &'static [VariantSchema],
        /// Whether a variant that is not known is kept: then each says by itself which it is.
        open: bool,
    },
    /// Keys and values.
    Map(&'static Self, &'static Self),
    /// A value or none.
    Optional(&'static Self),
    /// A value of the language.
    Primitive(Primitive),
    /// A reference to an actor of the protocol with this name.
    Reference(&'static str),
    /// Any number of values.
    Seq(&'static Self),
    /// A struct.
    Struct {
        /// What it is called, for people.
        name: &'static str,
        /// Its fields, in order.
        fields: &'static [FieldSchema],
    },
    /// Values one behind the other.
    Tuple(&'static [&'static Self]),
}

/// A value of the language. No variant has the name of a type of the prelude: the compiler would say that by its whole
/// path in every message to users.
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
    Text,
    U8,
    U16,
    U32,
    U64,
    U128,
    Unit,
}

impl Primitive {
    pub(super) const ALL: [Self; 17] = [
        Self::Bool,
        Self::Bytes,
        Self::Char,
        Self::F32,
        Self::F64,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::I128,
        Self::Text,
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::U128,
        Self::Unit,
    ];

    /// As it is written in Rust, but `bytes`, which is `Vec<u8>`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Bytes => "bytes",
            Self::Char => "char",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::I128 => "i128",
            Self::Text => "String",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::U128 => "u128",
            Self::Unit => "()",
        }
    }

    /// Whether each value of `narrow` is one of this type as well: `u32` widens to `u64`.
    #[must_use]
    pub const fn widens(self, narrow: Self) -> bool {
        match (self.number(), narrow.number()) {
            (Some((false, bits)), Some((false, narrow)))
            | (Some((true, bits)), Some((true, narrow))) => bits > narrow,
            (Some((true, bits)), Some((false, narrow))) => bits > narrow,
            _ => matches!((self, narrow), (Self::F64, Self::F32)),
        }
    }

    /// Of an integer, whether it has a sign, and how many bits it has.
    const fn number(self) -> Option<(bool, u32)> {
        Some(match self {
            Self::I8 => (true, 8),
            Self::I16 => (true, 16),
            Self::I32 => (true, 32),
            Self::I64 => (true, 64),
            Self::I128 => (true, 128),
            Self::U8 => (false, 8),
            Self::U16 => (false, 16),
            Self::U32 => (false, 32),
            Self::U64 => (false, 64),
            Self::U128 => (false, 128),
            _ => return None,
        })
    }
}

/// A variant of an enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariantSchema {
    /// Its name.
    pub name: &'static str,
    /// Its fields, in order.
    pub fields: &'static [FieldSchema],
}

/// A field of a struct, or a parameter of a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldSchema {
    /// Its name on the wire, which is the oldest that it had.
    pub name: &'static str,
    /// The version that it came with.
    pub since: u32,
    /// Whether it has a default for senders that have none.
    pub default: bool,
    /// Whether older versions may have it narrower.
    pub widens: bool,
    /// Its type.
    pub schema: &'static Schema,
}

impl FieldSchema {
    /// A field of type `T` that was always there.
    #[must_use]
    pub const fn of<T: Wire>(name: &'static str) -> Self {
        Self::new(name, T::SCHEMA)
    }

    /// Refuses a field that is code, or an address.
    #[must_use]
    pub const fn code<T>(name: &'static str) -> Self
    where
        Machines: Run<T>,
    {
        Self::new(name, <()>::SCHEMA)
    }

    /// A field that was always there.
    #[must_use]
    pub const fn new(name: &'static str, schema: &'static Schema) -> Self {
        Self { name, since: 1, default: false, widens: false, schema }
    }

    /// The version that it came with.
    #[must_use]
    pub const fn since(self, since: u32) -> Self {
        Self { since, ..self }
    }

    /// It has a default.
    #[must_use]
    pub const fn default(self) -> Self {
        Self { default: true, ..self }
    }

    /// It was narrower.
    #[must_use]
    pub const fn widens(self) -> Self {
        Self { widens: true, ..self }
    }
}

impl FieldSchema {
    /// What peers are told of it.
    fn said(&self) -> Field {
        let Self { default, widens, .. } = *self;
        let fingerprint = fingerprint(self.schema);
        Field { name: name_id(self.name), fingerprint, default, widens }
    }
}

/// What peers know a parameter by.
pub(super) const fn name_id(name: &str) -> u64 {
    hash(BASIS, name.as_bytes())
}

/// A handler of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandlerSchema {
    /// Its name on the wire, which is the oldest that it had; empty if peers know nothing of it.
    pub name: &'static str,
    /// Its id, if it says one.
    pub id: Option<u32>,
    /// The version that it came with.
    pub since: u32,
    /// Its parameters, by their names, the reply left out.
    pub fields: &'static [FieldSchema],
    /// What it answers, if it is asked.
    pub reply: Option<&'static Schema>,
}

impl HandlerSchema {
    /// A handler that was always there.
    #[must_use]
    pub const fn new(
        name: &'static str,
        fields: &'static [FieldSchema],
        reply: Option<&'static Schema>,
    ) -> Self {
        Self { name, id: None, since: 1, fields, reply }
    }

    /// The place of one that peers know nothing of.
    #[must_use]
    pub const fn absent() -> Self {
        Self::new("", &[], None)
    }

    /// Whether it is only a place.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        self.name.is_empty()
    }

    /// Its id.
    #[must_use]
    pub const fn id(self, id: u32) -> Self {
        Self { id: Some(id), ..self }
    }

    /// The version that it came with.
    #[must_use]
    pub const fn since(self, since: u32) -> Self {
        Self { since, ..self }
    }

    /// The fingerprint of its answer; 0 if it is told.
    pub(super) const fn reply_print(&self) -> u64 {
        match self.reply {
            Some(reply) => fingerprint(reply),
            None => 0,
        }
    }

    /// What peers find it by in the protocol of this name: its id, or the hash of `name/handler`.
    #[must_use]
    pub const fn wire_id(&self, protocol: &str) -> u64 {
        match self.id {
            Some(id) => id as u64,
            None => {
                let protocol = hash(BASIS, protocol.as_bytes());
                hash(hash(protocol, b"/"), self.name.as_bytes())
            }
        }
    }
}

/// The id of `name/handler` on the wire.
#[must_use]
pub const fn wire_id(path: &str) -> u64 {
    hash(BASIS, path.as_bytes())
}

/// What peers know a protocol by: its name, and what its parameters are.
pub(crate) fn protocol_name(name: &str, arguments: u64) -> String {
    if arguments == 0 { name.to_owned() } else { format!("{name}<{arguments:016x}>") }
}

/// The hash of that.
pub(crate) const fn protocol_id(name: &str, arguments: u64) -> u64 {
    let name = hash(BASIS, name.as_bytes());
    if arguments == 0 {
        return name;
    }
    let (mut digits, mut at) = ([0; 16], 0);
    while at < digits.len() {
        let digit = (arguments >> (60 - 4 * at)) as u8 & 0xf;
        digits[at] = if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
        at += 1;
    }
    hash(hash(hash(name, b"<"), &digits), b">")
}

/// What the parameters of a generic actor are: the fingerprints of its types, and its constants. Never 0.
#[must_use]
pub const fn arguments(parts: &[u64]) -> u64 {
    let (mut state, mut at) = (BASIS, 0);
    while at < parts.len() {
        state = hash(state, &parts[at].to_le_bytes());
        at += 1;
    }
    if state == 0 { 1 } else { state }
}

/// A name or an id that is not to be used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// The name.
    pub name: &'static str,
    /// The id, if it said one.
    pub id: Option<u32>,
}

/// The handlers of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// By their names.
    pub(crate) handlers: &'static [HandlerSchema],
    pub(crate) reserved: &'static [Reserved],
}

impl Table {
    /// Lists them.
    ///
    /// # Panics
    ///
    /// If two have one id, if one is there since a later version than this, or if one of the schema lock is gone.
    #[must_use]
    #[track_caller]
    pub const fn new(
        protocol: &str,
        version: u32,
        lock: Option<&str>,
        handlers: &'static [HandlerSchema],
        reserved: &'static [Reserved],
    ) -> Self {
        let mut at = 0;
        while at < handlers.len() {
            let handler = &handlers[at];
            is_by_now(handler.name, handler.since, version);
            let mut field = 0;
            while field < handler.fields.len() {
                is_by_now(handler.fields[field].name, handler.fields[field].since, version);
                field += 1;
            }
            let mut other = at + 1;
            while other < handlers.len() && !handler.is_absent() {
                if handler.wire_id(protocol) == handlers[other].wire_id(protocol) {
                    let mut text = Text::new();
                    text.push("`").push(handler.name).push("` and `").push(handlers[other].name);
                    text.push("` of `").push(protocol).push("` have the same wire id\n");
                    text.push("help: `#[wire(id = ..)]` on one");
                    panic!("{}", text.as_str());
                }
                other += 1;
            }
            at += 1;
        }
        if let Some(lock) = lock {
            lock::check_gone(lock, handlers, reserved);
        }
        Self { handlers, reserved }
    }
}

#[track_caller]
const fn is_by_now(name: &str, since: u32, version: u32) {
    if since > version {
        let mut text = Text::new();
        text.push("`").push(name).push("` is there since version ").push_number(since);
        text.push(", but this is version ").push_number(version);
        text.push("\nhelp: `version = ").push_number(since).push("`");
        panic!("{}", text.as_str());
    }
}

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProtocolSchema {
    /// What peers know it as.
    pub name: &'static str,
    /// Its version.
    pub version: u32,
    /// Its handlers, by their names.
    pub handlers: &'static [HandlerSchema],
}

impl ProtocolSchema {
    /// A protocol with these handlers.
    #[must_use]
    pub const fn new(name: &'static str, version: u32, handlers: &'static [HandlerSchema]) -> Self {
        Self { name, version, handlers }
    }

    /// What peers are told of its handlers.
    pub(crate) fn said(&self) -> impl Iterator<Item = Handler> {
        let present = self.handlers.iter().filter(|handler| !handler.is_absent());
        present.map(|handler| Handler {
            id: handler.wire_id(self.name),
            reply: handler.reply_print(),
            fields: handler.fields.iter().map(FieldSchema::said).collect(),
        })
    }

    /// What both ends share of it if their messages are the same, byte for byte.
    #[must_use]
    pub const fn fingerprint(&self) -> u64 {
        let mut state = hash(BASIS, self.name.as_bytes());
        let mut at = 0;
        while at < self.handlers.len() {
            let handler = &self.handlers[at];
            state = hash(state, &handler.wire_id(self.name).to_le_bytes());
            state = hash(state, handler.name.as_bytes());
            state = add_fields(state, handler.fields);
            state = match handler.reply {
                Some(reply) => add(hash(state, &[1]), reply),
                None => hash(state, &[0]),
            };
            at += 1;
        }
        state
    }
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

/// What names a variant of an open enum on the wire: its name and its fields.
#[must_use]
pub const fn variant_id(variant: &VariantSchema) -> u64 {
    add_fields(hash(BASIS, variant.name.as_bytes()), variant.fields)
}

const fn add(state: u64, schema: &Schema) -> u64 {
    match schema {
        Schema::Primitive(primitive) => hash(state, &[1, *primitive as u8]),
        Schema::Optional(of) => add(hash(state, &[2]), of),
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
        Schema::Struct { fields, .. } => add_fields(hash(state, &[6]), fields),
        // Each value says which variant it is.
        Schema::Enum { open: true, .. } => hash(state, &[7]),
        Schema::Enum { variants, open: false, .. } => {
            let mut state = hash(state, &[8]);
            let mut at = 0;
            while at < variants.len() {
                state = hash(state, variants[at].name.as_bytes());
                state = add_fields(state, variants[at].fields);
                at += 1;
            }
            hash(state, &[0])
        }
        Schema::Reference(name) => hash(hash(state, &[9]), name.as_bytes()),
    }
}

const fn add_fields(mut state: u64, fields: &[FieldSchema]) -> u64 {
    let mut at = 0;
    while at < fields.len() {
        let field = &fields[at];
        state = hash(hash(state, &[10, field.default as u8]), field.name.as_bytes());
        state = add(state, field.schema);
        at += 1;
    }
    hash(state, &[0])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt::Write;

    use expect_test::expect_file;

    use super::*;

    const U32: &Schema = &Schema::Primitive(Primitive::U32);
    const U64: &Schema = &Schema::Primitive(Primitive::U64);
    const FIELDS: &[FieldSchema] =
        &[FieldSchema::new("grams", U32), FieldSchema::new("price", U64).default()];
    const VARIANTS: &[VariantSchema] = &[
        VariantSchema { name: "Apple", fields: &[] },
        VariantSchema { name: "Pear", fields: FIELDS },
    ];
    const SCHEMAS: &[(&str, Schema)] = &[
        ("a closed enum", Schema::Enum { name: "Fruit", variants: VARIANTS, open: false }),
        ("an open enum", Schema::Enum { name: "Fruit", variants: VARIANTS, open: true }),
        ("a map of u32 to u64", Schema::Map(U32, U64)),
        ("a map of u64 to u32", Schema::Map(U64, U32)),
        ("Option<u32>", Schema::Optional(U32)),
        ("a reference", Schema::Reference("shop.cart")),
        ("Vec<u32>", Schema::Seq(U32)),
        ("a struct", Schema::Struct { name: "Item", fields: FIELDS }),
        ("one of a field less", Schema::Struct { name: "Item", fields: FIELDS.split_at(1).0 }),
        ("a tuple of none", Schema::Tuple(&[])),
        ("(u32, u64)", Schema::Tuple(&[U32, U64])),
        ("(u64, u32)", Schema::Tuple(&[U64, U32])),
    ];

    #[test]
    fn what_both_ends_share_has_these_fingerprints() {
        let (mut text, mut prints) = (String::new(), BTreeSet::new());
        let mut line = |print: u64, what: &str| {
            assert!(prints.insert(print), "{what} is like another");
            writeln!(text, "{print:016x} {what}").expect("a string takes all");
        };
        for primitive in Primitive::ALL {
            line(fingerprint(&Schema::Primitive(primitive)), primitive.name());
        }
        for (what, schema) in SCHEMAS {
            line(fingerprint(schema), what);
        }
        for variant in VARIANTS {
            line(variant_id(variant), &format!("the variant {}", variant.name));
        }
        let add = HandlerSchema::new("add", FIELDS, None);
        let asked = HandlerSchema::new("add", FIELDS, Some(U32));
        let handlers: [(&str, &'static [HandlerSchema]); 4] = [
            ("a protocol with a tell", vec![add].leak()),
            ("one whose tell has an id", vec![add.id(7)].leak()),
            ("one with an ask", vec![asked].leak()),
            ("one with two handlers", vec![add, asked].leak()),
        ];
        for (what, handlers) in handlers {
            line(ProtocolSchema::new("shop.cart", 1, handlers).fingerprint(), what);
        }
        line(add.wire_id("shop.cart"), "shop.cart/add");
        expect_file!["../../golden/fingerprints.txt"].assert_eq(&text);
    }

    #[test]
    fn a_hash_is_that_of_fowler_noll_and_vo() {
        assert_eq!(wire_id(""), BASIS);
        assert_eq!(wire_id("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn a_number_widens_to_those_that_hold_all_of_its_values() {
        macro_rules! ranges {
            ($($primitive:ident $type:ty,)*) => {
                [$((Primitive::$primitive, <$type>::MIN as i128, <$type>::MAX as u128),)*]
            };
        }
        let ranges = ranges! {
            I8 i8, I16 i16, I32 i32, I64 i64, I128 i128, U8 u8, U16 u16, U32 u32, U64 u64, U128 u128,
        };
        for (wide, least, most) in ranges {
            for (narrow, from, to) in ranges {
                let holds = wide != narrow && least <= from && to <= most;
                assert_eq!(wide.widens(narrow), holds, "{wide:?} {narrow:?}");
            }
            assert!(!wide.widens(Primitive::F32) && !Primitive::F64.widens(wide));
        }
        assert!(Primitive::F64.widens(Primitive::F32) && !Primitive::F32.widens(Primitive::F64));
    }

    #[test]
    fn what_a_generic_protocol_is_found_by_is_the_hash_of_what_it_is_called() {
        for arguments in [0, 1, 0xfedc_ba98_7654_3210, u64::MAX] {
            let name = protocol_name("shop.store", arguments);
            assert_eq!(protocol_id("shop.store", arguments), wire_id(&name), "{name}");
        }
        assert_ne!(arguments(&[1, 2]), arguments(&[2, 1]));
    }
}
