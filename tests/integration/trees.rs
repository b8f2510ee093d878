//! A struct with `#[supervisor]` is a tree: its children start from the top, see those above them, and have methods.

use callboard::{
    ActorRef, ChildFailed, DeadReason, Dynamic, ExitReason, StartError, SupervisorSpec, SystemRef,
    actor, handlers, supervisor,
};

use crate::check::{Journal, everywhere};

/// Adds up, and notes when it starts, burns and stops.
#[actor(mailbox(on_restart = drop))]
struct Sum {
    name: String,
    journal: Journal,
    below: Option<ActorRef<Self>>,
    sum: u64,
}

impl Sum {
    fn new(name: impl Into<String>, journal: Journal) -> Self {
        Self { name: name.into(), journal, below: None, sum: 0 }
    }

    async fn open(name: &str, journal: Journal) -> Result<Self, String> {
        std::future::ready(()).await;
        if name.is_empty() { Err("no name".to_owned()) } else { Ok(Self::new(name, journal)) }
    }

    fn over(mut self, below: ActorRef<Self>) -> Self {
        self.below = Some(below);
        self
    }
}

#[handlers]
impl Sum {
    #[start]
    fn begin(&mut self) {
        self.journal.note(format!("+{}", self.name));
    }

    #[restart]
    fn burn(&mut self, why: &ExitReason) {
        let why = if matches!(why, ExitReason::Panic(_)) { "panic" } else { "?" };
        self.journal.note(format!("{}:{why}:{}", self.name, self.sum));
    }

    #[stop]
    fn end(&mut self) {
        self.journal.note(format!("-{}", self.name));
    }

    #[tell]
    fn add(&mut self, number: u64) {
        self.sum += number;
    }

    #[tell]
    fn fail(&mut self) {
        panic!("{} fails", self.name);
    }

    #[ask]
    fn sum(&self) -> u64 {
        self.sum
    }

    #[ask]
    fn below(&self) -> Option<ActorRef<Self>> {
        self.below
    }
}

/// Below another.
#[supervisor]
struct Branch {
    journal: Journal,
    #[child(start = Sum::new("leaf", journal))]
    leaf: Sum,
}

#[supervisor(strategy = rest_for_one, intensity(max = 9, within = "1m"))]
struct Trunk {
    first: String,
    #[child(start = Sum::open(&first, journal).await?)]
    root: Sum,
    #[cfg(any())]
    #[child]
    none: Nobody,
    #[child(start = Sum::new(format!("{first}2"), journal).over(root), restart = transient)]
    second: Sum,
    #[child(start = Branch::start_spec(journal))]
    branch: Branch,
    #[dynamic(start = |number: u64, name: String| Sum { sum: number, ..Sum::new(name, journal) }.over(second), max = 2)]
    many: Dynamic<Sum>,
    /// Where all of them write.
    journal: Journal,
}

fn trunk(first: &str, journal: &Journal) -> SupervisorSpec<Trunk> {
    Trunk::start_spec(first.to_owned(), journal.clone())
}

#[test]
fn s1_a_tree_starts_from_the_top_and_stops_from_the_bottom() {
    everywhere(|world| {
        let log = Journal::default();
        world.run(0, || async move {
            let trunk = Trunk::start("a".to_owned(), log.clone()).await.expect("it starts");
            assert_eq!(log.line(), "+a +a2 +leaf");
            assert_eq!(trunk.second().below().await, Ok(Some(trunk.root())));
            let ids: Vec<String> = trunk
                .children()
                .await
                .expect("it answers")
                .into_iter()
                .map(|child| child.id)
                .collect();
            assert_eq!(ids, ["root", "second", "branch", "many"]);
            assert_eq!(trunk.branch().count().await.expect("it answers").workers, 1);
            trunk.stop();
            trunk.wait().await;
            assert_eq!(log.line(), "-leaf -a2 -a");
        });
        world.end();
    });
}

#[test]
fn s2_what_a_start_returns_by_the_question_mark_is_why_the_tree_did_not_start() {
    everywhere(|world| {
        world.run(0, || async {
            let error = Trunk::start(String::new(), Journal::default()).await.expect_err("no name");
            assert!(error.to_string().contains("no name"), "{error}");
            let StartError::Failed(reason) = error else { panic!("{error}") };
            let detail = reason.detail::<ChildFailed>().expect("the child is named");
            assert_eq!(detail.child, "root");
        });
        world.end();
    });
}

#[test]
fn s5_dynamic_children_start_from_arguments_and_again_from_the_same() {
    everywhere(|world| {
        world.run(0, || async {
            let trunk = trunk("a", &Journal::default()).start().await.expect("it starts");
            let trunk = TrunkTree::from(trunk);
            let many: Dynamic<Sum, (u64, String)> = trunk.many();
            let three = many.start(3, "three".to_owned()).await.expect("it starts");
            let four = many.start(4, "four".to_owned()).await.expect("it starts");
            assert!(many.start(5, "five".to_owned()).await.is_err(), "two are the most");
            assert_eq!(three.below().await, Ok(Some(trunk.second())));
            four.add(1);
            assert_eq!((three.sum().await, four.sum().await), (Ok(3), Ok(5)));
            four.fail();
            // Begun again, it has the number that it was given.
            while four.sum().await != Ok(4) {}
            assert_eq!(many.stop(three).await.map(|stopped| stopped.is_ok()), Ok(true));
            assert_eq!(many.count().await, Ok(1));
        });
        world.end();
    });
}

#[test]
fn l7_l8_at_a_restart_the_hook_sees_the_old_state_and_what_waited_may_go() {
    everywhere(|world| {
        let log = Journal::default();
        world.run(0, || async move {
            let trunk = trunk("a", &log).start().await.map(TrunkTree::from).expect("it starts");
            let (root, second) = (trunk.root(), trunk.second());
            log.line();
            root.add(7);
            root.fail();
            // What waits at the crash is dropped, by `on_restart`.
            root.add(1);
            while root.sum().await != Ok(0) {}
            while trunk.branch().is_alive().await && second.below().await != Ok(Some(root)) {}
            assert_eq!((trunk.root(), trunk.second()), (root, second), "references stay");
            let line = log.line();
            assert!(line.starts_with("a:panic:7 "), "{line}");
        });
        let dropped = world.end().dead_letters.of(DeadReason::Restart);
        assert!(dropped >= 1, "what waited is a dead letter");
    });
}

/// Its children have names.
#[supervisor(path = "/svc/shop")]
struct Shop {
    journal: Journal,
    #[child(start = Sum::new("till", journal))]
    till: Sum,
}

#[test]
fn n1_a_supervisor_with_a_path_names_its_children() {
    everywhere(|world| {
        world.run(0, || async move {
            let shop = Shop::start(Journal::default()).await.expect("it starts");
            let found = SystemRef::current().lookup::<Sum>("/svc/shop/till");
            assert_eq!(found, Ok(shop.till()));
            let ended = shop.wait();
            shop.stop();
            ended.await;
            assert!(SystemRef::current().child_names("/svc/shop").is_empty());
        });
    });
}
