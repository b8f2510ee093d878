trait Account {
    fn deposit(&mut self, amount: Self::Currency)
    where
        Self: ::core::marker::Sized;
    fn report(&self)
    where
        Self: ::core::marker::Sized;
}
::core::compile_error! {
    "a protocol is a plain list of messages\nhelp: remove it; what several protocols share is a protocol of its own"
}
::core::compile_error! {
    "a protocol is a plain list of messages\nhelp: remove it; what several protocols share is a protocol of its own"
}
::core::compile_error! {
    "a protocol's messages cannot depend on `Self` or have parameters"
}
::core::compile_error! {
    "every method of a protocol is a message\nhelp: `#[tell]` or `#[ask]`, or put it in an extension trait"
}
/// The messages of `Account`.
enum AccountMsg {
    /// Tells `deposit`.
    Deposit {
        /// The parameter `amount`.
        amount: ::core::convert::Infallible,
    },
}
/// The methods of a reference to `Account`.
pub struct AccountApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for AccountMsg {
        const NAMES: &'static [&'static str] = &["Deposit"];
        fn tag(&self) -> usize {
            ::core::unreachable!()
        }
    }
    __rt::layer!(AccountApi);
    #[allow(unused_variables, reason = "stubs, so that one mistake is one error")]
    impl<__N: __rt::Api> AccountApi<__N> {
        /// Tells `deposit`.
        fn deposit(&self, amount: ::core::convert::Infallible) {
            ::core::unreachable!()
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
        #[inline(always)]
        fn dispatch<'a>(
            _actor: &'a mut __A,
            _msg: AccountMsg,
            _cx: &'a mut __rt::Context<__A>,
        ) -> __rt::Handled<'a> {
            ::core::unreachable!()
        }
    }
};
