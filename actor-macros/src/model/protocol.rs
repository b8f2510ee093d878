//! What `#[protocol]` sees of a trait, and `#[handlers]` of an impl of one.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Generics, Type};

use super::generics::{Parameters, plain};
use super::handler::Handler;
use super::handlers::{Handlers, actor_of};
use super::message::Part;
use super::method::Method;
use super::wire::{Remote, Reserved};
use super::{notes, options, types};
use crate::diag::Diag;
use crate::names::{self, Root};
use crate::parse::{Args, HandlersSyntax, MethodSyntax, ProtocolItem, ProtocolSyntax};

/// A trait whose methods are messages.
pub(crate) struct Protocol {
    /// The trait, with what its methods need so that it can be a type.
    pub(crate) item: TokenStream,
    pub(crate) handlers: Handlers,
    /// What other nodes know it by, if they may send its messages.
    pub(crate) remote: Option<Remote>,
}

/// An impl of such a trait for an actor.
pub(crate) struct Spoken {
    /// The actor's name.
    pub(crate) name: Ident,
    pub(crate) ty: TokenStream,
    pub(crate) generics: Generics,
    pub(crate) cfgs: Vec<syn::Attribute>,
    /// The trait's path.
    pub(crate) protocol: Type,
    pub(crate) root: Root,
}

impl Protocol {
    pub(crate) fn read(args: &Args, syntax: &ProtocolSyntax, diag: &mut Diag) -> Self {
        let mut root = Root::default();
        for arg in options::known(args, &["crate", "remote", "schema_lock", "version"], diag) {
            if arg.name == "crate" {
                root = options::root(arg, diag).unwrap_or_default();
            }
        }
        let remote = Remote::read(args, false, diag);
        plain_list(syntax, diag);
        let name = &syntax.name;
        let (mut items, mut handlers) = (TokenStream::new(), Vec::new());
        for item in &syntax.items {
            match item {
                ProtocolItem::Method(method) => {
                    let mut handler = Method::read_message(method, name, diag);
                    let takes_context = handler.as_ref().is_some_and(|it| it.takes_context);
                    items.extend(sized(method, takes_context, &root));
                    if let Some(handler) = &mut handler {
                        handler.vis = syntax.vis.clone();
                    }
                    handlers.extend(handler);
                }
                ProtocolItem::Lost(tokens) => items.extend(tokens.clone()),
                // It has been told of, and would keep the trait from being a type.
                ProtocolItem::Other(_) => {}
            }
        }
        let waits = handlers.iter().any(|handler| handler.is_async);
        let parts: Vec<Part> = handlers.iter().flat_map(Handler::parts).collect();
        Self {
            item: whole(syntax, &items, waits),
            remote,
            handlers: Handlers {
                name: name.clone(),
                ty: quote_spanned!(name.span()=> dyn #name),
                vis: syntax.vis.clone(),
                by_hand: false,
                clone: None,
                reserved: Reserved::read(&syntax.terms, diag),
                parameters: Parameters::of(&Generics::default(), &parts),
                cfgs: notes::cfgs(&syntax.attrs),
                handlers,
                hooks: Vec::new(),
                timers: Vec::new(),
                streams: Vec::new(),
                parts,
                messages: names::messages_of(name),
                api: names::api_of(name),
                root,
            },
        }
    }
}

/// Tells of all in a trait that is no message.
fn plain_list(syntax: &ProtocolSyntax, diag: &mut Diag) {
    const WRONG: &str = "a protocol is a plain list of messages";
    const HELP: &str = "remove it; what several protocols share is a protocol of its own";
    if let Some(unsafety) = &syntax.unsafety {
        diag.error(unsafety, WRONG).help("remove `unsafe`");
    }
    if !syntax.generics.params.is_empty() {
        diag.error(&syntax.generics, WRONG).help(HELP);
    }
    if let Some(clause) = &syntax.generics.where_clause {
        diag.error(clause, WRONG).help(HELP);
    }
    if !syntax.supertraits.is_empty() {
        diag.error(&syntax.supertraits, WRONG).help(HELP);
    }
    for item in &syntax.items {
        if let ProtocolItem::Other(tokens) = item {
            diag.error(tokens, WRONG).help(HELP);
        }
    }
}

/// A method that does not keep its trait from being a type. What takes the context is for actors alone.
fn sized(method: &MethodSyntax, takes_context: bool, root: &Root) -> TokenStream {
    let MethodSyntax { attrs, vis, sig, body, .. } = method;
    let mut sig = sig.clone();
    let actor = takes_context.then(|| {
        let private = root.private();
        quote!(+ #private::Actor)
    });
    let bound = quote!(Self: ::core::marker::Sized #actor);
    let bound = syn::parse2(bound).expect("a bound on one parameter");
    sig.generics.make_where_clause().predicates.push(bound);
    quote!(#(#attrs)* #vis #sig #body)
}

/// The trait with these items. Whatever else its head says was told of, and may keep it from being a type.
fn whole(syntax: &ProtocolSyntax, items: &TokenStream, waits: bool) -> TokenStream {
    let ProtocolSyntax { attrs, vis, unsafety, trait_token, name, inner, .. } = syntax;
    let waits = waits.then(|| {
        let reason = "a handler's future stays on its shard";
        quote!(#[allow(async_fn_in_trait, reason = #reason)])
    });
    let mut item = quote!(
        #(#attrs)* #waits #vis #unsafety #trait_token #name
    );
    syntax.brace.surround(&mut item, |tokens| {
        tokens.extend(quote!(#(#inner)* #items));
    });
    item
}

impl Spoken {
    /// Reads an impl of a trait; `None` if it is for nothing that could be an actor.
    pub(crate) fn read(
        args: &Args,
        syntax: &HandlersSyntax,
        protocol: &Type,
        diag: &mut Diag,
    ) -> Option<Self> {
        let mut root = Root::default();
        for arg in options::known(args, &["crate"], diag) {
            root = options::root(arg, diag).unwrap_or_default();
        }
        for method in &syntax.methods {
            let hidden = method.hidden.as_ref().map(|hidden| (hidden.word, &hidden.cfg_attr));
            let ours = method.ours.iter().map(|(word, attr)| (*word, attr.path()));
            for (word, at) in ours.chain(hidden) {
                let (name, word) = (&method.sig.ident, word.text());
                diag.error(at, format_args!("the trait says how `{name}` is sent"))
                    .help(format_args!("remove `#[{word}]`"));
            }
        }
        let name = actor_of(syntax, diag)?;
        let ty = types::without_lifetimes(syntax.actor.to_token_stream());
        let generics = plain(&syntax.generics, &ty);
        let cfgs = notes::cfgs(&syntax.attrs);
        Some(Self { name, ty, generics, cfgs, protocol: protocol.clone(), root })
    }

    /// `dyn Account`, at the place of the trait's path.
    pub(crate) fn protocol(&self) -> TokenStream {
        let protocol = &self.protocol;
        quote_spanned!(protocol.span()=> dyn #protocol)
    }
}
