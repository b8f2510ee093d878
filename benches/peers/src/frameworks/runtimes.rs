//! Current-thread runtimes of tokio, one on each core: what most frameworks run on here.

use std::future::Future;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::harness::pin;

/// The runtime of the second core, if there is one.
#[derive(Clone)]
pub(crate) struct Runtimes {
    far: Option<Handle>,
}

impl Runtimes {
    /// Runs what `drive` makes as a task on the first core.
    pub(crate) fn run<T, D>(cores: usize, drive: impl FnOnce(Self) -> D) -> T
    where
        T: Send + 'static,
        D: Future<Output = T> + Send + 'static,
    {
        let near = Builder::new_current_thread().enable_time().build().expect("a runtime");
        pin(0);
        let (far, end) = match cores {
            1 => (None, None),
            _ => {
                let (end, ended) = oneshot::channel::<()>();
                let far = Builder::new_current_thread().enable_time().build().expect("a runtime");
                let handle = far.handle().clone();
                std::thread::spawn(move || {
                    pin(1);
                    // It runs until the sender is dropped.
                    let _ = far.block_on(ended);
                });
                (Some(handle), Some(end))
            }
        };
        let work = drive(Self { far });
        let value = near.block_on(async { tokio::spawn(work).await.expect("no panic") });
        drop(end);
        value
    }

    /// Runs what spawns an actor on the runtime of this core.
    pub(crate) async fn on<T, S>(&self, core: usize, spawn: S) -> T
    where
        T: Send + 'static,
        S: Future<Output = T> + Send + 'static,
    {
        match (core, &self.far) {
            (0, _) => spawn.await,
            (_, Some(far)) => far.spawn(spawn).await.expect("no panic"),
            (_, None) => panic!("this workload has one core"),
        }
    }
}
