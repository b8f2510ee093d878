//! What users rely on, by its public face: one module for each promise.
//!
//! A test's name begins with the case or the rule it holds. Most run in the simulator, on one shard and on
//! four, with actors spread so that pairs cross shards; those that a machine could spoil also run on a
//! real system.

#![allow(missing_docs, reason = "the actors of a test have no readers")]
#![allow(missing_debug_implementations, reason = "nobody prints the actors of a test")]

mod alone;
mod answers;
mod asks;
mod asks_outside;
mod blocking;
mod blocking_calls;
mod blocking_processes;
mod bonds;
mod bounded;
mod by_hand;
mod check;
mod concurrent;
mod conservation;
mod continuations;
mod crashes;
mod cycles;
mod drains;
mod drops;
mod ending;
mod entry;
mod events;
mod fairness;
mod forward;
mod groups;
mod health;
mod hostile;
mod incarnations;
mod kills;
mod mailboxes;
mod mixtures;
mod names;
mod order;
mod outcomes;
mod permits;
mod pools;
mod process_macros;
mod processes;
mod programs;
mod protocols;
mod receives;
mod references;
mod rules;
mod settings;
#[cfg(unix)]
mod signals;
mod starts;
mod states;
mod stats;
mod stops;
mod strange;
mod streams;
mod subscriptions;
mod supervisors;
mod systems;
mod timers;
mod tokio_inside;
mod trees;
mod values;
mod wrappers;
