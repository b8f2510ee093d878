/// Money in, money out.
#[allow(async_fn_in_trait, reason = "a handler's future stays on its shard")]
pub trait Account {
    /// Puts money in.
    fn deposit(&mut self, amount: u64)
    where
        Self: ::core::marker::Sized;
    async fn withdraw(&mut self, amount: u64) -> Result<u64, Short>
    where
        Self: ::core::marker::Sized;
    /// What is there.
    fn balance(&self) -> u64
    where
        Self: ::core::marker::Sized,
    {
        0
    }
    fn settle(
        &mut self,
        cx: &mut Context<Self>,
        with: ActorRef<dyn Ledger>,
        reply: Reply<u64>,
    )
    where
        Self: ::core::marker::Sized + ::callboard::__private::Actor;
}
/// The messages of `Account`.
pub enum AccountMsg {
    /// Puts money in.
    Deposit {
        /// The parameter `amount`.
        amount: u64,
    },
    /// Asks for `withdraw`.
    Withdraw {
        /// The parameter `amount`.
        amount: u64,
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<Result<u64, Short>>,
    },
    /// What is there.
    Balance {
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<u64>,
    },
    /// Asks for `settle`.
    Settle {
        /// The parameter `with`.
        with: ActorRef<dyn Ledger>,
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<u64>,
    },
}
/// The methods of a reference to `Account`.
pub struct AccountApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    fn __fields(
        _: __rt::Field<u64>,
        _: __rt::Field<Result<u64, Short>>,
        _: __rt::Field<ActorRef<dyn Ledger>>,
    ) {}
    impl __rt::Message for AccountMsg {
        const NAMES: &'static [&'static str] = &[
            "Deposit",
            "Withdraw",
            "Balance",
            "Settle",
        ];
        fn tag(&self) -> usize {
            match *self {
                Self::Deposit { .. } => 0,
                Self::Withdraw { .. } => 1,
                Self::Balance { .. } => 2,
                Self::Settle { .. } => 3,
            }
        }
    }
    __rt::layer!(AccountApi);
    impl<__N: __rt::Api> AccountApi<__N> {
        /// Puts money in.
        pub fn deposit(&self, amount: u64) {
            __rt::tell::<dyn Account>(self, AccountMsg::Deposit { amount });
        }
        /// Asks for `withdraw`.
        pub fn withdraw(&self, amount: u64) -> __rt::Ask<Result<u64, Short>> {
            __rt::ask::<
                dyn Account,
                _,
            >(
                self,
                move |reply| AccountMsg::Withdraw {
                    amount,
                    reply,
                },
            )
        }
        /// What is there.
        pub fn balance(&self) -> __rt::Ask<u64> {
            __rt::ask::<dyn Account, _>(self, |reply| AccountMsg::Balance { reply })
        }
        /// Asks for `settle`.
        pub fn settle(&self, with: impl __rt::Speaking<dyn Ledger>) -> __rt::Ask<u64> {
            let with = __rt::Speaking::speaking(with);
            __rt::ask::<
                dyn Account,
                _,
            >(self, move |reply| AccountMsg::Settle { with, reply })
        }
    }
    static PROCESS: __rt::ProcessType<AccountMsg> = __rt::ProcessType::new();
    impl __rt::Receivable for AccountMsg {
        const PROCESS: &'static __rt::ProcessType<Self> = &PROCESS;
    }
    impl __rt::Child for AccountMsg {
        type Actor = __rt::ProcessStart<Self>;
        type Start = __rt::ProcessStart<Self>;
        fn into_actor(start: Self::Start) -> Self::Actor {
            start
        }
    }
    impl __rt::Protocol for dyn Account {
        type Msg = AccountMsg;
        type Api = AccountApi<__rt::At<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = __rt::process_delivery::<
            AccountMsg,
        >();
    }
    impl __rt::Protocol for AccountMsg {
        type Msg = AccountMsg;
        type Api = AccountApi<__rt::At<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = __rt::process_delivery::<
            AccountMsg,
        >();
    }
    impl __rt::Layer for dyn Account {
        type On<__N: __rt::Api> = AccountApi<__N>;
    }
    impl<__A: __rt::Actor + Account> __rt::Dispatch<__A> for dyn Account {
        const SUSPENDS: bool = true;
        #[inline(always)]
        fn dispatch<'a>(
            actor: &'a mut __A,
            msg: AccountMsg,
            cx: &'a mut __rt::Context<__A>,
        ) -> __rt::Handled<'a> {
            let call = __rt::before::<__rt::WrapsOf<__A>, _>(&msg);
            match msg {
                AccountMsg::Deposit { amount } => {
                    __rt::told(__rt::ended(call, Account::deposit(actor, amount)))
                }
                AccountMsg::Withdraw { amount, reply } => {
                    __rt::asked_later(
                        reply,
                        __rt::ends_later(call, Account::withdraw(actor, amount)),
                    )
                }
                AccountMsg::Balance { reply } => {
                    __rt::asked(reply, __rt::ended(call, Account::balance(actor)))
                }
                AccountMsg::Settle { with, reply } => {
                    __rt::told(
                        __rt::ended(call, Account::settle(actor, cx, with, reply)),
                    )
                }
            }
        }
    }
};
