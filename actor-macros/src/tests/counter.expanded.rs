pub struct Counter {
    n: i64,
}
const _: () = {
    use ::callboard::__private as __rt;
    static TYPE: __rt::ActorType<Counter> = __rt::ActorType::new();
    impl __rt::Actor for Counter {
        const TYPE: &'static __rt::ActorType<Self> = &TYPE;
        type Below = __rt::At<Self>;
        type Reach = __rt::Here;
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
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
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
    impl<__N: __rt::Api> __rt::Api for CounterApi<__N> {
        type Of = __N::Of;
        fn at(address: __rt::Address) -> Self {
            Self(__N::at(address))
        }
        fn address(&self) -> __rt::Address {
            self.0.address()
        }
    }
    impl<__N> ::core::ops::Deref for CounterApi<__N> {
        type Target = __N;
        fn deref(&self) -> &__N {
            &self.0
        }
    }
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
    type __Reach = __rt::ReachOf<Counter>;
    impl __rt::Travels for Counter {
        type Reach = __Reach;
        const CARRIAGE: __rt::Carriage<Self, __Reach> = __rt::Carriage {
            handlers: &[
                __Reach::ask::<i64>("get", &[]),
                __Reach::tell("inc", &[__Reach::field::<i64>("by")]),
            ],
            encode: |msg, out| match msg {
                CounterMsg::Get { reply } => out.handler(0)?.reply::<i64>(reply)?.end(),
                CounterMsg::Inc { by } => out.handler(1)?.field::<i64>(&by)?.end(),
            },
            decode: |from| ::core::result::Result::Ok(
                match from.handler() {
                    0 => {
                        let reply = from.reply::<i64>()?;
                        CounterMsg::Get { reply }
                    }
                    1 => {
                        let by = from.field::<i64>()?;
                        CounterMsg::Inc { by }
                    }
                    other => return from.unknown(other),
                },
            ),
        };
    }
};
