//! A remote actor.

use callboard::prelude::*;

/// Counts, for anybody.
#[actor(remote = "test.counter")]
#[derive(Default)]
pub(crate) struct Counter {
    n: u64,
    friend: Option<ActorRef<Self>>,
    held: Vec<Reply<u64>>,
}

#[handlers]
impl Counter {
    #[tell]
    pub(crate) fn add(&mut self, by: u64) {
        self.n += by;
    }

    #[ask]
    pub(crate) fn get(&self) -> u64 {
        self.n
    }

    #[ask]
    pub(crate) fn echo(&self, bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    #[tell]
    pub(crate) fn befriend(&mut self, friend: ActorRef<Self>) {
        self.friend = Some(friend);
    }

    #[ask]
    pub(crate) fn friend(&self) -> Option<ActorRef<Self>> {
        self.friend
    }

    /// Is never answered.
    #[ask]
    pub(crate) fn hold(&mut self, reply: Reply<u64>) {
        self.held.push(reply);
    }

    /// The number after the one before. One that is out of order is the last that counts.
    #[tell]
    pub(crate) fn next(&mut self, number: u64) {
        self.n = if number == self.n + 1 { number } else { u64::MAX / 2 };
    }

    /// Tells its friend so often; how often that was taken, and how often it came back.
    #[ask]
    pub(crate) fn flood(&self, count: u64) -> (u64, u64) {
        let Some(friend) = self.friend else { return (0, 0) };
        let told = (0..count).map(|_| friend.try_tell(CounterMsg::Add { by: 1 }));
        let taken = told.filter(Result::is_ok).count() as u64;
        (taken, count - taken)
    }

    #[ask]
    pub(crate) async fn ask_friend(&mut self) -> Result<u64, String> {
        let Some(friend) = self.friend else { return Err("none".to_owned()) };
        friend.add(1);
        friend.get().await.map_err(|error| error.to_string())
    }
}
