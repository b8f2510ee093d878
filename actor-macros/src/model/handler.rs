//! Handlers, hooks, timers and streams: what a method of an impl with `#[handlers]` can be.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Generics, Member, Visibility};

use super::message::Part;
use super::notes::Notes;
use super::wire::{FieldTerms, HandlerTerms, wire_name};
use crate::names::Word;

/// A method that takes one message.
pub(crate) struct Handler {
    pub(crate) name: Ident,
    pub(crate) variant: Ident,
    /// Whether the variant's fields have no names, as only an enum by hand can have it.
    pub(crate) is_tuple: bool,
    pub(crate) vis: Visibility,
    pub(crate) notes: Notes,
    /// Empty, unless that has been told as an error.
    pub(crate) generics: Generics,
    pub(crate) is_async: bool,
    pub(crate) takes_context: bool,
    /// What follows `self` and the context, in order.
    pub(crate) args: Vec<Arg>,
    /// What an ask gives; a tell has none.
    pub(crate) answer: Option<Answer>,
    /// Where the method says what it returns, else its name: errors in what it returns point there.
    pub(crate) returns_at: TokenStream,
    /// Whether the dead letter of a crash carries the parameters.
    pub(crate) keeps: bool,
    /// How many of its calls may overlap; none if it takes the actor alone.
    pub(crate) concurrent: Option<u32>,
    /// The states in which it is taken, where it says `when`.
    pub(crate) taken_in: Option<TakenIn>,
    /// What it is to other nodes.
    pub(crate) terms: HandlerTerms,
}

/// `when(Ready)`
pub(crate) struct TakenIn {
    /// The word itself.
    pub(crate) word: Ident,
    pub(crate) states: Vec<Ident>,
}

/// A parameter of a handler.
pub(crate) enum Arg {
    Field(Box<Field>),
    /// The place of a deferred answer's `Reply<T>`.
    Reply,
}

/// A parameter that is a field of the message.
pub(crate) struct Field {
    pub(crate) name: Ident,
    /// The type in the Api's method.
    pub(crate) ty: TokenStream,
    /// The type in the enum: another one only after an error.
    pub(crate) stored: TokenStream,
    /// The `dyn P` of an `ActorRef<dyn P>`: callers give any reference that speaks `P`.
    pub(crate) speaks: Option<TokenStream>,
    pub(crate) cfgs: Vec<Attribute>,
    /// What it is to other nodes.
    pub(crate) terms: FieldTerms,
    /// Whether it is code or an address, as far as its type shows.
    pub(crate) is_code: bool,
}

/// What the asker gets.
pub(crate) struct Answer {
    pub(crate) ty: TokenStream,
    /// The variant's field that holds the reply.
    pub(crate) field: Ident,
    pub(crate) by: By,
}

/// Who gives the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// Another actor: the handler returns a `Forward<T>`.
    Forward,
    /// Whoever has the reply, which the handler takes.
    Reply,
    /// The handler, which returns it.
    Return,
}

/// A method that runs at a point of the actor's life.
pub(crate) struct Hook {
    pub(crate) kind: HookKind,
    pub(crate) name: Ident,
    /// The word that makes it a hook, where a second one is told of.
    pub(crate) attribute: TokenStream,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) is_async: bool,
    pub(crate) takes_context: bool,
    /// Whether it takes what it is told: why the actor stops, who ended.
    pub(crate) takes_news: bool,
    pub(crate) returns_at: TokenStream,
}

/// A method that the clock calls.
pub(crate) struct Timer {
    pub(crate) when: When,
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) is_async: bool,
    pub(crate) takes_context: bool,
    pub(crate) returns_at: TokenStream,
    /// What it is if it answers whether the actor is well.
    pub(crate) check: Option<Check>,
}

/// A method that is called with the items of a stream.
pub(crate) struct Stream {
    /// The field that holds it.
    pub(crate) field: Member,
    /// How many items wait at most.
    pub(crate) credit: u32,
    /// What becomes of the actor when it has ended: a variant of the runtime's `StreamEnd`.
    pub(crate) end: Ident,
    /// The type of an item, as the method takes it.
    pub(crate) item: TokenStream,
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) is_async: bool,
    pub(crate) takes_context: bool,
    pub(crate) returns_at: TokenStream,
}

/// What a health check says beside its time.
pub(crate) struct Check {
    /// The word that makes it one, where a second one is told of.
    pub(crate) attribute: TokenStream,
    /// How many bad answers in a row end the actor; 0 is never.
    pub(crate) restart_after: u32,
}

/// The time at which it is called.
pub(crate) enum When {
    /// Once, so long after the start.
    After(Duration),
    /// Again and again.
    Every { period: Duration, jitter: Duration },
    /// Whenever no message has come for so long.
    Idle(Duration),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum HookKind {
    Down,
    Exit,
    Restart,
    Start,
    Stop,
    Unknown,
}

impl Handler {
    /// What the message is made of.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part> {
        let fields = self.fields().map(|field| (&field.stored, &field.cfgs[..]));
        let answer = self.answer.iter().map(|answer| (&answer.ty, &[][..]));
        fields
            .chain(answer)
            .map(|(ty, cfgs)| Part { ty: ty.clone(), cfgs: [&self.notes.cfgs[..], cfgs].concat() })
    }

    /// What it is called on the wire.
    pub(crate) fn wire_name(&self) -> String {
        wire_name(&self.name, self.terms.renamed_from.as_ref())
    }

    /// Whether only senders of this node can send it.
    pub(crate) fn stays_here(&self) -> bool {
        self.terms.is_local || self.fields().any(|field| field.is_code)
    }

    /// The parameters by what they are called on the wire, where their order in the text says nothing.
    pub(crate) fn wire_fields(&self) -> Vec<&Field> {
        let mut fields: Vec<&Field> = self.fields().collect();
        fields.sort_by_key(|field| field.wire_name());
        fields
    }

    /// The parameters that callers give.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.args.iter().filter_map(|arg| match arg {
            Arg::Field(field) => Some(&**field),
            Arg::Reply => None,
        })
    }
}

impl Field {
    /// What it is called on the wire.
    pub(crate) fn wire_name(&self) -> String {
        wire_name(&self.name, self.terms.renamed_from.as_ref())
    }
}

impl HookKind {
    pub(crate) const fn word(self) -> Word {
        match self {
            Self::Down => Word::Down,
            Self::Exit => Word::Exit,
            Self::Restart => Word::Restart,
            Self::Start => Word::Start,
            Self::Stop => Word::Stop,
            Self::Unknown => Word::Unknown,
        }
    }
}
