#[actor]
struct Idle;

#[handlers]
impl Idle {}
