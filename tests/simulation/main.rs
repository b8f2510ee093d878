//! Whole clusters in the simulator: what holds whatever goes wrong, over many seeds.
//!
//! `CALLBOARD_SEEDS=2000` says how many seeds, `CALLBOARD_SEEDS=5000..6000` which ones.

#![allow(missing_docs, reason = "the actors of a test have no readers")]

mod attribute;
mod book;
mod clocks;
mod families;
mod floods;
mod lost_nodes;
mod probe;
mod the_same_again;
mod town;
mod whatever_goes_wrong;
mod worker;
