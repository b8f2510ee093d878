pub struct Cart {
    items: Vec<u32>,
}
const _: () = {
    use ::callboard::__private as __rt;
    static TYPE: __rt::ActorType<Cart> = __rt::ActorType::new();
    impl __rt::Actor for Cart {
        const TYPE: &'static __rt::ActorType<Self> = &TYPE;
        const LEAVE: ::core::option::Option<__rt::Leave<__rt::MsgOf<Self>>> = __rt::remote::leaving::<
            Self,
        >();
        type Below = __rt::At<Self>;
        type Wraps = ();
    }
    __rt::remote_items! {
        impl __rt::remote::Remote for Cart { const NAME : & 'static str = "shop.cart";
        const VERSION : u32 = 2; } const _ : () = __rt::remote::checked:: < Cart > ();
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
    pub fn add(&mut self, item: u32, qty: u32) {
        self.items.resize(self.items.len() + qty as usize, item);
    }
    pub fn items(&self) -> Vec<u32> {
        self.items.clone()
    }
}
/// The messages of `Cart`.
pub enum CartMsg {
    /// Tells `add`.
    Add {
        /// The parameter `item`.
        item: u32,
        /// The parameter `qty`.
        qty: u32,
    },
    /// Asks for `items`.
    Items {
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<Vec<u32>>,
    },
}
/// The methods of a reference to `Cart`.
pub struct CartApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    fn __fields(_: __rt::Field<u32>, _: __rt::Field<Vec<u32>>) {}
    impl __rt::Message for CartMsg {
        const NAMES: &'static [&'static str] = &["Add", "Items"];
        fn tag(&self) -> usize {
            match *self {
                Self::Add { .. } => 0,
                Self::Items { .. } => 1,
            }
        }
    }
    __rt::layer!(CartApi);
    impl<__N: __rt::Api> CartApi<__N> {
        /// Tells `add`.
        pub fn add(&self, item: u32, qty: u32) {
            __rt::tell::<Cart>(self, CartMsg::Add { item, qty });
        }
        /// Asks for `items`.
        pub fn items(&self) -> __rt::Ask<Vec<u32>> {
            __rt::ask::<Cart, _>(self, |reply| CartMsg::Items { reply })
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
                CartMsg::Add { item, qty } => {
                    __rt::told(__rt::ended(call, Self::add(self, item, qty)))
                }
                CartMsg::Items { reply } => {
                    __rt::asked(reply, __rt::ended(call, Self::items(self)))
                }
            }
        }
    }
    impl __rt::Handlers for Cart {}
    type __Described = __rt::remote::Described<Cart>;
    impl __rt::remote::RemoteProtocol for Cart {
        const CARRIAGE: __rt::remote::Carriage<Self> = __rt::remote::Carriage {
            table: __Described::table(
                &[
                    __Described::tell(
                        "add",
                        &[
                            __Described::field(
                                "add",
                                __rt::remote::FieldSchema::of::<u32>("item"),
                            ),
                            __Described::field(
                                "add",
                                __rt::remote::FieldSchema::of::<u32>("qty")
                                    .since(2)
                                    .default(),
                            ),
                        ],
                    ),
                    __Described::ask::<Vec<u32>>("items", &[]),
                ],
                &[],
            ),
            encode: |msg, out| match msg {
                CartMsg::Add { item, qty } => {
                    out.handler(0)?.field::<u32>(&item)?.field::<u32>(&qty)?.end()
                }
                CartMsg::Items { reply } => {
                    out.handler(1)?.reply::<Vec<u32>>(reply)?.end()
                }
            },
            decode: |from, to| ::core::result::Result::Ok(
                match from.handler() {
                    0 => {
                        let item = from.field::<u32>()?;
                        let qty = from.field_or::<u32>(|| 1)?;
                        from.end()?;
                        to.take(CartMsg::Add { item, qty })
                    }
                    1 => {
                        let reply = from.reply::<Vec<u32>>()?;
                        from.end()?;
                        to.take(CartMsg::Items { reply })
                    }
                    other => from.unknown(other)?,
                },
            ),
        };
    }
};
