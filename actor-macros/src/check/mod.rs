//! Rules that see several items at once.

mod actor;
mod receive;
mod supervisor;

pub(crate) use actor::handlers;
pub(crate) use receive::receive;
pub(crate) use supervisor::supervisor;
