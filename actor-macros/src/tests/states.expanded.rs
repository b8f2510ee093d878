pub(crate) struct Link<T: Send + 'static> {
    sent: Vec<T>,
}
/// The states of `Link`, the first of which it begins in.
#[derive(
    ::core::clone::Clone,
    ::core::marker::Copy,
    ::core::fmt::Debug,
    ::core::cmp::Eq,
    ::core::hash::Hash,
    ::core::cmp::PartialEq,
)]
#[allow(dead_code, reason = "nobody needs to name the state that it begins in")]
pub(crate) enum LinkState {
    /// The state `Connecting`.
    Connecting,
    /// The state `Ready`.
    Ready,
}
const _: () = {
    use ::callboard::__private as __rt;
    impl<T: Send + 'static> __rt::States for Link<T> {
        type State = LinkState;
    }
    impl __rt::State for LinkState {
        const ALL: &'static [Self] = &[Self::Connecting, Self::Ready];
        fn number(self) -> usize {
            self as usize
        }
    }
    impl<T: Send + 'static> __rt::Beneath for Link<T> {
        type Below = __rt::At<Self>;
    }
    impl<T: Send + 'static> __rt::Actor for Link<T>
    where
        Link<T>: __rt::Handlers,
    {
        const TYPE: &'static __rt::ActorType<Self> = &__rt::ActorType::new();
        type Below = __rt::At<Self>;
        type Wraps = ();
    }
};
impl<T: Send + 'static> Link<T> {
    fn connected(&mut self, cx: &mut Context<Self>) {
        cx.become_state(LinkState::Ready);
    }
    fn reset(&mut self) {}
    fn send(&mut self, value: T) -> usize {
        0
    }
}
/// The messages of `Link`.
pub enum LinkMsg<T: Send + 'static> {
    /// Tells `connected`.
    Connected,
    /// Tells `reset`.
    Reset,
    /// Asks for `send`.
    Send {
        /// The parameter `value`.
        value: T,
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<usize>,
    },
}
/// The methods of a reference to `Link`.
pub struct LinkApi<T: Send + 'static, __N>(
    __N,
    ::core::marker::PhantomData<(fn() -> T,)>,
);
const _: () = {
    use ::callboard::__private as __rt;
    fn __fields<T: Send + 'static>(_: __rt::Field<T>, _: __rt::Field<usize>) {}
    impl<T: Send + 'static> __rt::Message for LinkMsg<T> {
        const NAMES: &'static [&'static str] = &["Connected", "Reset", "Send"];
        fn tag(&self) -> usize {
            match *self {
                Self::Connected { .. } => 0,
                Self::Reset { .. } => 1,
                Self::Send { .. } => 2,
            }
        }
    }
    __rt::layer!(LinkApi[T : Send + 'static,] [T,] [] [, ::core::marker::PhantomData]);
    impl<T: Send + 'static, __N: __rt::Api> LinkApi<T, __N> {
        /// Tells `connected`.
        fn connected(&self) {
            __rt::tell::<Link<T>>(self, LinkMsg::Connected);
        }
        /// Tells `reset`.
        fn reset(&self) {
            __rt::tell::<Link<T>>(self, LinkMsg::Reset);
        }
        /// Asks for `send`.
        fn send(&self, value: T) -> __rt::Ask<usize> {
            __rt::ask::<Link<T>, _>(self, move |reply| LinkMsg::Send { value, reply })
        }
    }
    impl<T: Send + 'static> __rt::Protocol for Link<T> {
        type Msg = LinkMsg<T>;
        type Api = LinkApi<T, __rt::BeneathOf<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl<T: Send + 'static> __rt::Handle<LinkMsg<T>> for Link<T> {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: LinkMsg<T>,
            cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
            match msg {
                LinkMsg::Connected => {
                    __rt::told(__rt::ended(call, Self::connected(self, cx)))
                }
                LinkMsg::Reset => __rt::told(__rt::ended(call, Self::reset(self))),
                LinkMsg::Send { value, reply } => {
                    __rt::keep((::core::clone::Clone::clone(&value),));
                    __rt::kept(
                        __rt::asked(reply, __rt::ended(call, Self::send(self, value))),
                    )
                }
            }
        }
    }
    impl<T: Send + 'static> __rt::Handlers for Link<T> {
        const TAKEN_IN: &'static [u64] = &[
            1 << <<Self as __rt::States>::State>::Connecting as u64,
            ::core::primitive::u64::MAX,
            1 << <<Self as __rt::States>::State>::Connecting as u64
                | 1 << <<Self as __rt::States>::State>::Ready as u64,
        ];
    }
};
