impl Till {
    fn pay(&mut self, cents: u64, note: String) {}
    fn sum(&self) -> u64 {
        0
    }
    async fn book(
        &mut self,
        cx: &mut Context<Self>,
        cents: u64,
    ) -> Result<(), BookError> {
        Ok(())
    }
}
/// The messages of `Till`.
pub enum TillMsg {
    /// Tells `pay`.
    Pay {
        /// The parameter `cents`.
        cents: u64,
        /// The parameter `note`.
        note: String,
    },
    /// Asks for `sum`.
    Sum {
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<u64>,
    },
    /// Asks for `book`.
    Book {
        /// The parameter `cents`.
        cents: u64,
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<Result<(), BookError>>,
    },
}
/// The methods of a reference to `Till`.
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
pub struct TillApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    fn __fields(
        _: __rt::Field<u64>,
        _: __rt::Field<String>,
        _: __rt::Field<Result<(), BookError>>,
    ) {}
    impl __rt::Message for TillMsg {
        const NAMES: &'static [&'static str] = &["Pay", "Sum", "Book"];
        fn tag(&self) -> usize {
            match *self {
                Self::Pay { .. } => 0,
                Self::Sum { .. } => 1,
                Self::Book { .. } => 2,
            }
        }
    }
    impl<__N: __rt::Api> __rt::Api for TillApi<__N> {
        type Of = __N::Of;
        fn at(address: __rt::Address) -> Self {
            Self(__N::at(address))
        }
        fn address(&self) -> __rt::Address {
            self.0.address()
        }
    }
    impl<__N> ::core::ops::Deref for TillApi<__N> {
        type Target = __N;
        fn deref(&self) -> &__N {
            &self.0
        }
    }
    impl<__N: __rt::Api> TillApi<__N> {
        /// Tells `pay`.
        fn pay(&self, cents: u64, note: String) {
            __rt::tell::<Till>(self, TillMsg::Pay { cents, note });
        }
        /// Asks for `sum`.
        fn sum(&self) -> __rt::Ask<u64> {
            __rt::ask::<Till, _>(self, |reply| TillMsg::Sum { reply })
        }
        /// Asks for `book`.
        fn book(&self, cents: u64) -> __rt::Ask<Result<(), BookError>> {
            __rt::ask::<Till, _>(self, move |reply| TillMsg::Book { cents, reply })
        }
    }
    impl __rt::Protocol for Till {
        type Msg = TillMsg;
        type Api = TillApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<TillMsg> for Till {
        fn handle<'a>(
            &'a mut self,
            msg: TillMsg,
            cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
            match msg {
                TillMsg::Pay { cents, note } => {
                    __rt::keep((
                        ::core::clone::Clone::clone(&cents),
                        ::core::clone::Clone::clone(&note),
                    ));
                    __rt::kept(
                        __rt::told(__rt::ended(call, Self::pay(self, cents, note))),
                    )
                }
                TillMsg::Sum { reply } => {
                    __rt::keep(());
                    __rt::kept(__rt::asked(reply, __rt::ended(call, Self::sum(self))))
                }
                TillMsg::Book { cents, reply } => {
                    __rt::keep((::core::clone::Clone::clone(&cents),));
                    __rt::asked_later(
                        reply,
                        __rt::kept_later(
                            __rt::ends_later(call, Self::book(self, cx, cents)),
                        ),
                    )
                }
            }
        }
    }
    impl __rt::Handlers for Till {
        const SUSPENDS: bool = true;
    }
    type __Reach = __rt::ReachOf<Till>;
    impl __rt::Travels for Till {
        type Reach = __Reach;
        const CARRIAGE: __rt::Carriage<Self, __Reach> = __rt::Carriage {
            handlers: &[
                __Reach::ask::<
                    Result<(), BookError>,
                >("book", &[__Reach::field::<u64>("cents")]),
                __Reach::tell(
                    "pay",
                    &[__Reach::field::<u64>("cents"), __Reach::field::<String>("note")],
                ),
                __Reach::ask::<u64>("sum", &[]),
            ],
            encode: |msg, out| match msg {
                TillMsg::Book { cents, reply } => {
                    out.handler(0)?
                        .field::<u64>(&cents)?
                        .reply::<Result<(), BookError>>(reply)?
                        .end()
                }
                TillMsg::Pay { cents, note } => {
                    out.handler(1)?.field::<u64>(&cents)?.field::<String>(&note)?.end()
                }
                TillMsg::Sum { reply } => out.handler(2)?.reply::<u64>(reply)?.end(),
            },
            decode: |from| ::core::result::Result::Ok(
                match from.handler() {
                    0 => {
                        let cents = from.field::<u64>()?;
                        let reply = from.reply::<Result<(), BookError>>()?;
                        TillMsg::Book { cents, reply }
                    }
                    1 => {
                        let cents = from.field::<u64>()?;
                        let note = from.field::<String>()?;
                        TillMsg::Pay { cents, note }
                    }
                    2 => {
                        let reply = from.reply::<u64>()?;
                        TillMsg::Sum { reply }
                    }
                    other => return from.unknown(other),
                },
            ),
        };
    }
};
