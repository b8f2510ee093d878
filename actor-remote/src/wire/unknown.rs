//! What a node of another version tells an actor whose handler this version lacks: kept as it came, for the actor's hook
//! `unknown`.
//!
//! It is sent only to a node that says it hears such messages, which is by the row [`UNKNOWN`](super::frame::UNKNOWN) of the
//! protocol. It is a message by name (`encoder.rs`), but for the handler's own name: `u64` id of the handler, `u8` length
//! of its name, the name, then `u8` count and the fields.

use std::fmt;

use super::codec::Codec;
use super::decoder::{Field, Fields};
use super::schema::fingerprint;
use super::types::Wire;
use crate::error::DecodeError;

/// A message that a node of another version told an actor, whose handler this version of its type lacks: what the hook
/// `#[unknown]` hears.
///
/// Nothing of it was read yet. Who knows what the message means reads its parameters one by one; who does not has the
/// handler's name, and the version, for a line in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownMessage {
    handler: Box<str>,
    sender: Option<Version>,
    codec: Codec,
    /// The count of the fields, and these; they were looked through.
    fields: Box<[u8]>,
}

/// A version of a protocol: its number, and its fingerprint.
pub(crate) type Version = (u32, u64);

impl UnknownMessage {
    /// Takes a message apart from behind the id of its handler on; nothing may be left.
    pub(crate) fn read(
        bytes: &[u8],
        codec: Codec,
        sender: Option<Version>,
    ) -> Result<Self, DecodeError> {
        let (&length, rest) = bytes.split_first().ok_or(DecodeError::Truncated)?;
        let (name, rest) =
            rest.split_at_checked(usize::from(length)).ok_or(DecodeError::Truncated)?;
        let mut fields = Fields::new(rest)?;
        while let Some(field) = fields.next()? {
            text(field.name)?;
        }
        if fields.left() > 0 {
            return Err(DecodeError::Trailing(fields.left()));
        }
        Ok(Self { handler: text(name)?.into(), sender, codec, fields: rest.into() })
    }

    /// What its sender calls the handler: its name on the wire, the oldest that it had.
    #[must_use]
    pub fn handler(&self) -> &str {
        &self.handler
    }

    /// The version of the protocol that the sender's node has; none if that node takes no such messages itself, and so does
    /// not say.
    #[must_use]
    pub const fn version(&self) -> Option<u32> {
        match self.sender {
            Some((version, _)) => Some(version),
            None => None,
        }
    }

    /// The fingerprint of that version.
    #[must_use]
    pub const fn fingerprint(&self) -> Option<u64> {
        match self.sender {
            Some((_, fingerprint)) => Some(fingerprint),
            None => None,
        }
    }

    /// What its parameters are written by.
    #[must_use]
    pub const fn codec(&self) -> Codec {
        self.codec
    }

    /// The names of its parameters, and the bytes of each, as [`codec`](Self::codec) wrote them.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields().map(|field| {
            let name = text(field.name).expect("it was read as a text before");
            (name, field.bytes)
        })
    }

    /// Reads the parameter of this name.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Missing`] if it has none, [`DecodeError::Incompatible`] if that is of another type than `T`, and what
    /// the `Deserialize` of `T` says.
    pub fn parameter<T: Wire>(&self, name: &'static str) -> Result<T, DecodeError> {
        let field = self.fields().find(|field| field.name == name.as_bytes());
        let field = field.ok_or(DecodeError::Missing(name))?;
        if field.fingerprint != fingerprint(T::SCHEMA) {
            return Err(DecodeError::Incompatible(name));
        }
        self.codec.decode_all(field.bytes)
    }

    fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        let mut fields = Fields::new(&self.fields).expect("they were looked through");
        std::iter::from_fn(move || fields.next().expect("they were looked through"))
    }
}

fn text(bytes: &[u8]) -> Result<&str, DecodeError> {
    std::str::from_utf8(bytes).map_err(|_| DecodeError::Refused("a name is no text".to_owned()))
}

/// `UnknownMessage { handler: "rename", version: 3, codec: Bincode, parameters: {"to": 12 bytes} }`
impl fmt::Debug for UnknownMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Parameters<'a>(&'a UnknownMessage);
        impl fmt::Debug for Parameters<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let sizes = self.0.parameters().map(|(name, bytes)| (name, bytes.len()));
                let mut map = f.debug_map();
                sizes.fold(&mut map, |map, (name, size)| {
                    map.entry(&name, &format_args!("{size} bytes"))
                });
                map.finish()
            }
        }
        let mut parts = f.debug_struct("UnknownMessage");
        parts.field("handler", &self.handler);
        if let Some(version) = self.version() {
            parts.field("version", &version);
        }
        parts.field("codec", &self.codec).field("parameters", &Parameters(self)).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `rename(to: "tea", at: 7)` of version 3, behind its id.
    fn renamed() -> Vec<u8> {
        let mut bytes = b"\x06rename\x02".to_vec();
        let mut field = |name: &str, print: u64, value: &[u8]| {
            bytes.push(name.len() as u8);
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(&print.to_le_bytes());
            bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
            bytes.extend_from_slice(value);
        };
        field("at", fingerprint(<u32 as Wire>::SCHEMA), &[7, 0, 0, 0]);
        field("to", fingerprint(<String as Wire>::SCHEMA), b"\x03\0\0\0\0\0\0\0tea");
        bytes
    }

    fn read(bytes: &[u8]) -> Result<UnknownMessage, DecodeError> {
        UnknownMessage::read(bytes, Codec::Bincode, Some((3, 9)))
    }

    #[test]
    fn an_unknown_message_says_what_it_is() {
        let message = read(&renamed()).expect("it is whole");
        assert_eq!(message.handler(), "rename");
        assert_eq!((message.version(), message.fingerprint()), (Some(3), Some(9)));
        assert_eq!(message.codec(), Codec::Bincode);
        let names: Vec<&str> = message.parameters().map(|(name, _)| name).collect();
        assert_eq!(names, ["at", "to"]);
        assert_eq!(message.parameters().next(), Some(("at", &[7, 0, 0, 0][..])));
        assert_eq!(message.parameter::<u32>("at"), Ok(7));
        assert_eq!(message.parameter::<String>("to").as_deref(), Ok("tea"));
        assert_eq!(message.parameter::<u64>("at"), Err(DecodeError::Incompatible("at")));
        assert_eq!(message.parameter::<u32>("by"), Err(DecodeError::Missing("by")));
        assert_eq!(
            format!("{message:?}"),
            "UnknownMessage { handler: \"rename\", version: 3, codec: Bincode, \
             parameters: {\"at\": 4 bytes, \"to\": 11 bytes} }"
        );
    }

    #[test]
    fn a_sender_that_does_not_say_its_version_has_none() {
        let message = UnknownMessage::read(&renamed(), Codec::Bincode, None).expect("it is whole");
        assert_eq!((message.version(), message.fingerprint()), (None, None));
        assert!(!format!("{message:?}").contains("version"));
    }

    #[test]
    fn w4_an_unknown_message_that_is_not_whole_is_none() {
        let whole = renamed();
        for cut in 0..whole.len() {
            assert_eq!(read(&whole[..cut]), Err(DecodeError::Truncated), "{cut}");
        }
        let longer = [&whole[..], &[0]].concat();
        assert_eq!(read(&longer), Err(DecodeError::Trailing(1)));
        let no_text = DecodeError::Refused("a name is no text".to_owned());
        for at in [1, 9] {
            let mut bytes = whole.clone();
            bytes[at] = 0xff;
            assert_eq!(read(&bytes), Err(no_text.clone()), "{at}");
        }
    }

    #[test]
    fn a_parameter_of_more_bytes_than_its_type_is_none() {
        let mut bytes = b"\x01a\x01\x01b".to_vec();
        bytes.extend_from_slice(&fingerprint(<u8 as Wire>::SCHEMA).to_le_bytes());
        bytes.extend_from_slice(&[2, 0, 0, 0, 5, 6]);
        let message = read(&bytes).expect("it is whole");
        assert_eq!(message.parameter::<u8>("b"), Err(DecodeError::Trailing(1)));
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 8 } else { 2_000 },
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn w4_random_bytes_are_an_unknown_message_or_none(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            if let Ok(message) = read(&bytes) {
                drop(format!("{message:?}"));
                drop(message.parameter::<String>("a"));
            }
        }
    }
}
