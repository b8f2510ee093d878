pub struct Counter {
    n: i64,
}
::core::compile_error! {
    "unknown option `slise`\nhelp: write `slice`; known options: `ask_timeout`, `blocking`, `crate`, `mailbox`, `remote`, `schema_lock`, `slice`, `speaks`, `start_timeout`, `states`, `version`, `wrap`"
}
const _: () = {
    use ::callboard::__private as __rt;
    static TYPE: __rt::ActorType<Counter> = __rt::ActorType::new();
    impl __rt::Actor for Counter {
        const TYPE: &'static __rt::ActorType<Self> = &TYPE;
        type Below = __rt::At<Self>;
        type Wraps = ();
    }
};
impl Counter {
    pub fn add(&mut self, name: &str, on: impl Display) {}
    pub fn put<T>(&mut self, values: Vec<T>, other: ActorRef<Self>) -> T {
        values.into_iter().next().unwrap()
    }
    fn open(&mut self, path: PathBuf) {}
}
::core::compile_error! {
    "`add` takes a reference, but a message must own its data\nhelp: take `String`, or `Arc<str>` to share it"
}
::core::compile_error! {
    "a message field needs a named type, found `impl Display`\nhelp: name the type, or `Box<dyn Display + Send>`"
}
::core::compile_error! {
    "handler `put` cannot be generic: a message has one type\nhelp: move `T` to the actor"
}
::core::compile_error! {
    "`#[start]` takes only `cx`\nhelp: give `path` to the constructor"
}
/// The messages of `Counter`.
pub enum CounterMsg {
    /// Tells `add`.
    Add {
        /// The parameter `name`.
        name: &'static str,
        /// The parameter `on`.
        on: ::core::convert::Infallible,
    },
    /// Asks for `put`.
    Put {
        /// The parameter `values`.
        values: ::core::convert::Infallible,
        /// The parameter `other`.
        other: ActorRef<Counter>,
        /// Where the answer goes.
        reply: ::callboard::__private::Reply<::core::convert::Infallible>,
    },
}
/// The methods of a reference to `Counter`.
pub struct CounterApi<__N>(__N);
const _: () = {
    use ::callboard::__private as __rt;
    impl __rt::Message for CounterMsg {
        const NAMES: &'static [&'static str] = &["Add", "Put"];
        fn tag(&self) -> usize {
            ::core::unreachable!()
        }
    }
    __rt::layer!(CounterApi);
    #[allow(unused_variables, reason = "stubs, so that one mistake is one error")]
    impl<__N: __rt::Api> CounterApi<__N> {
        /// Tells `add`.
        pub fn add(&self, name: &str, on: impl Display) {
            ::core::unreachable!()
        }
        /// Asks for `put`.
        pub fn put<T>(
            &self,
            values: Vec<T>,
            other: ActorRef<Counter>,
        ) -> __rt::Ask<::core::convert::Infallible> {
            ::core::unreachable!()
        }
    }
    impl __rt::Protocol for Counter {
        type Msg = CounterMsg;
        type Api = CounterApi<__rt::Below<Self>>;
        const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
    }
    impl __rt::Handle<CounterMsg> for Counter {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            _msg: CounterMsg,
            _cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            ::core::unreachable!()
        }
    }
    impl __rt::Handlers for Counter {}
};
