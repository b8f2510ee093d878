//! What `#[process]` sees of a function.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, FnArg, PatType, ReturnType, Signature, Type, Visibility};

use super::types::{self, Flaw};
use super::{method, options};
use crate::diag::Diag;
use crate::names::{Root, text};
use crate::parse::{Args, EntrySyntax};

/// A function that is an actor.
pub(crate) struct Process {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenTree,
    /// What it is given besides.
    pub(crate) cx: Option<PatType>,
    /// The start arguments.
    pub(crate) params: Vec<PatType>,
    /// What it receives.
    pub(crate) messages: Option<TokenStream>,
    /// Whether it runs on a thread of its own.
    pub(crate) blocking: bool,
    pub(crate) root: Root,
}

impl Process {
    pub(crate) fn read(args: &Args, syntax: EntrySyntax, diag: &mut Diag) -> Self {
        let EntrySyntax { attrs, vis, sig, body } = syntax;
        let (mut messages, mut blocking, mut root) = (None, false, Root::default());
        for arg in options::known(args, &["blocking", "crate", "msg"], diag) {
            match arg.name.to_string().as_str() {
                "blocking" => {
                    options::flag(arg, diag);
                    blocking = true;
                }
                "crate" => root = options::root(arg, diag).unwrap_or_default(),
                _ => messages = options::ty(arg, diag),
            }
        }

        let mut params: Vec<PatType> = sig.inputs.iter().filter_map(typed).cloned().collect();
        let takes_self = sig.receiver().is_some();
        let of = |kind| Some(types::process_of(&params.first()?.ty, kind)?.clone());
        let (own, other) = (of(kind(blocking)), of(kind(!blocking)));
        let is_given_other = other.is_some();
        let of = own.or(other);
        let cx = of.is_some().then(|| params.remove(0));
        let like = {
            let messages = messages.clone().or_else(|| of.as_ref().map(Type::to_token_stream));
            let messages =
                messages.map_or_else(|| "XferMsg".to_owned(), |messages| text(&messages));
            let word = if blocking { "" } else { "async " };
            format!("`{word}fn {}(cx: &mut {}<{messages}>, ..)`", sig.ident, kind(blocking))
        };
        match (&cx, sig.asyncness) {
            (Some(cx), _) if is_given_other => {
                let which = if blocking { "a" } else { "only a" };
                diag.error(
                    &cx.ty,
                    format_args!("{which} blocking process is given a `BlockingProcess`"),
                )
                .help(like);
            }
            (Some(_), Some(word)) if blocking && !takes_self => {
                diag.error(word, "a blocking process has a thread and may wait in a plain `fn`")
                    .help(like);
            }
            (Some(_), word) if word.is_none() == blocking && !takes_self => {}
            _ => {
                let what = if blocking {
                    "a blocking process is a `fn`"
                } else {
                    "a process is an `async fn`"
                };
                diag.error(&sig.ident, format_args!("{what} whose first parameter is its context"))
                    .help(like);
            }
        }
        if let (Some(of), Some(messages)) = (&of, &messages)
            && text(&of.to_token_stream()) != text(messages)
        {
            let messages = text(messages);
            diag.error(of, format_args!("this process receives `{messages}`"))
                .help(format_args!("`{}<{messages}>`", kind(blocking)));
        }
        if let ReturnType::Type(_, ty) = &sig.output
            && types::is_never_a_flow(ty)
        {
            let written = text(&ty.to_token_stream());
            diag.error(
                ty,
                format_args!("a process returns `()` or `Result<(), E>`, found `{written}`"),
            )
            .help("tell the value to who wants it");
        }
        method::error_is_owned(&sig.output, diag);
        for param in &params {
            if let Some(Flaw::Borrow { at, instead }) = types::flaw(&param.ty) {
                diag.error(at, "a process must own what it starts from")
                    .help(format_args!("take {instead}"));
            }
        }
        let messages = messages.or_else(|| of.map(ToTokens::into_token_stream));
        Self { attrs, vis, sig, body, cx, params, messages, blocking, root }
    }
}

/// What it is given.
pub(crate) fn kind(blocking: bool) -> &'static str {
    if blocking { "BlockingProcess" } else { "Process" }
}

fn typed(input: &FnArg) -> Option<&PatType> {
    match input {
        FnArg::Receiver(_) => None,
        FnArg::Typed(param) => Some(param),
    }
}
