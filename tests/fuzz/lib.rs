//! What several targets share: a protocol with every kind of field, and a shard to read its messages on.

#![allow(missing_docs, reason = "the actors of a test have no readers")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::{Duration, SystemTime};

use actor_runtime::remote;
use callboard::prelude::*;
use callboard::testing::Simulator;
use callboard::{UnknownVariant, Wire};
use serde::{Deserialize, Serialize};

/// Who the shard's system is to other nodes.
const NODE: u128 = 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10;

/// Runs on a shard of a node, and then what follows from it. One node serves all inputs.
pub fn on_a_shard<R>(call: impl FnOnce() -> R) -> R {
    thread_local! {
        static NODES: Simulator = {
            let simulator = Simulator::new(2);
            assert!(remote::identify(&simulator.system(), NODE), "it is a new system");
            // What an address may lead to, beside nobody.
            for shard in 0..2 {
                simulator.spawn_on(shard, Cart::default).expect("it starts");
                simulator.spawn_on(shard, || Other).expect("it starts");
            }
            simulator
        };
    }
    NODES.with(|simulator| {
        let result = simulator.enter(0, call);
        simulator.run();
        result
    })
}

/// What the id of [`on_a_shard`]'s node is in bytes, as a reference has it.
pub fn node_bytes() -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&((NODE >> 64) as u64).to_le_bytes());
    bytes[8..].copy_from_slice(&(NODE as u64).to_le_bytes());
    bytes
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Wire)]
pub struct Item<T> {
    sku: T,
    grams: u32,
    parts: Vec<(u64, bool)>,
}

/// Each version knows some.
#[derive(Clone, Debug, PartialEq, Wire)]
pub enum News {
    Opened,
    Sold {
        item: String,
        qty: u64,
    },
    Priced(f64, Option<i16>),
    #[wire(other)]
    Other(UnknownVariant),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Wire)]
#[wire(closed)]
pub enum CartError {
    Full,
    TooHeavy { grams: u64 },
    Other(String),
}

/// Not what a reference to a [`Cart`] may reach.
#[actor]
#[derive(Debug)]
pub struct Other;

#[handlers]
impl Other {
    #[tell]
    fn ping(&mut self) {}
}

/// A handler for each kind of field. `add` and `count` are those of `actor-remote/golden`.
#[actor(remote = "shop.cart", version = 3)]
#[derive(Debug, Default)]
pub struct Cart {
    items: u64,
}

#[handlers]
#[reserved("remove", id = 4)]
impl Cart {
    #[tell]
    pub fn add(&mut self, item: String, qty: u32) {
        self.items += u64::from(qty) + item.len() as u64;
    }

    #[ask]
    pub fn count(&self) -> u64 {
        self.items
    }

    #[tell]
    #[since(2)]
    pub fn numbers(
        &mut self,
        a: (bool, u8, i8),
        b: (u16, i16, char),
        c: (u32, i32, f32),
        d: (u64, i64, f64, u128),
    ) {
        let _ = (a, b, c, d);
    }

    #[tell]
    pub fn many(
        &mut self,
        bytes: Vec<u8>,
        maybe: Option<Vec<u8>>,
        texts: Vec<String>,
        by_number: BTreeMap<u32, Option<String>>,
        by_name: HashMap<String, [u16; 2]>,
        set: BTreeSet<i64>,
    ) {
        let _ = (bytes, maybe, texts, by_number, by_name, set);
    }

    #[tell]
    pub fn known(
        &mut self,
        at: SystemTime,
        within: Duration,
        from: SocketAddr,
        not_zero: NonZeroU32,
    ) {
        let _ = (at, within, from, not_zero);
    }

    #[tell]
    #[renamed_from("put")]
    pub fn put_all(
        &mut self,
        items: Vec<Item<Box<str>>>,
        #[widen] grams: u64,
        #[since(3)]
        #[default = 1]
        qty: i16,
    ) {
        let _ = (items, grams, qty);
    }

    #[ask]
    #[since(2)]
    pub fn news(&self, news: Vec<News>, #[widen] price: f64) -> Result<Vec<News>, CartError> {
        let _ = price;
        if news.is_empty() { Err(CartError::Full) } else { Ok(news) }
    }

    #[tell]
    pub fn merge(&mut self, with: ActorRef<Cart>, and: Option<ActorRef<Cart>>) {
        let _ = (with, and);
    }
}
