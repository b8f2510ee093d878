pub struct Cart {
    missed: Vec<String>,
}
const _: () = {
    use ::callboard::__private as __rt;
    static TYPE: __rt::ActorType<Cart> = __rt::ActorType::new();
    impl __rt::Actor for Cart {
        const SPEAKS: &'static [__rt::Spoken<Self>] = match (
            __rt::spoken::<Self, dyn Account>(["Cart", "Account"]),
            <Self as __rt::Handlers>::UNKNOWN,
        ) {
            (p0, ::core::option::Option::Some(unknown)) => &[p0, unknown],
            (p0, ::core::option::Option::None) => &[p0],
        };
        const TYPE: &'static __rt::ActorType<Self> = &TYPE;
        const LEAVE: ::core::option::Option<__rt::Leave<__rt::MsgOf<Self>>> = __rt::remote::leaving::<
            Self,
        >();
        type Below = __rt::On<dyn Account, __rt::At<Self>>;
        type Wraps = ();
    }
    impl __rt::Takes<__rt::MsgOf<dyn Account>> for Cart {
        const WAY: __rt::Delivery<__rt::MsgOf<dyn Account>> = <dyn Account as __rt::Protocol>::DELIVERY;
    }
    __rt::remote_items! {
        impl __rt::remote::Remote for Cart { const NAME : & 'static str = "shop.cart";
        const VERSION : u32 = 1; } const _ : () = __rt::remote::checked:: < Cart > ();
    }
};
#[allow(unused_imports, reason = "an actor without handlers is told of elsewhere")]
pub(crate) use ::callboard::__private::made as Cart;
#[cfg(test)]
#[test]
#[allow(unnameable_test_items, reason = "an actor of one function has no lock")]
fn __schema_cart() {
    ::callboard::__private::remote::verify::<
        Cart,
    >(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/schema/shop.cart.lock"));
}
impl Cart {
    fn newer(&mut self, message: UnknownMessage) {
        self.missed.push(message.handler().to_owned());
    }
}
/// The messages of `Cart`.
pub enum CartMsg {}
/// The methods of a reference to `Cart`.
pub struct CartApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for CartMsg {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    __rt::layer!(CartApi);
    impl __rt::Protocol for Cart {
        type Msg = CartMsg;
        type Api = CartApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<CartMsg> for Cart {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: CartMsg,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            match msg {}
        }
    }
    impl __rt::Handlers for Cart {
        __rt::remote_items! {
            const UNKNOWN : ::core::option::Option < __rt::Spoken < Self >> =
            ::core::option::Option::Some(__rt::remote::unknown:: < Self > ());
        }
    }
    impl __rt::Handle<__rt::remote::UnknownMessage> for Cart {
        fn handle<'a>(
            &'a mut self,
            news: __rt::remote::UnknownMessage,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            __rt::told(Self::newer(self, news))
        }
    }
    type __Described = __rt::remote::Described<Cart>;
    impl __rt::remote::RemoteProtocol for Cart {
        const CARRIAGE: __rt::remote::Carriage<Self> = __rt::remote::Carriage {
            table: __Described::table(&[], &[]),
            encode: |msg, _out| match msg {},
            decode: |from, _to| ::core::result::Result::Ok(
                match from.handler() {
                    other => from.unknown(other)?,
                },
            ),
        };
        const UNKNOWN: ::core::option::Option<
            fn(__rt::Address, __rt::remote::UnknownMessage),
        > = ::core::option::Option::Some(__rt::remote::arrive_unknown::<Self>);
    }
};
impl<T: Wire> Store<T> {
    #[cfg(unix)]
    async fn newer(
        &mut self,
        cx: &mut Context<Self>,
        message: UnknownMessage,
    ) -> Result<(), Why> {
        Err(Why)
    }
}
/// The messages of `Store`.
pub enum StoreMsg<T: Wire>
where
    T: 'static,
{
    #[doc(hidden)]
    __Unnamed(::core::convert::Infallible, ::core::marker::PhantomData<(fn() -> T,)>),
}
/// The methods of a reference to `Store`.
pub struct StoreApi<T: Wire, __N>(__N, ::core::marker::PhantomData<(fn() -> T,)>);
const _: () = {
    use ::callboard::__private as __rt;
    impl<T: Wire> __rt::Message for StoreMsg<T>
    where
        T: 'static,
    {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {
                Self::__Unnamed(never, _) => match never {}
            }
        }
    }
    __rt::layer!(StoreApi[T : Wire,] [T,] [] [, ::core::marker::PhantomData]);
    impl<T: Wire> __rt::Protocol for Store<T>
    where
        T: 'static,
    {
        type Msg = StoreMsg<T>;
        type Api = StoreApi<T, __rt::BeneathOf<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl<T: Wire> __rt::Handle<StoreMsg<T>> for Store<T>
    where
        T: 'static,
    {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: StoreMsg<T>,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            match msg {}
        }
    }
    impl<T: Wire> __rt::Handlers for Store<T>
    where
        T: 'static,
    {
        const SUSPENDS: bool = true;
        __rt::remote_items! {
            #[cfg(unix)] const UNKNOWN : ::core::option::Option < __rt::Spoken < Self >>
            = ::core::option::Option::Some(__rt::remote::unknown:: < Self > ());
        }
    }
    #[cfg(unix)]
    impl<T: Wire> __rt::Handle<__rt::remote::UnknownMessage> for Store<T>
    where
        T: 'static,
    {
        fn handle<'a>(
            &'a mut self,
            news: __rt::remote::UnknownMessage,
            cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            __rt::told_later(Self::newer(self, cx, news))
        }
    }
    type __Described<T> = __rt::remote::Described<Store<T>>;
    impl<T: Wire> __rt::remote::RemoteProtocol for Store<T>
    where
        T: 'static,
    {
        const CARRIAGE: __rt::remote::Carriage<Self> = __rt::remote::Carriage {
            table: __Described::<T>::table(&[], &[]),
            encode: |msg, _out| match msg {
                StoreMsg::__Unnamed(never, _) => match never {}
            },
            decode: |from, _to| ::core::result::Result::Ok(
                match from.handler() {
                    other => from.unknown(other)?,
                },
            ),
        };
        #[cfg(unix)]
        const UNKNOWN: ::core::option::Option<
            fn(__rt::Address, __rt::remote::UnknownMessage),
        > = ::core::option::Option::Some(__rt::remote::arrive_unknown::<Self>);
    }
};
impl Till {
    fn newer(&mut self) -> Flow {
        Flow::stop()
    }
}
/// The messages of `Till`.
pub enum TillMsg {}
/// The methods of a reference to `Till`.
pub struct TillApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for TillMsg {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    __rt::layer!(TillApi);
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
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            match msg {}
        }
    }
    impl __rt::Handlers for Till {
        __rt::remote_items! {
            const UNKNOWN : ::core::option::Option < __rt::Spoken < Self >> =
            ::core::option::Option::Some(__rt::remote::unknown:: < Self > ());
        }
    }
    impl __rt::Handle<__rt::remote::UnknownMessage> for Till {
        fn handle<'a>(
            &'a mut self,
            _news: __rt::remote::UnknownMessage,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            __rt::told(Self::newer(self))
        }
    }
    type __Described = __rt::remote::Described<Till>;
    impl __rt::remote::RemoteProtocol for Till {
        const CARRIAGE: __rt::remote::Carriage<Self> = __rt::remote::Carriage {
            table: __Described::table(&[], &[]),
            encode: |msg, _out| match msg {},
            decode: |from, _to| ::core::result::Result::Ok(
                match from.handler() {
                    other => from.unknown(other)?,
                },
            ),
        };
        const UNKNOWN: ::core::option::Option<
            fn(__rt::Address, __rt::remote::UnknownMessage),
        > = ::core::option::Option::Some(__rt::remote::arrive_unknown::<Self>);
    }
};
