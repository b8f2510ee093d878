//! The protocol as the first version had it.

#![cfg(feature = "remote")]
#![allow(missing_docs, reason = "the actors of a test have no readers")]

use callboard::prelude::*;
use callboard::{UnknownMessage, UnknownVariant, Wire};

#[actor(remote = "test.cart", version = 1)]
#[derive(Debug, Default)]
pub struct Cart {
    items: Vec<(String, u32)>,
}

#[handlers]
impl Cart {
    #[tell]
    pub fn add(&mut self, item: String) {
        self.items.push((item, 1));
    }

    #[ask]
    pub fn count(&self) -> u32 {
        self.items.iter().map(|(_, count)| count).sum()
    }

    #[ask]
    pub fn weigh(&self, grams: u32) -> String {
        format!("{grams} g")
    }

    #[ask]
    pub fn news(&self) -> Vec<News> {
        vec![News::Opened]
    }

    #[tell]
    pub fn empty(&mut self) {
        self.items.clear();
    }
}

/// Keeps what it does not know.
#[actor(remote = "test.till", version = 1)]
#[derive(Debug, Default)]
pub struct Till {
    cents: u64,
    missed: Vec<UnknownMessage>,
}

#[handlers]
impl Till {
    #[tell]
    pub fn pay(&mut self, cents: u64) {
        self.cents += cents;
    }

    #[ask]
    pub fn sum(&self) -> u64 {
        self.cents
    }

    #[unknown]
    fn newer(&mut self, message: UnknownMessage) {
        // Of a later version it knows this.
        if let Ok(cents) = message.parameter::<u64>("cents") {
            self.cents += cents;
        }
        self.missed.push(message);
    }

    #[ask]
    pub fn missed(&self) -> Vec<String> {
        self.missed.iter().map(|message| format!("{message:?}")).collect()
    }
}

#[derive(Clone, Debug, PartialEq, Wire)]
pub enum News {
    Opened,
    #[wire(other)]
    Other(UnknownVariant),
}
