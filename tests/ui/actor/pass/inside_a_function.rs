//! An actor may be defined in a function body.

#![deny(warnings)]

#[callboard::main(shards = 1)]
async fn main() -> Result<(), callboard::AskError> {
    #[callboard::actor]
    #[derive(Default)]
    struct Local {
        n: u8,
    }

    struct Step(u8);

    #[callboard::handlers]
    impl Local {
        #[callboard::tell]
        fn step(&mut self, by: Step) {
            self.n += by.0;
        }

        #[callboard::ask]
        fn get(&self) -> u8 {
            self.n
        }
    }

    let local = callboard::spawn(Local::default());
    local.step(Step(2));
    assert_eq!(local.get().await?, 2);
    Ok(())
}
