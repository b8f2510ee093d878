impl Loader {
    pub async fn load(&mut self, path: PathBuf) -> Result<u64, LoadError> {
        self.read(path).await
    }
    pub(crate) async fn flush(
        &mut self,
        context: &mut callboard::Context<Self>,
    ) -> Result<(), FlushError> {
        Ok(())
    }
    fn forget(&mut self, _cx: &mut Context<Loader>, mut cx: u8, msg: u8) -> Flow {
        Flow::stop()
    }
    async fn read(&self, path: PathBuf) -> Result<u64, LoadError> {
        Ok(1)
    }
}
/// The messages of `Loader`.
pub enum LoaderMsg {
    /// Asks for `load`.
    Load {
        /// The parameter `path`.
        path: PathBuf,
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<Result<u64, LoadError>>,
    },
    /// Tells `flush`.
    Flush,
    /// Tells `forget`.
    Forget {
        /// The parameter `cx`.
        cx: u8,
        /// The parameter `msg`.
        msg: u8,
    },
}
/// The methods of a reference to `Loader`.
pub struct LoaderApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    fn __fields(
        _: __rt::Field<PathBuf>,
        _: __rt::Field<Result<u64, LoadError>>,
        _: __rt::Field<u8>,
    ) {}
    impl __rt::Message for LoaderMsg {
        const NAMES: &'static [&'static str] = &["Load", "Flush", "Forget"];
        fn tag(&self) -> usize {
            match *self {
                Self::Load { .. } => 0,
                Self::Flush { .. } => 1,
                Self::Forget { .. } => 2,
            }
        }
    }
    __rt::layer!(LoaderApi);
    impl<__N: __rt::Api> LoaderApi<__N> {
        /// Asks for `load`.
        pub fn load(&self, path: PathBuf) -> __rt::Ask<Result<u64, LoadError>> {
            __rt::ask::<Loader, _>(self, move |reply| LoaderMsg::Load { path, reply })
        }
        /// Tells `flush`.
        pub(crate) fn flush(&self) {
            __rt::tell::<Loader>(self, LoaderMsg::Flush);
        }
        /// Tells `forget`.
        fn forget(&self, cx: u8, msg: u8) {
            __rt::tell::<Loader>(self, LoaderMsg::Forget { cx, msg });
        }
    }
    impl __rt::Protocol for Loader {
        type Msg = LoaderMsg;
        type Api = LoaderApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<LoaderMsg> for Loader {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: LoaderMsg,
            cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
            match msg {
                LoaderMsg::Load { path, reply } => {
                    __rt::asked_later(
                        reply,
                        __rt::ends_later(call, Self::load(self, path)),
                    )
                }
                LoaderMsg::Flush => {
                    __rt::told_later(__rt::ends_later(call, Self::flush(self, cx)))
                }
                LoaderMsg::Forget { cx, msg } => {
                    __rt::told(__rt::ended(call, Self::forget(self, cx, cx, msg)))
                }
            }
        }
    }
    impl __rt::Handlers for Loader {
        const SUSPENDS: bool = true;
    }
};
