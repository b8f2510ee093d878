//! The attributes of a handler that everything made from it carries too.

use proc_macro2::{Group, Ident, Literal, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, Lit, Meta};

/// `#[cfg]`, `#[doc]` and `#[deprecated]`, by kind.
pub(crate) struct Notes {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) docs: Vec<TokenStream>,
    pub(crate) deprecated: Vec<Attribute>,
}

impl Notes {
    /// Reads them from a method of `actor`. Where it has no docs there is `otherwise`, so that a crate
    /// that asks for docs everywhere need not write any for what it never sees.
    pub(crate) fn of(attrs: &[Attribute], actor: &Ident, otherwise: &str) -> Self {
        let of_kind = |kind| attrs.iter().filter(move |attr| attr.path().is_ident(kind));
        let mut docs: Vec<TokenStream> = of_kind("doc").map(|attr| doc(attr, actor)).collect();
        // `#[doc(hidden)]` and its like say nothing to a reader.
        if !of_kind("doc").any(|attr| matches!(attr.meta, Meta::NameValue(_))) {
            docs.push(quote!(#[doc = #otherwise]));
        }
        Self { cfgs: cfgs(attrs), docs, deprecated: of_kind("deprecated").cloned().collect() }
    }
}

/// The `#[cfg]`s among these attributes.
pub(crate) fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect()
}

/// A doc comment as it may stand on another item: a link to `Self::other` means the actor's method.
fn doc(attr: &Attribute, actor: &Ident) -> TokenStream {
    let tokens = attr.to_token_stream();
    let Meta::NameValue(meta) = &attr.meta else { return tokens };
    let Expr::Lit(value) = &meta.value else { return tokens };
    let Lit::Str(text) = &value.lit else { return tokens };
    let written = text.value();
    if !written.contains("Self::") {
        return tokens;
    }
    let mut literal = Literal::string(&written.replace("Self::", &format!("{actor}::")));
    literal.set_span(text.span());
    quote!(#[doc = #literal])
}

/// The tokens with every `Self` replaced by the actor's type: they are to stand outside its impl.
pub(crate) fn without_self(tokens: TokenStream, actor: &TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_self(group.stream(), actor));
                inner.set_span(group.span());
                out.extend([TokenTree::Group(inner)]);
            }
            TokenTree::Ident(ident) if ident == "Self" => {
                out.extend(match trees.peek() {
                    Some(TokenTree::Punct(p)) if p.as_char() == ':' => match p.spacing() {
                        Spacing::Joint => quote!(<#actor>),
                        // `Item<Self: Bound>`: not the type, and the compiler has something to say.
                        Spacing::Alone => ident.into_token_stream(),
                    },
                    Some(TokenTree::Punct(p)) if p.as_char() == '=' => ident.into_token_stream(),
                    _ => actor.clone(),
                });
            }
            other => out.extend([other]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::text;

    #[test]
    fn self_becomes_the_actors_type() {
        let replaced = |written: &str| {
            let tokens = written.parse().expect("tokens");
            text(&without_self(tokens, &quote!(Store<T>)))
        };
        assert_eq!(replaced("ActorRef<Self>"), "ActorRef<Store<T>>");
        assert_eq!(replaced("[u8; Self::N]"), "[u8; <Store<T>>::N]");
        assert_eq!(replaced("(u8, Self)"), "(u8, Store<T>)");
        assert_eq!(replaced("Item<Self: Copy>"), "Item<Self: Copy>");
    }

    #[test]
    fn links_to_self_in_docs_mean_the_actor() {
        let attr: Attribute = syn::parse_quote!(#[doc = " As [`Self::get`], and `Self` stays."]);
        let actor = syn::parse_quote!(Counter);
        let moved = doc(&attr, &actor).to_string();
        assert!(moved.contains("[`Counter::get`], and `Self` stays."), "{moved}");
    }
}
