/// Takes a file.
pub fn transfer(
    peer: ActorRef<Peer>,
    value_1: (u64, u64),
) -> ::callboard::__private::ProcessStart<XferMsg> {
    ::callboard::__private::process(async move |
        cx: &mut Process<XferMsg>,
    | -> Result<(), XferError> {
        let end: Result<(), XferError> = {
            #[allow(unused_imports, reason = "not every process names its messages")]
            use XferMsg as __Msg;
            let mut peer = peer;
            let (first, last) = value_1;
            body
        };
        #[allow(unreachable_code, clippy::needless_return, reason = "it may never end")]
        return end;
    })
}
fn each<T: Default>(
    value: T,
) -> my::callboard::__private::ProcessStart<store::StoreMsg<T>>
where
    T: Send + 'static,
{
    my::callboard::__private::process(async move |
        cx: &mut Process<store::StoreMsg<T>>,
    | -> () {
        let end: () = {
            #[allow(unused_imports, reason = "not every process names its messages")]
            use store::StoreMsg as __Msg;
            let value = value;
            body
        };
        #[allow(unreachable_code, clippy::needless_return, reason = "it may never end")]
        return end;
    })
}
pub fn copy(disk: PathBuf) -> ::callboard::__private::ProcessStart<XferMsg> {
    ::callboard::__private::blocking::process(move |
        cx: &mut BlockingProcess<XferMsg>,
    | -> Result<(), XferError> {
        let end: Result<(), XferError> = {
            #[allow(unused_imports, reason = "not every process names its messages")]
            use XferMsg as __Msg;
            #[allow(unused_macros, reason = "not every process uses it")]
            macro_rules! receive {
                ($($arms:tt)*) => {
                    ::callboard::__private::receive! { crate = ::callboard; blocking
                    $($arms)* }
                };
            }
            let disk = disk;
            body
        };
        #[allow(unreachable_code, clippy::needless_return, reason = "it may never end")]
        return end;
    })
}
