//! Every example runs, prints what its head promises, and refuses arguments it does not know.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a test is its failure")]

use std::env::consts::EXE_SUFFIX;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

// The pure parts of the search bring their own tests, which cargo would not run in an example.
#[path = "../examples/search/index.rs"]
mod index;
#[path = "../examples/search/tokens.rs"]
mod tokens;

/// An example, which `cargo test` has built in the directory beside this test's.
fn example(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().find(|path| path.join("examples").is_dir());
    let path = profile.map(|path| path.join("examples").join(format!("{name}{EXE_SUFFIX}")));
    let built = path.filter(|path| path.is_file());
    Command::new(
        built.expect("run `cargo build --examples` first, or `cargo test` without `--test`"),
    )
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// Runs an example that is to succeed, and answers what it printed.
fn printed(command: &mut Command) -> String {
    let output = run(command);
    assert!(output.status.success(), "{command:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn counter_counts() {
    assert_eq!(printed(&mut example("counter")), "42\n");
}

#[test]
fn counter_is_at_most_fifteen_lines() {
    let source = include_str!("../examples/counter.rs");
    let is_code =
        |line: &&str| !line.is_empty() && !line.starts_with("//") && !line.starts_with("#!");
    let lines = source.lines().map(str::trim).filter(is_code).count();
    assert!(lines <= 15, "{lines} lines");
}

#[test]
fn ping_pong_plays_on_one_shard_and_on_two() {
    let printed = printed(example("ping_pong").arg("1000"));
    let games: Vec<_> = printed.lines().filter_map(|line| line.split_once(", ")).collect();
    let [(near, near_each), (far, far_each)] = games[..] else { panic!("{printed}") };
    assert_eq!(near, "shard 0 and shard 0: 1000 round trips");
    assert_eq!(far, "shard 0 and shard 1: 1000 round trips");
    assert!(near_each.ends_with("s each") && far_each.ends_with("s each"), "{printed}");
}

/// What the head of an example promises: the text between its fences.
fn promised(source: &str) -> String {
    let head = source.split("//! ```").nth(1).unwrap().trim_start_matches("text\n");
    let lines = head.lines().filter_map(|line| line.strip_prefix("//!"));
    lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}

#[test]
fn selective_receive_prints_what_it_promises() {
    let promised = promised(include_str!("../examples/selective_receive.rs"));
    assert_eq!(printed(&mut example("selective_receive")), promised);
}

#[test]
fn traffic_prints_what_it_promises() {
    let promised = promised(include_str!("../examples/traffic.rs"));
    assert_eq!(printed(&mut example("traffic")), promised);
}

#[test]
fn vending_prints_what_it_promises() {
    let promised = promised(include_str!("../examples/vending.rs"));
    assert_eq!(printed(&mut example("vending")), promised);
}

#[test]
fn bank_serves_accounts_of_two_kinds() {
    let expected = "savings: 30\nloan: 70 owed\nnobody has 1000 here\n";
    assert_eq!(printed(&mut example("bank")), expected);
}

#[test]
#[cfg(feature = "remote")]
fn remote_chat_prints_what_it_promises() {
    let promised = promised(include_str!("../examples/remote_chat.rs"));
    assert_eq!(printed(&mut example("remote_chat")), promised);
}

/// A folder of certificates for nodes of these names.
#[cfg(feature = "remote")]
fn certificates(names: &[&str]) -> PathBuf {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("certificates");
    std::fs::create_dir_all(&folder).unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(folder.join("root.pem"), root.pem()).unwrap();
    for name in names {
        let (params, key) = (CertificateParams::new([(*name).to_owned()]), KeyPair::generate());
        let (params, key) = (params.unwrap(), key.unwrap());
        let certificate = params.signed_by(&key, &root).unwrap().pem();
        std::fs::write(folder.join(format!("{name}.pem")), certificate).unwrap();
        std::fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
    }
    folder
}

/// A process of the chat, and what it prints.
#[cfg(feature = "remote")]
struct Chatting {
    process: Server,
    prints: std::sync::mpsc::Receiver<String>,
}

#[cfg(feature = "remote")]
impl Chatting {
    fn start(certificates: &Path, arguments: &[&str]) -> Self {
        let mut command = example("remote_chat");
        command.arg("--certificates").arg(certificates).args(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (print, prints) = std::sync::mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            let lines = stdout.lines().map_while(Result::ok);
            // The test may have ended.
            lines.for_each(|line| drop(print.send(line)));
        });
        Self { process: Server(child), prints }
    }

    /// Waits for a line that begins so; those before it are passed over.
    fn prints(&self, begin: &str) -> String {
        let minute = std::time::Duration::from_secs(60);
        loop {
            let line = self.prints.recv_timeout(minute).unwrap_or_else(|_| panic!("no `{begin}`"));
            if line.starts_with(begin) {
                return line;
            }
        }
    }

    fn types(&mut self, line: &str) {
        writeln!(self.process.0.stdin.as_mut().unwrap(), "{line}").unwrap();
    }
}

#[test]
#[cfg(feature = "remote")]
#[expect(clippy::print_stdout, reason = "what was measured is shown with the test")]
fn remote_chat_goes_on_when_the_process_with_the_room_was_killed_and_returns() {
    let folder = certificates(&["host", "ann", "bob"]);
    let host = Chatting::start(&folder, &["--listen", "127.0.0.1:0"]);
    let listening = host.prints("listening on ");
    let address = listening.strip_prefix("listening on ").unwrap();
    let guest = |name| Chatting::start(&folder, &["--connect", address, "--name", name]);
    let mut ann = guest("ann");
    ann.prints("here: nobody");
    let mut bob = guest("bob");
    bob.prints("here: ann");
    ann.types("hello, bob");
    bob.prints("ann: hello, bob");
    bob.types("hello, ann");
    ann.prints("bob: hello, ann");

    // As `kill -9` does.
    drop(host);
    for guest in [&ann, &bob] {
        println!("{}", guest.prints("the room is away, with "));
    }
    // It is said when there is a room again.
    bob.types("where are you?");
    let host = Chatting::start(&folder, &["--listen", address]);
    host.prints("listening on ");
    let begun = tokio::time::Instant::now();
    for guest in [&ann, &bob] {
        guest.prints("here: ");
    }
    println!("both are in the new room {:?} after it listens", begun.elapsed());
    ann.types("here again");
    bob.prints("ann: here again");
    bob.types("and I");
    ann.prints("bob: and I");
}

#[test]
fn echo_server_talks_to_itself() {
    let printed = printed(&mut example("echo_server"));
    let (listening, said) = printed.split_once('\n').unwrap();
    assert!(listening.starts_with("listening on 127.0.0.1:"), "{printed}");
    assert_eq!(said, "first: hello\nsecond: hello\nfirst: is anybody there?\n");
}

/// A server that ends with the test, however that ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn echo_server_serves_others() {
    let mut command = example("echo_server");
    command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
    let mut server = Server(command.spawn().unwrap());
    let mut listening = String::new();
    let stdout = server.0.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut listening).unwrap();
    let address = listening.trim().strip_prefix("listening on ").unwrap();

    let mut clients: Vec<_> = (0..3).map(|_| TcpStream::connect(address).unwrap()).collect();
    for (number, client) in clients.iter_mut().enumerate().rev() {
        writeln!(client, "client {number}").unwrap();
        let mut back = String::new();
        BufReader::new(client).read_line(&mut back).unwrap();
        assert_eq!(back, format!("client {number}\n"));
    }
}

#[test]
fn web_serves_while_its_actors_crash_and_restart() {
    let printed = printed(&mut example("web"));
    let (listening, summary) = printed.split_once('\n').unwrap();
    assert!(listening.starts_with("listening on 127.0.0.1:"), "{printed}");
    assert_eq!(summary, "200 deposits by 4 clients, 5 crashes\nalice has 200 cents\n");
}

/// One request to a web server; its status and its body.
fn request(address: &str, method: &str, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nhost: bank\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap();
    (status.to_owned(), body.to_owned())
}

#[test]
fn web_answers_what_was_asked_while_its_house_was_down() {
    let mut command = example("web");
    command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
    let mut server = Server(command.spawn().unwrap());
    let mut listening = String::new();
    let stdout = server.0.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut listening).unwrap();
    let address = listening.trim().strip_prefix("listening on ").unwrap();

    assert_eq!(request(address, "GET", "/accounts/bob").0, "404");
    for round in 1..=10 {
        let deposit = request(address, "POST", "/accounts/bob/7");
        assert_eq!(deposit, ("200".to_owned(), (round * 7).to_string()));
        assert_eq!(request(address, "POST", "/crash").0, "202");
        let balance = request(address, "GET", "/accounts/bob");
        assert_eq!(balance, ("200".to_owned(), (round * 7).to_string()));
    }
    let (status, tree) = request(address, "GET", "/tree");
    assert!(status == "200" && tree.contains("ledger") && tree.contains("house"), "{tree}");
}

/// The search, over the files of a directory of this package.
fn search(directory: &str) -> Command {
    let mut search = example("search");
    search.current_dir(env!("CARGO_MANIFEST_DIR")).arg(directory);
    search
}

const FIXTURE: &str = "tests/fixtures/search";

const LANTERN_HARBOUR: &str = "\
0.889  tests/fixtures/search/boats/heron.rs:2  fn enter_harbour(lantern: &str) -> String {
0.733  tests/fixtures/search/harbour.md:4  At the end of the pier hangs a lantern: the harbour has no other light.
0.221  tests/fixtures/search/tides.txt:2  The harbour is closed at low water, for everyone.
";

#[test]
fn search_ranks_the_same_on_any_number_of_shards() {
    for shards in ["1", "2", "3", "7"] {
        let query = ["--shards", shards, "--query", "lantern", "harbour"];
        assert_eq!(printed(search(FIXTURE).args(query)), LANTERN_HARBOUR, "{shards} shards");
    }
}

#[test]
#[cfg(feature = "remote")]
fn search_finds_the_same_with_half_of_the_index_in_another_process() {
    let query = ["--shards", "2", "--listen", "127.0.0.1:0", "--query", "lantern", "harbour"];
    let mut command = search(FIXTURE);
    command.args(query).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut one = Server(command.spawn().unwrap());
    let mut stderr = BufReader::new(one.0.stderr.take().unwrap());
    let mut listening = String::new();
    stderr.read_line(&mut listening).unwrap();
    let address = listening.trim().strip_prefix("listening on ").unwrap();
    let mut other = example("search");
    // It is elsewhere.
    other.current_dir(env!("CARGO_TARGET_TMPDIR")).args(["--shards", "1", "--join", address]);
    let mut other = Server(other.stdin(Stdio::null()).spawn().unwrap());

    let (mut hits, mut summary) = (String::new(), String::new());
    one.0.stdout.take().unwrap().read_to_string(&mut hits).unwrap();
    stderr.read_to_string(&mut summary).unwrap();
    assert_eq!(hits, LANTERN_HARBOUR);
    assert!(other.0.wait().unwrap().success(), "it ends with the first");
    let files = |shard: &str| -> Option<u64> {
        let line = summary.lines().find_map(|line| line.strip_prefix(shard))?;
        line.split_whitespace().next()?.parse().ok()
    };
    // Two shards of the first process, and one of the other.
    let [here, there] =
        [files("shard 0: ").zip(files("shard 1: ")), files("shard 2: ").zip(Some(0))];
    let [here, there] = [here, there].map(|files| files.map(|(one, other)| one + other));
    let (here, there) = (here.unwrap(), there.unwrap());
    assert!(there > 0 && here.abs_diff(there) <= 1, "{summary}");
}

#[test]
fn search_prints_no_more_hits_than_asked_for() {
    let printed = printed(search(FIXTURE).args(["--top", "1", "--query", "lantern", "harbour"]));
    assert_eq!(Some(printed.trim()), LANTERN_HARBOUR.lines().next());
}

#[test]
fn search_answers_what_is_typed_until_the_input_ends() {
    let mut command = search(FIXTURE);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"sandpiper\n\nzeppelin\ndusk").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());

    let stdout = text(&output.stdout);
    let ends = [
        "list.txt:1  Heron, Tern, Sandpiper; a rowing boat without a name.",
        "harbour.md:5  The lantern is lit at dusk.",
    ];
    assert_eq!(stdout.lines().count(), ends.len(), "{stdout}");
    assert!(stdout.lines().zip(ends).all(|(line, end)| line.ends_with(end)), "{stdout}");
    let stderr = text(&output.stderr);
    assert!(stderr.contains("no file has any of these words: zeppelin\n"), "{stderr}");
    assert!(!stderr.contains("search>"), "nobody is at a terminal: {stderr}");
}

/// A directory with files of every kind, made anew.
fn mixed(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // There may be none of an earlier run.
    let _ = std::fs::remove_dir_all(&root);
    let files: [(&str, &[u8]); 9] = [
        (".gitignore", b"draft*\n"),
        (".hidden", b"word"),
        ("draft.txt", b"word"),
        ("good.txt", b"one word\nand a second"),
        ("huge.txt", &b"word ".repeat(300_000)),
        ("latin1.txt", b"w\xf6rd word"),
        ("nul.dat", b"word\0"),
        ("target/CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55"),
        ("target/made.txt", b"word"),
    ];
    for (path, content) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    root
}

#[test]
fn search_counts_what_it_skips() {
    let root = mixed("skips");
    let output = run(search(root.to_str().unwrap()).args(["--shards", "2", "--query", "word"]));
    let stdout = text(&output.stdout);
    assert!(stdout.ends_with("good.txt:1  one word\n"), "{stdout}");
    assert_eq!(stdout.lines().count(), 1, "{stdout}");

    let stderr = text(&output.stderr);
    let summary: Vec<_> = stderr.lines().skip_while(|line| line.is_empty()).collect();
    let [first, skipped, postings, one, two] = summary[..] else { panic!("{stderr}") };
    assert!(first.starts_with("1 files in ") && first.ends_with(" files/s"), "{first}");
    assert_eq!(skipped, "skipped: 2 binary, 1 too large, 0 unreadable");
    assert_eq!(postings, "5 postings of 5 terms");
    assert_eq!(one, "shard 0: 1 files, 5 postings");
    assert_eq!(two, "shard 1: 0 files, 0 postings");
}

#[test]
fn help_is_no_error() {
    let printed = printed(example("search").arg("--help"));
    assert!(printed.starts_with("usage: search "), "{printed}");
}

#[test]
fn mistaken_arguments_are_named_and_end_with_2() {
    let mistakes: [(&str, &[&str], &str); 10] = [
        ("search", &["no/such/place"], "no such directory: no/such/place"),
        ("search", &["Cargo.toml"], "not a directory: Cargo.toml"),
        ("search", &["--qurey", "actor"], "invalid option '--qurey'"),
        ("search", &["--top", "many"], "--top needs a number from 1, not `many`"),
        ("search", &["--shards", "0"], "--shards needs a number from 1, not `0`"),
        ("search", &["--query"], "missing argument for option '--query'"),
        ("ping_pong", &["0"], "not a number of round trips"),
        ("ping_pong", &["1", "2"], "not a number of round trips"),
        ("echo_server", &["--lisen"], "unknown arguments"),
        ("web", &["--lisen"], "unknown arguments"),
    ];
    for (name, arguments, mistake) in mistakes {
        let mut command = example(name);
        let output = run(command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments));
        let stderr = text(&output.stderr);
        assert!(stderr.starts_with(&format!("{name}: {mistake}\n")), "{stderr}");
        assert!(stderr.contains(&format!("usage: {name} ")), "{stderr}");
        assert_eq!(output.status.code(), Some(2), "{name} {arguments:?}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn search_goes_on_after_a_file_that_makes_a_reader_panic() {
    let root = mixed("bug");
    std::fs::write(root.join("bad.txt"), "a word and a Trap").unwrap();
    let arguments = ["--shards", "2", "--bug", "trap", "--query", "word"];
    let output = run(search(root.to_str().unwrap()).args(arguments));
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stderr}");
    assert!(stdout.ends_with("good.txt:1  one word\n"), "{stdout}");
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    let failed: Vec<_> = stderr.lines().filter(|line| line.contains("failed at")).collect();
    assert_eq!(failed.len(), 1, "{stderr}");
    assert!(failed[0].ends_with("bad.txt"), "{stderr}");
}

#[test]
fn supervision_heals_and_then_gives_up() {
    let printed = printed(&mut example("supervision"));
    let expected = include_str!("fixtures/supervision.txt");
    assert_eq!(printed, expected);
}
