//! A message of a protocol with every kind of field, as bincode has it.
#![no_main]

use actor_remote::Codec;
use actor_remote::fuzzing::message;
use fuzz::{Cart, on_a_shard};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| on_a_shard(|| message::<Cart>(Codec::Bincode, bytes)));
