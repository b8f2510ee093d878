use callboard::prelude::*;

#[actor]
pub struct AuditLog;

#[handlers]
impl AuditLog {}

#[actor(remote = "shop.cart")]
pub struct Cart;

#[handlers]
impl Cart {
    #[tell]
    pub fn audit_to(&mut self, log: ActorRef<AuditLog>) {
        let _ = log;
    }
}

fn main() {}
