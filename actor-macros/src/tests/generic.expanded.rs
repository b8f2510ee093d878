pub struct Store<T: Clone, B = Memory, const N: usize = 4>
where
    B: Backend,
{
    values: [T; N],
    backend: B,
}
const _: () = {
    use ::callboard::__private as __rt;
    impl<T: Clone, B, const N: usize> __rt::Actor for Store<T, B, N>
    where
        B: Backend,
        Store<T, B, N>: __rt::Handlers,
    {
        const TYPE: &'static __rt::ActorType<Self> = &__rt::ActorType::new();
        type Below = __rt::At<Self>;
        type Reach = __rt::Here;
        type Wraps = ();
    }
};
impl<T: Clone, B, const N: usize> Store<T, B, N>
where
    B: Backend,
{
    pub fn put(&mut self, at: usize, value: T) {
        self.values[at] = value;
    }
    pub fn all(&self) -> [T; N] {
        self.values.clone()
    }
}
/// The messages of `Store`.
pub enum StoreMsg<T: Clone, B, const N: usize>
where
    B: Backend,
    T: ::core::marker::Send + 'static,
    B: 'static,
{
    /// Tells `put`.
    Put {
        /// The parameter `at`.
        at: usize,
        /// The parameter `value`.
        value: T,
    },
    /// Asks for `all`.
    All {
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<[T; N]>,
    },
    #[doc(hidden)]
    __Unnamed(::core::convert::Infallible, ::core::marker::PhantomData<(fn() -> B,)>),
}
/// The methods of a reference to `Store`.
pub struct StoreApi<T: Clone, B, const N: usize, __N>(
    __N,
    ::core::marker::PhantomData<(fn() -> T, fn() -> B)>,
)
where
    B: Backend;
const _: () = {
    use ::callboard::__private as __rt;
    fn __fields<T: Clone, B, const N: usize>(
        _: __rt::Field<usize>,
        _: __rt::Field<T>,
        _: __rt::Field<[T; N]>,
    )
    where
        B: Backend,
    {}
    impl<T: Clone, B, const N: usize> __rt::Message for StoreMsg<T, B, N>
    where
        B: Backend,
        T: ::core::marker::Send + 'static,
        B: 'static,
    {
        const NAMES: &'static [&'static str] = &["Put", "All"];
        fn tag(&self) -> usize {
            match *self {
                Self::Put { .. } => 0,
                Self::All { .. } => 1,
                Self::__Unnamed(never, _) => match never {}
            }
        }
    }
    impl<T: Clone, B, const N: usize, __N: __rt::Api> ::core::marker::Copy
    for StoreApi<T, B, N, __N>
    where
        B: Backend,
    {}
    impl<T: Clone, B, const N: usize, __N: __rt::Api> ::core::clone::Clone
    for StoreApi<T, B, N, __N>
    where
        B: Backend,
    {
        fn clone(&self) -> Self {
            *self
        }
    }
    impl<T: Clone, B, const N: usize, __N: __rt::Api> ::core::fmt::Debug
    for StoreApi<T, B, N, __N>
    where
        B: Backend,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_tuple("StoreApi").field(&__rt::Api::address(self)).finish()
        }
    }
    impl<T: Clone, B, const N: usize, __N: __rt::Api> __rt::Api
    for StoreApi<T, B, N, __N>
    where
        B: Backend,
    {
        type Of = __N::Of;
        fn at(address: __rt::Address) -> Self {
            Self(__N::at(address), ::core::marker::PhantomData)
        }
        fn address(&self) -> __rt::Address {
            self.0.address()
        }
    }
    impl<T: Clone, B, const N: usize, __N> ::core::ops::Deref for StoreApi<T, B, N, __N>
    where
        B: Backend,
    {
        type Target = __N;
        fn deref(&self) -> &__N {
            &self.0
        }
    }
    impl<T: Clone, B, const N: usize, __N: __rt::Api> StoreApi<T, B, N, __N>
    where
        B: Backend,
        T: ::core::marker::Send + 'static,
        B: 'static,
    {
        /// Tells `put`.
        pub fn put(&self, at: usize, value: T) {
            __rt::tell::<Store<T, B, N>>(self, StoreMsg::Put { at, value });
        }
        /// Asks for `all`.
        pub fn all(&self) -> __rt::Ask<[T; N]> {
            __rt::ask::<Store<T, B, N>, _>(self, |reply| StoreMsg::All { reply })
        }
    }
    impl<T: Clone, B, const N: usize> __rt::Protocol for Store<T, B, N>
    where
        B: Backend,
        T: ::core::marker::Send + 'static,
        B: 'static,
    {
        type Msg = StoreMsg<T, B, N>;
        type Api = StoreApi<T, B, N, __rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl<T: Clone, B, const N: usize> __rt::Handle<StoreMsg<T, B, N>> for Store<T, B, N>
    where
        B: Backend,
        T: ::core::marker::Send + 'static,
        B: 'static,
    {
        fn handle<'a>(
            &'a mut self,
            msg: StoreMsg<T, B, N>,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
            match msg {
                StoreMsg::Put { at, value } => {
                    __rt::told(__rt::ended(call, Self::put(self, at, value)))
                }
                StoreMsg::All { reply } => {
                    __rt::asked(reply, __rt::ended(call, Self::all(self)))
                }
            }
        }
    }
    impl<T: Clone, B, const N: usize> __rt::Handlers for Store<T, B, N>
    where
        B: Backend,
        T: ::core::marker::Send + 'static,
        B: 'static,
    {}
    type __Reach<T, B, const N: usize> = __rt::ReachOf<Store<T, B, N>>;
    impl<T: Clone, B, const N: usize> __rt::Travels for Store<T, B, N>
    where
        B: Backend,
        T: ::core::marker::Send + 'static,
        B: 'static,
    {
        type Reach = __Reach<T, B, N>;
        const CARRIAGE: __rt::Carriage<Self, __Reach<T, B, N>> = __rt::Carriage {
            handlers: &[
                __Reach::<T, B, N>::ask::<[T; N]>("all", &[]),
                __Reach::<
                    T,
                    B,
                    N,
                >::tell(
                    "put",
                    &[
                        __Reach::<T, B, N>::field::<usize>("at"),
                        __Reach::<T, B, N>::field::<T>("value"),
                    ],
                ),
            ],
            encode: |msg, out| match msg {
                StoreMsg::All { reply } => out.handler(0)?.reply::<[T; N]>(reply)?.end(),
                StoreMsg::Put { at, value } => {
                    out.handler(1)?.field::<usize>(&at)?.field::<T>(&value)?.end()
                }
                StoreMsg::__Unnamed(never, _) => match never {}
            },
            decode: |from| ::core::result::Result::Ok(
                match from.handler() {
                    0 => {
                        let reply = from.reply::<[T; N]>()?;
                        StoreMsg::All { reply }
                    }
                    1 => {
                        let at = from.field::<usize>()?;
                        let value = from.field::<T>()?;
                        StoreMsg::Put { at, value }
                    }
                    other => return from.unknown(other),
                },
            ),
        };
    }
};
struct Fixed<const SIZE: usize>([u8; SIZE]);
const _: () = {
    use ::callboard::__private as __rt;
    impl<const SIZE: usize> __rt::Actor for Fixed<SIZE>
    where
        Fixed<SIZE>: __rt::Handlers,
    {
        const TYPE: &'static __rt::ActorType<Self> = &__rt::ActorType::new();
        type Below = __rt::At<Self>;
        type Reach = __rt::Here;
        type Wraps = ();
    }
};
impl<const SIZE: usize> Fixed<SIZE> {}
/// The messages of `Fixed`.
pub enum FixedMsg<const SIZE: usize> {}
/// The methods of a reference to `Fixed`.
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
pub struct FixedApi<const SIZE: usize, __N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl<const SIZE: usize> __rt::Message for FixedMsg<SIZE> {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    impl<const SIZE: usize, __N: __rt::Api> __rt::Api for FixedApi<SIZE, __N> {
        type Of = __N::Of;
        fn at(address: __rt::Address) -> Self {
            Self(__N::at(address))
        }
        fn address(&self) -> __rt::Address {
            self.0.address()
        }
    }
    impl<const SIZE: usize, __N> ::core::ops::Deref for FixedApi<SIZE, __N> {
        type Target = __N;
        fn deref(&self) -> &__N {
            &self.0
        }
    }
    impl<const SIZE: usize> __rt::Protocol for Fixed<SIZE> {
        type Msg = FixedMsg<SIZE>;
        type Api = FixedApi<SIZE, __rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl<const SIZE: usize> __rt::Handle<FixedMsg<SIZE>> for Fixed<SIZE> {
        fn handle<'a>(
            &'a mut self,
            msg: FixedMsg<SIZE>,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            match msg {}
        }
    }
    impl<const SIZE: usize> __rt::Handlers for Fixed<SIZE> {}
    type __Reach<const SIZE: usize> = __rt::ReachOf<Fixed<SIZE>>;
    impl<const SIZE: usize> __rt::Travels for Fixed<SIZE> {
        type Reach = __Reach<SIZE>;
        const CARRIAGE: __rt::Carriage<Self, __Reach<SIZE>> = __rt::Carriage {
            handlers: &[],
            encode: |msg, _out| match msg {},
            decode: |from| {
                let other = from.handler();
                from.unknown(other)
            },
        };
    }
};
impl<T: Send + 'static> Cell<T> {
    pub fn set(&mut self, value: T) {}
}
/// The messages of `Cell`.
pub enum CellMsg<T: Send + 'static> {
    /// Tells `set`.
    Set {
        /// The parameter `value`.
        value: T,
    },
}
/// The methods of a reference to `Cell`.
pub struct CellApi<T: Send + 'static, __N>(
    __N,
    ::core::marker::PhantomData<(fn() -> T,)>,
);
const _: () = {
    use ::callboard::__private as __rt;
    fn __fields<T: Send + 'static>(_: __rt::Field<T>) {}
    impl<T: Send + 'static> __rt::Message for CellMsg<T> {
        const NAMES: &'static [&'static str] = &["Set"];
        fn tag(&self) -> usize {
            match *self {
                Self::Set { .. } => 0,
            }
        }
    }
    impl<T: Send + 'static, __N: __rt::Api> ::core::marker::Copy for CellApi<T, __N> {}
    impl<T: Send + 'static, __N: __rt::Api> ::core::clone::Clone for CellApi<T, __N> {
        fn clone(&self) -> Self {
            *self
        }
    }
    impl<T: Send + 'static, __N: __rt::Api> ::core::fmt::Debug for CellApi<T, __N> {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_tuple("CellApi").field(&__rt::Api::address(self)).finish()
        }
    }
    impl<T: Send + 'static, __N: __rt::Api> __rt::Api for CellApi<T, __N> {
        type Of = __N::Of;
        fn at(address: __rt::Address) -> Self {
            Self(__N::at(address), ::core::marker::PhantomData)
        }
        fn address(&self) -> __rt::Address {
            self.0.address()
        }
    }
    impl<T: Send + 'static, __N> ::core::ops::Deref for CellApi<T, __N> {
        type Target = __N;
        fn deref(&self) -> &__N {
            &self.0
        }
    }
    impl<T: Send + 'static, __N: __rt::Api> CellApi<T, __N> {
        /// Tells `set`.
        pub fn set(&self, value: T) {
            __rt::tell::<Cell<T>>(self, CellMsg::Set { value });
        }
    }
    impl<T: Send + 'static> __rt::Protocol for Cell<T> {
        type Msg = CellMsg<T>;
        type Api = CellApi<T, __rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl<T: Send + 'static> __rt::Handle<CellMsg<T>> for Cell<T> {
        fn handle<'a>(
            &'a mut self,
            msg: CellMsg<T>,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
            match msg {
                CellMsg::Set { value } => {
                    __rt::told(__rt::ended(call, Self::set(self, value)))
                }
            }
        }
    }
    impl<T: Send + 'static> __rt::Handlers for Cell<T> {}
    type __Reach<T> = __rt::ReachOf<Cell<T>>;
    impl<T: Send + 'static> __rt::Travels for Cell<T> {
        type Reach = __Reach<T>;
        const CARRIAGE: __rt::Carriage<Self, __Reach<T>> = __rt::Carriage {
            handlers: &[__Reach::<T>::tell("set", &[__Reach::<T>::field::<T>("value")])],
            encode: |msg, out| match msg {
                CellMsg::Set { value } => out.handler(0)?.field::<T>(&value)?.end(),
            },
            decode: |from| ::core::result::Result::Ok(
                match from.handler() {
                    0 => {
                        let value = from.field::<T>()?;
                        CellMsg::Set { value }
                    }
                    other => return from.unknown(other),
                },
            ),
        };
    }
};
