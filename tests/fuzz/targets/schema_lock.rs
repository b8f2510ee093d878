//! A schema lock that somebody edited: what the compiler says of it is meant for whoever reads it.
#![no_main]

use std::cell::Cell;
use std::panic;

use libfuzzer_sys::fuzz_target;

thread_local! {
    static SAID: Cell<Option<String>> = const { Cell::new(None) };
}

fuzz_target!(init: {
    // A panic is what is looked for in other targets. Here it is how a constant fails.
    panic::set_hook(Box::new(|info| {
        let said = info.payload_as_str().unwrap_or_default().to_owned();
        SAID.set(Some(said));
    }));
}, |text: &str| {
    let text = if text.is_empty() { actor_remote::fuzzing::written_lock() } else { text.to_owned() };
    let checked = panic::catch_unwind(|| actor_remote::fuzzing::schema_lock(&text));
    let said = SAID.take().unwrap_or_default();
    if checked.is_err() && !said.contains("\nhelp: ") {
        eprintln!("the lock {text:?}\nis answered by: {said}");
        std::process::abort();
    }
});
