use callboard::Message;

#[derive(Message)]
#[allow(non_camel_case_types)]
pub enum Transfer {
    TryAgain,
    Try_again,
}

fn main() {}
