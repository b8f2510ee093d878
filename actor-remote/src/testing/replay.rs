//! A run that is seen again: from the seed that the environment names, with all that is traced on stderr.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// The variable that names a seed.
pub(super) const SEED: &str = "CALLBOARD_SEED";

/// The seed that the environment names.
///
/// # Panics
///
/// If it is no number.
pub(super) fn seed() -> Option<u64> {
    let seed = std::env::var(SEED).ok()?;
    Some(seed.parse().unwrap_or_else(|_| panic!("{SEED} is the number of a seed, not `{seed}`")))
}

/// Makes a call, and shows what is traced meanwhile.
pub(super) fn shown<R>(call: impl FnOnce() -> R) -> R {
    tracing::subscriber::with_default(Shown::default(), call)
}

/// Writes all that is traced to stderr, with the run's time.
#[derive(Default)]
struct Shown {
    /// In nanoseconds of the run's time: when it began, so that what is shown counts from 0.
    spans: AtomicU64,
    began: std::sync::OnceLock<Instant>,
}

impl Subscriber for Shown {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event()
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        // Ordering: a counter alone.
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    #[allow(clippy::print_stderr, reason = "it is what was asked for")]
    fn event(&self, event: &Event<'_>) {
        let now = Instant::now();
        let began = *self.began.get_or_init(|| now);
        let mut line = Line(String::new());
        event.record(&mut line);
        let seconds = now.duration_since(began).as_secs_f64();
        let level = event.metadata().level();
        eprintln!("{seconds:>12.6} {level:<5} {}{}", event.metadata().target(), line.0);
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

/// The fields of an event, in a row.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // To write to a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
