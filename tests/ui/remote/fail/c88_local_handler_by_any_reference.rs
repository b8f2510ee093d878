use callboard::prelude::*;

#[actor(remote = "shop.cart")]
pub struct Cart;

#[handlers]
impl Cart {
    #[ask]
    #[local]
    pub fn dump(&self) -> usize {
        0
    }
}

pub async fn look(cart: ActorRef<Cart>) -> Result<usize, AskError> {
    if let Some(here) = cart.local() {
        here.dump().await?;
    }
    cart.dump().await
}

fn main() {}
