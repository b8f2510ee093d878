//! The third version: things are called otherwise, one has gone, and one is answered otherwise.

#![cfg(feature = "remote")]
#![allow(missing_docs, reason = "the actors of a test have no readers")]

use callboard::prelude::*;

#[actor(remote = "test.cart", version = 3)]
#[derive(Debug, Default)]
pub struct Cart {
    items: Vec<(String, u32)>,
}

#[handlers]
#[reserved("empty")]
impl Cart {
    #[tell]
    #[renamed_from("add")]
    pub fn put(
        &mut self,
        #[renamed_from("item")] name: String,
        #[since(2)]
        #[default = 1]
        qty: u32,
        note: Option<String>,
    ) {
        drop(note);
        self.items.push((name, qty));
    }

    #[ask]
    pub fn count(&self) -> u64 {
        self.items.iter().map(|(_, count)| u64::from(*count)).sum()
    }

    #[ask]
    pub fn weigh(&self, #[widen] grams: u64) -> String {
        format!("{grams} g")
    }

    #[ask]
    #[since(2)]
    pub fn find(&self, item: String) -> Option<u32> {
        self.items.iter().find(|(name, _)| *name == item).map(|(_, count)| *count)
    }
}
