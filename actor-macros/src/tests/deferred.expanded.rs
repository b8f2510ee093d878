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
pub struct CounterApi<__N>(__N);
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
    __rt::layer!(CounterApi);
    impl<__N: __rt::Api> CounterApi<__N> {
        /// Asks for `wait_for`.
        fn wait_for(&self, at_least: i64) -> __rt::Ask<i64> {
            __rt::ask::<
                Counter,
                _,
            >(
                self,
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
                self,
                move |reply| CounterMsg::Compare {
                    other,
                    answer: reply,
                },
            )
        }
        /// Asks for `settle`.
        fn settle(&self) -> __rt::Ask<()> {
            __rt::ask::<Counter, _>(self, |reply| CounterMsg::Settle { reply })
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
                CounterMsg::WaitFor { at_least, reply } => {
                    __rt::told(__rt::ended(call, Self::wait_for(self, at_least, reply)))
                }
                CounterMsg::Compare { other, answer: reply } => {
                    __rt::told_later(
                        __rt::ends_later(call, Self::compare(self, reply, other)),
                    )
                }
                CounterMsg::Settle { reply } => {
                    __rt::asked(reply, __rt::ended(call, Self::settle(self)))
                }
            }
        }
    }
    impl __rt::Handlers for Counter {
        const SUSPENDS: bool = true;
    }
};
