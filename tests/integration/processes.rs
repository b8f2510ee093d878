//! The life of a process: how it starts, ends and is restarted, and what it hears while it waits.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::time::Duration;

use callboard::__private as rt;
use callboard::testing::{self, Simulator};
use callboard::{
    ActorRef, AskError, ChildSpec, DeadReason, Event, ExitReason, Process, ProcessStart, Restart,
    StartError, SupervisorSpec, Topic, spawn, spawn_on,
};

use crate::check::{Journal, everywhere, on_shards};
use crate::receives::{Msg, Noted, any, arm, arms, next_a, none, run};

fn end_of(simulator: &Simulator, process: ActorRef<Msg>) -> ExitReason {
    let end = process.wait();
    simulator.block_on(0, move || end).expect("it has ended")
}

/// What polls a future by itself: whether it was woken, and who is to be woken then.
#[derive(Default)]
struct Apart(Mutex<(bool, Option<Waker>)>);

impl Apart {
    fn state(&self) -> MutexGuard<'_, (bool, Option<Waker>)> {
        self.0.lock().expect("nothing panics with it")
    }

    /// Polls a future only when its own waker was woken, as who polls many does.
    async fn run<F: Future>(future: F) -> F::Output {
        let apart = Arc::new(Self(Mutex::new((true, None))));
        let waker = Waker::from(apart.clone());
        let mut future = pin!(future);
        poll_fn(|cx| {
            let is_woken = {
                let (is_woken, outer) = &mut *apart.state();
                *outer = Some(cx.waker().clone());
                std::mem::take(is_woken)
            };
            match is_woken {
                true => future.as_mut().poll(&mut TaskContext::from_waker(&waker)),
                false => Poll::Pending,
            }
        })
        .await
    }
}

impl Wake for Apart {
    fn wake(self: Arc<Self>) {
        let outer = {
            let (is_woken, outer) = &mut *self.state();
            *is_woken = true;
            outer.take()
        };
        outer.into_iter().for_each(Waker::wake);
    }
}

/// Echoes what it takes into the journal, until it is told a `C`, whose number says how it ends.
fn echo(journal: Journal) -> ProcessStart<Msg> {
    rt::process(async move |cx: &mut Process<Msg>| -> Result<(), String> {
        loop {
            match any(cx).await {
                Msg::C(0) => break Ok(()),
                Msg::C(1) => break Err("one".to_owned()),
                Msg::C(n) => panic!("{n}"),
                Msg::Get(reply) => reply.answer(7),
                message => journal.note(format!("{message:?}")),
            }
        }
    })
}

#[test]
fn a_process_works_everywhere_as_an_actor_does() {
    everywhere(|world| {
        let journal = Journal::default();
        let (said, system) = (journal.clone(), world.system());
        let process = world.run(0, move || async move {
            system.spawn_on(system.shards() - 1, move || echo(said)).await
        });
        let process: ActorRef<Msg> = process.expect("it starts");
        for n in 0..100 {
            process.tell(Msg::A(n));
        }
        assert_eq!(world.ask(process.get()), Ok(7));
        assert_eq!(journal.take().len(), 100, "D3: all before the ask");
        process.stop();
        let end = world.run(0, move || process.wait());
        assert!(matches!(end, ExitReason::Normal | ExitReason::NoProc), "{end:?}");
        let report = world.end();
        assert_eq!(report.dead_letters.total(), 0);
    });
}

#[test]
fn l2_a_process_that_fails_when_it_is_first_polled_has_not_started() {
    on_shards(|simulator| {
        let started = simulator.spawn_on(0, || {
            rt::process(async |_: &mut Process<Msg>| -> Result<(), String> { Err("no".to_owned()) })
        });
        assert!(matches!(started, Err(StartError::Failed(ExitReason::Error(_)))), "{started:?}");
        let started = simulator
            .spawn_on(0, || rt::process(async |_: &mut Process<Msg>| -> () { panic!("no") }));
        assert!(matches!(started, Err(StartError::Failed(ExitReason::Panic(_)))), "{started:?}");
        let started = simulator.spawn_on(0, || rt::process(async |_: &mut Process<Msg>| ()));
        assert!(started.is_ok(), "it started, and has ended");
        assert_eq!(simulator.actors(), 0);
    });
}

/// Runs a process once it is woken.
struct Heir(Journal);

impl Wake for Heir {
    fn wake(self: Arc<Self>) {
        let said = self.0.clone();
        spawn(rt::process(async move |cx: &mut Process<Msg>| {
            said.note("begins");
            next_a(cx).await;
        }));
    }
}

#[test]
fn l2_a_process_in_the_place_of_one_that_failed_starts_by_itself() {
    let simulator = Simulator::new(1);
    let journal = Journal::default();
    let mut started = pin!(simulator.enter(0, || {
        spawn_on(0, || {
            rt::process(async |_: &mut Process<Msg>| -> Result<(), String> { Err("no".to_owned()) })
        })
    }));
    let waker = Waker::from(Arc::new(Heir(journal.clone())));
    assert!(started.as_mut().poll(&mut TaskContext::from_waker(&waker)).is_pending());
    simulator.run();
    assert_eq!(journal.take(), ["begins"]);
}

#[test]
fn l6_a_process_that_ends_when_it_is_first_polled_begins_again() {
    on_shards(|simulator| {
        let (journal, begun) = (Journal::default(), Arc::new(AtomicUsize::new(0)));
        let said = journal.clone();
        let spec = ChildSpec::<Msg>::new("p", move |_| {
            let (said, life) = (said.clone(), begun.fetch_add(1, Ordering::Relaxed));
            async move {
                rt::start_of::<Msg>(rt::process(async move |cx: &mut Process<Msg>| {
                    said.note("begins");
                    if life > 0 {
                        said.note(next_a(cx).await.to_string());
                    }
                }))
            }
        });
        let spec = SupervisorSpec::new("s").child(spec.shard(simulator.shards() - 1));
        let tree = simulator.block_on(0, || spec.start());
        let tree = tree.expect("in the present").expect("it starts");
        tree.child::<Msg>(0).tell(Msg::A(1));
        simulator.run();
        assert_eq!(journal.take(), ["begins", "begins", "1", "begins"]);
    });
}

#[test]
fn the_end_of_the_body_is_that_of_the_process() {
    on_shards(|simulator| {
        for n in 0..3 {
            let shard = simulator.shards() - 1;
            let process = simulator.spawn_on(shard, || echo(Journal::default())).expect("starts");
            let end = process.wait();
            process.tell(Msg::C(n));
            let reason = simulator.block_on(0, move || end).expect("it has ended");
            match n {
                0 => assert!(matches!(reason, ExitReason::Normal)),
                1 => {
                    assert_eq!(reason.to_string(), ExitReason::error("one".to_owned()).to_string());
                }
                _ => assert!(matches!(reason, ExitReason::Panic(_))),
            }
        }
        let report = simulator.stop();
        assert_eq!((report.handled, report.dead_letters.of(DeadReason::InFlight)), (2, 1));
    });
}

#[test]
fn g1_a_process_that_is_stopped_takes_what_was_sent_before() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let said = journal.clone();
        let process = run(&simulator, async move |cx| {
            cx.sleep(Duration::from_millis(1)).await;
            loop {
                said.note(next_a(cx).await.to_string());
            }
        });
        process.tell(Msg::A(1));
        process.tell(Msg::B(2));
        process.tell(Msg::A(3));
        process.stop();
        process.tell(Msg::A(4));
        let end = process.wait();
        simulator.run();
        assert!(journal.take().is_empty(), "it sleeps");
        simulator.advance(Duration::from_millis(1));
        assert_eq!(journal.take(), ["1", "3"]);
        assert!(matches!(simulator.block_on(0, move || end), Some(ExitReason::Normal)));
        let report = simulator.stop();
        assert_eq!((report.handled, report.dead_letters.of(DeadReason::Stopped)), (2, 2));
    });
}

#[test]
fn g2_stop_now_ends_a_process_at_its_next_receive() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let said = journal.clone();
        let process = run(&simulator, async move |cx| {
            cx.sleep(Duration::from_millis(1)).await;
            said.note("awake");
            next_a(cx).await;
            said.note("taken");
        });
        process.tell(Msg::A(1));
        simulator.run();
        process.stop_now();
        simulator.run();
        simulator.advance(Duration::from_millis(1));
        assert_eq!(journal.take(), ["awake"]);
        assert!(matches!(end_of(&simulator, process), ExitReason::NoProc));
        let process = run(&simulator, async |cx| {
            next_a(cx).await;
        });
        process.stop_now();
        simulator.run();
        assert!(matches!(end_of(&simulator, process), ExitReason::NoProc), "while it waits");
        assert_eq!(simulator.stop().dead_letters.total(), 1);
    });
}

#[test]
fn r5_kills_exits_and_links_act_while_a_receive_waits() {
    on_shards(|simulator| {
        let wait = async |cx: &mut Process<Msg>| {
            next_a(cx).await;
        };
        let ends = [
            run(&simulator, wait),
            run(&simulator, wait),
            run(&simulator, async |cx: &mut Process<Msg>| {
                let peer = cx.spawn_linked(rt::process(async |cx: &mut Process<Msg>| {
                    let n = next_a(cx).await;
                    assert!(n > 0, "the peer");
                }));
                peer.tell(Msg::A(0));
                next_a(cx).await;
            }),
        ];
        ends[0].kill();
        ends[1].exit(ExitReason::Shutdown);
        simulator.run();
        assert_eq!(simulator.actors(), 0);
        let report = simulator.stop();
        assert_eq!((report.handled, report.dead_letters.total()), (0, 1), "the peer's message");
    });
}

#[test]
fn r5_exits_that_are_trapped_and_monitors_that_fire_are_arms() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let said = journal.clone();
        let process = run(&simulator, async move |cx| {
            cx.trap_exits(true);
            let peer = cx.spawn(echo(said.clone()));
            cx.link(peer);
            let monitor = cx.monitor(peer);
            peer.tell(Msg::C(1));
            for _ in 0..3 {
                let got = rt::receive(cx, arms!("A"), none, |_| 0).down(1, &monitor).exit(2).await;
                said.note(match got {
                    (0, got) => format!("{:?}", rt::message(got)),
                    (1, got) => format!("down {}", rt::down(got).reason),
                    (_, got) => format!("exit {}", rt::exit(got).reason),
                });
            }
            let cancelled = cx.spawn_monitored(echo(said.clone()));
            cancelled.0.tell(Msg::C(0));
            cx.sleep(Duration::from_millis(1)).await;
            said.note(cancelled.1.cancel().to_string());
            let got = rt::receive(cx, arms!(), none, |_| rt::NO_ARM).down(0, &cancelled.1);
            said.note(got.after(1, Duration::ZERO).await.0.to_string());
        });
        simulator.run();
        process.tell(Msg::A(5));
        simulator.run();
        let mut ends = journal.take();
        ends[..2].sort();
        assert_eq!(ends, ["down error: one", "exit error: one", "A(5)"]);
        simulator.advance(Duration::from_millis(1));
        assert_eq!(journal.take(), ["true", "1"], "X4");
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn a_down_never_overtakes_the_last_words() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let said = journal.clone();
        let process = run(&simulator, async move |cx| {
            let me = cx.me();
            let (_, monitor) =
                cx.spawn_monitored(rt::process(async move |_: &mut Process<Msg>| {
                    me.tell(Msg::B(1));
                    me.tell(Msg::B(2));
                }));
            cx.sleep(Duration::from_millis(1)).await;
            for _ in 0..3 {
                let got = rt::receive(cx, arms!("B"), none, |_| 0).down(1, &monitor).await;
                said.note(arm(got).to_string());
            }
        });
        simulator.advance(Duration::from_millis(1));
        assert_eq!(journal.take(), ["0", "0", "1"]);
        let _ = process;
    });
}

#[test]
fn a_receive_takes_an_answer_whatever_waits() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let said = journal.clone();
        let other = run(&simulator, async |cx: &mut Process<Msg>| {
            while let Msg::Get(reply) = any(cx).await {
                reply.answer(42);
            }
        });
        let process = run(&simulator, async move |cx| {
            next_a(cx).await;
            let mut pending = other.get().start();
            for _ in 0..2 {
                let mut slot = None;
                let arms = rt::receive(cx, arms!("C"), none, |_| 0);
                let got = arms
                    .reply(1, &mut pending, &mut slot)
                    .after(2, Duration::ZERO.max(Duration::from_millis(1)))
                    .await;
                match got.0 {
                    1 => said.note(format!("{:?}", rt::answer(slot))),
                    arm => said.note(arm.to_string()),
                }
            }
        });
        for n in 0..1_000 {
            process.tell(Msg::B(n));
        }
        process.tell(Msg::A(0));
        simulator.run();
        simulator.advance(Duration::from_millis(1));
        assert_eq!(journal.take(), ["Ok(42)", "2"], "an answer that was taken comes no more");
    });
}

#[test]
fn r8_a_guard_that_panics_leaves_its_message_where_it_was() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let said = journal.clone();
        let lives = Arc::new(AtomicUsize::new(0));
        let spec = ChildSpec::<Msg>::new("p", move |_| {
            let (said, lives) = (said.clone(), lives.clone());
            async move {
                let life = lives.fetch_add(1, Ordering::SeqCst);
                rt::start_of::<Msg>(rt::process(async move |cx: &mut Process<Msg>| -> () {
                    if life == 0 {
                        arm(rt::receive(cx, arms!("B"), none, |_| panic!("a guard")).await);
                    }
                    loop {
                        said.note(format!("{:?}", any(cx).await));
                    }
                }))
            }
        });
        let tree = simulator.block_on(0, || SupervisorSpec::new("s").child(spec).start());
        let tree = tree.expect("in the present").expect("it starts");
        let process: ActorRef<Msg> = tree.child(0);
        for message in [Msg::A(1), Msg::C(2), Msg::B(3), Msg::A(4)] {
            process.tell(message);
        }
        simulator.run();
        assert_eq!(journal.take(), ["A(1)", "C(2)", "B(3)", "A(4)"], "L7: in their order");
        let report = simulator.stop();
        assert_eq!((report.handled, report.dead_letters.total()), (4, 0));
    });
}

#[test]
fn l6_l7_a_process_restarts_with_what_waits_but_not_with_what_it_was_at() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let said = journal.clone();
        let spec = ChildSpec::<Msg>::new("p", move |_| {
            let said = said.clone();
            async move {
                rt::start_of::<Msg>(rt::process(async move |cx: &mut Process<Msg>| -> () {
                    said.note("begins");
                    let n = next_a(cx).await;
                    said.note(n.to_string());
                    cx.sleep(Duration::from_millis(1)).await;
                    panic!("{n}");
                }))
            }
        });
        let shard = simulator.shards() - 1;
        let spec = SupervisorSpec::new("s").child(spec.shard(shard));
        let tree = simulator.block_on(0, || spec.start());
        let tree = tree.expect("in the present").expect("it starts");
        let process: ActorRef<Msg> = tree.child(0);
        for n in 1..4 {
            process.tell(Msg::B(n));
            process.tell(Msg::A(n));
        }
        simulator.run();
        simulator.advance(Duration::from_millis(1));
        simulator.advance(Duration::from_millis(1));
        simulator.run();
        assert_eq!(journal.take(), ["begins", "1", "begins", "2", "begins", "3"]);
        let report = simulator.stop();
        // 1 and 2 were in flight when it crashed, and 3 when the system ended.
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 3);
        assert_eq!(report.dead_letters.of(DeadReason::Stopped), 3);
    });
}

#[test]
fn m7_what_waits_for_a_process_that_ends_is_dead_in_the_order_of_arrival() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let process = run(&simulator, async |cx: &mut Process<Msg>| {
            next_a(cx).await;
        });
        for n in 0..4 {
            process.tell(Msg::D(Noted(journal.clone(), n)));
            process.tell(Msg::B(n));
        }
        simulator.run();
        assert_eq!(simulator.stats().total().backlog, 8);
        let asked = simulator.start(0, move || process.get().into_future());
        simulator.run();
        process.tell(Msg::A(0));
        process.tell(Msg::A(1));
        simulator.run();
        assert_eq!(journal.take(), ["D0", "D1", "D2", "D3"]);
        assert_eq!(asked.take(), Some(Err(AskError::Stopped)));
        let report = simulator.stop();
        assert_eq!((report.handled, report.dead_letters.of(DeadReason::Stopped)), (1, 10));
    });
}

#[test]
fn a_forged_reference_reaches_no_process() {
    on_shards(|simulator| {
        let process = run(&simulator, async |cx: &mut Process<Msg>| {
            next_a(cx).await;
        });
        let address = process.address();
        let stranger: ActorRef<callboard::Supervisor> = ActorRef::from_address(address);
        let asked = simulator.block_on(0, move || async move { stranger.children().await });
        assert!(matches!(asked, Some(Err(AskError::NoProc))), "{asked:?}");
        ActorRef::<Msg>::from_address(testing::address(0, 0, 12_345, 1)).tell(Msg::A(0));
        simulator.run();
        assert_eq!(simulator.actors(), 1);
    });
}

#[test]
fn a_receive_in_a_select_gives_back_what_it_did_not_take() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let said = journal.clone();
        let (send, mut told) = tokio::sync::mpsc::unbounded_channel::<u64>();
        let process = run(&simulator, async move |cx| {
            for _ in 0..4 {
                tokio::select! {
                    biased;
                    told = told.recv() => said.note(format!("told {told:?}")),
                    n = next_a(cx) => said.note(n.to_string()),
                }
            }
        });
        process.tell(Msg::A(1));
        simulator.run();
        let _ = send.send(5);
        process.tell(Msg::A(2));
        simulator.run();
        let _ = send.send(6);
        simulator.run();
        let mut said = journal.take();
        assert_eq!(said.len(), 4, "{said:?}");
        said.sort();
        assert_eq!(said, ["1", "2", "told Some(5)", "told Some(6)"]);
        assert_eq!(simulator.stop().dead_letters.total(), 0);
    });
}

#[test]
fn a_receive_wakes_who_polls_it_with_a_waker_of_its_own() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let said = journal.clone();
        let process = run(&simulator, async move |cx| {
            loop {
                said.note(Apart::run(next_a(cx)).await.to_string());
            }
        });
        for n in 1..3 {
            process.tell(Msg::A(n));
            simulator.run();
        }
        assert_eq!(journal.take(), ["1", "2"]);
    });
}

#[test]
fn d11_a_process_with_much_to_take_does_not_hold_its_shard() {
    let simulator = Simulator::with_slice(1, 4);
    let journal = Journal::default();
    let said = journal.clone();
    simulator.set_look(Duration::from_micros(60));
    let process = run(&simulator, async move |cx| {
        arm(rt::receive(cx, arms!("C"), none, |_| 0).await);
        loop {
            next_a(cx).await;
            said.note("a");
        }
    });
    for n in 0..64 {
        process.tell(Msg::A(n));
    }
    simulator.run();
    process.tell(Msg::C(0));
    simulator.turn();
    let first = journal.take().len();
    assert!(first < 64, "{first} at a stretch");
    simulator.run();
    assert_eq!(first + journal.take().len(), 64);
}

#[test]
fn d11_a_process_takes_what_its_slice_allows_at_a_stretch() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let said = journal.clone();
        let process = run(&simulator, async move |cx| {
            arm(rt::receive(cx, arms!("C"), none, |_| 0).await);
            loop {
                next_a(cx).await;
                said.note("a");
            }
        });
        (0..30).for_each(|n| process.tell(Msg::A(n)));
        simulator.run();
        process.tell(Msg::C(0));
        simulator.turn();
        assert_eq!(journal.take().len(), 30, "in one turn");
    });
}

#[test]
fn timers_of_a_process_are_messages_that_it_receives() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let said = journal.clone();
        let process = run(&simulator, async move |cx| {
            cx.after(Duration::from_millis(1), Msg::A(1));
            cx.after_keyed("b", Duration::from_millis(1), Msg::B(2));
            let every = cx.every(Duration::from_millis(1), || Msg::C(3));
            said.note(next_a(cx).await.to_string());
            cx.sleep(Duration::from_millis(10)).await;
            // It has expired, waits, and is never seen.
            said.note(cx.cancel("b").to_string());
            said.note(cx.cancel(every).to_string());
            let got = rt::receive(cx, arms!("A" "B" "C"), none, |_| 0).after(1, Duration::ZERO);
            said.note(format!("{}", got.await.0));
        });
        for _ in 0..12 {
            simulator.advance(Duration::from_millis(1));
        }
        assert_eq!(journal.take(), ["1", "true", "true", "1"], "T2");
        let _ = process;
        let report = simulator.stop();
        assert_eq!((report.handled, report.dead_letters.total()), (1, 0));
    });
}

#[test]
fn t5_a_process_that_is_busy_finds_one_tick_and_the_timers_of_a_life_end_with_it() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let said = journal.clone();
        let spec = ChildSpec::<Msg>::new("p", move |_| {
            let said = said.clone();
            async move {
                rt::start_of::<Msg>(rt::process(async move |cx: &mut Process<Msg>| -> () {
                    said.note("begins");
                    cx.every(Duration::from_millis(1), || Msg::A(1));
                    cx.after_keyed("b", Duration::from_millis(1), Msg::B(2));
                    cx.sleep(Duration::from_micros(5_500)).await;
                    for _ in 0..2 {
                        said.note(format!("{:?}", any(cx).await));
                    }
                    arm(rt::receive(cx, arms!("C"), none, |_| 0).await);
                    panic!("with a tick that waits");
                }))
            }
        });
        let tree = simulator.block_on(0, || SupervisorSpec::new("s").child(spec).start());
        let process: ActorRef<Msg> = tree.expect("in the present").expect("it starts").child(0);
        let step = || simulator.advance(Duration::from_micros(500));
        (0..11).for_each(|_| step());
        let mut said = journal.take();
        said.sort();
        assert_eq!(said, ["A(1)", "B(2)", "begins"]);
        (0..3).for_each(|_| step());
        let len = simulator.mailbox_len(process);
        assert_eq!(simulator.block_on(0, move || len), Some(1), "one tick");
        process.tell(Msg::C(0));
        simulator.run();
        let len = simulator.mailbox_len(process);
        assert_eq!(simulator.block_on(0, move || len), Some(0), "T3");
        assert_eq!(journal.take(), ["begins"]);
        let report = simulator.stop();
        assert_eq!((report.handled, report.dead_letters.total()), (2, 1));
    });
}

#[test]
fn g1_a_stop_outlives_a_crash_and_a_drain_says_what_was_left() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let said = journal.clone();
        let spec = ChildSpec::<Msg>::new("p", move |_| {
            let said = said.clone();
            async move {
                rt::start_of::<Msg>(rt::process(async move |cx: &mut Process<Msg>| -> () {
                    loop {
                        let n = next_a(cx).await;
                        said.note(n.to_string());
                        assert!(n != 1, "one");
                    }
                }))
            }
        });
        let spec = SupervisorSpec::new("s").child(spec.restart(Restart::Transient));
        let tree = simulator.block_on(0, || spec.start()).expect("in the present");
        let process: ActorRef<Msg> = tree.expect("it starts").child(0);
        for n in 0..3 {
            process.tell(Msg::A(n));
        }
        process.stop();
        simulator.run();
        assert_eq!(journal.take(), ["0", "1", "2"]);
        let alive = process.is_alive();
        assert_eq!(simulator.block_on(0, move || alive), Some(false), "not restarted again");
        let process = run(&simulator, async |cx: &mut Process<Msg>| {
            next_a(cx).await;
            cx.sleep(Duration::from_secs(60)).await;
        });
        for n in 0..3 {
            process.tell(Msg::A(n));
        }
        let drained = process.drain(Duration::from_secs(1));
        let drained = simulator.start(0, move || drained);
        simulator.run();
        simulator.advance(Duration::from_secs(1));
        simulator.run();
        let drained = drained.take().expect("it has ended");
        assert_eq!((drained.left, drained.reason.to_string()), (3, "killed".to_owned()));
    });
}

#[test]
fn r7_a_mailbox_of_a_process_that_grows_is_told_of() {
    on_shards(|simulator| {
        let mut events = simulator.events().only([Topic::MailboxHigh]);
        let process = run(&simulator, async |cx: &mut Process<Msg>| {
            next_a(cx).await;
        });
        for n in 0..10_000 {
            process.tell(Msg::B(n));
        }
        simulator.run();
        let event = events.try_next();
        assert!(matches!(event, Some(Event::MailboxHigh { messages: 10_000, .. })), "{event:?}");
        assert!(events.try_next().is_none());
    });
}

/// What a process with a small mailbox is told.
enum Small {
    A(u64),
    #[expect(dead_code, reason = "nobody takes it")]
    B(u64),
}

#[derive(Clone, Copy)]
struct SmallApi(callboard::Address);

impl rt::Api for SmallApi {
    type Of = Small;

    fn at(address: callboard::Address) -> Self {
        Self(address)
    }

    fn address(&self) -> callboard::Address {
        self.0
    }
}

impl rt::Message for Small {
    const NAMES: &'static [&'static str] = &["A", "B"];

    fn tag(&self) -> usize {
        match self {
            Self::A(_) => 0,
            Self::B(_) => 1,
        }
    }
}

static SMALL: rt::ProcessType<Small> =
    rt::ProcessType::with(rt::Options::new().mailbox(2, rt::Overflow::Reject));

impl rt::Receivable for Small {
    const PROCESS: &'static rt::ProcessType<Self> = &SMALL;
}

impl rt::Protocol for Small {
    type Msg = Self;
    type Api = SmallApi;
    const DELIVERY: rt::Delivery<Self> = rt::process_delivery::<Self>();
}

struct OnlyA;

impl rt::Arms<Small> for OnlyA {
    const TABLE: rt::Table = rt::Table::new(rt::TagSet::of::<Small>(&["A"]), rt::TagSet::none());
}

#[test]
fn r7_saved_messages_hold_their_places() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let said = journal.clone();
        let begin = move || {
            rt::process(async move |cx: &mut Process<Small>| {
                for _ in 0..3 {
                    let odd = |message: &Small| match message {
                        Small::A(n) if n % 2 == 1 => 0,
                        Small::A(_) | Small::B(_) => rt::NO_ARM,
                    };
                    let got = rt::receive(cx, OnlyA, |_| rt::NO_ARM, odd).await;
                    let Small::A(n) = rt::message(got.1) else { rt::not_taken() };
                    said.note(n.to_string());
                }
                let all = rt::receive(cx, OnlyA, |_| rt::NO_ARM, |_| 0).await;
                let _ = rt::message(all.1);
                cx.sleep(Duration::from_secs(1)).await;
            })
        };
        let shard = simulator.shards() - 1;
        let process = simulator.spawn_on(shard, begin).expect("it starts");
        let lost = || simulator.stats().total().dead_letters.of(DeadReason::Overflow);
        process.tell(Small::B(1));
        process.tell(Small::A(2));
        process.tell(Small::B(3));
        process.tell(Small::A(4));
        simulator.run();
        assert_eq!(lost(), 2, "of four that it refuses two find a place");
        process.tell(Small::A(5));
        process.tell(Small::A(7));
        simulator.run();
        assert_eq!(journal.take(), ["5", "7"], "what it takes at once needs none");
        let permit = simulator.start(0, move || process.reserve());
        simulator.run();
        assert!(permit.take().is_none(), "there is no room");
        process.tell(Small::A(9));
        simulator.run();
        assert_eq!(journal.take(), ["9"]);
        let permit = permit.take().expect("A(2) was taken").expect("it lives");
        process.tell(Small::B(6));
        simulator.run();
        assert_eq!(lost(), 3, "the place is promised");
        permit.send(Small::B(8));
        simulator.run();
        let report = simulator.stop();
        assert_eq!(report.dead_letters.of(DeadReason::Overflow), 3);
        assert_eq!((report.handled, report.dead_letters.of(DeadReason::Stopped)), (3, 2));
    });
}
