/// Takes a file.
#[process(msg = XferMsg)]
pub async fn transfer(
    cx: &mut Process<XferMsg>,
    mut peer: ActorRef<Peer>,
    (first, last): (u64, u64),
) -> Result<(), XferError> {
    body
}

#[process(crate = my::callboard)]
async fn each<T: Default>(cx: &mut Process<store::StoreMsg<T>>, value: T)
where
    T: Send + 'static,
{
    body
}

#[process(msg = XferMsg, blocking)]
pub fn copy(cx: &mut BlockingProcess<XferMsg>, disk: PathBuf) -> Result<(), XferError> {
    body
}
