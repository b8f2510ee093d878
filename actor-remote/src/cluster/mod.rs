//! Other nodes over time: when one counts as lost, and when it is dialled again.

mod backoff;

pub(crate) use self::backoff::Backoff;
