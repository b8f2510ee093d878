//! SIGTERM and SIGINT, for systems that ask for them.
//!
//! While a system listens, the first signal is told to it. From then on, and while no system listens, a signal does
//! what it does to any program: it ends the process, in the signal's own handler, whatever the threads are at.
//!
//! What a signal runs, in this order: (1) the default action, if `ENDS` says so; (2) it sets `ENDS`; (3) it writes a
//! byte to each system that listens, whose thread reads it.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::{pipe, unregister};
use signal_hook::{SigId, flag};

/// The signals that end a program.
const ENDING: [i32; 2] = [SIGINT, SIGTERM];

/// How many systems listen, and whether the next signal ends the process; none before the first has listened.
static LISTENERS: Mutex<(usize, Option<Arc<AtomicBool>>)> = Mutex::new((0, None));

/// One more system listens.
fn begin() -> io::Result<()> {
    let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    let ends = match &listeners.1 {
        Some(ends) => ends.clone(),
        None => {
            let ends = Arc::new(AtomicBool::new(true));
            for signal in ENDING {
                flag::register_conditional_default(signal, ends.clone())?;
                flag::register(signal, ends.clone())?;
            }
            listeners.1.insert(ends).clone()
        }
    };
    if listeners.0 == 0 {
        // Ordering: the handler of a signal that comes at the same time may see either.
        ends.store(false, Ordering::SeqCst);
    }
    listeners.0 += 1;
    Ok(())
}

/// One system listens no more.
fn end() {
    let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    listeners.0 -= 1;
    if let (0, Some(ends)) = &*listeners {
        // Ordering: as in `begin`.
        ends.store(true, Ordering::SeqCst);
    }
}

/// A system that listens. Dropping it ends that, and waits for what a signal began.
#[derive(Debug)]
pub(crate) struct Signals {
    ids: Vec<SigId>,
    /// What is written here ends the thread.
    quiet: UnixStream,
    thread: Option<JoinHandle<()>>,
}

impl Signals {
    /// Has a thread of this name call `on_signal` at the first signal.
    pub(crate) fn listen(
        name: String,
        on_signal: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let (mut hears, quiet) = UnixStream::pair()?;
        let wait = move || {
            let mut byte = [0];
            if hears.read_exact(&mut byte).is_ok() && byte != QUIET {
                on_signal();
            }
        };
        let thread = thread::Builder::new().name(name).spawn(wait)?;
        begin()?;
        let mut signals = Self { ids: Vec::new(), quiet, thread: Some(thread) };
        for signal in ENDING {
            // What fails here is ended as it is dropped.
            signals.ids.push(pipe::register(signal, signals.quiet.try_clone()?)?);
        }
        Ok(signals)
    }
}

/// What ends the thread; a signal is another byte.
const QUIET: [u8; 1] = [0];

impl Drop for Signals {
    fn drop(&mut self) {
        end();
        for id in self.ids.drain(..) {
            unregister(id);
        }
        // Full of signals it needs no more.
        let _ = self.quiet.write(&QUIET);
        if let Some(thread) = self.thread.take() {
            // It has nothing to say.
            let _ = thread.join();
        }
    }
}
