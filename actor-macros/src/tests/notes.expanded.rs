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
    __rt::layer!(CounterApi);
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
        #[inline(always)]
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
};
