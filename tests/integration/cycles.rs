//! A system that looks for cycles of asks ends an ask that would close one at once, and names the cycle.

use std::time::Duration;

use callboard::prelude::*;
use callboard::testing::Simulator;
use callboard::{AskCycle, Event, Pending, Reply, System};

use crate::check::{END, World, ask_from, put};

/// Asks whom it is told to, in every way there is.
#[actor(ask_timeout = "60s")]
#[derive(Default)]
struct Link {
    next: Option<ActorRef<Self>>,
    also: Option<ActorRef<Self>>,
    kept: Vec<Reply<Answer>>,
    last: Option<Answer>,
    asked: u32,
}

/// How far a walk came, and what ended it.
type Answer = Result<u32, AskError>;

#[handlers]
impl Link {
    #[tell]
    fn join(&mut self, next: ActorRef<Self>, also: Option<ActorRef<Self>>) {
        (self.next, self.also) = (Some(next), also);
    }

    /// Walks on for so many steps.
    #[ask]
    async fn walk(&mut self, steps: u32) -> Answer {
        self.asked += 1;
        match self.next.filter(|_| steps > 0) {
            None => Ok(0),
            Some(next) => Ok(1 + next.walk(steps - 1).await??),
        }
    }

    /// Asks two at once, of which one asks back.
    #[ask]
    async fn fork(&mut self, steps: u32) -> (Answer, Answer) {
        let (Some(next), Some(also)) = (self.next, self.also) else { return (Ok(0), Ok(0)) };
        let flat = |answer: Result<Answer, AskError>| answer.and_then(|answer| answer);
        let both = tokio::join!(next.walk(steps), also.walk(steps));
        (flat(both.0), flat(both.1))
    }

    /// Sends the ask first, and awaits it when another was answered.
    #[ask]
    async fn start_and_await(&mut self, steps: u32) -> Answer {
        let (Some(next), Some(also)) = (self.next, self.also) else { return Ok(0) };
        let pending: Pending<Answer> = next.walk(steps).start();
        let first = also.walk(0).await??;
        Ok(first + pending.await??)
    }

    /// Answers before it asks back.
    #[ask]
    async fn answer_and_ask(&mut self, back: ActorRef<Self>, reply: Reply<Answer>) {
        reply.answer(Ok(7));
        self.last = Some(back.walk(0).await.and_then(|answer| answer));
    }

    #[ask]
    async fn ask_who_answers_first(&mut self, cx: &mut Context<Self>) -> Answer {
        let Some(next) = self.next else { return Ok(0) };
        next.answer_and_ask(cx.me()).await?
    }

    /// What it was answered when it asked back.
    #[ask]
    fn last(&self) -> Option<Answer> {
        self.last
    }

    /// Goes on with the answer, and waits for nothing meanwhile.
    #[ask]
    fn walk_later(&mut self, cx: &mut Context<Self>, reply: Reply<Answer>) {
        self.kept.push(reply);
        if let Some(next) = self.next {
            next.walk(1).on(cx, Self::walked);
        }
    }

    fn walked(&mut self, answer: Result<Answer, AskError>) {
        let answer = answer.and_then(|answer| answer);
        self.kept.drain(..).for_each(|reply| reply.answer(answer));
    }

    #[ask]
    fn asked(&self) -> u32 {
        self.asked
    }
}

/// Runs a case on one and on four simulated shards, and on real ones.
fn everywhere(case: impl Fn(&World)) {
    for shards in [1, 4] {
        case(&World::Simulated(Simulator::detecting_ask_cycles(shards)));
    }
    for shards in [1, 2] {
        let builder = System::builder().shards(shards).pin(false).detect_ask_cycles(true);
        case(&World::Real(builder.start().expect("a system starts")));
    }
}

/// So many links, each on the next shard, joined to a ring.
fn ring(world: &World, links: usize) -> Vec<ActorRef<Link>> {
    let ring: Vec<_> = (0..links).map(|index| world.spawn(index, Link::default)).collect();
    for (index, link) in ring.iter().enumerate() {
        link.join(ring[(index + 1) % links], Some(ring[(index + 2) % links]));
    }
    ring
}

/// The cycle that an answer names.
fn cycle(answer: Result<Answer, AskError>) -> AskCycle {
    match answer {
        Ok(Err(AskError::Cycle(cycle))) => cycle,
        other => panic!("{other:?} names no cycle"),
    }
}

#[test]
fn a5_an_ask_that_would_close_a_cycle_ends_at_once_and_names_it() {
    everywhere(|world| {
        for links in 2..=5 {
            let ring = ring(world, links);
            let cycle = cycle(world.ask(ring[0].walk(100)));
            // It is the last link whose ask was refused.
            let mut way = vec![ring[links - 1].address()];
            way.extend(ring[..links - 1].iter().map(ActorRef::address));
            assert_eq!(cycle.actors(), way);
            let shown: Vec<String> =
                way.iter().chain(&way[..1]).map(|at| format!("Link@{at}")).collect();
            assert_eq!(cycle.to_string(), shown.join(" -> "));
            let error = AskError::Cycle(cycle).to_string();
            assert_eq!(error, format!("the ask closes a cycle: {cycle}"));
            // It was not sent, and the others go on.
            assert_eq!(world.ask(ring[0].asked()), Ok(1));
            assert_eq!(world.ask(ring[0].walk(links as u32 - 1)), Ok(Ok(links as u32 - 1)));
        }
    });
}

#[test]
fn a5_asks_that_wait_in_no_cycle_are_left_alone() {
    everywhere(|world| {
        let ring = ring(world, 4);
        for _ in 0..100 {
            assert_eq!(world.ask(ring[0].walk(3)), Ok(Ok(3)));
            assert_eq!(world.ask(ring[1].fork(1)), Ok((Ok(1), Ok(1))));
            assert_eq!(world.ask(ring[2].start_and_await(1)), Ok(Ok(1)));
        }
    });
}

#[test]
fn a5_each_of_several_asks_at_a_time_counts() {
    everywhere(|world| {
        let ring = ring(world, 3);
        // The first asks the second, which asks nobody, and the third, which asks back.
        let (second, third) = world.ask(ring[0].fork(1)).expect("it answers");
        assert_eq!(second, Ok(1));
        let way = cycle(Ok(third)).actors();
        assert_eq!(way, [ring[2].address(), ring[0].address()]);
    });
}

#[test]
fn a5_an_ask_that_was_started_counts_from_when_it_is_awaited() {
    everywhere(|world| {
        let ring = ring(world, 3);
        let way = cycle(world.ask(ring[0].start_and_await(2))).actors();
        assert!(way.contains(&ring[0].address()) && way.contains(&ring[1].address()), "{way:?}");
    });
}

#[test]
fn a5_who_was_answered_waits_no_more() {
    everywhere(|world| {
        let ring = ring(world, 2);
        for _ in 0..200 {
            assert_eq!(world.ask(ring[0].ask_who_answers_first()), Ok(Ok(7)));
            assert_eq!(world.ask(ring[1].last()), Ok(Some(Ok(0))));
        }
    });
}

#[test]
fn a5_an_ask_that_goes_on_as_a_message_closes_no_cycle() {
    everywhere(|world| {
        let ring = ring(world, 2);
        assert_eq!(world.ask(ring[0].walk_later()), Ok(Ok(1)));
        assert_eq!(world.ask(ring[0].asked()), Ok(1), "it was asked back meanwhile");
    });
}

#[test]
fn a5_nothing_is_left_of_asks_that_ended_in_another_way() {
    let simulator = Simulator::detecting_ask_cycles(2);
    let silent = put(&simulator, 1, Silent::default);
    let waits = put(&simulator, 0, move || AsksSilent { silent });
    let last = || ask_from(&simulator, 0, silent.last()).expect("it answers");
    let asked = simulator.start(0, move || waits.ask_with(Duration::from_secs(1)));
    simulator.run();
    // While it waits, its own ask back would be a cycle.
    silent.ask_back(waits);
    simulator.run();
    assert!(matches!(last(), Some(AskError::Cycle(_))), "{:?}", last());
    simulator.advance(Duration::from_secs(2));
    assert_eq!(asked.take(), Some(Ok(Err(AskError::Timeout))));
    // It waits no more.
    silent.ask_back(waits);
    simulator.run();
    assert_eq!(last(), None);
    let given_up = simulator.start(0, move || waits.ask_with(Duration::from_secs(60)));
    simulator.run();
    waits.kill();
    simulator.run();
    assert_eq!(given_up.take(), Some(Err(AskError::Stopped)));
    silent.ask_back(waits);
    simulator.run();
    assert_eq!(last(), Some(AskError::Stopped));
}

/// Never answers some asks, and asks others.
#[actor]
#[derive(Default)]
struct Silent {
    kept: Vec<Reply<()>>,
    last: Option<AskError>,
}

#[handlers]
impl Silent {
    #[ask]
    fn never(&mut self, reply: Reply<()>) {
        self.kept.push(reply);
    }

    #[tell]
    async fn ask_back(&mut self, waits: ActorRef<AsksSilent>) {
        self.last = waits.nothing().await.err();
    }

    #[ask]
    fn last(&self) -> Option<AskError> {
        self.last
    }
}

#[actor]
struct AsksSilent {
    silent: ActorRef<Silent>,
}

#[handlers]
impl AsksSilent {
    #[ask]
    async fn ask_with(&mut self, timeout: Duration) -> Result<(), AskError> {
        self.silent.never().timeout(timeout).await
    }

    #[ask]
    fn nothing(&self) {}
}

#[test]
fn a5_a_system_that_looks_for_cycles_does_all_else_as_ever() {
    let system = System::builder().shards(2).pin(false).detect_ask_cycles(true).start();
    let system = system.expect("a system starts");
    let mut events = system.events();
    let here = system.spawn_on(0, Link::default).wait().expect("it starts");
    assert_eq!(here.walk(3).wait(), Ok(Ok(0)));
    let end = here.wait();
    here.kill();
    assert!(matches!(end.wait(), ExitReason::Killed));
    here.join(here, None);
    let is_dead = |event: &Event| matches!(event, Event::DeadLetter { .. });
    assert!(std::iter::from_fn(|| events.wait_next()).any(|event| is_dead(&event)));
    let report = system.stop(END);
    assert_eq!((report.actors_left, report.messages_left), (0, 0));
}
