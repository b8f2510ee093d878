//! Which life of a node.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

/// One life of a node: 128 random bits, new with each start.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u128);

impl NodeId {
    /// An id that no other node has.
    pub(crate) fn random() -> Self {
        // Each state has keys from the operating system's source of randomness.
        let half = |salt: u64| u128::from(RandomState::new().hash_one(salt));
        Self(half(1) << 64 | half(2))
    }

    pub(crate) const fn of_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The bits.
    #[must_use]
    pub const fn to_bits(self) -> u128 {
        self.0
    }
}

/// 32 hexadecimal digits.
impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeId({self})")
    }
}
