//! What is made for other nodes is clean under the strictest lints.

#![deny(warnings, missing_docs, unused_qualifications, unreachable_pub, missing_debug_implementations)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use callboard::{
    ActorRef, Context, UnknownMessage, UnknownVariant, Wire, actor, handlers, protocol,
};
use serde::{Deserialize, Serialize};

/// What is bought.
#[derive(Clone, Debug, Serialize, Deserialize, Wire)]
pub struct Item {
    /// Which it is.
    pub sku: String,
    /// What it weighs.
    pub grams: u32,
}

/// What has happened.
#[derive(Clone, Debug, Wire)]
pub enum News {
    /// Something was added.
    Added(Item),
    /// All was taken out.
    Emptied {
        /// When.
        at: u64,
    },
    /// What a newer version knows.
    #[wire(other)]
    Other(UnknownVariant),
}

/// Why not.
#[derive(Clone, Debug, Serialize, Deserialize, Wire)]
#[wire(closed)]
pub enum CartError {
    /// There is no room.
    Full,
}

/// Pairs.
#[derive(Clone, Debug, Serialize, Deserialize, Wire)]
pub struct Pair<A, B>(pub A, pub B);

/// A cart.
#[actor(remote = "shop.cart", version = 3)]
#[derive(Debug, Default)]
pub struct Cart {
    lines: Vec<(Item, u32)>,
}

#[handlers]
#[reserved("remove", id = 4)]
impl Cart {
    /// Adds to it.
    #[tell]
    pub fn add(&mut self, item: Item, #[since(3)] #[default = 1] qty: u32) {
        self.lines.push((item, qty));
    }

    /// What was bought.
    #[ask]
    #[since(2)]
    pub fn receipt(
        &self,
        to: ActorRef<Cart>,
        #[renamed_from("note")] text: Option<String>,
        #[widen] from: u64,
    ) -> Result<Vec<News>, CartError> {
        drop((to, text, from));
        Err(CartError::Full)
    }

    /// All of it.
    #[ask]
    #[local]
    #[must_use]
    pub fn dump(&self) -> usize {
        self.lines.len()
    }

    #[unknown]
    fn newer(&mut self, message: UnknownMessage) {
        drop(message);
    }

    /// Where that is there.
    #[ask]
    #[cfg(unix)]
    #[wire(id = 9)]
    #[must_use]
    pub fn number(&self, #[cfg(unix)] by: u32, #[cfg(not(unix))] by: u64) -> u32 {
        by
    }
}

/// Keeps what it is given.
#[actor(remote = "shop.shelf")]
#[derive(Debug)]
pub struct Shelf<T: Wire> {
    kept: Vec<T>,
}

#[handlers]
impl<T: Wire> Shelf<T> {
    /// Keeps one more.
    #[tell]
    pub fn put(&mut self, one: T) {
        self.kept.push(one);
    }

    #[callboard::unknown]
    async fn newer(
        &mut self,
        cx: &mut Context<Self>,
        message: UnknownMessage,
    ) -> Result<(), callboard::DecodeError> {
        let _ = cx;
        self.kept.push(message.parameter("one")?);
        Ok(())
    }
}

/// An account.
#[protocol(remote = "bank.account", version = 2)]
pub trait Account {
    /// Puts into it.
    #[tell]
    fn deposit(&mut self, amount: u64, #[since(2)] #[default] why: Pair<u8, String>);
    /// What is in it.
    #[ask]
    fn balance(&self) -> u64;
}

impl Default for Pair<u8, String> {
    fn default() -> Self {
        Self(0, String::new())
    }
}

fn main() {}
