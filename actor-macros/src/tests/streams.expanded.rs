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
pub struct ReaderApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for ReaderMsg {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    __rt::layer!(ReaderApi);
    impl __rt::Protocol for Reader {
        type Msg = ReaderMsg;
        type Api = ReaderApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<ReaderMsg> for Reader {
        #[inline(always)]
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
};
