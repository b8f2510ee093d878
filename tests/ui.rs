//! What the macros say about mistakes, and what they accept.
//!
//! `ui/<topic>/fail` holds a case for each rule with its message beside it, `ui/<topic>/pass` programs that
//! compile under strict lints. `TRYBUILD=overwrite cargo test --test ui` writes the messages anew; read
//! each as if it were said to you.

#[test]
fn mistakes_are_explained_and_correct_programs_compile() {
    let cases = trybuild::TestCases::new();
    let topics = std::fs::read_dir("tests/ui").expect("the cases lie beside this file");
    for topic in topics {
        let topic = topic.expect("a topic").path();
        if topic.ends_with("remote") && cfg!(not(feature = "remote")) {
            cases.compile_fail("tests/ui/remote/without/*.rs");
            continue;
        }
        if topic.ends_with("simulation") && cfg!(not(all(feature = "remote", feature = "testing")))
        {
            cases.compile_fail("tests/ui/simulation/without/*.rs");
            continue;
        }
        cases.compile_fail(topic.join("fail/*.rs"));
        cases.pass(topic.join("pass/*.rs"));
    }
}
