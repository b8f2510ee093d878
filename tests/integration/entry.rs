//! A test's body runs in a system of its own, and its end is the test's.

use callboard::{AskError, Place, spawn, spawn_on};

use crate::check::{Log, Subject};

#[callboard::test]
async fn a_body_spawns_tells_and_asks() -> Result<(), AskError> {
    let log = spawn(Log::default());
    (0..10).for_each(|number| log.note(number));
    assert_eq!(log.notes().await?, Vec::from_iter(0..10));
    Ok(())
}

#[callboard::test(shards = 3, timeout = "60s")]
async fn a_body_reaches_all_shards() -> Result<(), Box<dyn std::error::Error>> {
    for shard in 0..3 {
        let log = spawn_on(shard, Log::default).await?;
        log.note(shard as u64);
        assert_eq!((log.notes().await?, log.address().shard()), (vec![shard as u64], shard));
    }
    assert!(spawn_on(3, Log::default).await.is_err());
    spawn_on(Place::Any, Log::default).await?;
    Ok(())
}

#[callboard::test(shards = 1)]
#[should_panic(expected = "as the test expects")]
async fn a_panic_of_the_body_is_the_tests() {
    let subject = spawn(Subject::default());
    subject.work();
    panic!("as the test expects");
}

#[callboard::test(shards = 1)]
#[should_panic(expected = "the body goes on after an await")]
async fn a_late_panic_of_the_body_is_the_tests() {
    let subject = spawn(Subject::default());
    assert_eq!(subject.handled().await, Ok(0));
    panic!("the body goes on after an await");
}

#[callboard::test(shards = 1, timeout = "20ms")]
#[should_panic(expected = "did not end within 20ms")]
async fn a_body_that_does_not_end_fails() {
    std::future::pending::<()>().await;
}

#[callboard::test(shards = 1)]
async fn a_panic_of_an_actor_is_not_the_bodys() {
    let subject = spawn(Subject::default());
    subject.panic("its own affair".to_owned());
    assert_eq!(subject.handled().await, Err(AskError::Stopped));
}

/// What the macro made of a body that fails: no test by itself.
mod failing {
    #[callboard::test(shards = 1)]
    #[ignore = "another test looks at how it fails"]
    async fn fails() -> Result<(), String> {
        Err("as it should".to_owned())
    }

    #[callboard::test(shards = 1)]
    #[ignore = "another test looks at how it ends"]
    async fn succeeds() -> Result<(), String> {
        Ok(())
    }

    pub(super) fn outcomes() -> [std::process::ExitCode; 2] {
        [succeeds(), fails()]
    }
}

#[test]
fn a_result_of_the_body_is_the_tests() {
    let [succeeds, fails] = failing::outcomes().map(|code| format!("{code:?}"));
    assert_eq!(succeeds, format!("{:?}", std::process::ExitCode::SUCCESS));
    assert_eq!(fails, format!("{:?}", std::process::ExitCode::FAILURE));
}
