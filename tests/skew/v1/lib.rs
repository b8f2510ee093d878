//! The protocol as the first version had it.

#![cfg(feature = "remote")]
#![allow(missing_docs, reason = "the actors of a test have no readers")]

use callboard::prelude::*;
use callboard::{UnknownVariant, Wire};

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

#[derive(Clone, Debug, PartialEq, Wire)]
pub enum News {
    Opened,
    #[wire(other)]
    Other(UnknownVariant),
}
