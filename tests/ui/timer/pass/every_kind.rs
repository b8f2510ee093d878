//! Timers of every kind are accepted, under the strictest lints.

#![forbid(unsafe_code, missing_docs, unused_qualifications)]
#![deny(warnings, missing_debug_implementations, unreachable_pub, unnameable_types)]
#![deny(rust_2018_idioms, single_use_lifetimes, unused_lifetimes)]
#![deny(let_underscore_drop, unit_bindings, unused_results, trivial_casts)]
#![deny(clippy::all, clippy::pedantic, clippy::allow_attributes_without_reason)]

use std::io;
use std::time::Duration;

use callboard::{Context, Flow, Timer, TimerKey, actor, handlers};

/// Holds a value.
#[actor]
#[derive(Debug, Default)]
pub struct Store<T: Default + Send + 'static, const N: usize> {
    values: Vec<T>,
    timer: Option<Timer>,
}

#[handlers]
impl<T: Default + Send + 'static, const N: usize> Store<T, N> {
    /// Keeps a value.
    #[tell]
    pub fn put(&mut self, cx: &mut Context<Self>, value: T) {
        self.values.push(value);
        if let Some(timer) = self.timer.take() {
            let _cancelled: bool = cx.cancel(timer);
        }
        self.timer = Some(cx.after(Duration::from_secs(1), StoreMsg::Put { value: T::default() }));
        let key = TimerKey::from("put");
        let _timer = cx.every_keyed(key, Duration::from_secs(1), || StoreMsg::Put {
            value: T::default(),
        });
        let _cancelled = cx.cancel("put");
    }

    #[every("1s")]
    fn tick(&mut self) {
        self.values.truncate(N);
    }

    #[every("250us", jitter = "1us")]
    const fn look(&self) {
        let _ = self;
    }

    #[health(every = "1s", restart_after = 3)]
    const fn check(&self) -> bool {
        self.values.len() < N
    }

    #[after("30s")]
    async fn once(&mut self, cx: &mut Context<Self>) -> Result<(), io::Error> {
        self.values.clear();
        let _ = cx.me();
        std::future::ready(Ok(())).await
    }

    #[cfg(any())]
    #[callboard::after("0s", since = start)]
    fn never(&mut self) {
        compile_error!("it is not there");
    }

    #[callboard::after("5m", since = message)]
    fn idle(&mut self, _cx: &mut Context<Self>) -> Flow {
        self.values.clear();
        Flow::stop()
    }
}

#[callboard::main(shards = 1)]
async fn main() {
    callboard::spawn(Store::<u8, 4>::default()).put(1);
}
