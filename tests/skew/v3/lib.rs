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

#[actor(remote = "test.till", version = 3)]
#[derive(Debug, Default)]
pub struct Till {
    cents: u64,
}

#[handlers]
impl Till {
    #[tell]
    pub fn pay(&mut self, cents: u64) {
        self.cents += cents;
    }

    #[tell]
    #[since(3)]
    pub fn tip(&mut self, cents: u64, from: String) {
        drop(from);
        self.cents += cents;
    }

    #[ask]
    #[since(3)]
    pub fn refund(&mut self, cents: u64) -> u64 {
        self.cents -= cents;
        self.cents
    }

    #[ask]
    pub fn sum(&self) -> u64 {
        self.cents
    }

    #[ask]
    pub fn missed(&self) -> Vec<String> {
        Vec::new()
    }
}
