struct Idle;
const _: () = {
    use ::callboard::__private as __rt;
    static TYPE: __rt::ActorType<Idle> = __rt::ActorType::new();
    impl __rt::Actor for Idle {
        const TYPE: &'static __rt::ActorType<Self> = &TYPE;
    }
};
impl Idle {}
/// The messages of `Idle`.
pub enum IdleMsg {}
/// The methods of a reference to `Idle`.
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
pub struct IdleApi(::callboard::__private::Address);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for IdleMsg {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    impl __rt::Api for IdleApi {
        fn at(address: __rt::Address) -> Self {
            Self(address)
        }
        fn address(&self) -> __rt::Address {
            self.0
        }
    }
    impl __rt::Protocol for Idle {
        type Msg = IdleMsg;
        type Api = IdleApi;
        const DELIVERY: __rt::Delivery<Self::Msg> = __rt::delivery::<Self>();
    }
    impl __rt::Handle<IdleMsg> for Idle {
        fn handle<'a>(
            &'a mut self,
            msg: IdleMsg,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            match msg {}
        }
    }
    impl __rt::Handlers for Idle {}
};
