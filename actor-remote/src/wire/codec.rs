//! How values become bytes: two codecs behind one face, so that no crate of theirs is in a signature of ours.
//!
//! `bincode`, as of version 1.3 with numbers of fixed width, the least significant byte first: an integer is its
//! bytes, a `bool` one byte, a float its IEEE bits, a string, a sequence or a map a `u64` length and its items, an
//! option a byte and the value, an enum a `u32` number and its fields, a struct or a tuple its fields. `postcard` has its
//! format written down at <https://postcard.jamesmunns.com>.

use std::any::Any;
use std::io;

use bincode::{BincodeRead, Options};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{DecodeError, EncodeError};

/// How values become bytes between two nodes; both agree on one when they connect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Codec {
    /// Numbers of fixed width: the fastest.
    #[default]
    Bincode,
    /// Numbers of varying width: smaller, somewhat slower.
    #[cfg(feature = "codec-postcard")]
    Postcard,
}

impl Codec {
    /// Its number on the wire.
    pub(crate) const fn id(self) -> u8 {
        match self {
            Self::Bincode => 1,
            #[cfg(feature = "codec-postcard")]
            Self::Postcard => 2,
        }
    }

    /// The codec of this number, if this build has it.
    pub(crate) const fn of_id(id: u8) -> Option<Self> {
        match id {
            1 => Some(Self::Bincode),
            #[cfg(feature = "codec-postcard")]
            2 => Some(Self::Postcard),
            _ => None,
        }
    }

    /// Appends a value.
    pub(crate) fn encode<T: Serialize + 'static>(
        self,
        value: &T,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        // One by one the bytes of a `Vec<u8>` would cost fifty times as much. The compiler knows which type it is.
        let value: &dyn Any = value;
        if let Some(bytes) = value.downcast_ref::<Vec<u8>>() {
            return self.write(serde_bytes::Bytes::new(bytes), out);
        }
        if let Some(bytes) = value.downcast_ref::<Option<Vec<u8>>>() {
            return self.write(&bytes.as_deref().map(serde_bytes::Bytes::new), out);
        }
        let value = value.downcast_ref::<T>().expect("it is a `T`");
        self.write(value, out)
    }

    pub(super) fn write<T: Serialize + ?Sized>(
        self,
        value: &T,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        match self {
            Self::Bincode => bincode_options()
                .serialize_into(out, value)
                .map_err(|error| EncodeError::Refused(error.to_string())),
            #[cfg(feature = "codec-postcard")]
            Self::Postcard => postcard::to_io(value, out)
                .map(|_| ())
                .map_err(|error| EncodeError::Refused(error.to_string())),
        }
    }

    /// Takes a value off the front of the bytes.
    pub(crate) fn decode<T: DeserializeOwned + 'static>(
        self,
        from: &mut &[u8],
    ) -> Result<T, DecodeError> {
        let mut slot: Option<T> = None;
        let any: &mut dyn Any = &mut slot;
        if let Some(slot) = any.downcast_mut::<Option<Vec<u8>>>() {
            *slot = Some(self.read::<serde_bytes::ByteBuf>(from)?.into_vec());
        } else if let Some(slot) = any.downcast_mut::<Option<Option<Vec<u8>>>>() {
            let bytes = self.read::<Option<serde_bytes::ByteBuf>>(from)?;
            *slot = Some(bytes.map(serde_bytes::ByteBuf::into_vec));
        } else {
            return self.read(from);
        }
        Ok(slot.expect("it was put there"))
    }

    pub(super) fn read<'de, T: Deserialize<'de>>(
        self,
        from: &mut &'de [u8],
    ) -> Result<T, DecodeError> {
        match self {
            Self::Bincode => {
                let rest = Rest(from);
                let mut reader = bincode::Deserializer::with_bincode_read(rest, bincode_options());
                T::deserialize(&mut reader).map_err(refused)
            }
            #[cfg(feature = "codec-postcard")]
            Self::Postcard => {
                let (value, rest) = postcard::take_from_bytes(from)
                    .map_err(|error| DecodeError::Refused(error.to_string()))?;
                *from = rest;
                Ok(value)
            }
        }
    }
}

fn bincode_options() -> impl Options {
    // Lengths are checked against the bytes that are left, by `Rest`.
    bincode::DefaultOptions::new().with_fixint_encoding().with_little_endian()
}

fn refused(error: bincode::Error) -> DecodeError {
    match *error {
        bincode::ErrorKind::Io(_) => DecodeError::Truncated,
        other => DecodeError::Refused(other.to_string()),
    }
}

/// What bincode reads from: it moves on in the bytes, and takes none that are not there.
struct Rest<'a, 'de>(&'a mut &'de [u8]);

impl<'de> Rest<'_, 'de> {
    fn take(&mut self, bytes: usize) -> bincode::Result<&'de [u8]> {
        let Some((taken, rest)) = self.0.split_at_checked(bytes) else {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        };
        *self.0 = rest;
        Ok(taken)
    }
}

impl io::Read for Rest<'_, '_> {
    #[inline]
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out)
    }

    #[inline]
    fn read_exact(&mut self, out: &mut [u8]) -> io::Result<()> {
        self.0.read_exact(out)
    }
}

impl<'de> BincodeRead<'de> for Rest<'_, 'de> {
    fn forward_read_str<V: serde::de::Visitor<'de>>(
        &mut self,
        length: usize,
        visitor: V,
    ) -> bincode::Result<V::Value> {
        let text = std::str::from_utf8(self.take(length)?)
            .map_err(bincode::ErrorKind::InvalidUtf8Encoding)?;
        visitor.visit_borrowed_str(text)
    }

    fn get_byte_buffer(&mut self, length: usize) -> bincode::Result<Vec<u8>> {
        self.take(length).map(<[u8]>::to_vec)
    }

    fn forward_read_bytes<V: serde::de::Visitor<'de>>(
        &mut self,
        length: usize,
        visitor: V,
    ) -> bincode::Result<V::Value> {
        visitor.visit_borrowed_bytes(self.take(length)?)
    }
}
