//! Other nodes over time: when one counts as lost, and when it is dialled again.

mod backoff;
mod detector;

pub(crate) use self::backoff::Backoff;
pub(crate) use self::detector::Detector;
