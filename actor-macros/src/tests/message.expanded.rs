#[message(crate = my::callboard)]
pub enum Transfer<T: Send + 'static> {
    /// A part of the file.
    Chunk { seq: u64, data: Vec<T> },
    Abort(String),
    Window(u32, u32),
    Have { from: u64, reply: Reply<u64> },
    Loop(Reply<T>),
    #[cfg(feature = "pause")]
    Pause,
}
/// The methods of a reference to `Transfer`.
pub struct TransferApi<T: Send + 'static, __N>(
    __N,
    ::core::marker::PhantomData<(fn() -> T,)>,
);
const _: () = {
    use my::callboard::__private as __rt;
    fn __fields<T: Send + 'static>(
        _: __rt::Field<u64>,
        _: __rt::Field<Vec<T>>,
        _: __rt::Field<String>,
        _: __rt::Field<u32>,
        _: __rt::Field<T>,
    ) {}
    impl<T: Send + 'static> __rt::Message for Transfer<T> {
        const NAMES: &'static [&'static str] = &[
            "Chunk",
            "Abort",
            "Window",
            "Have",
            "Loop",
            "Pause",
        ];
        fn tag(&self) -> usize {
            match *self {
                Self::Chunk { .. } => 0,
                Self::Abort { .. } => 1,
                Self::Window { .. } => 2,
                Self::Have { .. } => 3,
                Self::Loop { .. } => 4,
                #[cfg(feature = "pause")]
                Self::Pause { .. } => 5,
            }
        }
    }
    impl<T: Send + 'static> __rt::Protocol for Transfer<T> {
        type Msg = Self;
        type Api = TransferApi<T, __rt::At<Self>>;
        const DELIVERY: __rt::Delivery<Self> = __rt::process_delivery::<Self>();
    }
    impl<T: Send + 'static> __rt::Receivable for Transfer<T> {
        const PROCESS: &'static __rt::ProcessType<Self> = &__rt::ProcessType::new();
    }
    impl<T: Send + 'static> __rt::Child for Transfer<T> {
        type Actor = __rt::ProcessStart<Self>;
        type Start = __rt::ProcessStart<Self>;
        fn into_actor(start: Self::Start) -> Self::Actor {
            start
        }
    }
    __rt::layer!(
        TransferApi[T : Send + 'static,] [T,] [] [, ::core::marker::PhantomData]
    );
    #[allow(dead_code, reason = "a message may be told as a value instead")]
    impl<T: Send + 'static, __N: __rt::Api> TransferApi<T, __N> {
        /// A part of the file.
        pub fn chunk(&self, seq: u64, data: Vec<T>) {
            __rt::tell::<Transfer<T>>(self, Transfer::Chunk { seq, data });
        }
        /// Tells `Abort`.
        pub fn abort(&self, value: String) {
            __rt::tell::<Transfer<T>>(self, Transfer::Abort(value));
        }
        /// Tells `Window`.
        pub fn window(&self, value_0: u32, value_1: u32) {
            __rt::tell::<Transfer<T>>(self, Transfer::Window(value_0, value_1));
        }
        /// Asks for `Have`.
        pub fn have(&self, from: u64) -> __rt::Ask<u64> {
            __rt::ask::<
                Transfer<T>,
                _,
            >(self, move |reply| Transfer::Have { from, reply })
        }
        /// Asks for `Loop`.
        pub fn r#loop(&self) -> __rt::Ask<T> {
            __rt::ask::<Transfer<T>, _>(self, |reply| Transfer::Loop(reply))
        }
        /// Tells `Pause`.
        #[cfg(feature = "pause")]
        pub fn pause(&self) {
            __rt::tell::<Transfer<T>>(self, Transfer::Pause);
        }
    }
};
