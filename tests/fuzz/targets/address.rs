//! A reference out of any bytes: it is read as it was written, and what is told to it or asked of it ends, whatever
//! lies there.
#![no_main]

use actor_remote::Codec;
use actor_remote::fuzzing::value;
use callboard::ActorRef;
use fuzz::{Cart, on_a_shard};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Of this node, as no chance would have it, and of any.
    let near: Vec<u8> = fuzz::node_bytes().into_iter().chain(bytes.iter().copied()).collect();
    on_a_shard(|| {
        let near = value::<ActorRef<Cart>>(Codec::Bincode, &near);
        let far = value::<ActorRef<Cart>>(Codec::Bincode, bytes);
        drop(value::<ActorRef<Cart>>(Codec::Postcard, bytes));
        for cart in near.into_iter().chain(far) {
            assert_eq!(cart, cart.clone());
            cart.add("tea".to_owned(), 1);
            drop(cart.count());
            drop(cart.is_alive());
            cart.add(format!("{cart:?}"), 1);
        }
    });
});
