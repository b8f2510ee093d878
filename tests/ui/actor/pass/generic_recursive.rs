//! A message of a generic actor may hold a reference to that very actor.
use callboard::prelude::*;

#[actor]
pub struct Worker<J: Send + 'static> {
    done: Vec<J>,
}

#[handlers]
impl<J: Send + 'static> Worker<J> {
    #[tell]
    pub fn work(&mut self, job: J) {
        self.done.push(job);
    }
}

/// Where what is left of it goes on.
pub struct Job {
    pub next: Option<ActorRef<Worker<Self>>>,
}

pub trait Step: Send + 'static {
    type Message: Send + 'static;

    fn step(&mut self, message: Self::Message);
}

#[actor]
pub struct Stepper<S: Step> {
    step: S,
}

#[handlers]
impl<S: Step> Stepper<S> {
    #[tell]
    pub fn take(&mut self, message: S::Message) {
        self.step.step(message);
    }
}

pub struct Player {
    pub partner: Option<ActorRef<Stepper<Self>>>,
}

impl Step for Player {
    type Message = u32;

    fn step(&mut self, left: u32) {
        if let (Some(partner), Some(left)) = (self.partner, left.checked_sub(1)) {
            partner.take(left);
        }
    }
}

fn sendable<T: Send + Sync>() {}

#[callboard::main]
async fn main() {
    sendable::<Job>();
    sendable::<Player>();
    let worker = spawn(Worker { done: Vec::new() });
    worker.work(Job { next: Some(worker) });
    spawn(Stepper { step: Player { partner: None } }).take(3);
}
