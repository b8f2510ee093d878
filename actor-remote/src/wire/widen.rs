//! Numbers that one version of a protocol has narrower than another.

use std::any::Any;

use super::codec::Codec;
use super::schema::Primitive;
use crate::error::{DecodeError, EncodeError};

/// A number of any type.
#[derive(Clone, Copy)]
enum Number {
    Float(f64),
    Signed(i128),
    Unsigned(u128),
}

/// For each integer: its type, and the primitive that it is.
macro_rules! integers {
    ($do:ident) => {
        $do! {
            i8 => I8 Signed, i16 => I16 Signed, i32 => I32 Signed, i64 => I64 Signed, i128 => I128 Signed,
            u8 => U8 Unsigned, u16 => U16 Unsigned, u32 => U32 Unsigned, u64 => U64 Unsigned, u128 => U128 Unsigned,
        }
    };
}

impl Number {
    fn read(
        narrow: Primitive,
        codec: Codec,
        from: &mut &[u8],
    ) -> Result<Option<Self>, DecodeError> {
        macro_rules! read {
            ($($type:ty => $primitive:ident $sign:ident,)*) => {
                match narrow {
                    $(Primitive::$primitive => Self::$sign(codec.read::<$type>(from)?.into()),)*
                    Primitive::F32 => Self::Float(codec.read::<f32>(from)?.into()),
                    _ => return Ok(None),
                }
            };
        }
        Ok(Some(integers!(read)))
    }

    /// The number that a value is, if it is one.
    fn of(value: &dyn Any) -> Option<Self> {
        macro_rules! of {
            ($($type:ty => $primitive:ident $sign:ident,)*) => {
                $(if let Some(value) = value.downcast_ref::<$type>() {
                    return Some(Self::$sign((*value).into()));
                })*
            };
        }
        integers!(of);
        value.downcast_ref::<f64>().copied().map(Self::Float)
    }

    /// As an integer type, if it fits.
    fn fit<I: TryFrom<i128> + TryFrom<u128>>(self) -> Option<I> {
        match self {
            Self::Float(_) => None,
            Self::Signed(number) => I::try_from(number).ok(),
            Self::Unsigned(number) => I::try_from(number).ok(),
        }
    }
}

/// Reads a narrower number as a `T`; none if that is no number, or too small for it.
pub(super) fn widened<T: 'static>(
    narrow: Primitive,
    codec: Codec,
    from: &mut &[u8],
) -> Result<Option<T>, DecodeError> {
    let Some(number) = Number::read(narrow, codec, from)? else { return Ok(None) };
    let mut slot: Option<T> = None;
    let any: &mut dyn Any = &mut slot;
    macro_rules! fill {
        ($($type:ty => $primitive:ident $sign:ident,)*) => {
            $(if let Some(slot) = any.downcast_mut::<Option<$type>>() {
                *slot = number.fit::<$type>();
            })*
        };
    }
    integers!(fill);
    if let (Number::Float(number), Some(slot)) = (number, any.downcast_mut::<Option<f64>>()) {
        *slot = Some(number);
    }
    Ok(slot)
}

/// Writes a number as a narrower one; false if it does not fit.
pub(super) fn narrowed<T: 'static>(
    value: &T,
    narrow: Primitive,
    codec: Codec,
    out: &mut Vec<u8>,
) -> Result<bool, EncodeError> {
    let Some(number) = Number::of(value) else { return Ok(false) };
    macro_rules! write {
        ($($type:ty => $primitive:ident $sign:ident,)*) => {
            match (narrow, number) {
                $((Primitive::$primitive, _) => match number.fit::<$type>() {
                    Some(number) => codec.write(&number, out)?,
                    None => return Ok(false),
                },)*
                (Primitive::F32, Number::Float(number)) if f64::from(number as f32) == number => {
                    codec.write(&(number as f32), out)?;
                }
                _ => return Ok(false),
            }
        };
    }
    integers!(write);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_number_goes_narrow_and_comes_back_or_does_not_fit(value: u64, small: i16) {
            let mut out = Vec::new();
            let fits = narrowed(&value, Primitive::U32, Codec::Bincode, &mut out).expect("a number");
            prop_assert_eq!(fits, value <= u64::from(u32::MAX));
            if fits {
                let read = widened::<u64>(Primitive::U32, Codec::Bincode, &mut &out[..]);
                prop_assert_eq!(read.expect("it is there"), Some(value));
            }
            let mut out = Vec::new();
            Codec::Bincode.write(&small, &mut out).expect("it is written");
            let read = widened::<i64>(Primitive::I16, Codec::Bincode, &mut &out[..]);
            prop_assert_eq!(read.expect("it is there"), Some(i64::from(small)));
        }
    }

    #[test]
    fn what_is_no_number_is_not_widened() {
        assert_eq!(widened::<u64>(Primitive::Text, Codec::Bincode, &mut &[1, 2][..]), Ok(None));
        assert_eq!(narrowed(&"text", Primitive::U8, Codec::Bincode, &mut Vec::new()), Ok(false));
        let mut out = Vec::new();
        assert_eq!(narrowed(&0.1_f64, Primitive::F32, Codec::Bincode, &mut out), Ok(false));
        assert_eq!(narrowed(&0.5_f64, Primitive::F32, Codec::Bincode, &mut out), Ok(true));
        assert_eq!(widened::<f64>(Primitive::F32, Codec::Bincode, &mut &out[..]), Ok(Some(0.5)));
    }
}
