//! Runs: each in a process of its own, in rounds that take all frameworks in turn.

use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use core_affinity::CoreId;

use crate::workloads::{Framework, Measured, Workload};

/// A run that counts takes at least this long; `--quick` is content with less.
const LONG_ENOUGH: Duration = Duration::from_millis(150);
const QUICK: Duration = Duration::from_millis(20);

/// The variable that hands `--quick` on to the process of a run.
const QUICK_VARIABLE: &str = "CALLBOARD_PEERS_QUICK";

/// A run that takes longer is ended.
const LIMIT_SECONDS: u32 = 120;

/// The clock of a run.
pub(crate) struct Clock(Instant);

impl Clock {
    #[allow(clippy::disallowed_methods, reason = "a bench measures the machine's time")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn time(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Runs a workload until one run is long enough, and answers that run. Those before it warm up.
pub(crate) async fn drive<W: Workload, F: Framework>(on: F, operations: u64) -> Measured {
    let enough = if std::env::var_os(QUICK_VARIABLE).is_some() { QUICK } else { LONG_ENOUGH };
    let mut operations = operations;
    let mut is_warm = W::ONCE;
    loop {
        let measured = W::run(on.clone(), operations).await;
        if is_warm && (W::ONCE || measured.time >= enough) {
            return measured;
        }
        is_warm = true;
        let longer = enough.as_secs_f64() / measured.time.as_secs_f64();
        operations = (operations as f64 * (1.2 * longer).clamp(1.0, 20.0)) as u64;
    }
}

/// Binds this thread to a core.
pub(crate) fn pin(core: usize) {
    // Looked up before any thread is bound: afterwards only its own core is listed, and threads inherit that.
    static CORES: OnceLock<Vec<CoreId>> = OnceLock::new();
    let cores = CORES.get_or_init(|| core_affinity::get_core_ids().unwrap_or_default());
    let core = cores.get(core).expect("the machine has a core for each thread");
    assert!(core_affinity::set_for_current(*core), "a thread may be bound to a core");
}

/// What Linux says is resident of this process.
pub(crate) fn resident_bytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/statm").expect("there is a /proc");
    let pages = status.split_whitespace().nth(1).and_then(|pages| pages.parse().ok());
    4096.0 * pages.unwrap_or(0.0_f64)
}

pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Measures once in a process of its own, which is ended if it takes too long. Answers operations a second,
/// or the value that the workload reports, and an error with what the process said otherwise.
pub(crate) fn measure_apart(workload: &str, framework: &str, quick: bool) -> Result<f64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut run = Command::new("timeout");
    run.arg(LIMIT_SECONDS.to_string()).arg(program).args(["--run", workload, framework]);
    if quick {
        run.env(QUICK_VARIABLE, "1");
    }
    let run = run.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&run.stdout);
    let last = said.lines().last().unwrap_or_default();
    match last.parse() {
        Ok(value) if run.status.success() => Ok(value),
        _ => Err(format!("{}: {}", run.status, String::from_utf8_lossy(&run.stderr))),
    }
}

/// What the process of a run prints.
pub(crate) fn report(measured: Measured) -> f64 {
    let rate = measured.operations as f64 / measured.time.as_secs_f64();
    measured.value.unwrap_or(rate)
}
