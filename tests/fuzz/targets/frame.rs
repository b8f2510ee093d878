//! A frame: whatever the bytes, reading ends; what was read and is written again is the same.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| actor_remote::fuzzing::frame(bytes));
