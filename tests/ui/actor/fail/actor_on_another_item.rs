use callboard::actor;

pub struct Counter;

#[actor]
impl Counter {}

#[actor]
pub async fn count() {}

fn main() {}
