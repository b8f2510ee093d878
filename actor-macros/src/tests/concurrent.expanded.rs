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
    __rt::layer!(GalleryApi);
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
        #[inline(always)]
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
};
