//! Rules that see several items at once.

mod actor;
mod supervisor;

pub(crate) use actor::handlers;
pub(crate) use supervisor::supervisor;
