//! Open enums: each value says which variant it is and how long, so that a node which does not know the variant
//! keeps it, and can send it on.

use serde::de::DeserializeOwned;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_bytes::{ByteBuf, Bytes};

use super::codec::Codec;
use super::schema::{Schema, variant_id};
use super::types::Wire;

/// A variant that this version does not know, as it came: what `#[wire(other)]` keeps.
///
/// Sent on, it is what it was.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UnknownVariant {
    id: u64,
    bytes: Vec<u8>,
}

impl UnknownVariant {
    /// How many bytes its fields take.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Which of the `N` variants of `T` this is; `N` if it is none of them.
    #[doc(hidden)]
    #[must_use]
    pub fn number<T: Wire, const N: usize>(&self) -> usize {
        let ids = const { ids::<T, N>() };
        ids.iter().position(|id| *id == self.id).unwrap_or(N)
    }

    /// Its fields.
    ///
    /// # Errors
    ///
    /// If they are of other types.
    #[doc(hidden)]
    pub fn take<F: DeserializeOwned, E: serde::de::Error>(&self) -> Result<F, E> {
        let mut rest = &self.bytes[..];
        let fields = INSIDE.read(&mut rest).map_err(E::custom)?;
        if rest.is_empty() { Ok(fields) } else { Err(E::custom("bytes are left of a variant")) }
    }
}

/// What the fields of a variant are written by, whatever the nodes agree on: it may pass through several.
const INSIDE: Codec = Codec::Bincode;

/// What names each of the `N` variants of `T`.
const fn ids<T: Wire, const N: usize>() -> [u64; N] {
    let Schema::Enum { variants, .. } = T::SCHEMA else { panic!("an open enum is an enum") };
    let (mut ids, mut number) = ([0; N], 0);
    while number < N {
        ids[number] = variant_id(&variants[number]);
        number += 1;
    }
    ids
}

/// Writes the variant of this number, of the `N` that `T` has.
///
/// # Errors
///
/// As its fields say.
#[doc(hidden)]
pub fn put<T, const N: usize, F, S>(number: usize, fields: &F, to: S) -> Result<S::Ok, S::Error>
where
    T: Wire,
    F: Serialize,
    S: Serializer,
{
    let mut bytes = Vec::new();
    INSIDE.write(fields, &mut bytes).map_err(S::Error::custom)?;
    let ids = const { ids::<T, N>() };
    (ids[number], Bytes::new(&bytes)).serialize(to)
}

impl Serialize for UnknownVariant {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (self.id, Bytes::new(&self.bytes)).serialize(to)
    }
}

impl<'de> Deserialize<'de> for UnknownVariant {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (id, bytes) = <(u64, ByteBuf)>::deserialize(from)?;
        Ok(Self { id, bytes: bytes.into_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::schema::{FieldSchema, VariantSchema};

    const APPLE: VariantSchema = VariantSchema { name: "Apple", fields: &[] };
    const PEAR: VariantSchema =
        VariantSchema { name: "Pear", fields: &[FieldSchema::new("grams", <u32 as Wire>::SCHEMA)] };

    /// Enums of one name, of which the second version has a variant more.
    macro_rules! fruit {
        ($name:ident: $($variant:expr),*) => {
            #[derive(Serialize, Deserialize)]
            struct $name;
            impl Wire for $name {
                const SCHEMA: &'static Schema =
                    &Schema::Enum { name: "Fruit", variants: &[$($variant),*], open: true };
            }
        };
    }
    fruit!(First: APPLE);
    fruit!(Second: APPLE, PEAR);

    struct Apple;

    impl Serialize for Apple {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            put::<First, 1, _, _>(0, &(), to)
        }
    }

    struct Pear(u32);

    impl Serialize for Pear {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            put::<Second, 2, _, _>(1, &self.0, to)
        }
    }

    fn came(value: &(impl Serialize + 'static)) -> (Vec<u8>, UnknownVariant) {
        let mut bytes = Vec::new();
        Codec::Bincode.encode(value, &mut bytes).expect("it can be written");
        let came = Codec::Bincode.decode(&mut &*bytes).expect("it was written");
        (bytes, came)
    }

    #[test]
    fn a_variant_is_known_to_those_that_have_it_and_kept_by_the_others() {
        let ((_, apple), (bytes, pear)) = (came(&Apple), came(&Pear(170)));
        assert_eq!((apple.number::<First, 1>(), apple.number::<Second, 2>()), (0, 0));
        assert_eq!((pear.number::<First, 1>(), pear.number::<Second, 2>()), (1, 1));
        assert_eq!((apple.size(), pear.size()), (0, 4));
        assert_eq!(came(&pear).0, bytes, "sent on, it is what it was");
        assert_eq!(pear.take::<u32, serde::de::value::Error>(), Ok(170));
        assert!(pear.take::<u16, serde::de::value::Error>().is_err(), "bytes are left");
    }
}
