//! The item below `#[handlers]`: an impl, its methods with their signatures, all else as tokens.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::discouraged::Speculative as _;
use syn::parse::{Parse, ParseStream, Result};
use syn::{Attribute, FnArg, Generics, ImplItem, Meta, Path, Signature, Token, Type, Visibility};

use super::skip::{skip_item, without_words};
use crate::names::{Term, Word};

/// An impl block.
pub(crate) struct HandlersSyntax {
    pub(crate) attrs: Vec<Attribute>,
    /// What the impl says for other nodes.
    pub(crate) terms: Vec<(Term, Attribute)>,
    pub(crate) generics: Generics,
    /// The trait, if it is the impl of one.
    pub(crate) of_trait: Option<Type>,
    pub(crate) actor: Type,
    pub(crate) methods: Vec<MethodSyntax>,
    /// The impl as the user wrote it, without our attributes.
    pub(crate) item: TokenStream,
    /// What is wrong with items that could not be read; each is but one of the impl.
    pub(crate) errors: Vec<syn::Error>,
}

/// A method of it, with or without an attribute of ours.
pub(crate) struct MethodSyntax {
    /// Our attributes, in the order of the text.
    pub(crate) ours: Vec<(Word, Attribute)>,
    /// What they say beside that, for other nodes.
    pub(crate) terms: Vec<(Term, Attribute)>,
    /// The same of each parameter after `self`.
    pub(crate) terms_of_params: Vec<Vec<(Term, Attribute)>>,
    /// `#[cfg_attr(x, tell)]`, which rustc decides on when the macro has run.
    pub(crate) hidden: Option<HiddenWord<Word>>,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    /// In braces, or a semicolon.
    pub(crate) body: TokenTree,
}

impl ToTokens for MethodSyntax {
    /// As the user wrote it, without our attributes.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, vis, sig, body, .. } = self;
        tokens.extend(quote!(#(#attrs)* #vis #sig #body));
    }
}

/// An attribute of ours inside `cfg_attr`.
pub(crate) struct HiddenWord<W> {
    pub(crate) word: W,
    pub(crate) condition: TokenStream,
    pub(crate) cfg_attr: Path,
}

/// The keyword that says what kind of item it is, and what follows it: a name, if it has one.
pub(crate) struct ItemKind {
    pub(crate) keyword: Ident,
    pub(crate) name: Option<Ident>,
}

impl Parse for ItemKind {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        // What may stand before it: `async fn`, `unsafe trait`.
        while input.peek(Token![async]) || input.peek(Token![unsafe]) {
            input.call(Ident::parse_any)?;
        }
        let keyword = input.call(Ident::parse_any)?;
        let name = input.parse().ok();
        input.parse::<TokenStream>()?;
        Ok(Self { keyword, name })
    }
}

impl Parse for HandlersSyntax {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let unsafety: Option<Token![unsafe]> = input.parse()?;
        let impl_token: Token![impl] = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let first: Type = input.parse()?;
        let for_token: Option<Token![for]> = input.parse()?;
        let (of_trait, actor) = match for_token {
            Some(_) => (Some(first), input.parse()?),
            None => (None, first),
        };
        generics.where_clause = input.parse()?;
        let content;
        let brace = syn::braced!(content in input);
        attrs.extend(content.call(Attribute::parse_inner)?);
        let terms = take_terms(&mut attrs);
        let (outer, inner): (Vec<_>, Vec<_>) =
            attrs.iter().partition(|attr| matches!(attr.style, syn::AttrStyle::Outer));

        let (mut methods, mut errors) = (Vec::new(), Vec::new());
        let mut body: TokenStream = quote!(#(#inner)*);
        while !content.is_empty() {
            let ahead = content.fork();
            match parse_item(&ahead) {
                Ok(item) => {
                    content.advance_to(&ahead);
                    match item {
                        Either::Method(method) => {
                            method.to_tokens(&mut body);
                            methods.push(*method);
                        }
                        Either::Other(tokens) => body.extend(tokens),
                    }
                }
                Err(error) => {
                    errors.push(error);
                    body.extend(without_words(skip_item(&content)?));
                }
            }
        }

        let (params, where_clause) = (&generics, &generics.where_clause);
        let mut item = quote!(#(#outer)* #unsafety #impl_token #params #of_trait #for_token #actor);
        where_clause.to_tokens(&mut item);
        brace.surround(&mut item, |tokens| tokens.extend(body));
        Ok(Self { attrs, terms, generics, of_trait, actor, methods, item, errors })
    }
}

/// One item of an impl.
enum Either {
    Method(Box<MethodSyntax>),
    Other(TokenStream),
}

fn parse_item(input: ParseStream<'_>) -> Result<Either> {
    match parse_method(input)? {
        Some(method) => Ok(Either::Method(Box::new(method))),
        None => Ok(Either::Other(input.parse::<ImplItem>()?.into_token_stream())),
    }
}

/// A method, if one stands here; else nothing is taken.
pub(super) fn parse_method(input: ParseStream<'_>) -> Result<Option<MethodSyntax>> {
    let ahead = input.fork();
    let attrs = ahead.call(Attribute::parse_outer)?;
    let vis: Visibility = ahead.parse()?;
    let Ok(mut sig) = ahead.parse::<Signature>() else { return Ok(None) };
    input.advance_to(&ahead);
    let body: TokenTree = input.parse()?;

    let (mut ours, mut hidden, mut others) = (Vec::new(), None, Vec::new());
    for attr in attrs {
        if let Some(word) = Word::of(attr.path()) {
            ours.push((word, attr));
        } else if let Some(found) = hidden_word(&attr, Word::of) {
            hidden = Some(found);
        } else {
            others.push(attr);
        }
    }
    // On any other method they mean nothing, and rustc says so.
    let is_message = ours.iter().any(|(word, _)| matches!(word, Word::Ask | Word::Tell));
    let terms = if is_message { take_terms(&mut others) } else { Vec::new() };
    let params = sig.inputs.iter_mut().filter_map(|input| match input {
        FnArg::Receiver(_) => None,
        FnArg::Typed(param) => Some(&mut param.attrs),
    });
    let terms_of_params =
        params.map(|attrs| if is_message { take_terms(attrs) } else { Vec::new() }).collect();
    Ok(Some(MethodSyntax { ours, terms, terms_of_params, hidden, attrs: others, vis, sig, body }))
}

/// Those of these attributes that are for other nodes.
pub(super) fn take_terms(attrs: &mut Vec<Attribute>) -> Vec<(Term, Attribute)> {
    let taken = attrs.extract_if(.., |attr| Term::of(attr.path()).is_some());
    taken.filter_map(|attr| Some((Term::of(attr.path())?, attr))).collect()
}

/// The word in `#[cfg_attr(condition, .., word, ..)]`.
pub(super) fn hidden_word<W>(
    attr: &Attribute,
    of: impl Fn(&Path) -> Option<W>,
) -> Option<HiddenWord<W>> {
    let Meta::List(list) = &attr.meta else { return None };
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let tokens: Vec<TokenTree> = list.tokens.clone().into_iter().collect();
    let mut parts = tokens.split(|tree| matches!(tree, TokenTree::Punct(p) if p.as_char() == ','));
    let condition = parts.next()?.iter().cloned().collect();
    let word = parts.find_map(|part| {
        let attribute: Meta = syn::parse2(part.iter().cloned().collect()).ok()?;
        of(attribute.path())
    });
    word.map(|word| HiddenWord { word, condition, cfg_attr: list.path.clone() })
}
