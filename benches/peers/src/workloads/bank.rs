//! A bank of 1,000 accounts. A transfer asks one account for money and, if it has enough, another to take it.

use crate::harness::Clock;
use crate::workloads::{Asked, Framework, Measured, Random, Workload};

const ACCOUNTS: usize = 1_000;
const OPENED_WITH: u64 = 1_000;

struct Account {
    balance: u64,
}

enum Order {
    Withdraw(u64),
    Deposit(u64),
    Balance,
}

impl Asked for Account {
    type Question = Order;
    /// The balance afterwards, unless there was too little.
    type Answer = Option<u64>;

    fn asked(&mut self, order: Order) -> Option<u64> {
        self.balance = match order {
            Order::Withdraw(amount) => self.balance.checked_sub(amount)?,
            Order::Deposit(amount) => self.balance + amount,
            Order::Balance => self.balance,
        };
        Some(self.balance)
    }
}

pub(crate) struct Bank;

impl Workload for Bank {
    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        let mut accounts = Vec::new();
        for _ in 0..ACCOUNTS {
            accounts.push(on.spawn_asked(0, Account { balance: OPENED_WITH }).await);
        }
        let mut random = Random::new(1);
        let clock = Clock::start();
        for _ in 0..operations {
            let from = &accounts[random.below(ACCOUNTS)];
            let to = &accounts[random.below(ACCOUNTS)];
            let amount = random.below(5) as u64;
            if F::ask(from, Order::Withdraw(amount)).await.is_some() {
                F::ask(to, Order::Deposit(amount)).await;
            }
        }
        let time = clock.time();
        let mut total = 0;
        for account in &accounts {
            total += F::ask(account, Order::Balance).await.expect("it has a balance");
        }
        assert_eq!(total, ACCOUNTS as u64 * OPENED_WITH, "no money came or went");
        Measured::new(time, operations)
    }
}
