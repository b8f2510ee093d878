pub struct Counter {
    n: i64,
}
const _: () = {
    use ::callboard::__private as __rt;
    static TYPE: __rt::ActorType<Counter> = __rt::ActorType::new();
    impl __rt::Actor for Counter {
        const TYPE: &'static __rt::ActorType<Self> = &TYPE;
        type Below = __rt::At<Self>;
        type Wraps = ();
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
pub struct CounterApi<__N>(__N);
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
    __rt::layer!(CounterApi);
    impl<__N: __rt::Api> CounterApi<__N> {
        /// Adds `by`.
        pub fn inc(&self, by: i64) {
            __rt::tell::<Counter>(self, CounterMsg::Inc { by });
        }
        /// How many there are.
        pub fn get(&self) -> __rt::Ask<i64> {
            __rt::ask::<Counter, _>(self, |reply| CounterMsg::Get { reply })
        }
    }
    impl __rt::Protocol for Counter {
        type Msg = CounterMsg;
        type Api = CounterApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<CounterMsg> for Counter {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: CounterMsg,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
            match msg {
                CounterMsg::Inc { by } => {
                    __rt::told(__rt::ended(call, Self::inc(self, by)))
                }
                CounterMsg::Get { reply } => {
                    __rt::asked(reply, __rt::ended(call, Self::get(self)))
                }
            }
        }
    }
    impl __rt::Handlers for Counter {}
};
