//! What the macros say about mistakes, and what they accept.
//!
//! `ui/<topic>/fail` holds a case for each rule with its message beside it, `ui/<topic>/pass` programs that
//! compile under strict lints. `TRYBUILD=overwrite cargo test --test ui` writes the messages anew; read
//! each as if it were said to you.

#[test]
fn mistakes_are_explained_and_correct_programs_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/fail/*.rs");
    cases.pass("tests/ui/*/pass/*.rs");
}
