//! Rules that see several items at once.

mod actor;

pub(crate) use actor::handlers;
