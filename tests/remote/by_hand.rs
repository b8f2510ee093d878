//! A remote actor made by hand: what its messages are on the wire, and how they leave.

use callboard::__private as rt;
use callboard::__private::remote::{
    DecodeError, Decoder, EncodeError, Encoder, FieldSchema, HandlerSchema, RemoteMessage, Schema,
    Wire, wire_id,
};
use callboard::remote::leave;
use callboard::{Actor, ActorRef, Address, Ask, Context, Reply};

/// Counts, for anybody.
#[derive(Default)]
pub(crate) struct Counter {
    n: u64,
    friend: Option<ActorRef<Counter>>,
    held: Vec<Reply<u64>>,
}

pub(crate) enum CounterMsg {
    Add { by: u64 },
    Get { reply: Reply<u64> },
    Echo { bytes: Vec<u8>, reply: Reply<Vec<u8>> },
    Befriend { friend: ActorRef<Counter> },
    Friend { reply: Reply<Option<ActorRef<Counter>>> },
    AskFriend { reply: Reply<Result<u64, String>> },
    Hold { reply: Reply<u64> },
}

#[derive(Clone, Copy)]
pub(crate) struct CounterApi(Address);

impl rt::Message for CounterMsg {
    const NAMES: &'static [&'static str] =
        &["Add", "Get", "Echo", "Befriend", "Friend", "AskFriend", "Hold"];
    fn tag(&self) -> usize {
        match self {
            Self::Add { .. } => 0,
            Self::Get { .. } => 1,
            Self::Echo { .. } => 2,
            Self::Befriend { .. } => 3,
            Self::Friend { .. } => 4,
            Self::AskFriend { .. } => 5,
            Self::Hold { .. } => 6,
        }
    }
}

const fn handler(
    name: &'static str,
    path: &str,
    fields: &'static [FieldSchema],
    reply: Option<&'static Schema>,
) -> HandlerSchema {
    HandlerSchema { name, id: wire_id(path), since: 1, fields, reply }
}

const fn field<T: Wire>(name: &'static str) -> FieldSchema {
    FieldSchema { name, since: 1, default: false, schema: T::SCHEMA }
}

impl RemoteMessage for CounterMsg {
    const HANDLERS: &'static [HandlerSchema] = &[
        handler("add", "test.counter/add", &[field::<u64>("by")], None),
        handler("get", "test.counter/get", &[], Some(u64::SCHEMA)),
        handler("echo", "test.counter/echo", &[field::<Vec<u8>>("bytes")], Some(Vec::<u8>::SCHEMA)),
        handler("befriend", "test.counter/befriend", &[field::<ActorRef<Counter>>("friend")], None),
        handler("friend", "test.counter/friend", &[], Some(Option::<ActorRef<Counter>>::SCHEMA)),
        handler("ask_friend", "test.counter/ask_friend", &[], Some(u64::SCHEMA)),
        handler("hold", "test.counter/hold", &[], Some(u64::SCHEMA)),
    ];

    fn encode(self, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        match self {
            Self::Add { by } => {
                out.handler(0)?;
                out.field(&by)
            }
            Self::Get { reply } => {
                out.handler(1)?;
                out.reply(reply)
            }
            Self::Echo { bytes, reply } => {
                out.handler(2)?;
                out.field(&bytes)?;
                out.reply(reply)
            }
            Self::Befriend { friend } => {
                out.handler(3)?;
                out.field(&friend)
            }
            Self::Friend { reply } => {
                out.handler(4)?;
                out.reply(reply)
            }
            Self::Hold { reply } => {
                out.handler(6)?;
                out.reply(reply)
            }
            // It stays on its node.
            Self::AskFriend { .. } => Err(EncodeError::UnknownHandler("ask_friend")),
        }
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        match from.handler() {
            0 => Ok(Self::Add { by: from.field()? }),
            1 => Ok(Self::Get { reply: from.reply()? }),
            2 => Ok(Self::Echo { bytes: from.field()?, reply: from.reply()? }),
            3 => Ok(Self::Befriend { friend: from.field()? }),
            4 => Ok(Self::Friend { reply: from.reply()? }),
            6 => Ok(Self::Hold { reply: from.reply()? }),
            _ => Err(from.unknown()),
        }
    }
}

impl rt::Api for CounterApi {
    fn at(address: Address) -> Self {
        Self(address)
    }
    fn address(&self) -> Address {
        self.0
    }
}

impl CounterApi {
    pub(crate) fn add(&self, by: u64) {
        rt::tell::<Counter>(self.0, CounterMsg::Add { by });
    }
    pub(crate) fn get(&self) -> Ask<u64> {
        rt::ask::<Counter, _>(self.0, |reply| CounterMsg::Get { reply })
    }
    pub(crate) fn echo(&self, bytes: Vec<u8>) -> Ask<Vec<u8>> {
        rt::ask::<Counter, _>(self.0, |reply| CounterMsg::Echo { bytes, reply })
    }
    pub(crate) fn befriend(&self, friend: ActorRef<Counter>) {
        rt::tell::<Counter>(self.0, CounterMsg::Befriend { friend });
    }
    pub(crate) fn friend(&self) -> Ask<Option<ActorRef<Counter>>> {
        rt::ask::<Counter, _>(self.0, |reply| CounterMsg::Friend { reply })
    }
    /// Is never answered.
    pub(crate) fn hold(&self) -> Ask<u64> {
        rt::ask::<Counter, _>(self.0, |reply| CounterMsg::Hold { reply })
    }

    pub(crate) fn ask_friend(&self) -> Ask<Result<u64, String>> {
        rt::ask::<Counter, _>(self.0, |reply| CounterMsg::AskFriend { reply })
    }
}

impl rt::Protocol for Counter {
    type Msg = CounterMsg;
    type Api = CounterApi;
    const DELIVERY: rt::Delivery<Self::Msg> = rt::delivery::<Self>().leaving(leave::<Self>);
}

impl rt::Remote for Counter {
    const NAME: &'static str = "test.counter";
    const VERSION: u32 = 1;
}

impl rt::Handle<CounterMsg> for Counter {
    fn handle<'a>(
        &'a mut self,
        message: CounterMsg,
        _cx: &'a mut Context<Self>,
    ) -> rt::Handled<'a> {
        match message {
            CounterMsg::Add { by } => rt::told(self.n += by),
            CounterMsg::Get { reply } => rt::asked(reply, self.n),
            CounterMsg::Echo { bytes, reply } => rt::asked(reply, bytes),
            CounterMsg::Befriend { friend } => rt::told(self.friend = Some(friend)),
            CounterMsg::Friend { reply } => rt::asked(reply, self.friend),
            CounterMsg::Hold { reply } => rt::told(self.held.push(reply)),
            CounterMsg::AskFriend { reply } => rt::asked_later(reply, async move {
                let Some(friend) = self.friend else { return Err("none".to_owned()) };
                friend.add(1);
                friend.get().await.map_err(|error| error.to_string())
            }),
        }
    }
}

impl rt::Handlers for Counter {
    const SUSPENDS: bool = true;
}

impl Actor for Counter {
    const TYPE: &'static rt::ActorType<Self> = {
        static TYPE: rt::ActorType<Counter> = rt::ActorType::new();
        &TYPE
    };
}
