pub struct Bank {
    config: Config,
}
::core::compile_error! {
    "unknown strategy `all_for_one`\nhelp: write `one_for_all`; one of `one_for_all`, `one_for_one`, `rest_for_one`"
}
::core::compile_error! {
    "unknown option `restrat`\nhelp: write `restart`; known options: `backoff`, `intensity`, `pool`, `restart`, `route`, `shard`, `shutdown`, `significant`, `start`"
}
::core::compile_error! {
    "a dynamic field is `Dynamic<Teller>`"
}
::core::compile_error! {
    "`start` of dynamic children is a closure\nhelp: such as `|desk: u32| Teller::new(desk)`; its parameters are those of their `start(..)`"
}
::core::compile_error! {
    "`log` starts before `house`\nhelp: move `house` up; a child sees only those above it"
}
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
    #[allow(
        unused_variables,
        clippy::unused_async,
        reason = "stubs, so that one mistake is one error"
    )]
    impl Bank {
        /// Starts the children of `Bank` on this shard, each when the one above it has started.
        ///
        /// # Errors
        ///
        /// Why a child did not start; those above it have been stopped then.
        pub async fn start(
            config: Config,
        ) -> ::core::result::Result<BankTree, __rt::StartError> {
            ::core::unreachable!()
        }
        /// What a supervisor above `Bank` starts it from.
        pub fn start_spec(config: Config) -> __rt::SupervisorSpec<Self> {
            ::core::unreachable!()
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
            ::core::unreachable!()
        }
        /// The child `house`.
        fn house(&self) -> __rt::ActorRef<Savings> {
            ::core::unreachable!()
        }
        /// The dynamic children `tellers`.
        fn tellers(&self) -> __rt::Dynamic<Teller, ()> {
            ::core::unreachable!()
        }
    }
};
