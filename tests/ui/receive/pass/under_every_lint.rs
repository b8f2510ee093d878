//! Processes and what they receive, under the strictest lints of a user's crate.

#![forbid(unsafe_code, missing_docs, unused_qualifications)]
#![deny(warnings, missing_debug_implementations, unreachable_pub, unnameable_types)]
#![deny(rust_2018_idioms, single_use_lifetimes, unused_lifetimes)]
#![deny(let_underscore_drop, unit_bindings, unused_results, trivial_casts)]
#![deny(clippy::all, clippy::pedantic, clippy::allow_attributes_without_reason)]
#![deny(clippy::unwrap_used, clippy::todo)]

use std::error::Error;
use std::time::{Duration, Instant};

use callboard::{ActorRef, Message, Process, Reply, process, receive, spawn};

/// What a transfer is told.
#[derive(Debug, Message)]
pub enum XferMsg {
    /// A part.
    Chunk {
        /// Its number.
        seq: u64,
        /// What is in it.
        data: Vec<u8>,
    },
    /// The end, too early.
    Abort(String),
    /// The beginning of a pause.
    Pause {
        /// And its end.
        until: Instant,
    },
    /// Asks what is there.
    Have {
        /// Where the answer goes.
        reply: Reply<u64>,
    },
}

/// What a peer is asked.
#[derive(Debug, Message)]
pub enum PeerMsg {
    /// How much may be sent.
    Window(u64, Reply<u32>),
}

/// Every kind of arm.
///
/// # Errors
///
/// Many.
#[process(msg = XferMsg)]
pub async fn transfer(
    cx: &mut Process<XferMsg>,
    peer: ActorRef<PeerMsg>,
    size: u64,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    cx.trap_exits(true);
    let (monitor, mut next) = (cx.monitor(peer), 0);
    let mut window = peer.window(next).start();
    let mut credit = 0;
    loop {
        receive! { cx,
            Chunk { seq, data } if *seq == next => {
                drop(data);
                next += 1;
                if next == size {
                    break Ok(());
                }
            }
            Abort(reason) => break Err(reason.into()),
            urgent Pause { until } => cx.sleep_until(until).await,
            reply answer = window => credit += answer?,
            down down = monitor => break Err(format!("{} {credit}", down.reason).into()),
            exit exit => break Err(exit.reason.to_string().into()),
            Have { reply } => reply.answer(next),
            after "30s" => break Err("silent".into()),
        }
    }
}

/// Receives in receives, which are expressions like any other.
#[process]
pub async fn nested(cx: &mut Process<XferMsg>, mut total: u64) {
    let patience = Duration::from_secs(1);
    'outer: loop {
        let more: u64 = receive! { cx,
            Chunk { seq, .. } => receive! { cx,
                Abort(_) | Pause { .. } => break 'outer,
                other @ Have { .. } => {
                    drop(other);
                    continue;
                }
                Chunk { seq: 7, mut data } if data.len() > 3 => {
                    data.clear();
                    seq
                }
                after patience / 2 => 1,
            },
            #[cfg(any())]
            Abort(_) => 3,
            any => {
                let first = one_more(cx, any).await;
                u64::from(first)
            }
        };
        total += more;
        if total > 3 {
            return;
        }
    }
}

/// A function of a process names the enum.
async fn one_more(cx: &mut Process<XferMsg>, first: XferMsg) -> u8 {
    receive! { cx: XferMsg,
        Abort(why) if why.is_empty() => 1,
        XferMsg::Pause { .. } => first.tag() as u8,
        after 0 => 0,
    }
}

/// Messages with a parameter, and but one variant.
#[derive(Debug, Message)]
pub enum OneMsg<T: Send + 'static> {
    /// The one.
    Value(T),
}

/// What only some builds have.
#[process(msg = OneMsg<T>)]
pub async fn generic<T>(
    cx: &mut Process<OneMsg<T>>,
    (first, second): (T, u8),
    #[cfg(any())] third: u8,
) where
    T: PartialEq + Send + 'static,
{
    for _ in 0..second {
        receive! { cx, Value(value) if *value == first => drop(value) }
    }
    receive! { cx, Value(value) => drop(value) }
    receive! { cx, _ => {} }
}

/// A process beside its data.
#[derive(Debug, Default)]
pub struct Store<T>(T);

impl<T: PartialEq + Send + 'static> Store<T> {
    const TIMES: usize = 3;

    /// Waits for its value.
    ///
    /// # Errors
    ///
    /// None.
    #[process(msg = OneMsg<T>)]
    pub async fn run(cx: &mut Process<OneMsg<T>>, first: Self) -> Result<(), std::fmt::Error> {
        for _ in 0..Self::TIMES {
            receive! { cx, Value(value) if *value == first.0 => drop(value) }
        }
        Ok(())
    }
}

#[callboard::main(shards = 1)]
async fn main() {
    let _ = one_more;
    let peer = spawn(window());
    let transfer = spawn(transfer(peer, 2));
    transfer.chunk(0, vec![1]);
    assert!(matches!(transfer.have().await, Ok(1)));
    transfer.chunk(1, vec![1]);

    let nested = spawn(nested(4));
    nested.chunk(0, Vec::new());
    nested.abort(String::new());
    spawn(Store::run(Store(3))).value(3);
    spawn(generic((1_u8, 2))).stop();
}

/// Grants what is asked for.
#[process(msg = PeerMsg)]
async fn window(cx: &mut Process<PeerMsg>) {
    loop {
        receive! { cx, Window(from, reply) => reply.answer(u32::try_from(from).unwrap_or(7)) }
    }
}
