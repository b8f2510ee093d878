//! State machines, under the strictest lints of a user's crate.

#![forbid(unsafe_code, missing_docs, unused_qualifications)]
#![deny(warnings, missing_debug_implementations, unreachable_pub, unnameable_types)]
#![deny(rust_2018_idioms, single_use_lifetimes, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic, clippy::allow_attributes_without_reason)]

use callboard::{AskError, Context, actor, handlers, spawn};

/// Sends lines once it is connected.
#[actor(states(Connecting, Ready))]
#[derive(Debug)]
pub struct Link<T: Send + 'static> {
    sent: Vec<T>,
}

#[handlers]
impl<T: Send + 'static> Link<T> {
    /// Goes on.
    #[tell(when(Connecting))]
    pub fn connected(&mut self, cx: &mut Context<Self>) {
        assert_eq!(cx.state(), LinkState::Connecting);
        cx.become_state(LinkState::Ready);
    }

    /// Sends a line.
    #[ask(when(Ready))]
    pub fn send(&mut self, line: T) -> usize {
        self.sent.push(line);
        self.sent.len()
    }
}

#[callboard::main(shards = 1)]
async fn main() -> Result<(), AskError> {
    let link = spawn(Link { sent: Vec::new() });
    let sent = link.send(1_u8).start();
    link.connected();
    assert_eq!(sent.await?, 1);
    Ok(())
}
