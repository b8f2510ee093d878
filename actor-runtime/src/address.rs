//! Where an actor is: 16 bytes that travel anywhere and own nothing.
//!
//! An address names a node, a shard of it, a slot of the shard and the generation of that slot. Every
//! system of a process is a node of its own with an index that is never used again, so an address
//! kept beyond the end of its system reaches nobody.

use std::fmt;

/// The shard an address lies on: the node in the upper half, the shard in the lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ShardId(u64);

impl ShardId {
    /// The shard_id of a thread that is no shard; no address has it.
    pub(crate) const OUTSIDE: Self = Self(u64::MAX);

    pub(crate) const fn new(node: u32, shard: u32) -> Self {
        Self((node as u64) << 32 | shard as u64)
    }

    #[inline(always)]
    pub(crate) const fn to_bits(self) -> u64 {
        self.0
    }

    #[inline(always)]
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(crate) const fn node(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub(crate) const fn shard(self) -> u32 {
        self.0 as u32
    }
}

/// A slot and its generation: one life of one cell of a shard.
///
/// One word, so that it is copied and compared as one: the slot in the upper half, the generation in the
/// lower. Zero is nobody's, for no life has generation 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub(crate) struct Target(u64);

impl Target {
    /// Nobody.
    pub(crate) const NOBODY: Self = Self(0);

    #[inline(always)]
    pub(crate) const fn new(slot: u32, generation: u32) -> Self {
        Self((slot as u64) << 32 | generation as u64)
    }

    #[inline(always)]
    pub(crate) const fn slot(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[inline(always)]
    pub(crate) const fn generation(self) -> u32 {
        self.0 as u32
    }

    #[inline(always)]
    pub(crate) const fn to_bits(self) -> u64 {
        self.0
    }

    #[inline(always)]
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    #[inline(always)]
    pub(crate) fn is_nobody(self) -> bool {
        self == Self::NOBODY
    }
}

/// Where an actor is. `Copy`, 16 bytes, without a type: [`ActorRef`](crate::ActorRef) adds it.
///
/// Two addresses are equal when they name the same life of the same actor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(C)]
pub struct Address {
    shard_id: ShardId,
    target: Target,
}

impl Address {
    pub(crate) const fn new(shard_id: ShardId, target: Target) -> Self {
        Self { shard_id, target }
    }

    pub(crate) const fn shard_id(self) -> ShardId {
        self.shard_id
    }

    pub(crate) const fn target(self) -> Target {
        self.target
    }

    /// The index of the actor's shard within its system.
    #[must_use]
    pub const fn shard(self) -> usize {
        self.shard_id.shard() as usize
    }
}

/// `node/shard/slot.generation`, as in `0/3/17.1`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shard_id, target } = self;
        write!(
            f,
            "{}/{}/{}.{}",
            shard_id.node(),
            shard_id.shard(),
            target.slot(),
            target.generation()
        )
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// The last segment of a type's path, its parameters left out: as a reference shows the type of its actor.
pub(crate) fn short_name(path: &str) -> &str {
    let path = path.split('<').next().unwrap_or(path);
    path.rsplit("::").next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_sixteen_bytes_and_reads_well() {
        let address = Address::new(ShardId::new(0, 3), Target::new(17, 1));
        assert_eq!(size_of::<Address>(), 16);
        assert_eq!(format!("{address:?}"), "Address(0/3/17.1)");
        assert_eq!(address.shard(), 3);
    }

    #[test]
    fn no_address_lies_outside() {
        assert_ne!(ShardId::new(u32::MAX - 1, u32::MAX), ShardId::OUTSIDE);
    }
}
