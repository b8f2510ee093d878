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
    type __Reach = __rt::ReachOf<Counter>;
    impl __rt::Travels for Counter {
        type Reach = __Reach;
        const CARRIAGE: __rt::Carriage<Self, __Reach> = __rt::Carriage {
            handlers: &[
                __Reach::ask::<
                    bool,
                >("compare", &[__Reach::field::<ActorRef<Counter>>("other")]),
                __Reach::ask::<()>("settle", &[]),
                __Reach::ask::<i64>("wait_for", &[__Reach::field::<i64>("at_least")]),
            ],
            encode: |msg, out| match msg {
                CounterMsg::Compare { other, answer: reply } => {
                    out.handler(0)?
                        .field::<ActorRef<Counter>>(&other)?
                        .reply::<bool>(reply)?
                        .end()
                }
                CounterMsg::Settle { reply } => out.handler(1)?.reply::<()>(reply)?.end(),
                CounterMsg::WaitFor { at_least, reply } => {
                    out.handler(2)?.field::<i64>(&at_least)?.reply::<i64>(reply)?.end()
                }
            },
            decode: |from| ::core::result::Result::Ok(
                match from.handler() {
                    0 => {
                        let other = from.field::<ActorRef<Counter>>()?;
                        let reply = from.reply::<bool>()?;
                        CounterMsg::Compare {
                            other,
                            answer: reply,
                        }
                    }
                    1 => {
                        let reply = from.reply::<()>()?;
                        CounterMsg::Settle { reply }
                    }
                    2 => {
                        let at_least = from.field::<i64>()?;
                        let reply = from.reply::<i64>()?;
                        CounterMsg::WaitFor {
                            at_least,
                            reply,
                        }
                    }
                    other => return from.unknown(other),
                },
            ),
        };
    }
};
