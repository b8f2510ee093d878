//! Reads a method that is called with the items of a stream: `#[stream(lines)]`.

use quote::ToTokens;
use syn::{Attribute, Member};

use super::handler::Stream;
use super::method::Reader;
use super::notes::cfgs;
use super::options;
use crate::diag::Diag;
use crate::names;
use crate::parse::LedArgs;

/// How many items wait unless it is said: as for a stream that is attached by hand.
const CREDIT: u32 = 64;

impl Reader<'_> {
    /// The stream that `attr` makes of the method; none where it does not say which.
    pub(super) fn stream(&self, attr: &Attribute, diag: &mut Diag) -> Option<Stream> {
        self.generics(diag);
        self.returns_flow("method", "return", diag);
        let (mut takes_context, mut item) = (false, None);
        for (index, param) in self.params().enumerate() {
            if self.is_context(param, index == 0, diag) {
                takes_context = true;
            } else if item.is_some() {
                diag.error(param, "a stream brings one item at a time")
                    .help("keep what else is needed in the actor's state");
            } else {
                item = Some(param.ty.to_token_stream());
            }
        }
        if item.is_none() {
            diag.error(&self.syntax.sig.ident, "the item that the stream brings is not taken")
                .help("take it as the last parameter, such as `line: String`");
        }
        let args: LedArgs = options::in_parentheses(attr, "the stream", "#[stream(lines)]", diag)?;
        let keys = options::known(&args.options, &["credit", "end"], diag);
        let find = |name: &str| keys.iter().find(|key| key.name == name);
        let credit = find("credit").map(|arg| options::count(arg, u32::MAX, diag));
        let end = find("end").map(|arg| options::choice(arg, &["ignore", "stop"], diag));
        let Some(first) = args.first else {
            diag.error(attr.path(), "which stream is not said").help(
                "such as `#[stream(lines)]`, where the field `lines` is an `Option` of a stream",
            );
            return None;
        };
        let Ok(field) = syn::parse2::<Member>(first.clone()) else {
            diag.error(first, "a stream is a field of the actor").help(
                "such as `#[stream(lines)]`, where the field `lines` is an `Option` of a stream",
            );
            return None;
        };
        Some(Stream {
            field,
            credit: match credit {
                None => CREDIT,
                Some(credit) => credit?.base10_parse().expect("it was looked at"),
            },
            end: match end {
                None => names::local("Ignore"),
                Some(end) => end?,
            },
            item: item?,
            name: self.syntax.sig.ident.clone(),
            cfgs: cfgs(&self.syntax.attrs),
            is_async: self.syntax.sig.asyncness.is_some(),
            takes_context,
            returns_at: self.returns_at(),
        })
    }
}
