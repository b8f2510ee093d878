//! Two actors tell each other a ball: on one shard, then from one shard to another and back.
//!
//! It shows messages that carry references, and an ask that is answered later: the actor keeps the `Reply`
//! until the last ball is back.
//!
//! Run it with `cargo run --release --example ping_pong`, or say how many round trips:
//! `cargo run --release --example ping_pong -- 5000`. It prints a line for each game:
//!
//! ```text
//! shard 0 and shard 0: 1000000 round trips, 20ns each
//! shard 0 and shard 1: 1000000 round trips, 600ns each
//! ```
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "an example talks to its user")]

use std::error::Error;
use std::process::ExitCode;

use callboard::prelude::*;
use tokio::time::Instant;

/// A game may take longer than the 5 s an ask has unless told otherwise.
const LONGEST: Duration = secs(300);

/// Serves the ball, and counts how often it comes back.
#[actor]
#[derive(Default)]
struct Ping {
    back: u32,
    game: Option<Game>,
}

struct Game {
    pong: ActorRef<Pong>,
    trips: u32,
    reply: Reply<u32>,
}

#[handlers]
impl Ping {
    /// Plays `trips` round trips, and answers how many there were.
    #[ask]
    fn play(
        &mut self,
        cx: &mut Context<Self>,
        pong: ActorRef<Pong>,
        trips: u32,
        reply: Reply<u32>,
    ) {
        self.back = 0;
        self.game = Some(Game { pong, trips, reply });
        pong.ball(cx.me());
    }

    /// The ball is back.
    #[tell]
    fn ball(&mut self, cx: &mut Context<Self>) {
        self.back += 1;
        let back = self.back;
        if let Some(game) = self.game.take_if(|game| game.trips <= back) {
            game.reply.answer(back);
        } else if let Some(game) = &self.game {
            game.pong.ball(cx.me());
        }
    }
}

/// Returns every ball.
#[actor]
struct Pong;

#[handlers]
impl Pong {
    #[tell]
    fn ball(&self, from: ActorRef<Ping>) {
        from.ball();
    }
}

#[callboard::main(shards = 2)]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let trips = match &arguments[..] {
        [] => Some(1_000_000),
        [trips] => trips.parse().ok().filter(|trips| *trips > 0),
        _ => None,
    };
    let Some(trips) = trips else {
        eprintln!("ping_pong: not a number of round trips\n\nusage: ping_pong [ROUND_TRIPS]");
        return Ok(ExitCode::from(2));
    };

    let ping = spawn(Ping::default());
    for shard in [0, 1] {
        let pong = spawn_on(shard, || Pong).await?;
        let begin = Instant::now();
        let played = ping.play(pong, trips).timeout(LONGEST).await?;
        let each = begin.elapsed() / played;
        println!("shard 0 and shard {shard}: {played} round trips, {each:?} each");
    }
    Ok(ExitCode::SUCCESS)
}
