//! The second version: a parameter more, another order, a wider number, and a handler more.

#![cfg(feature = "remote")]
#![allow(missing_docs, reason = "the actors of a test have no readers")]

use callboard::prelude::*;
use callboard::{UnknownVariant, Wire};

#[actor(remote = "test.cart", version = 2)]
#[derive(Debug, Default)]
pub struct Cart {
    items: Vec<(String, u32)>,
}

#[handlers]
impl Cart {
    #[ask]
    pub fn weigh(&self, #[widen] grams: u64) -> String {
        format!("{grams} g")
    }

    #[tell]
    pub fn empty(&mut self) {
        self.items.clear();
    }

    #[ask]
    pub fn count(&self) -> u32 {
        self.items.iter().map(|(_, count)| count).sum()
    }

    #[tell]
    pub fn add(
        &mut self,
        #[since(2)]
        #[default = 1]
        qty: u32,
        item: String,
    ) {
        self.items.push((item, qty));
    }

    #[ask]
    pub fn news(&self) -> Vec<News> {
        vec![News::Opened, News::Sold { item: "tea".to_owned() }]
    }

    #[ask]
    #[since(2)]
    pub fn find(&self, item: String) -> Option<u32> {
        self.items.iter().find(|(name, _)| *name == item).map(|(_, count)| *count)
    }
}

#[actor(remote = "test.till", version = 2)]
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

    #[ask]
    pub fn sum(&self) -> u64 {
        self.cents
    }
}

#[derive(Clone, Debug, PartialEq, Wire)]
pub enum News {
    Opened,
    Sold {
        item: String,
    },
    #[wire(other)]
    Other(UnknownVariant),
}
