pub struct Store<T: Clone, B = Memory, const N: usize = 4>
where
    B: Backend,
{
    values: [T; N],
    backend: B,
}
const _: () = {
    use ::callboard::__private as __rt;
    impl<T: Clone, B, const N: usize> __rt::Beneath for Store<T, B, N>
    where
        B: Backend,
    {
        type Below = __rt::At<Self>;
    }
    impl<T: Clone, B, const N: usize> __rt::Actor for Store<T, B, N>
    where
        B: Backend,
        Store<T, B, N>: __rt::Handlers,
    {
        const TYPE: &'static __rt::ActorType<Self> = &__rt::ActorType::new();
        type Below = __rt::At<Self>;
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
    __rt::layer!(
        StoreApi[T : Clone, B, const N : usize,] [T, B, N,] [where B : Backend,] [,
        ::core::marker::PhantomData]
    );
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
        type Api = StoreApi<T, B, N, __rt::BeneathOf<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl<T: Clone, B, const N: usize> __rt::Handle<StoreMsg<T, B, N>> for Store<T, B, N>
    where
        B: Backend,
        T: ::core::marker::Send + 'static,
        B: 'static,
    {
        #[inline(always)]
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
};
struct Fixed<const SIZE: usize>([u8; SIZE]);
const _: () = {
    use ::callboard::__private as __rt;
    impl<const SIZE: usize> __rt::Beneath for Fixed<SIZE> {
        type Below = __rt::At<Self>;
    }
    impl<const SIZE: usize> __rt::Actor for Fixed<SIZE>
    where
        Fixed<SIZE>: __rt::Handlers,
    {
        const TYPE: &'static __rt::ActorType<Self> = &__rt::ActorType::new();
        type Below = __rt::At<Self>;
        type Wraps = ();
    }
};
impl<const SIZE: usize> Fixed<SIZE> {}
/// The messages of `Fixed`.
pub enum FixedMsg<const SIZE: usize> {}
/// The methods of a reference to `Fixed`.
pub struct FixedApi<const SIZE: usize, __N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl<const SIZE: usize> __rt::Message for FixedMsg<SIZE> {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    __rt::layer!(FixedApi[const SIZE : usize,] [SIZE,] [] []);
    impl<const SIZE: usize> __rt::Protocol for Fixed<SIZE> {
        type Msg = FixedMsg<SIZE>;
        type Api = FixedApi<SIZE, __rt::BeneathOf<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl<const SIZE: usize> __rt::Handle<FixedMsg<SIZE>> for Fixed<SIZE> {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: FixedMsg<SIZE>,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            match msg {}
        }
    }
    impl<const SIZE: usize> __rt::Handlers for Fixed<SIZE> {}
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
    __rt::layer!(CellApi[T : Send + 'static,] [T,] [] [, ::core::marker::PhantomData]);
    impl<T: Send + 'static, __N: __rt::Api> CellApi<T, __N> {
        /// Tells `set`.
        pub fn set(&self, value: T) {
            __rt::tell::<Cell<T>>(self, CellMsg::Set { value });
        }
    }
    impl<T: Send + 'static> __rt::Protocol for Cell<T> {
        type Msg = CellMsg<T>;
        type Api = CellApi<T, __rt::BeneathOf<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl<T: Send + 'static> __rt::Handle<CellMsg<T>> for Cell<T> {
        #[inline(always)]
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
};
