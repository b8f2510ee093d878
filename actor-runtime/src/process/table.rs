//! Which messages a receive takes, as data that the macros make.

use crate::message::{Message, is_same};

/// A set of the tags of one enum of messages: a bit each. All tags from the 64th variant on share the last bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TagSet(u64);

impl TagSet {
    /// The last bit, which may stand for several tags.
    pub(crate) const LAST: usize = 63;

    /// Those of the variants with these names. A name that is no variant's is left out: the pattern says so.
    #[must_use]
    pub const fn of<M: Message>(names: &[&str]) -> Self {
        let (mut set, mut tag) = (0, 0);
        while tag < M::NAMES.len() {
            let mut at = 0;
            while at < names.len() {
                if is_same(M::NAMES[tag], names[at]) {
                    set |= 1 << Self::bit(tag);
                }
                at += 1;
            }
            tag += 1;
        }
        Self(set)
    }

    /// All tags.
    #[must_use]
    pub const fn all() -> Self {
        Self(u64::MAX)
    }

    /// No tag.
    #[must_use]
    pub const fn none() -> Self {
        Self(0)
    }

    /// The bit of a tag.
    #[inline(always)]
    pub(crate) const fn bit(tag: usize) -> usize {
        if tag < Self::LAST { tag } else { Self::LAST }
    }

    pub(crate) const fn to_bits(self) -> u64 {
        self.0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    #[inline(always)]
    pub(crate) const fn has(self, bit: usize) -> bool {
        self.0 & (1 << bit) != 0
    }

    #[inline(always)]
    pub(crate) const fn with(self, bit: usize) -> Self {
        Self(self.0 | 1 << bit)
    }

    pub(crate) const fn without(self, bit: usize) -> Self {
        Self(self.0 & !(1 << bit))
    }

    /// What is in either.
    #[inline(always)]
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[inline(always)]
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The bits, from the first.
    #[inline(always)]
    pub(crate) fn bits(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let bit = left.trailing_zeros() as usize;
            left &= left - 1;
            Some(bit)
        })
    }
}

/// What a receive takes: the tags of its arms, and of those among them that are urgent.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub(crate) accepts: TagSet,
    pub(crate) urgent: TagSet,
}

impl Table {
    /// A receive with these arms, and these that are urgent.
    #[must_use]
    pub const fn new(accepts: TagSet, urgent: TagSet) -> Self {
        Self { accepts, urgent }
    }

    /// Whatever it takes.
    #[inline(always)]
    pub(crate) const fn all(self) -> TagSet {
        self.accepts.or(self.urgent)
    }
}

/// The arms of a receive, as data.
pub trait Arms<M: Message> {
    /// Which messages they take.
    const TABLE: Table;
}
