struct Idle;
const _: () = {
    use ::callboard::__private as __rt;
    static TYPE: __rt::ActorType<Idle> = __rt::ActorType::new();
    impl __rt::Actor for Idle {
        const TYPE: &'static __rt::ActorType<Self> = &TYPE;
        type Below = __rt::At<Self>;
        type Wraps = ();
    }
};
impl Idle {}
/// The messages of `Idle`.
pub enum IdleMsg {}
/// The methods of a reference to `Idle`.
pub struct IdleApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for IdleMsg {
        const NAMES: &'static [&'static str] = &[];
        fn tag(&self) -> usize {
            match *self {}
        }
    }
    __rt::layer!(IdleApi);
    impl __rt::Protocol for Idle {
        type Msg = IdleMsg;
        type Api = IdleApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<IdleMsg> for Idle {
        #[inline(always)]
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
