//! Sockets, files, timers and wakes of tokio work inside handlers.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use callboard::{ActorRef, AskError, Context, Reply, actor, handlers, spawn};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::check::{END, LONG, Subject, World, ask_from, everywhere, on_shards, put, real, run_on};

/// Gives back what it reads, one connection at a time.
#[actor]
#[derive(Default)]
struct EchoServer(Option<TcpListener>);

#[handlers]
impl EchoServer {
    #[ask]
    async fn listen(&mut self) -> Result<SocketAddr, String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|e| e.to_string())?;
        let address = listener.local_addr().map_err(|e| e.to_string())?;
        self.0 = Some(listener);
        Ok(address)
    }

    #[tell]
    async fn serve(&mut self, cx: &mut Context<Self>) -> Result<(), std::io::Error> {
        let Some(listener) = &self.0 else { return Ok(()) };
        let (stream, _) = listener.accept().await?;
        spawn(Connection(Some(stream))).serve();
        cx.me().serve();
        Ok(())
    }
}

/// Echoes one connection until it closes.
#[actor]
struct Connection(Option<TcpStream>);

#[handlers]
impl Connection {
    #[tell]
    async fn serve(&mut self, cx: &mut Context<Self>) -> Result<(), std::io::Error> {
        let Some(mut stream) = self.0.take() else { return Ok(()) };
        let (mut read, mut write) = stream.split();
        tokio::io::copy(&mut read, &mut write).await?;
        cx.stop();
        Ok(())
    }
}

/// Speaks with a server.
#[actor]
struct Client;

#[handlers]
impl Client {
    #[ask]
    async fn speak(&mut self, to: SocketAddr, text: String) -> Result<String, String> {
        let speak = async {
            let mut stream = TcpStream::connect(to).await?;
            stream.write_all(text.as_bytes()).await?;
            stream.shutdown().await?;
            let mut heard = String::new();
            stream.read_to_string(&mut heard).await?;
            std::io::Result::Ok(heard)
        };
        speak.await.map_err(|error| error.to_string())
    }
}

/// Hands a ball to and fro until it sees that it is to stop.
#[actor]
#[derive(Default)]
struct Player {
    drops: bool,
    waits: Option<Reply<()>>,
}

#[handlers]
impl Player {
    #[tell]
    fn ball(&mut self, cx: &mut Context<Self>, from: ActorRef<Self>) {
        if !self.drops {
            from.ball(cx.me());
        } else if let Some(waits) = self.waits.take() {
            waits.answer(());
        }
    }

    #[ask]
    fn drop_it(&mut self, reply: Reply<()>) {
        (self.drops, self.waits) = (true, Some(reply));
    }
}

/// Sleeps by tokio's clock.
#[actor]
struct Sleeper;

#[handlers]
impl Sleeper {
    #[ask]
    async fn sleep(&mut self) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn a_timer_of_tokio_fires_beside_actors_that_keep_two_shards_awake() {
    let system = real(2);
    let players = [0, 1].map(|shard| system.spawn_on(shard, Player::default).wait());
    let [near, far] = players.map(|player| player.expect("it starts"));
    let sleeper = system.spawn_on(0, || Sleeper).wait().expect("it starts");
    near.ball(far);
    assert_eq!(sleeper.sleep().timeout(LONG).wait(), Ok(()));
    assert_eq!(near.drop_it().timeout(LONG).wait(), Ok(()), "the ball was in play");
    assert_eq!(system.stop(END).dead_letters.total(), 0);
}

#[test]
fn a_socket_echoes_what_handlers_send() {
    for shards in [1, 2] {
        let system = real(shards);
        let server = system.spawn_on(0, EchoServer::default).wait().expect("it starts");
        let to = server.listen().wait().expect("an answer").expect("a socket");
        server.serve();
        let clients = Vec::from_iter((0..8).map(|at| {
            let client = system.spawn_on(at % shards, || Client).wait().expect("it starts");
            let text = format!("hello {at}, {}", "again ".repeat(1_000));
            (client.speak(to, text.clone()).timeout(LONG).start(), text)
        }));
        for (heard, text) in clients {
            assert_eq!(heard.wait(), Ok(Ok(text)));
        }
        server.stop_now();
        system.stop(Duration::from_millis(50));
    }
}

/// Reads and writes files.
#[actor]
struct Files;

#[handlers]
impl Files {
    #[ask]
    async fn round(&mut self, path: PathBuf, text: String) -> Result<String, String> {
        let round = async {
            tokio::fs::write(&path, text).await?;
            let text = tokio::fs::read_to_string(&path).await?;
            tokio::fs::remove_file(&path).await?;
            std::io::Result::Ok(text)
        };
        round.await.map_err(|error| error.to_string())
    }
}

#[test]
fn a_file_is_written_and_read_in_a_handler() {
    let system = real(2);
    let name = format!("callboard-test-{}", std::process::id());
    let files = system.spawn_on(1, || Files).wait().expect("it starts");
    let round = files.round(std::env::temp_dir().join(name), "a line".to_owned());
    assert_eq!(round.timeout(LONG).wait(), Ok(Ok("a line".to_owned())));
    system.stop(END);
}

/// Waits for what others bring.
#[actor]
#[derive(Default)]
struct Waiting(u64);

#[handlers]
impl Waiting {
    #[ask]
    async fn until(&mut self, gate: oneshot::Receiver<u64>) -> Result<u64, String> {
        let number = gate.await.map_err(|error| error.to_string())?;
        self.0 += number;
        Ok(self.0)
    }

    #[ask]
    async fn doze(&mut self) -> u64 {
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.0
    }

    #[ask]
    async fn too_late(&mut self) -> bool {
        let never = std::future::pending::<()>();
        tokio::time::timeout(Duration::from_millis(1), never).await.is_err()
    }

    #[ask]
    async fn off_thread(&mut self) -> bool {
        let here = std::thread::current().id();
        let there = tokio::task::spawn_blocking(|| std::thread::current().id()).await;
        there.expect("the closure ends") != here
    }

    #[ask]
    async fn in_a_task(&mut self, subject: ActorRef<Subject>) -> Result<u64, AskError> {
        let task = tokio::task::spawn_local(async move {
            subject.work();
            subject.handled().await
        });
        task.await.expect("the task ends")
    }
}

#[test]
fn a_plain_thread_wakes_a_handler() {
    everywhere(|world: World| {
        let waiting = world.spawn(1, Waiting::default);
        let (open, gate) = oneshot::channel();
        let answer = match &world {
            World::Simulated(simulator) => {
                let answer = simulator.start(0, move || waiting.until(gate));
                simulator.run();
                std::thread::spawn(move || open.send(5))
                    .join()
                    .expect("it ends")
                    .expect("it waits");
                simulator.run();
                answer.take().expect("the answer came")
            }
            World::Real(_) => {
                let answer = waiting.until(gate).timeout(LONG).start();
                std::thread::spawn(move || open.send(5))
                    .join()
                    .expect("it ends")
                    .expect("it waits");
                answer.wait()
            }
        };
        assert_eq!(answer, Ok(Ok(5)));
        world.end();
    });
}

#[test]
fn ten_thousand_wakes_from_a_plain_thread_are_all_heard() {
    let system = real(2);
    let waiting = system.spawn_on(1, Waiting::default).wait().expect("it starts");
    let (gates, next) = mpsc::channel::<oneshot::Sender<u64>>();
    let thread = std::thread::spawn(move || {
        for gate in next {
            gate.send(1).expect("it waits");
        }
    });
    let last = run_on(&system, 0, move || async move {
        let mut last = Ok(Ok(0));
        for _ in 0..10_000 {
            let (open, gate) = oneshot::channel();
            let answer = waiting.until(gate).start();
            gates.send(open).expect("the thread listens");
            last = answer.await;
        }
        last
    });
    assert_eq!(last, Ok(Ok(10_000)));
    thread.join().expect("the thread ends well");
    system.stop(END);
}

#[test]
fn a_wake_for_an_actor_that_has_gone_is_nothing() {
    on_shards(|simulator| {
        let waiting = put(&simulator, 1, Waiting::default);
        let (open, gate) = oneshot::channel();
        let answer = simulator.start(0, move || waiting.until(gate));
        simulator.run();
        let waker = open;
        waiting.stop();
        simulator.run();
        assert!(answer.take().is_none(), "the handler goes on, the stop waits");
        drop(waker);
        simulator.run();
        assert!(matches!(answer.take(), Some(Ok(Err(_)))));
        assert_eq!(ask_from(&simulator, 0, waiting.doze()), Err(AskError::Stopped));
    });
}

#[test]
fn timers_of_tokio_work_in_handlers() {
    let system = real(1);
    let waiting = system.spawn_on(0, Waiting::default).wait().expect("it starts");
    assert_eq!(waiting.doze().timeout(LONG).wait(), Ok(0));
    assert_eq!(waiting.too_late().timeout(LONG).wait(), Ok(true));
    system.stop(END);
}

#[test]
fn blocking_work_goes_to_another_thread() {
    let system = real(1);
    let waiting = system.spawn_on(0, Waiting::default).wait().expect("it starts");
    assert_eq!(waiting.off_thread().timeout(LONG).wait(), Ok(true));
    system.stop(END);
}

#[test]
fn a_task_of_tokio_on_a_shard_tells_and_asks() {
    for shards in [1, 2] {
        let system = real(shards);
        let waiting = system.spawn_on(0, Waiting::default).wait().expect("it starts");
        let subject = system.spawn_on(shards - 1, Subject::default).wait().expect("it starts");
        assert_eq!(waiting.in_a_task(subject).timeout(LONG).wait(), Ok(Ok(1)));
        system.stop(END);
    }
}

#[test]
fn d11_a_busy_actor_does_not_starve_sockets() {
    let system = real(1);
    let busy = system.spawn_on(0, || Busy).wait().expect("it starts");
    busy.forever();
    let server = system.spawn_on(0, EchoServer::default).wait().expect("it starts");
    let to = server.listen().timeout(LONG).wait().expect("an answer").expect("a socket");
    server.serve();
    let client = system.spawn_on(0, || Client).wait().expect("it starts");
    let heard = client.speak(to, "over here".to_owned()).timeout(LONG).wait();
    assert_eq!(heard, Ok(Ok("over here".to_owned())));
    busy.stop_now();
    server.stop_now();
    system.stop(Duration::from_millis(50));
}

/// Tells itself for ever.
#[actor]
struct Busy;

#[handlers]
impl Busy {
    #[tell]
    fn forever(&mut self, cx: &mut Context<Self>) {
        cx.me().forever();
    }
}
