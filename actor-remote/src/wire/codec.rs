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
    #[inline(always)]
    pub(crate) fn encode<T: Serialize + 'static>(
        self,
        value: &T,
        out: &mut impl io::Write,
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

    #[inline(always)]
    pub(super) fn write<T: Serialize + ?Sized>(
        self,
        value: &T,
        out: &mut impl io::Write,
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
    #[inline(always)]
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

    /// Reads a value that is all of the bytes.
    #[inline]
    pub(crate) fn decode_all<T: DeserializeOwned + 'static>(
        self,
        mut bytes: &[u8],
    ) -> Result<T, DecodeError> {
        let value = self.decode(&mut bytes)?;
        if bytes.is_empty() { Ok(value) } else { Err(DecodeError::Trailing(bytes.len())) }
    }

    #[inline(always)]
    pub(super) fn read<'de, T: Deserialize<'de>>(
        self,
        from: &mut &'de [u8],
    ) -> Result<T, DecodeError> {
        match self {
            Self::Bincode => {
                let rest = Rest(from);
                let mut reader = bincode::Deserializer::with_bincode_read(rest, bincode_options());
                T::deserialize(&mut reader).map_err(|error| refused(*error))
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

fn refused(error: bincode::ErrorKind) -> DecodeError {
    match error {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write;

    use expect_test::expect_file;
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    enum Fruit {
        Apple,
        Pear { grams: u32, ripe: bool },
        Bag(Vec<Self>),
    }

    const CODECS: &[Codec] = &[
        Codec::Bincode,
        #[cfg(feature = "codec-postcard")]
        Codec::Postcard,
    ];

    fn bytes_of<T: Serialize + 'static>(codec: Codec, value: &T) -> Vec<u8> {
        let mut out = Vec::new();
        codec.encode(value, &mut out).expect("it can be written");
        out
    }

    fn round<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug + 'static>(value: &T) {
        for codec in CODECS {
            let bytes = bytes_of(*codec, value);
            let mut rest = &*bytes;
            assert_eq!(codec.decode::<T>(&mut rest).as_ref(), Ok(value), "{codec:?}");
            assert!(rest.is_empty());
        }
    }

    fn bag() -> Fruit {
        Fruit::Bag(vec![Fruit::Apple, Fruit::Pear { grams: 170, ripe: true }])
    }

    #[test]
    fn what_was_written_is_read() {
        round(&(1_u8, -2_i16, 3_u32, -4_i64, 5_u128));
        round(&("text".to_owned(), 'x', 1.5_f64, true, ()));
        round(&vec![1_u8, 2, 3]);
        round(&Some(vec![1_u8, 2, 3]));
        round(&None::<Vec<u8>>);
        round(&BTreeMap::from([(1_u32, "one".to_owned()), (2, "two".to_owned())]));
        round(&bag());
    }

    #[test]
    fn w1_a_codec_is_known_by_its_number() {
        for codec in CODECS {
            assert_eq!(Codec::of_id(codec.id()), Some(*codec));
        }
        assert_eq!(Codec::of_id(0), None);
    }

    #[test]
    fn a_vec_of_bytes_is_what_serde_would_make_of_it() {
        // So who reads it as a sequence reads the same.
        let bytes = bytes_of(Codec::Bincode, &vec![1_u8, 2, 3]);
        assert_eq!(bytes, [3, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]);
    }

    fn golden(codec: Codec) -> String {
        let mut text = String::new();
        let mut line = |name: &str, bytes: Vec<u8>| {
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(text, "{name:24} {}", hex.join(" ")).expect("a string takes all");
        };
        line("true", bytes_of(codec, &true));
        line("42_u8", bytes_of(codec, &42_u8));
        line("300_u32", bytes_of(codec, &300_u32));
        line("-1_i64", bytes_of(codec, &-1_i64));
        line("u64::MAX", bytes_of(codec, &u64::MAX));
        line("1.5_f64", bytes_of(codec, &1.5_f64));
        line("'ß'", bytes_of(codec, &'ß'));
        line("\"cart\"", bytes_of(codec, &"cart".to_owned()));
        line("[1, 2, 3] of u8", bytes_of(codec, &vec![1_u8, 2, 3]));
        line("[1, 2] of u32", bytes_of(codec, &vec![1_u32, 2]));
        line("Some(7_u16)", bytes_of(codec, &Some(7_u16)));
        line("None", bytes_of(codec, &None::<u16>));
        line("{1: true}", bytes_of(codec, &BTreeMap::from([(1_u32, true)])));
        line("an enum in an enum", bytes_of(codec, &bag()));
        text
    }

    #[test]
    fn bincode_writes_these_bytes() {
        expect_file!["../../golden/bincode.txt"].assert_eq(&golden(Codec::Bincode));
    }

    #[cfg(feature = "codec-postcard")]
    #[test]
    fn postcard_writes_these_bytes() {
        expect_file!["../../golden/postcard.txt"].assert_eq(&golden(Codec::Postcard));
    }

    #[test]
    fn w14_a_length_is_checked_against_the_bytes_that_are_left() {
        let mut hostile = u64::MAX.to_le_bytes().to_vec();
        hostile.push(1);
        let decode = |bytes: &[u8]| Codec::Bincode.decode::<Vec<u8>>(&mut &*bytes);
        assert_eq!(decode(&hostile), Err(DecodeError::Truncated));
        let text = Codec::Bincode.decode::<String>(&mut &*hostile);
        assert_eq!(text, Err(DecodeError::Truncated));
        let list = Codec::Bincode.decode::<Vec<u64>>(&mut &*hostile);
        assert_eq!(list, Err(DecodeError::Truncated));
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 8 } else { 2_000 },
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn w4_random_bytes_are_no_values_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            for codec in CODECS {
                drop(codec.decode::<(String, Vec<u64>, Option<Vec<u8>>)>(&mut &*bytes));
                drop(codec.decode::<Fruit>(&mut &*bytes));
                drop(codec.decode::<BTreeMap<String, Vec<u8>>>(&mut &*bytes));
                drop(codec.decode::<Vec<u8>>(&mut &*bytes));
            }
        }
    }
}
