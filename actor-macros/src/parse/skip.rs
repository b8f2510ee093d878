//! What could not be read: where it ends, and what of ours is taken out of it.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Meta;
use syn::parse::{ParseStream, Result};

use crate::names::{Role, Term, Word};

/// The tokens of an item that is half typed, or newer than syn: up to its body or semicolon.
pub(super) fn skip_item(input: ParseStream<'_>) -> Result<TokenStream> {
    let mut skipped = TokenStream::new();
    while !input.is_empty() {
        let tree: TokenTree = input.parse()?;
        let last = match &tree {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Ident(_) | TokenTree::Literal(_) => false,
        };
        skipped.extend([tree]);
        if last {
            break;
        }
    }
    Ok(skipped)
}

/// The tokens of a field that is half typed: up to its comma, which goes, and never less than one.
pub(super) fn skip_field(input: ParseStream<'_>) -> Result<()> {
    let (mut depth, mut before) = (0_usize, ' ');
    while !input.is_empty() {
        let punct = match input.parse()? {
            TokenTree::Punct(punct) => punct.as_char(),
            TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Literal(_) => ' ',
        };
        match punct {
            ',' if depth == 0 => break,
            '<' => depth += 1,
            '>' if !matches!(before, '-' | '=') => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = punct;
    }
    Ok(())
}

/// Tokens that could not be read, without our attributes: those would only say that they are lost.
pub(crate) fn without_words(tokens: TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match (tree, trees.peek()) {
            (TokenTree::Punct(punct), Some(TokenTree::Group(group)))
                if punct.as_char() == '#' && is_word(group) =>
            {
                trees.next();
            }
            // A group that is made anew loses the places of its ends, which errors point at.
            (TokenTree::Group(group), _) if holds_word(&group.stream()) => {
                let mut inner = Group::new(group.delimiter(), without_words(group.stream()));
                inner.set_span(group.span());
                out.extend([TokenTree::Group(inner)]);
            }
            (tree, _) => out.extend([tree]),
        }
    }
    out
}

fn holds_word(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Group(group) => is_word(&group) || holds_word(&group.stream()),
        _ => false,
    })
}

/// Whether this is the `[tell]` of a `#[tell]`.
fn is_word(attribute: &Group) -> bool {
    let meta = syn::parse2::<Meta>(attribute.stream());
    attribute.delimiter() == Delimiter::Bracket && meta.is_ok_and(|meta| is_ours(meta.path()))
}

fn is_ours(path: &syn::Path) -> bool {
    Word::of(path).is_some() || Role::of(path).is_some() || Term::of(path).is_some()
}
