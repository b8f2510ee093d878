//! Whom a failure concerns besides the child that failed. Pure.

use crate::cell::keeper::ChildKey;

/// What becomes of the other children when one has failed and is restarted, as in Erlang/OTP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// They are stopped, in reverse order, and all are started again in order.
    OneForAll,
    /// Nothing.
    #[default]
    OneForOne,
    /// Those started after it are stopped, in reverse order, and started again in order.
    RestForOne,
}

impl Strategy {
    /// Whether a failure of `failed` concerns `other`, too.
    pub(crate) fn concerns(self, failed: ChildKey, other: ChildKey) -> bool {
        match self {
            Self::OneForAll => other != failed,
            Self::OneForOne => false,
            Self::RestForOne => other > failed,
        }
    }
}

impl std::fmt::Display for Strategy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::OneForAll => "one for all",
            Self::OneForOne => "one for one",
            Self::RestForOne => "rest for one",
        })
    }
}
