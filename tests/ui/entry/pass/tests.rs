//! Attributes of tests stay; what a test or `main` returns is the system's to report.

#![deny(warnings)]

/// A documented main.
#[callboard::main]
async fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    #[callboard::test(shards = 1, timeout = "1s")]
    async fn passes() -> Result<(), String> {
        Ok(())
    }

    #[callboard::test]
    #[should_panic(expected = "four")]
    #[ignore = "slow"]
    async fn panics() {
        panic!("four");
    }
}
