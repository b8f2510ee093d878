//! What `#[process]` sees of a function.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, FnArg, PatType, ReturnType, Signature, Type, Visibility};

use super::options;
use super::types::{self, Flaw};
use crate::diag::Diag;
use crate::names::{Root, text};
use crate::parse::{Args, EntrySyntax};

/// An async function that is an actor.
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
    pub(crate) root: Root,
}

impl Process {
    pub(crate) fn read(args: &Args, syntax: EntrySyntax, diag: &mut Diag) -> Self {
        let EntrySyntax { attrs, vis, sig, body } = syntax;
        let (mut messages, mut root) = (None, Root::default());
        for arg in options::known(args, &["crate", "msg"], diag) {
            match arg.name.to_string().as_str() {
                "crate" => root = options::root(arg, diag).unwrap_or_default(),
                _ => messages = options::ty(arg, diag),
            }
        }

        let mut params: Vec<PatType> = sig.inputs.iter().filter_map(typed).cloned().collect();
        let takes_self = sig.receiver().is_some();
        let of = params.first().and_then(|first| types::process_of(&first.ty)).cloned();
        let cx = of.is_some().then(|| params.remove(0));
        if cx.is_none() || takes_self || sig.asyncness.is_none() {
            let messages = messages.clone().or_else(|| of.as_ref().map(Type::to_token_stream));
            let messages =
                messages.map_or_else(|| "XferMsg".to_owned(), |messages| text(&messages));
            let name = &sig.ident;
            diag.error(name, "a process is an `async fn` whose first parameter is its context")
                .help(format_args!("`async fn {name}(cx: &mut Process<{messages}>, ..)`"));
        }
        if let (Some(of), Some(messages)) = (&of, &messages)
            && text(&of.to_token_stream()) != text(messages)
        {
            let messages = text(messages);
            diag.error(of, format_args!("this process receives `{messages}`"))
                .help(format_args!("`Process<{messages}>`"));
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
        for param in &params {
            if let Some(Flaw::Borrow { at, instead }) = types::flaw(&param.ty) {
                diag.error(at, "a process must own what it starts from")
                    .help(format_args!("take {instead}"));
            }
        }
        let messages = messages.or_else(|| of.map(ToTokens::into_token_stream));
        Self { attrs, vis, sig, body, cx, params, messages, root }
    }
}

fn typed(input: &FnArg) -> Option<&PatType> {
    match input {
        FnArg::Receiver(_) => None,
        FnArg::Typed(param) => Some(param),
    }
}
