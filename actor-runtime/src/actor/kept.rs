//! What a handler that says `keep` keeps of its message, for the dead letter of a crash.
//!
//! Before me: the generated arm of that handler. After me: `Turn::lose_in_flight`.

use std::future::Future;

use crate::event::Kept;
use crate::host;

/// Keeps a copy of a message's parameters while its handler is at it.
pub fn keep<T: Send + 'static>(parameters: T) {
    set(Some(Kept::new(parameters)));
}

/// The handler has ended well, and left this.
pub fn kept<H>(handled: H) -> H {
    set(None);
    handled
}

/// What an `async` handler leaves, once it has ended well.
pub async fn kept_later<F: Future>(handler: F) -> F::Output {
    kept(handler.await)
}

fn set(kept: Option<Kept>) {
    if host::home().is_some() {
        return host::say_home(move |host, me| {
            let before = host.cell(me).and_then(|cell| {
                cell.with_extras(|extras| std::mem::replace(&mut extras.kept, kept))
            });
            host.let_go(before);
        });
    }
    let before = host::with(|host| {
        let cell = host?.running_cell()?;
        let before = cell.with_extras(|extras| std::mem::replace(&mut extras.kept, kept));
        cell.trim_extras();
        before
    });
    // Its destructor is code of a user's.
    drop(before);
}
