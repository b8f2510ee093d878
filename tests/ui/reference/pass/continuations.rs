//! An answer may be handed to every kind of method.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_qualifications, unused_results)]
#![deny(clippy::all, clippy::pedantic)]

use callboard::{ActorRef, AskError, Context, Flow, actor, handlers};

/// Counts.
#[actor]
#[derive(Debug, Default)]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    /// How many.
    #[ask]
    #[must_use]
    pub const fn get(&self) -> i64 {
        self.n
    }
}

/// Asks.
#[actor]
#[derive(Debug)]
pub struct Asker {
    of: ActorRef<Counter>,
    heard: Vec<i64>,
}

#[handlers]
impl Asker {
    /// Asks in every way.
    #[tell]
    pub fn ask(&mut self, cx: &mut Context<Self>) {
        self.of.get().on(cx, Self::got);
        self.of.get().on(cx, Self::got_later);
        self.of.get().timeout(std::time::Duration::from_secs(1)).on(cx, Self::got_with_context);
        self.of.get().on(cx, Self::got_later_with_context);
        self.of.get().on(cx, Self::got_or_failed);
        self.of.get().on(cx, Self::got_or_failed_later);
        self.of.get().on(cx, Self::got_and_stops);
    }

    /// Asks, and waits for something else.
    #[tell]
    pub async fn ask_and_wait(&mut self, cx: &mut Context<Self>) {
        self.of.get().on(cx, Self::got);
        std::future::ready(()).await;
        self.of.get().on(cx, Self::got);
    }

    /// Asks before its first message.
    #[start]
    fn begin(&mut self, cx: &mut Context<Self>) {
        self.of.get().on(cx, Self::got);
    }

    fn got(&mut self, n: Result<i64, AskError>) {
        self.heard.extend(n);
    }

    async fn got_later(&mut self, n: Result<i64, AskError>) {
        std::future::ready(()).await;
        self.heard.extend(n);
    }

    fn got_with_context(&mut self, cx: &mut Context<Self>, n: Result<i64, AskError>) {
        self.heard.extend(n);
        cx.stop();
    }

    async fn got_later_with_context(
        &mut self,
        cx: &mut Context<Self>,
        n: Result<i64, AskError>,
    ) -> Result<(), AskError> {
        std::future::ready(()).await;
        self.got_with_context(cx, Ok(n?));
        Ok(())
    }

    fn got_or_failed(&mut self, n: Result<i64, AskError>) -> Result<(), AskError> {
        self.heard.push(n?);
        Ok(())
    }

    async fn got_or_failed_later(&mut self, n: Result<i64, AskError>) -> Result<(), AskError> {
        std::future::ready(()).await;
        self.got_or_failed(n)
    }

    fn got_and_stops(&mut self, n: Result<i64, AskError>) -> Flow {
        self.heard.extend(n);
        Flow::stop()
    }
}

#[callboard::main(shards = 1)]
async fn main() {
    let of = callboard::spawn(Counter::default());
    callboard::spawn(Asker { of, heard: Vec::new() }).ask();
}
