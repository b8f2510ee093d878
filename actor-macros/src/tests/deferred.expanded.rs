impl Counter {
    fn wait_for(&mut self, at_least: i64, reply: Reply<i64>) {
        self.waiting.push((at_least, reply));
    }
    async fn compare(&mut self, answer: callboard::Reply<bool>, other: ActorRef<Self>) {
        answer.answer(true);
    }
    fn settle(&mut self) {}
}
/// The messages of `Counter`.
pub enum CounterMsg {
    /// Asks for `wait_for`.
    WaitFor {
        /// The parameter `at_least`.
        at_least: i64,
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<i64>,
    },
    /// Asks for `compare`.
    Compare {
        /// The parameter `other`.
        other: ActorRef<Counter>,
        /// Where the answer goes.
        answer: ::callboard::__private::Reply<bool>,
    },
    /// Asks for `settle`.
    Settle {
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<()>,
    },
}
/// The methods of a reference to `Counter`.
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
pub struct CounterApi(::callboard::__private::Address);
const _: () = {
    use ::callboard::__private as __rt;
    fn __fields(
        _: __rt::Field<i64>,
        _: __rt::Field<ActorRef<Counter>>,
        _: __rt::Field<bool>,
        _: __rt::Field<()>,
    ) {}
    impl __rt::Message for CounterMsg {
        const NAMES: &'static [&'static str] = &["WaitFor", "Compare", "Settle"];
        fn tag(&self) -> usize {
            match *self {
                Self::WaitFor { .. } => 0,
                Self::Compare { .. } => 1,
                Self::Settle { .. } => 2,
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
        /// Asks for `wait_for`.
        fn wait_for(&self, at_least: i64) -> __rt::Ask<i64> {
            __rt::ask::<
                Counter,
                _,
            >(
                self.0,
                move |reply| CounterMsg::WaitFor {
                    at_least,
                    reply,
                },
            )
        }
        /// Asks for `compare`.
        fn compare(&self, other: ActorRef<Counter>) -> __rt::Ask<bool> {
            __rt::ask::<
                Counter,
                _,
            >(
                self.0,
                move |reply| CounterMsg::Compare {
                    other,
                    answer: reply,
                },
            )
        }
        /// Asks for `settle`.
        fn settle(&self) -> __rt::Ask<()> {
            __rt::ask::<Counter, _>(self.0, |reply| CounterMsg::Settle { reply })
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
                CounterMsg::WaitFor { at_least, reply } => {
                    __rt::told(Self::wait_for(self, at_least, reply))
                }
                CounterMsg::Compare { other, answer: reply } => {
                    __rt::told_later(Self::compare(self, reply, other))
                }
                CounterMsg::Settle { reply } => __rt::asked(reply, Self::settle(self)),
            }
        }
    }
    impl __rt::Handlers for Counter {
        const SUSPENDS: bool = true;
    }
};
