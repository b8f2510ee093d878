impl Worker {
    fn job(&mut self, user: u64) {}
}
/// The messages of `Worker`.
#[derive(::core::clone::Clone)]
pub enum WorkerMsg {
    /// Tells `job`.
    Job {
        /// The parameter `user`.
        user: u64,
    },
}
/// The methods of a reference to `Worker`.
pub struct WorkerApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    fn __fields(_: __rt::Field<u64>) {}
    impl __rt::Message for WorkerMsg {
        const NAMES: &'static [&'static str] = &["Job"];
        fn tag(&self) -> usize {
            match *self {
                Self::Job { .. } => 0,
            }
        }
    }
    __rt::layer!(WorkerApi);
    impl<__N: __rt::Api> WorkerApi<__N> {
        /// Tells `job`.
        fn job(&self, user: u64) {
            __rt::tell::<Worker>(self, WorkerMsg::Job { user });
        }
    }
    impl __rt::Protocol for Worker {
        type Msg = WorkerMsg;
        type Api = WorkerApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<WorkerMsg> for Worker {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            msg: WorkerMsg,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
            match msg {
                WorkerMsg::Job { user } => {
                    __rt::told(__rt::ended(call, Self::job(self, user)))
                }
            }
        }
    }
    impl __rt::Handlers for Worker {}
};
pub struct Works {
    config: Config,
}
#[cfg(panic = "abort")]
::core::compile_error!(
    "supervision needs unwinding, and this build aborts on panic\nhelp: remove `panic = \"abort\"` from the profile, or write `#[supervisor(abort_ok)]`"
);
/// A running `Works`: a handle to its supervisor and its children.
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct WorksTree(::callboard::__private::Tree<Works>);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Protocol for Works {
        type Msg = __rt::SupervisorMsg;
        type Api = __rt::SupervisorApi;
        const DELIVERY: __rt::Delivery<Self::Msg> = <__rt::Supervisor as __rt::Protocol>::DELIVERY;
    }
    impl __rt::Child for Works {
        type Actor = __rt::Supervisor;
        type Start = __rt::SupervisorSpec<Self>;
        fn into_actor(start: Self::Start) -> Self::Actor {
            __rt::Supervisor::new(start)
        }
    }
    impl Works {
        /// Starts the children of `Works` on this shard, each when the one above it has started.
        ///
        /// # Errors
        ///
        /// Why a child did not start; those above it have been stopped then.
        pub async fn start(
            config: Config,
        ) -> ::core::result::Result<WorksTree, __rt::StartError> {
            Self::__with_children(Self { config }).start().await.map(WorksTree)
        }
        /// What a supervisor above `Works` starts it from.
        pub fn start_spec(config: Config) -> __rt::SupervisorSpec<Self> {
            Self::__with_children(Self { config })
        }
        fn __with_children(given: Self) -> __rt::SupervisorSpec<Self> {
            let spec = __rt::SupervisorSpec::of("Works");
            let spec = {
                let start = |_siblings: &__rt::Siblings, (desk,): (u32,)| {
                    async move { __rt::start_of::<Teller>(Teller::new(desk)) }
                };
                let child = __rt::DynamicSpec::new("tellers", start);
                spec.dynamic::<Teller, (u32,)>(child)
            };
            let spec = {
                let config = __rt::plain::<Config>(&given.config);
                let start = move |siblings: &__rt::Siblings| {
                    let config = __rt::plain::<Config>(&config);
                    let tellers = siblings.dynamic::<Teller, (u32,)>(0);
                    let worker = move || {
                        let config = __rt::plain::<Config>(&config);
                        let tellers = ::core::clone::Clone::clone(&tellers);
                        async move {
                            __rt::start_of::<
                                Worker,
                            >(Worker::open(&config.path, tellers).await?)
                        }
                    };
                    let pool = Pool::with(4, worker)
                        .routing(
                            __rt::Routing::hash(|message: &WorkerMsg| message.user()),
                        )
                        .shutdown(
                            __rt::Shutdown::Timeout(
                                ::core::time::Duration::from_secs(10),
                            ),
                        )
                        .intensity(9, ::core::time::Duration::from_secs(60));
                    async move { __rt::start_of::<Pool<Worker>>(pool) }
                };
                let child = __rt::ChildSpec::new("workers", start)
                    .restart(__rt::Restart::Transient)
                    .shard(1);
                spec.child::<Pool<Worker>>(child)
            };
            let spec = {
                let start = |_siblings: &__rt::Siblings| {
                    let worker = move || { async move { __rt::by_default::<Worker>() } };
                    let pool = Pool::with(2, worker);
                    async move { __rt::start_of::<Pool<Worker>>(pool) }
                };
                let child = __rt::ChildSpec::new("spare", start);
                spec.child::<Pool<Worker>>(child)
            };
            let spec = {
                let start = |siblings: &__rt::Siblings| {
                    let workers = siblings.child::<Worker>(1);
                    async move { __rt::start_of::<Log>(Log::of(workers)) }
                };
                let child = __rt::ChildSpec::new("log", start)
                    .shutdown(__rt::Shutdown::Brutal);
                spec.child::<Log>(child)
            };
            spec
        }
    }
    impl ::core::ops::Deref for WorksTree {
        type Target = __rt::ActorRef<Works>;
        fn deref(&self) -> &Self::Target {
            self.0.supervisor()
        }
    }
    impl ::core::convert::From<__rt::Tree<Works>> for WorksTree {
        fn from(tree: __rt::Tree<Works>) -> Self {
            Self(tree)
        }
    }
    impl WorksTree {
        /// The dynamic children `tellers`.
        fn tellers(&self) -> Dynamic<Teller, (u32,)> {
            self.0.dynamic::<Teller, (u32,)>(0)
        }
        /// The child `workers`.
        fn workers(&self) -> __rt::ActorRef<Worker> {
            self.0.child::<Worker>(1)
        }
        /// The child `spare`.
        fn spare(&self) -> __rt::ActorRef<Worker> {
            self.0.child::<Worker>(2)
        }
        /// The child `log`.
        fn log(&self) -> __rt::ActorRef<Log> {
            self.0.child::<Log>(3)
        }
    }
};
