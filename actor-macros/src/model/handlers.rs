//! What `#[handlers]` sees of an impl.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Type, Visibility};

use super::generics::{Parameters, plain};
use super::handler::{Handler, Hook, HookKind, Stream, Timer};
use super::message::Part;
use super::method::Method;
use super::wire::Reserved;
use super::{notes, options, types};
use crate::diag::Diag;
use crate::names::{self, Root};
use crate::parse::{Args, HandlersSyntax};

/// The inherent impl of an actor, with its handlers and hooks; or a protocol or an enum of messages, which has
/// handlers alone.
pub(crate) struct Handlers {
    /// The actor's name, or the trait's or the enum's.
    pub(crate) name: Ident,
    /// The actor's type as the impl names it, or the trait's or the enum's.
    pub(crate) ty: TokenStream,
    /// Of the enum of messages.
    pub(crate) vis: Visibility,
    /// Whether the user wrote the enum.
    pub(crate) by_hand: bool,
    pub(crate) parameters: Parameters,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) timers: Vec<Timer>,
    pub(crate) streams: Vec<Stream>,
    /// What the messages are made of.
    pub(crate) parts: Vec<Part>,
    /// The word by which the messages are to be `Clone`.
    pub(crate) clone: Option<Ident>,
    /// What no handler may be called any more.
    pub(crate) reserved: Vec<Reserved>,
    /// `CounterMsg` and `CounterApi`.
    pub(crate) messages: Ident,
    pub(crate) api: Ident,
    pub(crate) root: Root,
}

impl Handlers {
    /// The hooks of a kind: one in each build.
    pub(crate) fn hooks_of(&self, kind: HookKind) -> impl Iterator<Item = &Hook> {
        self.hooks.iter().filter(move |hook| hook.kind == kind)
    }

    /// Reads an impl; `None` if it is of nothing that could be an actor.
    pub(crate) fn read(args: &Args, syntax: &HandlersSyntax, diag: &mut Diag) -> Option<Self> {
        let name = actor_of(syntax, diag)?;
        let ty = types::without_lifetimes(syntax.actor.to_token_stream());

        let (mut root, mut clone) = (Root::default(), None);
        for arg in options::known(args, &["clone", "crate"], diag) {
            match arg.name.to_string().as_str() {
                "clone" => clone = Some(options::flag(arg, diag)),
                _ => root = options::root(arg, diag).unwrap_or_default(),
            }
        }

        let (mut handlers, mut hooks) = (Vec::new(), Vec::new());
        let (mut timers, mut streams) = (Vec::new(), Vec::new());
        for method in &syntax.methods {
            match Method::read(method, &name, &ty, diag) {
                Some(Method::Handler(handler)) => handlers.push(*handler),
                Some(Method::Hook(hook)) => hooks.push(hook),
                Some(Method::Stream(stream)) => streams.push(stream),
                Some(Method::Timer(timer)) => timers.push(timer),
                None => {}
            }
        }

        let messages = names::messages_of(&name);
        let parts: Vec<Part> = handlers.iter().flat_map(Handler::parts).collect();
        Some(Self {
            parameters: Parameters::of(&plain(&syntax.generics, &ty), &parts),
            messages,
            api: names::api_of(&name),
            cfgs: notes::cfgs(&syntax.attrs),
            vis: syn::parse_quote_spanned!(name.span()=> pub),
            name,
            ty,
            by_hand: false,
            handlers,
            hooks,
            timers,
            streams,
            parts,
            clone,
            reserved: Reserved::read(&syntax.terms, diag),
            root,
        })
    }
}

/// The name of the type whose impl this is.
pub(super) fn actor_of(syntax: &HandlersSyntax, diag: &mut Diag) -> Option<Ident> {
    let segment = types::last_segment(&syntax.actor);
    if segment.is_none() {
        diag.error(&syntax.actor, "an actor is a struct").help("name it, as in `impl Counter`");
    }
    segment.map(|segment| segment.ident.clone())
}

/// Whether a type written in an impl means the actor of that impl.
pub(crate) fn is_actor(ty: &Type, actor: &Ident) -> bool {
    types::last_segment(ty).is_some_and(|last| last.ident == "Self" || last.ident == *actor)
}
