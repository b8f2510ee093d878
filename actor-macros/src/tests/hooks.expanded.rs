impl Plain {
    fn open(&mut self) {}
    fn close(&mut self) {}
}
/// The messages of `Plain`.
pub enum PlainMsg {}
/// The methods of a reference to `Plain`.
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
pub struct PlainApi(::callboard::__private::Address);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for PlainMsg {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    impl __rt::Api for PlainApi {
        fn at(address: __rt::Address) -> Self {
            Self(address)
        }
        fn address(&self) -> __rt::Address {
            self.0
        }
    }
    impl __rt::Protocol for Plain {
        type Msg = PlainMsg;
        type Api = PlainApi;
        const DELIVERY: __rt::Delivery<Self::Msg> = __rt::delivery::<Self>();
    }
    impl __rt::Handle<PlainMsg> for Plain {
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
            _why: &'a __rt::ExitReason,
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
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
pub struct LateApi(::callboard::__private::Address);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for LateMsg {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    impl __rt::Api for LateApi {
        fn at(address: __rt::Address) -> Self {
            Self(address)
        }
        fn address(&self) -> __rt::Address {
            self.0
        }
    }
    impl __rt::Protocol for Late {
        type Msg = LateMsg;
        type Api = LateApi;
        const DELIVERY: __rt::Delivery<Self::Msg> = __rt::delivery::<Self>();
    }
    impl __rt::Handle<LateMsg> for Late {
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
            why: &'a __rt::ExitReason,
            cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            __rt::told_later(Self::close(self, cx, why))
        }
    }
};
