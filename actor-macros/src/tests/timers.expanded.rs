impl Watch {
    fn tick(&mut self) {}
    async fn once(&mut self, cx: &mut Context<Self>) -> Result<(), OnceError> {
        Ok(())
    }
    #[cfg(feature = "idle")]
    fn idle(&self, cx: &mut Context<Self>) -> Flow {
        Flow::stop()
    }
    async fn check(&self) -> Result<(), CheckError> {
        Ok(())
    }
}
/// The messages of `Watch`.
pub enum WatchMsg {}
/// The methods of a reference to `Watch`.
pub struct WatchApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for WatchMsg {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    __rt::layer!(WatchApi);
    impl __rt::Protocol for Watch {
        type Msg = WatchMsg;
        type Api = WatchApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<WatchMsg> for Watch {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: WatchMsg,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            match msg {}
        }
    }
    impl __rt::Handlers for Watch {
        const SUSPENDS: bool = true;
        const TIMERS: &'static [__rt::Timed<Self>] = &[
            __rt::Timed::every(
                ::core::time::Duration::from_secs(1),
                ::core::time::Duration::from_millis(100),
                |actor, _cx| __rt::told(Self::tick(actor)),
            ),
            __rt::Timed::after(
                ::core::time::Duration::from_micros(250),
                |actor, cx| __rt::told_later(Self::once(actor, cx)),
            ),
            #[cfg(feature = "idle")]
            __rt::Timed::idle(
                ::core::time::Duration::from_secs(300),
                |actor, cx| __rt::told(Self::idle(actor, cx)),
            ),
            __rt::Timed::every(
                ::core::time::Duration::from_secs(1),
                ::core::time::Duration::from_secs(0),
                |actor, _cx| __rt::checked_later(3, Self::check(actor)),
            ),
        ];
    }
};
