impl Gallery {
    pub async fn render(&self, template: String) -> Html {
        self.engine.run(template).await
    }
    fn set(&mut self, engine: Engine) {
        self.engine = engine;
    }
    #[cfg(unix)]
    async fn store(&self, cx: &Context<Self>, page: u64) -> Result<(), StoreError> {
        self.disk.write(cx.me(), page).await
    }
    async fn wait_for(&self, reply: Reply<u64>) {
        self.waiting.borrow_mut().push(reply);
    }
    async fn forward(&self, page: u64) -> Forward<Html> {
        self.other.render(page).forward()
    }
}
/// The messages of `Gallery`.
pub enum GalleryMsg {
    /// Asks for `render`.
    Render {
        /// The parameter `template`.
        template: String,
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<Html>,
    },
    /// Tells `set`.
    Set {
        /// The parameter `engine`.
        engine: Engine,
    },
    /// Tells `store`.
    #[cfg(unix)]
    Store {
        /// The parameter `page`.
        page: u64,
    },
    /// Asks for `wait_for`.
    WaitFor {
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<u64>,
    },
    /// Asks for `forward`.
    Forward {
        /// The parameter `page`.
        page: u64,
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<Html>,
    },
}
/// The methods of a reference to `Gallery`.
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
pub struct GalleryApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    fn __fields(
        _: __rt::Field<String>,
        _: __rt::Field<Html>,
        _: __rt::Field<Engine>,
        #[cfg(unix)]
        _: __rt::Field<u64>,
        _: __rt::Field<u64>,
    ) {}
    impl __rt::Message for GalleryMsg {
        const NAMES: &'static [&'static str] = &[
            "Render",
            "Set",
            "Store",
            "WaitFor",
            "Forward",
        ];
        fn tag(&self) -> usize {
            match *self {
                Self::Render { .. } => 0,
                Self::Set { .. } => 1,
                #[cfg(unix)]
                Self::Store { .. } => 2,
                Self::WaitFor { .. } => 3,
                Self::Forward { .. } => 4,
            }
        }
    }
    impl<__N: __rt::Api> __rt::Api for GalleryApi<__N> {
        type Of = __N::Of;
        fn at(address: __rt::Address) -> Self {
            Self(__N::at(address))
        }
        fn address(&self) -> __rt::Address {
            self.0.address()
        }
    }
    impl<__N> ::core::ops::Deref for GalleryApi<__N> {
        type Target = __N;
        fn deref(&self) -> &__N {
            &self.0
        }
    }
    impl<__N: __rt::Api> GalleryApi<__N> {
        /// Asks for `render`.
        pub fn render(&self, template: String) -> __rt::Ask<Html> {
            __rt::ask::<
                Gallery,
                _,
            >(
                self,
                move |reply| GalleryMsg::Render {
                    template,
                    reply,
                },
            )
        }
        /// Tells `set`.
        fn set(&self, engine: Engine) {
            __rt::tell::<Gallery>(self, GalleryMsg::Set { engine });
        }
        /// Tells `store`.
        #[cfg(unix)]
        fn store(&self, page: u64) {
            __rt::tell::<Gallery>(self, GalleryMsg::Store { page });
        }
        /// Asks for `wait_for`.
        fn wait_for(&self) -> __rt::Ask<u64> {
            __rt::ask::<Gallery, _>(self, |reply| GalleryMsg::WaitFor { reply })
        }
        /// Asks for `forward`.
        fn forward(&self, page: u64) -> __rt::Ask<Html> {
            __rt::ask::<
                Gallery,
                _,
            >(self, move |reply| GalleryMsg::Forward { page, reply })
        }
    }
    impl __rt::Protocol for Gallery {
        type Msg = GalleryMsg;
        type Api = GalleryApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<GalleryMsg> for Gallery {
        fn handle<'a>(
            &'a mut self,
            msg: GalleryMsg,
            cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
            match msg {
                msg @ GalleryMsg::Render { .. } => __rt::Handlers::share(self, msg, cx),
                GalleryMsg::Set { engine } => {
                    __rt::told(__rt::ended(call, Self::set(self, engine)))
                }
                #[cfg(unix)]
                msg @ GalleryMsg::Store { .. } => __rt::Handlers::share(self, msg, cx),
                msg @ GalleryMsg::WaitFor { .. } => __rt::Handlers::share(self, msg, cx),
                msg @ GalleryMsg::Forward { .. } => __rt::Handlers::share(self, msg, cx),
            }
        }
    }
    impl __rt::Handlers for Gallery {
        const SUSPENDS: bool = true;
        const CONCURRENT: &'static [u32] = &[8, 0, 2, 1, 16];
        fn share<'a>(
            &'a self,
            msg: GalleryMsg,
            cx: &'a __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
            match msg {
                GalleryMsg::Render { template, reply } => {
                    __rt::asked_later(
                        reply,
                        __rt::ends_later(call, Self::render(self, template)),
                    )
                }
                #[cfg(unix)]
                GalleryMsg::Store { page } => {
                    __rt::keep((::core::clone::Clone::clone(&page),));
                    __rt::told_later(
                        __rt::kept_later(
                            __rt::ends_later(call, Self::store(self, cx, page)),
                        ),
                    )
                }
                GalleryMsg::WaitFor { reply } => {
                    __rt::told_later(__rt::ends_later(call, Self::wait_for(self, reply)))
                }
                GalleryMsg::Forward { page, reply } => {
                    __rt::forwarded_later(
                        reply,
                        __rt::ends_later(call, Self::forward(self, page)),
                    )
                }
                _ => ::core::unreachable!(),
            }
        }
    }
    type __Reach = __rt::ReachOf<Gallery>;
    impl __rt::Travels for Gallery {
        type Reach = __Reach;
        const CARRIAGE: __rt::Carriage<Self, __Reach> = __rt::Carriage {
            handlers: &[
                __Reach::ask::<Html>("forward", &[__Reach::field::<u64>("page")]),
                __Reach::ask::<Html>("render", &[__Reach::field::<String>("template")]),
                __Reach::tell("set", &[__Reach::field::<Engine>("engine")]),
                #[cfg(unix)]
                __Reach::tell("store", &[__Reach::field::<u64>("page")]),
                #[cfg(not(all(unix)))]
                __Reach::absent(),
                __Reach::ask::<u64>("wait_for", &[]),
            ],
            encode: |msg, out| match msg {
                GalleryMsg::Forward { page, reply } => {
                    out.handler(0)?.field::<u64>(&page)?.reply::<Html>(reply)?.end()
                }
                GalleryMsg::Render { template, reply } => {
                    out.handler(1)?
                        .field::<String>(&template)?
                        .reply::<Html>(reply)?
                        .end()
                }
                GalleryMsg::Set { engine } => {
                    out.handler(2)?.field::<Engine>(&engine)?.end()
                }
                #[cfg(unix)]
                GalleryMsg::Store { page } => out.handler(3)?.field::<u64>(&page)?.end(),
                GalleryMsg::WaitFor { reply } => {
                    out.handler(4)?.reply::<u64>(reply)?.end()
                }
            },
            decode: |from| ::core::result::Result::Ok(
                match from.handler() {
                    0 => {
                        let page = from.field::<u64>()?;
                        let reply = from.reply::<Html>()?;
                        GalleryMsg::Forward { page, reply }
                    }
                    1 => {
                        let template = from.field::<String>()?;
                        let reply = from.reply::<Html>()?;
                        GalleryMsg::Render {
                            template,
                            reply,
                        }
                    }
                    2 => {
                        let engine = from.field::<Engine>()?;
                        GalleryMsg::Set { engine }
                    }
                    #[cfg(unix)]
                    3 => {
                        let page = from.field::<u64>()?;
                        GalleryMsg::Store { page }
                    }
                    4 => {
                        let reply = from.reply::<u64>()?;
                        GalleryMsg::WaitFor { reply }
                    }
                    other => return from.unknown(other),
                },
            ),
        };
    }
};
