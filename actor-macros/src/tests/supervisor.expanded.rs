pub struct Bank {
    config: Config,
}
#[cfg(panic = "abort")]
::core::compile_error!(
    "supervision needs unwinding, and this build aborts on panic\nhelp: remove `panic = \"abort\"` from the profile, or write `#[supervisor(abort_ok)]`"
);
/// A running `Bank`: a handle to its supervisor and its children.
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct BankTree(::callboard::__private::Tree<Bank>);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Protocol for Bank {
        type Msg = __rt::SupervisorMsg;
        type Api = __rt::SupervisorApi;
        const DELIVERY: __rt::Delivery<Self::Msg> = <__rt::Supervisor as __rt::Protocol>::DELIVERY;
    }
    impl __rt::Child for Bank {
        type Actor = __rt::Supervisor;
        type Start = __rt::SupervisorSpec<Self>;
        fn into_actor(start: Self::Start) -> Self::Actor {
            __rt::Supervisor::new(start)
        }
    }
    impl Bank {
        /// Starts the children of `Bank` on this shard, each when the one above it has started.
        ///
        /// # Errors
        ///
        /// Why a child did not start; those above it have been stopped then.
        pub async fn start(
            config: Config,
        ) -> ::core::result::Result<BankTree, __rt::StartError> {
            Self::__with_children(Self { config }).start().await.map(BankTree)
        }
        /// What a supervisor above `Bank` starts it from.
        pub fn start_spec(config: Config) -> __rt::SupervisorSpec<Self> {
            Self::__with_children(Self { config })
        }
        fn __with_children(given: Self) -> __rt::SupervisorSpec<Self> {
            let spec = __rt::SupervisorSpec::of("Bank")
                .strategy(__rt::Strategy::RestForOne)
                .intensity(5, ::core::time::Duration::from_secs(10));
            let spec = {
                let config = __rt::plain::<Config>(&given.config);
                let start = move |_siblings: &__rt::Siblings| {
                    let config = __rt::plain::<Config>(&config);
                    async move {
                        __rt::start_of::<AuditLog>(AuditLog::open(&config.path).await?)
                    }
                };
                let child = __rt::ChildSpec::new("log", start)
                    .shutdown(
                        __rt::Shutdown::Timeout(::core::time::Duration::from_secs(10)),
                    );
                spec.child::<AuditLog>(child)
            };
            let spec = {
                let start = |siblings: &__rt::Siblings| {
                    let log = siblings.child::<AuditLog>(0);
                    async move { __rt::start_of::<Savings>(Savings::new(log)) }
                };
                let child = __rt::ChildSpec::new("house", start)
                    .restart(__rt::Restart::Transient)
                    .backoff(
                        ::core::time::Duration::from_millis(
                            50,
                        )..=::core::time::Duration::from_secs(5),
                    );
                spec.child::<Savings>(child)
            };
            let spec = {
                let config = __rt::plain::<Config>(&given.config);
                let start = move |_siblings: &__rt::Siblings| {
                    let config = __rt::plain::<Config>(&config);
                    async move {
                        __rt::start_of::<
                            Metrics,
                        >(Metrics::start_spec(format!("{config}")))
                    }
                };
                let child = __rt::ChildSpec::new("metrics", start)
                    .shutdown(__rt::Shutdown::Infinite);
                spec.child::<Metrics>(child)
            };
            let spec = {
                let start = |_siblings: &__rt::Siblings| {
                    async move { __rt::by_default::<Cache>() }
                };
                let child = __rt::ChildSpec::new("cache", start);
                spec.child::<Cache>(child)
            };
            let spec = {
                let start = |siblings: &__rt::Siblings, (desk,): (u32,)| {
                    let log = siblings.child::<AuditLog>(0);
                    async move { __rt::start_of::<Teller>(Teller::new(desk, log)) }
                };
                let child = __rt::DynamicSpec::new("tellers", start)
                    .intensity(9, ::core::time::Duration::from_secs(60))
                    .max(10_000);
                spec.dynamic::<Teller, (u32,)>(child)
            };
            let spec = {
                let start = |siblings: &__rt::Siblings, (): ()| {
                    let tellers = siblings.dynamic::<Teller, (u32,)>(4);
                    async move { __rt::start_of::<Guest>(Guest::new(tellers)) }
                };
                let child = __rt::DynamicSpec::temporary("guests", start).shard(1);
                spec.dynamic::<Guest, ()>(child)
            };
            spec
        }
    }
    impl ::core::ops::Deref for BankTree {
        type Target = __rt::ActorRef<Bank>;
        fn deref(&self) -> &Self::Target {
            self.0.supervisor()
        }
    }
    impl ::core::convert::From<__rt::Tree<Bank>> for BankTree {
        fn from(tree: __rt::Tree<Bank>) -> Self {
            Self(tree)
        }
    }
    impl BankTree {
        /// The child `log`.
        fn log(&self) -> __rt::ActorRef<AuditLog> {
            self.0.child::<AuditLog>(0)
        }
        /// Where the money lies.
        pub fn house(&self) -> __rt::ActorRef<Savings> {
            self.0.child::<Savings>(1)
        }
        /// The child `metrics`.
        fn metrics(&self) -> __rt::ActorRef<Metrics> {
            self.0.child::<Metrics>(2)
        }
        /// The child `cache`.
        fn cache(&self) -> __rt::ActorRef<Cache> {
            self.0.child::<Cache>(3)
        }
        /// The dynamic children `tellers`.
        fn tellers(&self) -> Dynamic<Teller, (u32,)> {
            self.0.dynamic::<Teller, (u32,)>(4)
        }
        /// The dynamic children `guests`.
        fn guests(&self) -> callboard::Dynamic<Guest, ()> {
            self.0.dynamic::<Guest, ()>(5)
        }
    }
};
struct Lone {}
/// A running `Lone`: a handle to its supervisor and its children.
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
struct LoneTree(my::callboard::__private::Tree<Lone>);
const _: () = {
    use my::callboard::__private as __rt;
    impl __rt::Protocol for Lone {
        type Msg = __rt::SupervisorMsg;
        type Api = __rt::SupervisorApi;
        const DELIVERY: __rt::Delivery<Self::Msg> = <__rt::Supervisor as __rt::Protocol>::DELIVERY;
    }
    impl __rt::Child for Lone {
        type Actor = __rt::Supervisor;
        type Start = __rt::SupervisorSpec<Self>;
        fn into_actor(start: Self::Start) -> Self::Actor {
            __rt::Supervisor::new(start)
        }
    }
    impl Lone {
        /// Starts the children of `Lone` on this shard, each when the one above it has started.
        ///
        /// # Errors
        ///
        /// Why a child did not start; those above it have been stopped then.
        async fn start() -> ::core::result::Result<LoneTree, __rt::StartError> {
            Self::__with_children(Self {}).start().await.map(LoneTree)
        }
        /// What a supervisor above `Lone` starts it from.
        fn start_spec() -> __rt::SupervisorSpec<Self> {
            Self::__with_children(Self {})
        }
        fn __with_children(_given: Self) -> __rt::SupervisorSpec<Self> {
            let spec = __rt::SupervisorSpec::of("Lone")
                .auto_shutdown(__rt::AutoShutdown::Any)
                .path("/svc/lone");
            let spec = {
                let start = |_siblings: &__rt::Siblings| {
                    async move { __rt::start_of::<Solo>(Solo::new(Self::LEVEL)) }
                };
                let child = __rt::ChildSpec::new("solo", start)
                    .restart(__rt::Restart::Temporary)
                    .shutdown(__rt::Shutdown::Brutal)
                    .significant();
                spec.child::<Solo>(child)
            };
            spec
        }
    }
    impl ::core::ops::Deref for LoneTree {
        type Target = __rt::ActorRef<Lone>;
        fn deref(&self) -> &Self::Target {
            self.0.supervisor()
        }
    }
    impl ::core::convert::From<__rt::Tree<Lone>> for LoneTree {
        fn from(tree: __rt::Tree<Lone>) -> Self {
            Self(tree)
        }
    }
    impl LoneTree {
        /// The child `solo`.
        fn solo(&self) -> __rt::ActorRef<Solo> {
            self.0.child::<Solo>(0)
        }
    }
};
