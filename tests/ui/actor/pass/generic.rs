//! Type and const parameters, one of which no handler names; its state need not be `Send`.

#![deny(warnings, missing_docs)]

use std::marker::PhantomData;
use std::rc::Rc;

use callboard::{ActorRef, actor, handlers};

/// Where values are kept.
pub trait Backend: 'static {
    /// How many fit.
    const ROOM: usize;
}

/// In memory.
#[derive(Debug)]
pub struct Memory(Rc<u8>);

impl Backend for Memory {
    const ROOM: usize = 2;
}

/// Keeps values.
#[actor]
pub struct Store<T: Clone + Send + 'static, B: Backend = Memory, const N: usize = 4> {
    values: Vec<T>,
    backend: PhantomData<B>,
    odd: Rc<[u8; N]>,
}

#[handlers]
impl<T: Clone, B, const N: usize> Store<T, B, N>
where
    T: Send + 'static,
    B: Backend,
{
    /// Puts one.
    #[tell]
    pub fn put(&mut self, value: T) {
        if self.values.len() < B::ROOM {
            self.values.push(value);
        }
    }

    /// All of them.
    #[ask]
    pub fn all(&self) -> (Vec<T>, [u8; N]) {
        (self.values.clone(), *self.odd)
    }
}

/// An impl of one instance.
#[actor]
pub struct Cell<T>(T);

#[handlers]
impl Cell<u8> {
    /// Gives it.
    #[ask]
    pub fn get(&self) -> u8 {
        self.0
    }
}

/// A lifetime of the impl alone is none of the actor's.
#[actor]
pub struct Named(String);

#[handlers]
impl<'a> Named {
    /// Gives it.
    #[ask]
    pub fn get(&self) -> String {
        self.0.clone()
    }
}

/// A reference is copied, whatever its parameters are.
#[derive(Clone)]
struct NotCopy(#[allow(dead_code)] String);

fn twice<C: Copy>(value: C) -> (C, C) {
    (value, value)
}

/// The hidden variant needs no arm.
fn name(message: StoreMsg<NotCopy, Memory, 4>) -> &'static str {
    match message {
        StoreMsg::Put { value } => {
            drop(value);
            "put"
        }
        StoreMsg::All { reply } => {
            drop(reply);
            "all"
        }
    }
}

#[callboard::main(shards = 1)]
async fn main() -> Result<(), callboard::AskError> {
    let store: ActorRef<Store<NotCopy, Memory, 4>> =
        callboard::spawn(Store { values: Vec::new(), backend: PhantomData, odd: Rc::new([1; 4]) });
    let (a, b) = twice(store);
    a.put(NotCopy("one".to_owned()));
    b.put(NotCopy("two".to_owned()));
    store.put(NotCopy("three".to_owned()));
    let (all, odd) = store.all().await?;
    assert_eq!((all.len(), odd), (2, [1; 4]));
    assert_eq!(name(StoreMsg::Put { value: NotCopy(String::new()) }), "put");
    assert_eq!(callboard::spawn(Cell(7)).get().await?, 7);
    assert_eq!(callboard::spawn(Named("it".to_owned())).get().await?, "it");
    drop(Memory(Rc::new(1)).0);
    Ok(())
}
