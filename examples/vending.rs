//! One machine, written three ways: as a plain actor, as a process, and as a state machine.
//!
//! Two coins buy a drink. Who chooses before both are in is answered once they are; coins that come while a drink is
//! still to be chosen are for the next one.
//!
//! - The **plain actor** takes each message as it comes. What is not to be done yet it has to keep itself: `waiting`.
//!   Right when most messages can be handled at any time.
//! - The **process** says in one place what happens after what, and its state is its local variables. What it does not
//!   want yet waits in its mailbox. Right when the messages make a conversation.
//! - The **state machine** has handlers, each with the states it is for; the others wait. Right when there are few
//!   states, and many messages that each belong to some of them.
//!
//! Run it with `cargo run --example vending`. It prints
//!
//! ```text
//! plain actor: tea after 2 coins, milk after 4
//! process: tea after 2 coins, milk after 4
//! state machine: tea after 2 coins, milk after 4
//! ```
#![expect(clippy::print_stdout, reason = "an example talks to its user")]

use std::collections::VecDeque;

use callboard::prelude::*;

const PRICE: u32 = 2;

/// A drink, and how many coins had been taken by then.
#[derive(Debug)]
struct Drink {
    name: String,
    coins: u32,
}

#[actor]
#[derive(Default)]
struct Plain {
    coins: u32,
    sold: u32,
    waiting: VecDeque<(String, Reply<Drink>)>,
}

#[handlers]
impl Plain {
    #[tell]
    fn coin(&mut self) {
        self.coins += 1;
        self.sell();
    }

    #[ask]
    fn choose(&mut self, name: String, reply: Reply<Drink>) {
        self.waiting.push_back((name, reply));
        self.sell();
    }

    /// Both handlers may have brought what was missing.
    fn sell(&mut self) {
        let paid = (self.sold + 1) * PRICE;
        if self.coins >= paid
            && let Some((name, reply)) = self.waiting.pop_front()
        {
            self.sold += 1;
            reply.answer(Drink { name, coins: paid });
        }
    }
}

#[derive(Message)]
enum VendMsg {
    Coin,
    Choose { name: String, reply: Reply<Drink> },
}

#[process(msg = VendMsg)]
async fn vend(cx: &mut Process<VendMsg>) {
    let mut coins = 0;
    loop {
        // First the money, then the choice: choices that come early wait, and so do coins that come late.
        for _ in 0..PRICE {
            receive! { cx, Coin => coins += 1 }
        }
        receive! { cx, Choose { name, reply } => reply.answer(Drink { name, coins }) }
    }
}

#[actor(states(Unpaid, Paid))]
#[derive(Default)]
struct Machine {
    coins: u32,
}

#[handlers]
impl Machine {
    #[tell(when(Unpaid))]
    fn coin(&mut self, cx: &mut Context<Self>) {
        self.coins += 1;
        if self.coins.is_multiple_of(PRICE) {
            cx.become_state(MachineState::Paid);
        }
    }

    #[ask(when(Paid))]
    fn choose(&mut self, cx: &mut Context<Self>, name: String) -> Drink {
        cx.become_state(MachineState::Unpaid);
        Drink { name, coins: self.coins }
    }
}

/// Chooses twice, before the first coin.
async fn buy(
    kind: &str,
    coin: impl Fn(),
    choose: impl Fn(String) -> Ask<Drink>,
) -> Result<(), AskError> {
    let tea = choose("tea".to_owned()).start();
    let milk = choose("milk".to_owned()).start();
    for _ in 0..2 * PRICE {
        coin();
    }
    let (tea, milk) = (tea.await?, milk.await?);
    println!("{kind}: {} after {} coins, {} after {}", tea.name, tea.coins, milk.name, milk.coins);
    Ok(())
}

#[callboard::main(shards = 1)]
async fn main() -> Result<(), AskError> {
    let plain = spawn(Plain::default());
    buy("plain actor", || plain.coin(), |name| plain.choose(name)).await?;
    let process = spawn(vend());
    buy("process", || process.coin(), |name| process.choose(name)).await?;
    let machine = spawn(Machine::default());
    buy("state machine", || machine.coin(), |name| machine.choose(name)).await
}
