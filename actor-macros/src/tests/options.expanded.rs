struct Cart;
const _: () = {
    use shop::cb::__private as __rt;
    static TYPE: __rt::ActorType<Cart> = __rt::ActorType::new();
    impl __rt::Actor for Cart {
        const OPTIONS: __rt::Options = __rt::Options::new()
            .mailbox(1_024, __rt::Overflow::DropOldest)
            .slice(32)
            .ask_timeout(::core::time::Duration::from_millis(250))
            .start_timeout(::core::time::Duration::from_secs(120));
        const TYPE: &'static __rt::ActorType<Self> = &TYPE;
        type Below = __rt::At<Self>;
        type Wraps = ();
    }
};
struct Till;
const _: () = {
    use ::callboard::__private as __rt;
    static TYPE: __rt::ActorType<Till> = __rt::ActorType::new();
    impl __rt::Actor for Till {
        const OPTIONS: __rt::Options = __rt::Options::new()
            .mailbox(1, __rt::Overflow::Reject)
            .on_restart(__rt::OnRestart::Drop);
        const TYPE: &'static __rt::ActorType<Self> = &TYPE;
        type Below = __rt::At<Self>;
        type Wraps = ();
    }
};
struct Belt;
const _: () = {
    use ::callboard::__private as __rt;
    static TYPE: __rt::ActorType<Belt> = __rt::ActorType::new();
    impl __rt::Actor for Belt {
        const OPTIONS: __rt::Options = __rt::Options::new()
            .on_restart(__rt::OnRestart::Drop);
        const TYPE: &'static __rt::ActorType<Self> = &TYPE;
        type Below = __rt::At<Self>;
        type Wraps = ();
    }
};
impl Cart {
    fn total(&self) -> u64 {
        0
    }
}
/// The messages of `Cart`.
pub enum CartMsg {
    /// Asks for `total`.
    Total {
        /// Where the answer goes.
        reply: shop::cb::__private::Reply<u64>,
    },
}
/// The methods of a reference to `Cart`.
pub struct CartApi<__N>(__N);
const _: () = {
    use shop::cb::__private as __rt;
    fn __fields(_: __rt::Field<u64>) {}
    impl __rt::Message for CartMsg {
        const NAMES: &'static [&'static str] = &["Total"];
        fn tag(&self) -> usize {
            match *self {
                Self::Total { .. } => 0,
            }
        }
    }
    __rt::layer!(CartApi);
    impl<__N: __rt::Api> CartApi<__N> {
        /// Asks for `total`.
        fn total(&self) -> __rt::Ask<u64> {
            __rt::ask::<Cart, _>(self, |reply| CartMsg::Total { reply })
        }
    }
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
            let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
            match msg {
                CartMsg::Total { reply } => {
                    __rt::asked(reply, __rt::ended(call, Self::total(self)))
                }
            }
        }
    }
    impl __rt::Handlers for Cart {}
};
fn main() -> ::std::process::ExitCode {
    #[allow(clippy::unused_async, reason = "the macro asks for an async fn")]
    async fn main() {}
    shop::cb::__private::main(shop::cb::__private::System::builder().shards(4), main)
}
#[::core::prelude::v1::test]
fn sums() -> ::std::process::ExitCode {
    #[allow(clippy::unused_async, reason = "the macro asks for an async fn")]
    async fn sums() {}
    shop::cb::__private::test(
        shop::cb::__private::System::builder().shards(1).pin(false),
        ::core::time::Duration::from_micros(7),
        sums,
    )
}
struct Disk;
const _: () = {
    use ::callboard::__private as __rt;
    static TYPE: __rt::ActorType<Disk> = __rt::ActorType::blocking();
    impl __rt::Actor for Disk {
        const BLOCKS: bool = true;
        const TYPE: &'static __rt::ActorType<Self> = &TYPE;
        type Below = __rt::At<Self>;
        type Wraps = ();
    }
};
