//! Nodes that were built with different versions of a protocol talk to each other, each pair of them both ways; what
//! they cannot say is an error on the side that would say it.

use callboard::prelude::*;
use callboard::remote::{MemoryNetwork, Node, RemoteProtocol};
use callboard::{System, UnknownVariant, Wire};

use crate::check::{END, real};

/// As the first version had it.
mod first {
    use super::*;

    #[actor(remote = "test.cart", version = 1)]
    #[derive(Default)]
    pub(crate) struct Cart {
        items: Vec<(String, u32)>,
    }

    #[handlers]
    impl Cart {
        #[tell]
        pub(crate) fn add(&mut self, item: String) {
            self.items.push((item, 1));
        }

        #[ask]
        pub(crate) fn count(&self) -> u32 {
            self.items.iter().map(|(_, count)| count).sum()
        }

        #[ask]
        pub(crate) fn weigh(&self, grams: u32) -> String {
            format!("{grams} g")
        }

        #[ask]
        pub(crate) fn news(&self) -> Vec<News> {
            vec![News::Opened]
        }

        #[tell]
        pub(crate) fn empty(&mut self) {
            self.items.clear();
        }
    }

    #[derive(Clone, Debug, PartialEq, Wire)]
    pub(crate) enum News {
        Opened,
        #[wire(other)]
        Other(UnknownVariant),
    }
}

/// The second has a parameter more, another order, a wider number, and a handler more.
mod second {
    use super::*;

    #[actor(remote = "test.cart", version = 2)]
    #[derive(Default)]
    pub(crate) struct Cart {
        items: Vec<(String, u32)>,
    }

    #[handlers]
    impl Cart {
        #[ask]
        pub(crate) fn weigh(&self, #[widen] grams: u64) -> String {
            format!("{grams} g")
        }

        #[tell]
        pub(crate) fn empty(&mut self) {
            self.items.clear();
        }

        #[ask]
        pub(crate) fn count(&self) -> u32 {
            self.items.iter().map(|(_, count)| count).sum()
        }

        #[tell]
        pub(crate) fn add(
            &mut self,
            #[since(2)]
            #[default = 1]
            qty: u32,
            item: String,
        ) {
            self.items.push((item, qty));
        }

        #[ask]
        pub(crate) fn news(&self) -> Vec<News> {
            vec![News::Opened, News::Sold { item: "tea".to_owned() }]
        }

        #[ask]
        #[since(2)]
        pub(crate) fn find(&self, item: String) -> Option<u32> {
            self.items.iter().find(|(name, _)| *name == item).map(|(_, count)| *count)
        }
    }

    #[derive(Clone, Debug, PartialEq, Wire)]
    pub(crate) enum News {
        Opened,
        Sold {
            item: String,
        },
        #[wire(other)]
        Other(UnknownVariant),
    }
}

/// The third calls things otherwise, has lost one, and answers one otherwise.
mod third {
    use super::*;

    #[actor(remote = "test.cart", version = 3)]
    #[derive(Default)]
    pub(crate) struct Cart {
        items: Vec<(String, u32)>,
    }

    #[handlers]
    #[reserved("empty")]
    impl Cart {
        #[tell]
        #[renamed_from("add")]
        pub(crate) fn put(
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
        pub(crate) fn count(&self) -> u64 {
            self.items.iter().map(|(_, count)| u64::from(*count)).sum()
        }

        #[ask]
        pub(crate) fn weigh(&self, #[widen] grams: u64) -> String {
            format!("{grams} g")
        }

        #[ask]
        #[since(2)]
        pub(crate) fn find(&self, item: String) -> Option<u32> {
            self.items.iter().find(|(name, _)| *name == item).map(|(_, count)| *count)
        }
    }
}

/// A cart on one node, as another sees it, whose version is another.
fn seen<Theirs, Ours>(case: impl AsyncFnOnce(ActorRef<Ours>))
where
    Theirs: RemoteProtocol + callboard::Actor + Default,
    Ours: RemoteProtocol,
{
    let (network, systems) = (MemoryNetwork::default(), [real(1), real(1)]);
    let node = |name: &str, node: callboard::remote::NodeBuilder, system: &System| -> Node {
        assert!(!name.is_empty());
        node.export("/test").memory(&network).start(system).expect("a node")
    };
    let there = node("there", Node::builder("there").register::<Theirs>(), &systems[0]);
    let here = node("here", Node::builder("here").register::<Ours>(), &systems[1]);
    here.connect("there").wait().expect("they connect");
    let cart = systems[0].spawn_on(0, Theirs::default).wait().expect("it starts");
    systems[0].register("/test/cart", cart).wait().expect("the name is free");
    let cart: ActorRef<Ours> = here.lookup("there", "/test/cart").wait().expect("it is exported");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(case(cart));
    drop((there, here));
    for system in systems {
        system.stop(END);
    }
}

#[test]
fn the_first_version_talks_to_later_ones() {
    seen::<second::Cart, first::Cart>(async |cart| {
        cart.add("tea".to_owned());
        assert_eq!(cart.count().await, Ok(1));
        assert_eq!(cart.weigh(7).await.as_deref(), Ok("7 g"));
        let news = cart.news().await.expect("it answers");
        assert!(matches!(&news[..], [first::News::Opened, first::News::Other(_)]), "{news:?}");
        cart.empty();
        assert_eq!(cart.count().await, Ok(0));
    });
    seen::<third::Cart, first::Cart>(async |cart| {
        cart.add("tea".to_owned());
        assert_eq!(cart.weigh(7).await.as_deref(), Ok("7 g"));
        // It answers another type.
        assert_eq!(cart.count().await, Err(AskError::Codec));
        // It is gone.
        assert_eq!(cart.news().await, Err(AskError::UnknownHandler));
    });
}

#[test]
fn the_second_version_talks_to_the_others() {
    seen::<first::Cart, second::Cart>(async |cart| {
        cart.add(5, "tea".to_owned());
        // It knows of no number.
        assert_eq!(cart.count().await, Ok(1));
        assert_eq!(cart.weigh(7).await.as_deref(), Ok("7 g"));
        assert_eq!(cart.weigh(u64::MAX).await, Err(AskError::Codec));
        assert_eq!(cart.news().await, Ok(vec![second::News::Opened]));
        assert_eq!(cart.find("tea".to_owned()).await, Err(AskError::UnknownHandler));
    });
    seen::<third::Cart, second::Cart>(async |cart| {
        cart.add(5, "tea".to_owned());
        assert_eq!(cart.find("tea".to_owned()).await, Ok(Some(5)));
        assert_eq!(cart.weigh(u64::MAX).await.as_deref(), Ok("18446744073709551615 g"));
    });
}

#[test]
fn the_third_version_talks_to_earlier_ones() {
    seen::<first::Cart, third::Cart>(async |cart| {
        cart.put("tea".to_owned(), 5, None);
        assert_eq!(cart.weigh(7).await.as_deref(), Ok("7 g"));
        assert_eq!(cart.count().await, Err(AskError::Codec));
        assert_eq!(cart.find("tea".to_owned()).await, Err(AskError::UnknownHandler));
    });
    seen::<second::Cart, third::Cart>(async |cart| {
        cart.put("tea".to_owned(), 5, Some("hot".to_owned()));
        assert_eq!(cart.find("tea".to_owned()).await, Ok(Some(5)));
    });
}
