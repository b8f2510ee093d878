//! Selective receive: a process takes its messages in the order it needs them, not in the order they come.
//!
//! A file is sent in chunks, which may overtake one another, and whoever sends it may pause or give up. The receiver is a
//! *process*: an `async fn` with its own loop. Each `receive!` says what it takes now; all else stays where it is until
//! a later one wants it. So there is no table of chunks that came too early, no flag for "paused" and no timer to
//! cancel: what the protocol says stands in the code once, from top to bottom.
//!
//! Run it with `cargo run --example selective_receive`. It prints
//!
//! ```text
//! any order.txt: "a file in four chunks"
//! paused.txt: paused before chunk 1
//! paused.txt: "a file in four chunks"
//! error: gone.txt: the sender gave up: no space left
//! error: slow.txt: chunk 1 did not come within 50ms
//! ```
#![expect(clippy::print_stdout, reason = "an example talks to its user")]

use callboard::prelude::*;

/// What a receiver of a file is told.
#[derive(Message)]
enum FileMsg {
    /// A part of the file.
    Chunk { seq: u32, text: String },
    /// The sender will go on later.
    Pause,
    /// It does.
    Resume,
    /// It does not.
    Abort(String),
}

/// Puts a file together from `chunks` parts, and prints it.
#[process(msg = FileMsg)]
async fn receiver(
    cx: &mut Process<FileMsg>,
    name: &'static str,
    chunks: u32,
) -> Result<(), String> {
    let mut file = String::new();
    let mut next = 0;
    while next < chunks {
        receive! { cx,
            // The guard looks at a message where it lies: a chunk that came too early stays there until its turn.
            Chunk { seq, text } if *seq == next => {
                // A slow disk: what comes meanwhile waits.
                cx.sleep(millis(5)).await;
                file += &text;
                next += 1;
            }
            // Urgent: though chunks wait that came before it, it is taken first.
            urgent Pause => {
                println!("{name}: paused before chunk {next}");
                // Chunks wait meanwhile; so does everything else.
                receive! { cx, Resume => {} }
            }
            Abort(why) => return Err(format!("{name}: the sender gave up: {why}")),
            // Counted from the start of this receive, whatever comes that it does not want.
            after "50ms" => return Err(format!("{name}: chunk {next} did not come within 50ms")),
        }
    }
    println!("{name}: {file:?}");
    Ok(())
}

/// Sends chunks in an order of its own.
#[process(msg = SenderMsg)]
async fn sender(cx: &mut Process<SenderMsg>, name: &'static str, order: Vec<u32>, then: Then) {
    let receiver = cx.spawn(receiver(name, PARTS.len() as u32));
    let end = cx.monitor(receiver);
    for &seq in &order {
        receiver.chunk(seq, PARTS[seq as usize].to_owned());
    }
    match then {
        Then::Abort => receiver.abort("no space left".to_owned()),
        Then::End => {}
        Then::Pause => {
            receiver.pause();
            receiver.resume();
        }
    }
    // What a process returns is why it ended.
    receive! { cx,
        down down = end => if !down.reason.is_normal() { println!("{}", down.reason) }
    }
}

/// What a sender does after its chunks.
enum Then {
    Abort,
    End,
    Pause,
}

/// Nobody tells a sender anything.
#[derive(Message)]
enum SenderMsg {}

const PARTS: [&str; 4] = ["a file ", "in ", "four ", "chunks"];

#[callboard::main(shards = 1)]
async fn main() {
    let senders = [
        sender("any order.txt", vec![2, 3, 1, 0], Then::End),
        sender("paused.txt", vec![0, 1, 2, 3], Then::Pause),
        sender("gone.txt", vec![0], Then::Abort),
        sender("slow.txt", vec![0], Then::End),
    ];
    for sender in senders {
        spawn(sender).wait().await;
    }
}
