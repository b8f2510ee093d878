pub struct Savings<T> {
    cents: T,
}
const _: () = {
    use ::callboard::__private as __rt;
    const _: () = __rt::apart::<dyn Account, dyn bank::Audit>(["Account", "Audit"]);
    impl<T> __rt::Beneath for Savings<T> {
        type Below = __rt::On<dyn Account, __rt::On<dyn bank::Audit, __rt::At<Self>>>;
    }
    impl<T> __rt::Actor for Savings<T>
    where
        Savings<T>: __rt::Handlers,
    {
        const SPEAKS: &'static [__rt::Spoken<Self>] = &[
            __rt::spoken::<Self, dyn Account>(["Savings", "Account"]),
            __rt::spoken::<Self, dyn bank::Audit>(["Savings", "Audit"]),
        ];
        const TYPE: &'static __rt::ActorType<Self> = &__rt::ActorType::new();
        type Below = __rt::On<dyn Account, __rt::On<dyn bank::Audit, __rt::At<Self>>>;
        type Wraps = (((), metrics::Counted), Timing);
    }
    impl<T> __rt::Takes<__rt::MsgOf<dyn Account>> for Savings<T>
    where
        Savings<T>: __rt::Handlers,
    {
        const WAY: __rt::Delivery<__rt::MsgOf<dyn Account>> = <dyn Account as __rt::Protocol>::DELIVERY;
    }
    impl<T> __rt::Takes<__rt::MsgOf<dyn bank::Audit>> for Savings<T>
    where
        Savings<T>: __rt::Handlers,
    {
        const WAY: __rt::Delivery<__rt::MsgOf<dyn bank::Audit>> = <dyn bank::Audit as __rt::Protocol>::DELIVERY;
    }
};
impl<T: Send + 'static> Savings<T> {
    pub async fn move_to(
        &mut self,
        to: ActorRef<dyn Account>,
        amount: T,
    ) -> Result<(), Short> {
        to.deposit(amount)
    }
}
/// The messages of `Savings`.
pub enum SavingsMsg<T: Send + 'static> {
    /// Asks for `move_to`.
    MoveTo {
        /// The parameter `to`.
        to: ActorRef<dyn Account>,
        /// The parameter `amount`.
        amount: T,
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<Result<(), Short>>,
    },
}
/// The methods of a reference to `Savings`.
pub struct SavingsApi<T: Send + 'static, __N>(
    __N,
    ::core::marker::PhantomData<(fn() -> T,)>,
);
const _: () = {
    use ::callboard::__private as __rt;
    fn __fields<T: Send + 'static>(
        _: __rt::Field<ActorRef<dyn Account>>,
        _: __rt::Field<T>,
        _: __rt::Field<Result<(), Short>>,
    ) {}
    impl<T: Send + 'static> __rt::Message for SavingsMsg<T> {
        const NAMES: &'static [&'static str] = &["MoveTo"];
        fn tag(&self) -> usize {
            match *self {
                Self::MoveTo { .. } => 0,
            }
        }
    }
    __rt::layer!(
        SavingsApi[T : Send + 'static,] [T,] [] [, ::core::marker::PhantomData]
    );
    impl<T: Send + 'static, __N: __rt::Api> SavingsApi<T, __N> {
        /// Asks for `move_to`.
        pub fn move_to(
            &self,
            to: impl __rt::Speaking<dyn Account>,
            amount: T,
        ) -> __rt::Ask<Result<(), Short>> {
            let to = __rt::Speaking::speaking(to);
            __rt::ask::<
                Savings<T>,
                _,
            >(
                self,
                move |reply| SavingsMsg::MoveTo {
                    to,
                    amount,
                    reply,
                },
            )
        }
    }
    impl<T: Send + 'static> __rt::Protocol for Savings<T> {
        type Msg = SavingsMsg<T>;
        type Api = SavingsApi<T, __rt::BeneathOf<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl<T: Send + 'static> __rt::Handle<SavingsMsg<T>> for Savings<T> {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: SavingsMsg<T>,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
            match msg {
                SavingsMsg::MoveTo { to, amount, reply } => {
                    __rt::asked_later(
                        reply,
                        __rt::ends_later(call, Self::move_to(self, to, amount)),
                    )
                }
            }
        }
    }
    impl<T: Send + 'static> __rt::Handlers for Savings<T> {
        const SUSPENDS: bool = true;
    }
};
impl<T: Send + 'static> Account for Savings<T> {
    fn deposit(&mut self, amount: u64) {}
}
const _: () = {
    use ::callboard::__private as __rt;
    impl<T: Send + 'static> __rt::Handles<dyn Account> for Savings<T> {
        type By = dyn Account;
    }
};
