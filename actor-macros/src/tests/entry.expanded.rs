/// Runs the shop.
fn main() -> ::std::process::ExitCode {
    #[allow(clippy::unused_async, reason = "the macro asks for an async fn")]
    async fn main() -> Result<(), Error> {
        open().await
    }
    ::callboard::__private::main(::callboard::__private::System::builder(), main)
}
#[ignore = "slow"]
#[::core::prelude::v1::test]
fn sums_are_right() -> ::std::process::ExitCode {
    #[allow(clippy::unused_async, reason = "the macro asks for an async fn")]
    async fn sums_are_right() {
        assert_eq!(sum(). await, 4);
    }
    ::callboard::__private::test(
        ::callboard::__private::System::builder().pin(false),
        ::core::time::Duration::from_secs(30),
        sums_are_right,
    )
}
#[should_panic(expected = "four")]
#[::core::prelude::v1::test]
fn sums_are_wrong() {
    #[allow(clippy::unused_async, reason = "the macro asks for an async fn")]
    #[traced]
    async fn sums_are_wrong() {
        panic!("four");
    }
    let _ = ::callboard::__private::test(
        ::callboard::__private::System::builder().pin(false),
        ::core::time::Duration::from_secs(1),
        sums_are_wrong,
    );
}
#[::core::prelude::v1::test]
fn transfers_add_up() -> ::std::process::ExitCode {
    #[allow(clippy::unused_async, reason = "the macro asks for an async fn")]
    async fn transfers_add_up(sim: Sim) -> Result<(), Error> {
        transfer(&sim).await
    }
    ::callboard::__private::simulation::simulate(
        ::callboard::__private::simulation::Sim::builder()
            .seed(7)
            .nodes(3)
            .time_most(::core::time::Duration::from_secs(3600))
            .faults(
                ::callboard::__private::simulation::Faults::all()
                    .drop(0.01f64)
                    .delay(
                        ::core::time::Duration::from_secs(
                            0,
                        )..::core::time::Duration::from_millis(20),
                    )
                    .partition(),
            ),
        100,
        transfers_add_up,
    )
}
