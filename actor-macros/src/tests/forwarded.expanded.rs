impl Front {
    fn find(&mut self, key: String) -> Forward<Option<u64>> {
        self.store.get(key).forward()
    }
    async fn find_checked(
        &self,
        cx: &mut Context<Self>,
        key: String,
    ) -> callboard::Forward<Self> {
        self.store.clone_of(cx.me()).forward()
    }
}
/// The messages of `Front`.
pub enum FrontMsg {
    /// Asks for `find`.
    Find {
        /// The parameter `key`.
        key: String,
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<Option<u64>>,
    },
    /// Asks for `find_checked`.
    FindChecked {
        /// The parameter `key`.
        key: String,
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<Front>,
    },
}
/// The methods of a reference to `Front`.
pub struct FrontApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    fn __fields(
        _: __rt::Field<String>,
        _: __rt::Field<Option<u64>>,
        _: __rt::Field<Front>,
    ) {}
    impl __rt::Message for FrontMsg {
        const NAMES: &'static [&'static str] = &["Find", "FindChecked"];
        fn tag(&self) -> usize {
            match *self {
                Self::Find { .. } => 0,
                Self::FindChecked { .. } => 1,
            }
        }
    }
    __rt::layer!(FrontApi);
    impl<__N: __rt::Api> FrontApi<__N> {
        /// Asks for `find`.
        fn find(&self, key: String) -> __rt::Ask<Option<u64>> {
            __rt::ask::<Front, _>(self, move |reply| FrontMsg::Find { key, reply })
        }
        /// Asks for `find_checked`.
        fn find_checked(&self, key: String) -> __rt::Ask<Front> {
            __rt::ask::<
                Front,
                _,
            >(
                self,
                move |reply| FrontMsg::FindChecked {
                    key,
                    reply,
                },
            )
        }
    }
    impl __rt::Protocol for Front {
        type Msg = FrontMsg;
        type Api = FrontApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<FrontMsg> for Front {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: FrontMsg,
            cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
            match msg {
                FrontMsg::Find { key, reply } => {
                    __rt::forwarded(reply, __rt::ended(call, Self::find(self, key)))
                }
                FrontMsg::FindChecked { key, reply } => {
                    __rt::forwarded_later(
                        reply,
                        __rt::ends_later(call, Self::find_checked(self, cx, key)),
                    )
                }
            }
        }
    }
    impl __rt::Handlers for Front {
        const SUSPENDS: bool = true;
    }
};
