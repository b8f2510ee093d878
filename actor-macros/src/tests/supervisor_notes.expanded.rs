#[cfg(unix)]
pub(crate) struct Bank {
    #[cfg(feature = "limits")]
    limits: Limits,
}
#[cfg(unix)]
#[cfg(panic = "abort")]
::core::compile_error!(
    "supervision needs unwinding, and this build aborts on panic\nhelp: remove `panic = \"abort\"` from the profile, or write `#[supervisor(abort_ok)]`"
);
/// A running `Bank`: a handle to its supervisor and its children.
#[cfg(unix)]
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub(crate) struct BankTree(::callboard::__private::Tree<Bank>);
#[cfg(unix)]
const _: () = {
    use ::callboard::__private as __rt;
    enum __Child {
        #[cfg(feature = "audit")]
        log,
        r#house,
    }
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
        pub(crate) async fn start(
            #[cfg(feature = "limits")]
            limits: Limits,
        ) -> ::core::result::Result<BankTree, __rt::StartError> {
            Self::__with_children(Self {
                    #[cfg(feature = "limits")]
                    limits,
                })
                .start()
                .await
                .map(BankTree)
        }
        /// What a supervisor above `Bank` starts it from.
        pub(crate) fn start_spec(
            #[cfg(feature = "limits")]
            limits: Limits,
        ) -> __rt::SupervisorSpec<Self> {
            Self::__with_children(Self {
                #[cfg(feature = "limits")]
                limits,
            })
        }
        fn __with_children(given: Self) -> __rt::SupervisorSpec<Self> {
            let spec = __rt::SupervisorSpec::of("Bank");
            #[cfg(feature = "audit")]
            let spec = {
                #[cfg(feature = "limits")]
                let limits = __rt::plain::<Limits>(&given.limits);
                let start = move |_siblings: &__rt::Siblings| {
                    #[cfg(feature = "limits")]
                    let limits = __rt::plain::<Limits>(&limits);
                    async move { __rt::start_of::<AuditLog>(AuditLog::new(limits)) }
                };
                let child = __rt::ChildSpec::new("log", start);
                spec.child::<AuditLog>(child)
            };
            let spec = {
                let start = |siblings: &__rt::Siblings| {
                    #[cfg(feature = "audit")]
                    let log = siblings.child::<AuditLog>(__Child::log as usize);
                    async move { __rt::start_of::<Savings>(Savings::new(log)) }
                };
                let child = __rt::ChildSpec::new("house", start);
                spec.child::<Savings>(child)
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
        /// As [`Bank::start`] began it.
        #[cfg(feature = "audit")]
        fn log(&self) -> __rt::ActorRef<AuditLog> {
            self.0.child::<AuditLog>(__Child::log as usize)
        }
        /// The child `house`.
        #[deprecated]
        #[must_use]
        fn r#house(&self) -> __rt::ActorRef<Savings> {
            self.0.child::<Savings>(__Child::r#house as usize)
        }
    }
};
