//! A hello, or the protocols of another node: no two nodes agree on what neither may.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| actor_remote::fuzzing::handshake(bytes));
