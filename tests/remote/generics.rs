//! Generic actors of other nodes: each choice of the parameters is a protocol of its own.

use callboard::Wire;
use callboard::prelude::*;
use callboard::remote::{FindError, MemoryNetwork};

use crate::check::Pair;

/// Keeps up to so many values.
#[actor(remote = "test.store")]
pub(crate) struct Store<T: Wire + Clone, const MOST: usize> {
    kept: Vec<T>,
    next: Option<ActorRef<Self>>,
}

impl<T: Wire + Clone, const MOST: usize> Default for Store<T, MOST> {
    fn default() -> Self {
        Self { kept: Vec::new(), next: None }
    }
}

#[handlers]
impl<T: Wire + Clone, const MOST: usize> Store<T, MOST> {
    #[tell]
    pub(crate) fn put(&mut self, value: T) {
        match self.next.filter(|_| self.kept.len() == MOST) {
            Some(next) => next.put(value),
            None => self.kept.push(value),
        }
    }

    #[tell]
    pub(crate) fn overflow_to(&mut self, next: ActorRef<Self>) {
        self.next = Some(next);
    }

    #[ask]
    pub(crate) fn all(&self) -> Vec<T> {
        self.kept.clone()
    }
}

#[test]
fn a_generic_actor_of_another_node_takes_its_own_type() {
    let network = MemoryNetwork::default();
    let pair = Pair::new(Some(&network), 1, |node| {
        node.register::<Store<u64, 2>>().register::<Store<String, 2>>()
    });
    pair.run(|here, there| {
        let numbers = there.system.spawn_on(0, Store::<u64, 2>::default).wait().expect("a store");
        let texts = there.system.spawn_on(0, Store::<String, 2>::default).wait().expect("a store");
        let more = here.system.spawn_on(0, Store::<u64, 2>::default).wait().expect("a store");
        let (numbers, texts) = (there.share(numbers, &here), there.share(texts, &here));
        numbers.overflow_to(more);
        (1..=3).for_each(|number| numbers.put(number));
        texts.put("one".to_owned());
        assert_eq!(numbers.all().wait(), Ok(vec![1, 2]));
        assert_eq!(texts.all().wait(), Ok(vec!["one".to_owned()]));
        while more.all().wait() != Ok(vec![3]) {}
        // Of other parameters it is another, and this one was not registered.
        let find = |node: &str, name: &str| here.node.lookup::<Store<u64, 3>>(node, name).wait();
        assert_eq!(find("b", "/test/shared/0"), Err(FindError::UnknownProtocol));
        let other = here.node.lookup::<Store<u64, 2>>("b", "/test/shared/1").wait();
        assert_eq!(other, Err(FindError::OtherType));
    });
}
