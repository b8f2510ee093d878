//! Operations on record queues, beside the same on queues of the standard library.
#![no_main]

libfuzzer_sys::fuzz_target!(|steps: &[u8]| actor_runtime::fuzzing::record_queue(steps));
