use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[actor]
struct Savings;

#[handlers]
impl Savings {
    #[tell]
    async fn pause(&mut self, cx: &mut Context<Self>) {
        receive! { cx: XferMsg,
            Pause => {}
            Abort(why) if why.is_empty() => drop(why),
        }
    }
}

fn main() {}
