//! A blocking process has all that a receive has, under lints.
#![deny(unused, warnings, clippy::all)]

use callboard::prelude::*;
use callboard::Pending;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
    Have { reply: Reply<u64> },
}

/// Shadows nothing of the user's.
#[process(msg = XferMsg, blocking)]
pub fn transfer<T: Default + Send + 'static>(
    cx: &mut BlockingProcess<XferMsg>,
    peer: ActorRef<XferMsg>,
    mut last: u64,
) -> Result<(), String> {
    let monitor = cx.monitor(peer);
    let mut pending: Option<Pending<u64>> = Some(peer.have().start());
    let blocking = 3;
    loop {
        let value = receive! { cx,
            Chunk { seq, data } if *seq > last => { last = seq; data.len() as u64 }
            urgent Abort(why) => return Err(why),
            reply answer = pending => answer.map_err(|error| error.to_string())?,
            down _ = monitor => break,
            exit _ => continue,
            after "1s" => blocking,
        };
        last += value;
        helps(cx);
        let _ = T::default();
    }
    Ok(())
}

fn helps(cx: &mut BlockingProcess<XferMsg>) {
    receive! { blocking cx: XferMsg, Have { reply } => reply.answer(3), after 0 => {} }
}

/// A function that is handed the context names it by any expression.
pub struct Holds<'a> {
    cx: &'a mut BlockingProcess<XferMsg>,
}

impl Holds<'_> {
    /// Pauses.
    pub fn pause(&mut self) {
        receive! { blocking self.cx: XferMsg, Pause => {} }
    }

    /// Never receives.
    #[process(blocking)]
    pub fn never(cx: &mut BlockingProcess<XferMsg>) {
        let _ = cx.recv();
    }
}

fn main() {}
