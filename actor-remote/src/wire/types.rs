//! Which types may stand in a message to another node.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroU8, NonZeroU16, NonZeroU32,
    NonZeroU64, NonZeroU128,
};
use std::time::{Duration, SystemTime};

use actor_runtime::{ActorRef, Remote};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::schema::{FieldSchema, Primitive, Schema, VariantSchema};

/// A type that may stand in a message to another node. Made by `#[derive(Wire)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot leave this node",
    label = "this is not `Wire`",
    note = "derive `Serialize`, `Deserialize` and `Wire`, or mark the handler `#[local]`"
)]
pub trait Wire: Serialize + DeserializeOwned + Send + 'static {
    /// What it is on the wire.
    const SCHEMA: &'static Schema;
}

/// All machines, for what is said of types that mean something else on each: nothing is [`Wire`] by this.
#[derive(Debug)]
pub enum Machines {}

/// Who means the same by a `T`, wherever it is.
#[diagnostic::on_unimplemented(
    message = "`{T}` differs between machines",
    label = "as many bits as an address has there",
    note = "write `u64` or `i64`"
)]
pub trait AgreeOn<T> {}

/// Who can do something with a `T` that is code, or an address.
#[diagnostic::on_unimplemented(
    message = "code and addresses cannot leave this node",
    label = "this means something here alone",
    note = "send data, and an `ActorRef` to call back"
)]
pub trait Run<T> {}

const fn primitive(primitive: Primitive) -> Schema {
    Schema::Primitive(primitive)
}

macro_rules! primitives {
    ($($type:ty => $primitive:ident,)*) => {$(
        impl Wire for $type {
            const SCHEMA: &'static Schema = &primitive(Primitive::$primitive);
        }
    )*};
}

primitives! {
    bool => Bool, char => Char, f32 => F32, f64 => F64, i8 => I8, i16 => I16, i32 => I32, i64 => I64, i128 => I128,
    String => Text, Box<str> => Text, u8 => U8, u16 => U16, u32 => U32, u64 => U64, u128 => U128, () => Unit,
    NonZeroI8 => I8, NonZeroI16 => I16, NonZeroI32 => I32, NonZeroI64 => I64, NonZeroI128 => I128,
    NonZeroU8 => U8, NonZeroU16 => U16, NonZeroU32 => U32, NonZeroU64 => U64, NonZeroU128 => U128,
}

// They are here for what is said of them: the bound, which nothing meets, is told in place of `Wire`.
impl Wire for isize
where
    for<'a> Machines: AgreeOn<Self>,
{
    const SCHEMA: &'static Schema = &primitive(Primitive::I64);
}

impl Wire for usize
where
    for<'a> Machines: AgreeOn<Self>,
{
    const SCHEMA: &'static Schema = &primitive(Primitive::U64);
}

impl<T: Wire> Wire for Box<T> {
    const SCHEMA: &'static Schema = T::SCHEMA;
}

/// The schema of any number of these.
///
/// # Panics
///
/// In a constant, which is an error of the compiler, if they have no size: then any number of them takes no bytes, and
/// who says a large one keeps a node busy for ever.
const fn many<T: Wire>() -> &'static Schema {
    assert!(size_of::<T>() > 0, "values without a size cannot leave this node in numbers");
    T::SCHEMA
}

impl<T: Wire> Wire for Option<T> {
    const SCHEMA: &'static Schema = &Schema::Optional(T::SCHEMA);
}

impl<T: Wire, E: Wire> Wire for Result<T, E> {
    const SCHEMA: &'static Schema = &Schema::Enum {
        name: "Result",
        variants: &[
            VariantSchema { name: "Ok", fields: &[FieldSchema::new("0", T::SCHEMA)] },
            VariantSchema { name: "Err", fields: &[FieldSchema::new("0", E::SCHEMA)] },
        ],
        open: false,
    };
}

impl<T: Wire, const N: usize> Wire for [T; N]
where
    Self: Serialize + DeserializeOwned,
{
    const SCHEMA: &'static Schema = &Schema::Tuple(&[T::SCHEMA; N]);
}

macro_rules! sequences {
    ($($type:ty $(, $bound:path)*;)*) => {$(
        impl<T: Wire $(+ $bound)*> Wire for $type {
            const SCHEMA: &'static Schema = &Schema::Seq(many::<T>());
        }
    )*};
}

sequences! {
    BTreeSet<T>, Ord;
    Box<[T]>;
    Vec<T>;
    VecDeque<T>;
}

impl<T, S> Wire for HashSet<T, S>
where
    T: Wire + Eq + Hash,
    S: BuildHasher + Default + Send + 'static,
{
    const SCHEMA: &'static Schema = &Schema::Seq(many::<T>());
}

impl<K: Wire + Ord, V: Wire> Wire for BTreeMap<K, V> {
    const SCHEMA: &'static Schema = &Schema::Map(many::<K>(), V::SCHEMA);
}

impl<K, V, S> Wire for HashMap<K, V, S>
where
    K: Wire + Eq + Hash,
    V: Wire,
    S: BuildHasher + Default + Send + 'static,
{
    const SCHEMA: &'static Schema = &Schema::Map(many::<K>(), V::SCHEMA);
}

macro_rules! tuples {
    ($($($item:ident)*;)*) => {$(
        impl<$($item: Wire),*> Wire for ($($item,)*) {
            const SCHEMA: &'static Schema = &Schema::Tuple(&[$($item::SCHEMA),*]);
        }
    )*};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}

/// What serde makes of these: a part of it is named as it does, for people.
macro_rules! structs {
    ($($type:ty => $name:literal { $($field:literal: $part:ty),* };)*) => {$(
        impl Wire for $type {
            const SCHEMA: &'static Schema = &Schema::Struct {
                name: $name,
                fields: &[$(FieldSchema::new($field, <$part>::SCHEMA)),*],
            };
        }
    )*};
}

structs! {
    Duration => "Duration" { "secs": u64, "nanos": u32 };
    SystemTime => "SystemTime" { "secs_since_epoch": u64, "nanos_since_epoch": u32 };
    Ipv4Addr => "Ipv4Addr" { "octets": [u8; 4] };
    Ipv6Addr => "Ipv6Addr" { "octets": [u8; 16] };
    SocketAddrV4 => "SocketAddrV4" { "ip": Ipv4Addr, "port": u16 };
    SocketAddrV6 => "SocketAddrV6" { "ip": Ipv6Addr, "port": u16 };
}

macro_rules! versions {
    ($($type:ty => $name:literal, $four:ty, $six:ty;)*) => {$(
        impl Wire for $type {
            const SCHEMA: &'static Schema = &Schema::Enum {
                name: $name,
                variants: &[
                    VariantSchema { name: "V4", fields: &[FieldSchema::new("0", <$four>::SCHEMA)] },
                    VariantSchema { name: "V6", fields: &[FieldSchema::new("0", <$six>::SCHEMA)] },
                ],
                open: false,
            };
        }
    )*};
}

versions! {
    IpAddr => "IpAddr", Ipv4Addr, Ipv6Addr;
    SocketAddr => "SocketAddr", SocketAddrV4, SocketAddrV6;
}

impl<P: Remote + ?Sized> Wire for ActorRef<P> {
    const SCHEMA: &'static Schema = &Schema::Reference(P::NAME);
}
