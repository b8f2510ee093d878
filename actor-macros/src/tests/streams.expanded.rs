impl Reader {
    async fn line(&mut self, line: String) -> Result<(), ParseError> {
        self.parse(&line).await
    }
    #[cfg(unix)]
    fn tick(&self, cx: &mut Context<Self>, at: Instant) {}
    fn open(&mut self) {}
}
/// The messages of `Reader`.
pub enum ReaderMsg {}
/// The methods of a reference to `Reader`.
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
pub struct ReaderApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for ReaderMsg {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    impl<__N: __rt::Api> __rt::Api for ReaderApi<__N> {
        type Of = __N::Of;
        fn at(address: __rt::Address) -> Self {
            Self(__N::at(address))
        }
        fn address(&self) -> __rt::Address {
            self.0.address()
        }
    }
    impl<__N> ::core::ops::Deref for ReaderApi<__N> {
        type Target = __N;
        fn deref(&self) -> &__N {
            &self.0
        }
    }
    impl __rt::Protocol for Reader {
        type Msg = ReaderMsg;
        type Api = ReaderApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<ReaderMsg> for Reader {
        fn handle<'a>(
            &'a mut self,
            msg: ReaderMsg,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            match msg {}
        }
    }
    impl __rt::Handlers for Reader {
        const STARTS: bool = true;
        const STREAMS: bool = true;
        fn attach(&mut self, cx: &__rt::Context<Self>) {
            __rt::attach::<
                _,
                _,
                String,
                _,
            >(
                cx,
                ::core::option::Option::take(&mut self.lines),
                8,
                __rt::StreamEnd::Stop,
                async |actor: &mut Self, item: String| Self::line(actor, item).await,
            );
            #[cfg(unix)]
            __rt::attach::<
                _,
                _,
                Instant,
                _,
            >(
                cx,
                ::core::option::Option::take(&mut self.1),
                64,
                __rt::StreamEnd::Ignore,
                |actor: &mut Self, cx: &mut __rt::Context<Self>, item: Instant| Self::tick(
                    actor,
                    cx,
                    item,
                ),
            );
        }
        fn start<'a>(
            &'a mut self,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            __rt::started(Self::open(self))
        }
    }
    type __Reach = __rt::ReachOf<Reader>;
    impl __rt::Travels for Reader {
        type Reach = __Reach;
        const CARRIAGE: __rt::Carriage<Self, __Reach> = __rt::Carriage {
            handlers: &[],
            encode: |msg, _out| match msg {},
            decode: |from| {
                let other = from.handler();
                from.unknown(other)
            },
        };
    }
};
