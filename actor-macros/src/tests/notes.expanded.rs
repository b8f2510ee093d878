#[cfg(unix)]
impl Counter {
    /// As [`Self::get`], in a hurry.
    #[cfg(feature = "fast")]
    #[inline]
    pub fn race(&mut self, #[cfg(feature = "far")] far: u8, by: i64) {}
    /// Gives it.
    ///
    /// Twice.
    #[deprecated(since = "0.2.0", note = "ask for `all`")]
    pub fn get(&self) -> i64 {
        0
    }
    #[cfg(feature = "fast")]
    fn open(&mut self) {}
}
/// The messages of `Counter`.
#[cfg(unix)]
pub enum CounterMsg {
    /// As [`Counter::get`], in a hurry.
    #[cfg(feature = "fast")]
    Race {
        /// The parameter `far`.
        #[cfg(feature = "far")]
        far: u8,
        /// The parameter `by`.
        by: i64,
    },
    /// Gives it.
    ///
    /// Twice.
    #[deprecated(since = "0.2.0", note = "ask for `all`")]
    Get {
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<i64>,
    },
}
/// The methods of a reference to `Counter`.
#[cfg(unix)]
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
pub struct CounterApi<__N>(__N);
#[cfg(unix)]
#[allow(deprecated, reason = "a deprecated message is still handled")]
const _: () = {
    use ::callboard::__private as __rt;
    fn __fields(
        #[cfg(feature = "fast")]
        #[cfg(feature = "far")]
        _: __rt::Field<u8>,
        #[cfg(feature = "fast")]
        _: __rt::Field<i64>,
        _: __rt::Field<i64>,
    ) {}
    impl __rt::Message for CounterMsg {
        const NAMES: &'static [&'static str] = &["Race", "Get"];
        fn tag(&self) -> usize {
            match *self {
                #[cfg(feature = "fast")]
                Self::Race { .. } => 0,
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
        /// As [`Counter::get`], in a hurry.
        #[cfg(feature = "fast")]
        pub fn race(&self, #[cfg(feature = "far")] far: u8, by: i64) {
            __rt::tell::<
                Counter,
            >(
                self,
                CounterMsg::Race {
                    #[cfg(feature = "far")]
                    far,
                    by,
                },
            );
        }
        /// Gives it.
        ///
        /// Twice.
        #[deprecated(since = "0.2.0", note = "ask for `all`")]
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
                #[cfg(feature = "fast")]
                CounterMsg::Race { #[cfg(feature = "far")] far, by } => {
                    __rt::told(
                        __rt::ended(
                            call,
                            Self::race(self, #[cfg(feature = "far")] far, by),
                        ),
                    )
                }
                CounterMsg::Get { reply } => {
                    __rt::asked(reply, __rt::ended(call, Self::get(self)))
                }
            }
        }
    }
    impl __rt::Handlers for Counter {
        #[cfg(feature = "fast")]
        const STARTS: bool = true;
        #[cfg(feature = "fast")]
        fn start<'a>(
            &'a mut self,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            __rt::started(Self::open(self))
        }
    }
    type __Reach = __rt::ReachOf<Counter>;
    impl __rt::Travels for Counter {
        type Reach = __Reach;
        const CARRIAGE: __rt::Carriage<Self, __Reach> = __rt::Carriage {
            handlers: &[
                __Reach::ask::<i64>("get", &[]),
                #[cfg(feature = "fast")]
                __Reach::tell(
                    "race",
                    &[
                        __Reach::field::<i64>("by"),
                        #[cfg(feature = "far")]
                        __Reach::field::<u8>("far"),
                    ],
                ),
                #[cfg(not(all(feature = "fast")))]
                __Reach::absent(),
            ],
            encode: |msg, out| match msg {
                CounterMsg::Get { reply } => out.handler(0)?.reply::<i64>(reply)?.end(),
                #[cfg(feature = "fast")]
                CounterMsg::Race { #[cfg(feature = "far")] far, by } => {
                    let out = out.handler(1)?;
                    let out = out.field::<i64>(&by)?;
                    #[cfg(feature = "far")]
                    let out = out.field::<u8>(&far)?;
                    out.end()
                }
            },
            decode: |from| ::core::result::Result::Ok(
                match from.handler() {
                    0 => {
                        let reply = from.reply::<i64>()?;
                        CounterMsg::Get { reply }
                    }
                    #[cfg(feature = "fast")]
                    1 => {
                        let by = from.field::<i64>()?;
                        #[cfg(feature = "far")]
                        let far = from.field::<u8>()?;
                        CounterMsg::Race {
                            #[cfg(feature = "far")]
                            far,
                            by,
                        }
                    }
                    other => return from.unknown(other),
                },
            ),
        };
    }
};
