use callboard::{ActorRef, Context, protocol};

#[protocol]
pub trait Account {
    #[tell]
    fn put<T>(&mut self, value: T);

    #[tell]
    fn merge(&mut self, other: Self);

    #[ask]
    fn copy(&self) -> Option<Self>;

    #[tell]
    fn move_to(&mut self, cx: &mut Context<Self>, other: ActorRef<Self>);
}

fn main() {}
