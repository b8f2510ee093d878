//! A crate that re-exports callboard says where it is; names of the user's do not meet those of the macros.

#![deny(warnings)]

mod shop {
    pub use callboard as cb;
}

/// A user's module may have any name.
pub mod rt {
    #[derive(Debug, PartialEq)]
    pub struct N;
    pub struct Address(pub u8);
}

use rt::{Address, N};

#[shop::cb::actor(crate = shop::cb)]
struct Cart;

#[shop::cb::handlers(crate = shop::cb)]
impl Cart {
    #[ask]
    fn cx(&self, msg: rt::N, cx: N, r#type: Address) -> rt::N {
        assert_eq!(msg, cx);
        assert_eq!(r#type.0, 1);
        msg
    }

    #[tell]
    fn r#move(&mut self) {}
}

#[derive(shop::cb::Message)]
#[message(crate = shop::cb)]
#[allow(dead_code)]
enum Transfer {
    Chunk { seq: u64 },
    Abort(String),
    Pause,
}

#[shop::cb::main(shards = 1, crate = shop::cb)]
async fn main() {
    let cart = callboard::spawn(Cart);
    cart.r#move();
    drop(CartMsg::Move);
    let (_, _) = (Transfer::Pause, Transfer::Abort(String::new()));
    assert!(matches!(cart.cx(N, N, Address(1)).await, Ok(rt::N)));
}
