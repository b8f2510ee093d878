//! What `#[callboard::test]` makes of a test that takes a [`Sim`].

use std::future::Future;
use std::process::{ExitCode, Termination};

use super::driver::SimBuilder;
use super::sim::Sim;

/// Runs the body of a test with so many seeds. What it returns has to be a success.
///
/// # Panics
///
/// As [`SimBuilder::explore`].
pub fn simulate<B, F>(builder: SimBuilder, seeds: u64, mut body: B) -> ExitCode
where
    B: FnMut(Sim) -> F,
    F: Future<Output: Termination>,
{
    let mut run = |sim| {
        let body = body(sim);
        async move { assert!(body.await.report() == ExitCode::SUCCESS, "the test returned an error") }
    };
    if seeds == 1 {
        builder.check(run);
    } else {
        builder.explore(seeds, &mut run);
    }
    ExitCode::SUCCESS
}
