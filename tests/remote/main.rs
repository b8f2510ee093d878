//! Actors of other nodes, by the public face: one module for each promise.
//!
//! Nodes are systems of this process, connected within it or by loopback; each case waits for what it has caused, and
//! for nothing else.

#![allow(missing_docs, reason = "the actors of a test have no readers")]

mod asks;
mod bonds;
mod check;
mod client;
mod counter;
mod generics;
mod hostile;
mod limits;
mod lost;
mod nodes;
mod signals;
mod spawns;
mod tls;
mod unknown;
