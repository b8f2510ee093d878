pub struct Counter {
    n: i64,
}
const _: () = {
    use ::callboard::__private as __rt;
    static TYPE: __rt::ActorType<Counter> = __rt::ActorType::new();
    impl __rt::Actor for Counter {
        const TYPE: &'static __rt::ActorType<Self> = &TYPE;
    }
};
impl Counter {
    /// Adds `by`.
    pub fn inc(&mut self, by: i64) {
        self.n += by;
    }
    /// How many there are.
    pub fn get(&self) -> i64 {
        self.n
    }
}
/// The messages of `Counter`.
pub enum CounterMsg {
    /// Adds `by`.
    Inc {
        /// The parameter `by`.
        by: i64,
    },
    /// How many there are.
    Get {
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<i64>,
    },
}
/// The methods of a reference to `Counter`.
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
pub struct CounterApi(::callboard::__private::Address);
const _: () = {
    use ::callboard::__private as __rt;
    fn __fields(_: __rt::Field<i64>) {}
    impl __rt::Message for CounterMsg {
        const NAMES: &'static [&'static str] = &["Inc", "Get"];
        fn tag(&self) -> usize {
            match *self {
                Self::Inc { .. } => 0,
                Self::Get { .. } => 1,
            }
        }
    }
    impl __rt::Api for CounterApi {
        fn at(address: __rt::Address) -> Self {
            Self(address)
        }
        fn address(&self) -> __rt::Address {
            self.0
        }
    }
    impl CounterApi {
        /// Adds `by`.
        pub fn inc(&self, by: i64) {
            __rt::tell::<Counter>(self.0, CounterMsg::Inc { by });
        }
        /// How many there are.
        pub fn get(&self) -> __rt::Ask<i64> {
            __rt::ask::<Counter, _>(self.0, |reply| CounterMsg::Get { reply })
        }
    }
    impl __rt::Protocol for Counter {
        type Msg = CounterMsg;
        type Api = CounterApi;
        const DELIVERY: __rt::Delivery<Self::Msg> = __rt::delivery::<Self>();
    }
    impl __rt::Handle<CounterMsg> for Counter {
        fn handle<'a>(
            &'a mut self,
            msg: CounterMsg,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            match msg {
                CounterMsg::Inc { by } => __rt::told(Self::inc(self, by)),
                CounterMsg::Get { reply } => __rt::asked(reply, Self::get(self)),
            }
        }
    }
    impl __rt::Handlers for Counter {}
};
