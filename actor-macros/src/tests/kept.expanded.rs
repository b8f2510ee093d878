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
    __rt::layer!(TillApi);
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
        #[inline(always)]
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
};
