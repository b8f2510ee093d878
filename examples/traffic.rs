//! A state machine: an actor whose messages wait until it is in a state to take them.
//!
//! Cars come to a crossing whenever they like, and pass when the light is green. The actor has no list of cars: `car` is
//! taken `when(Green)`, so in another state the messages wait, in order. A pedestrian who pushes the button is heard in
//! every state but one.
//!
//! Run it with `cargo run --example traffic`. It prints
//!
//! ```text
//! red
//! green
//!   ada passes
//!   ben passes
//!   eve passes
//! amber: somebody wants to cross
//! red
//! green
//!   fay passes
//! ```
#![expect(clippy::print_stdout, reason = "an example talks to its user")]

use callboard::prelude::*;

/// The first state is the one it begins in.
#[actor(states(Red, Green, Amber))]
struct Light;

#[handlers]
impl Light {
    #[start]
    fn begin(&mut self, cx: &mut Context<Self>) {
        println!("red");
        cx.after(millis(20), LightMsg::Change);
    }

    /// The handlers without `when` are for every state; this one is the clock's.
    #[tell]
    fn change(&mut self, cx: &mut Context<Self>) {
        match cx.state() {
            LightState::Red => {
                println!("green");
                cx.become_state(LightState::Green);
            }
            // Green ends when somebody wants to cross.
            LightState::Green => {}
            LightState::Amber => {
                println!("red");
                cx.become_state(LightState::Red);
                cx.after(millis(20), LightMsg::Change);
            }
        }
    }

    /// Cars that come earlier wait. The answer says that this one has passed.
    #[ask(when(Green))]
    fn car(&mut self, driver: &'static str) {
        println!("  {driver} passes");
    }

    /// At red there is nothing to wait for, so it is taken there, too, and means nothing.
    #[tell(when(Red, Green))]
    fn button(&mut self, cx: &mut Context<Self>) {
        if cx.state() == LightState::Green {
            println!("amber: somebody wants to cross");
            cx.become_state(LightState::Amber);
            cx.after(millis(20), LightMsg::Change);
        }
    }
}

#[callboard::main(shards = 1)]
async fn main() -> Result<(), AskError> {
    let light = spawn(Light);
    let cars = ["ada", "ben"].map(|driver| light.car(driver).start());
    for car in cars {
        car.await?;
    }
    light.car("eve").await?;
    light.button();
    // Too late for this green, too early for the next.
    light.car("fay").await?;
    Ok(())
}
