//! A reference out of any bytes: it is read as it was written, and what is told to it ends, whatever lies there.
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
        let varying = value::<ActorRef<Cart>>(Codec::Postcard, bytes);
        for cart in [near, far, varying].into_iter().flatten() {
            cart.add("tea".to_owned(), 1);
            cart.add(format!("{cart:?}"), 1);
        }
    });
});
