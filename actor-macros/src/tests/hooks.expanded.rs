impl Plain {
    fn open(&mut self) {}
    fn close(&mut self) {}
}
/// The messages of `Plain`.
pub enum PlainMsg {}
/// The methods of a reference to `Plain`.
pub struct PlainApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for PlainMsg {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    __rt::layer!(PlainApi);
    impl __rt::Protocol for Plain {
        type Msg = PlainMsg;
        type Api = PlainApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<PlainMsg> for Plain {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: PlainMsg,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            match msg {}
        }
    }
    impl __rt::Handlers for Plain {
        const STARTS: bool = true;
        fn start<'a>(
            &'a mut self,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            __rt::started(Self::open(self))
        }
        fn stop<'a>(
            &'a mut self,
            _news: &'a __rt::ExitReason,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            __rt::told(Self::close(self))
        }
    }
};
impl Late {
    async fn open(&mut self, cx: &mut Context<Self>) -> Result<Start, OpenError> {
        Ok(Start::Run)
    }
    async fn close(&mut self, cx: &mut Context<Self>, why: &ExitReason) {}
}
/// The messages of `Late`.
pub enum LateMsg {}
/// The methods of a reference to `Late`.
pub struct LateApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for LateMsg {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    __rt::layer!(LateApi);
    impl __rt::Protocol for Late {
        type Msg = LateMsg;
        type Api = LateApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<LateMsg> for Late {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: LateMsg,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            match msg {}
        }
    }
    impl __rt::Handlers for Late {
        const SUSPENDS: bool = true;
        const STARTS: bool = true;
        fn start<'a>(
            &'a mut self,
            cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            __rt::started_later(Self::open(self, cx))
        }
        fn stop<'a>(
            &'a mut self,
            news: &'a __rt::ExitReason,
            cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            __rt::told_later(Self::close(self, cx, news))
        }
    }
};
impl Watching {
    fn gone(&mut self, down: Down) {}
    async fn left(&mut self, cx: &mut Context<Self>, exit: Exit) -> Flow {
        Flow::stop()
    }
}
/// The messages of `Watching`.
pub enum WatchingMsg {}
/// The methods of a reference to `Watching`.
pub struct WatchingApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for WatchingMsg {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    __rt::layer!(WatchingApi);
    impl __rt::Protocol for Watching {
        type Msg = WatchingMsg;
        type Api = WatchingApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<WatchingMsg> for Watching {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: WatchingMsg,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            match msg {}
        }
    }
    impl __rt::Handlers for Watching {
        const SUSPENDS: bool = true;
        fn down<'a>(
            &'a mut self,
            news: __rt::Down,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            __rt::told(Self::gone(self, news))
        }
        const TRAPS: bool = true;
        fn exit<'a>(
            &'a mut self,
            news: __rt::Exit,
            cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            __rt::told_later(Self::left(self, cx, news))
        }
    }
};
impl Phoenix {
    fn burn(&mut self, why: &ExitReason) {}
}
/// The messages of `Phoenix`.
pub enum PhoenixMsg {}
/// The methods of a reference to `Phoenix`.
pub struct PhoenixApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for PhoenixMsg {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    __rt::layer!(PhoenixApi);
    impl __rt::Protocol for Phoenix {
        type Msg = PhoenixMsg;
        type Api = PhoenixApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<PhoenixMsg> for Phoenix {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: PhoenixMsg,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            match msg {}
        }
    }
    impl __rt::Handlers for Phoenix {
        fn restart<'a>(
            &'a mut self,
            news: &'a __rt::ExitReason,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            __rt::told(Self::burn(self, news))
        }
    }
};
impl Ash {
    fn burn(&mut self, cx: &mut Context<Self>) {}
}
/// The messages of `Ash`.
pub enum AshMsg {}
/// The methods of a reference to `Ash`.
pub struct AshApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for AshMsg {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    __rt::layer!(AshApi);
    impl __rt::Protocol for Ash {
        type Msg = AshMsg;
        type Api = AshApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<AshMsg> for Ash {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: AshMsg,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            match msg {}
        }
    }
    impl __rt::Handlers for Ash {
        fn restart<'a>(
            &'a mut self,
            _news: &'a __rt::ExitReason,
            cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            __rt::told(Self::burn(self, cx))
        }
    }
};
