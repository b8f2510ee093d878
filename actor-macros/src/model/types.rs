//! What can be seen of a type by looking at it: the words this language gives a meaning, and what
//! cannot stand in a message.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericArgument, PathArguments, PathSegment, Type, TypeReference};

use crate::names::{self, text};

/// A part of a type that cannot be sent.
pub(crate) enum Flaw<'a> {
    /// `&str`, or a lifetime that is not `'static`
    Borrow { at: TokenStream, instead: String },
    /// `impl Display`
    Nameless { at: &'a Type, bounds: TokenStream },
    /// `Rc<u8>`, `*const u8`
    NotSend { at: &'a Type, instead: &'static str },
}

/// The last segment of a path type, such as the `Reply<T>` of `callboard::Reply<T>`.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Group(ty) => last_segment(&ty.elem),
        Type::Paren(ty) => last_segment(&ty.elem),
        Type::Path(ty) => ty.path.segments.last(),
        _ => None,
    }
}

/// The type behind a reference, or the type itself.
pub(crate) fn referent(ty: &Type) -> (&Type, bool) {
    match ty {
        Type::Group(ty) => referent(&ty.elem),
        Type::Reference(ty) => (&ty.elem, true),
        other => (other, false),
    }
}

/// Whether this is `&mut Context<..>`.
pub(crate) fn is_context_by_mut(ty: &Type) -> bool {
    match ty {
        Type::Group(ty) => is_context_by_mut(&ty.elem),
        Type::Reference(ty) => {
            let is_context = last_segment(&ty.elem).is_some_and(|last| last.ident == "Context");
            ty.mutability.is_some() && is_context
        }
        _ => false,
    }
}

/// The type arguments of a path segment.
pub(crate) fn arguments(segment: &PathSegment) -> Vec<&Type> {
    let PathArguments::AngleBracketed(list) = &segment.arguments else { return Vec::new() };
    let types = list.args.iter().filter_map(|arg| match arg {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// The only type argument of a path type called `name`: the `T` of `Reply<T>`.
pub(crate) fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == name)?;
    match arguments(segment)[..] {
        [argument] => Some(argument),
        _ => None,
    }
}

/// The `dyn Account` of `ActorRef<dyn Account>`.
pub(crate) fn protocol_of(ty: &Type) -> Option<&Type> {
    let mut protocol = argument_of(ty, "ActorRef")?;
    while let Type::Group(syn::TypeGroup { elem, .. }) | Type::Paren(syn::TypeParen { elem, .. }) =
        protocol
    {
        protocol = elem;
    }
    matches!(protocol, Type::TraitObject(_)).then_some(protocol)
}

/// `Store<T, N>`: a type with its own parameters; lifetimes, an error already told, are `'static`.
pub(crate) fn applied(name: &Ident, generics: &syn::Generics) -> TokenStream {
    let (_, args, _) = generics.split_for_impl();
    without_lifetimes(quote!(#name #args))
}

/// The `XferMsg` of `&mut Process<XferMsg>`, of a type with this name.
pub(crate) fn process_of<'a>(ty: &'a Type, kind: &str) -> Option<&'a Type> {
    match ty {
        Type::Group(ty) => process_of(&ty.elem, kind),
        Type::Reference(of) if of.mutability.is_some() => argument_of(&of.elem, kind),
        _ => None,
    }
}

pub(crate) fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(ty) if ty.elems.is_empty())
}

/// The first part of a type that cannot be sent, if one shows.
///
/// Signatures inside a type are left alone: `Box<dyn Fn(&str) + Send>` borrows nothing.
pub(crate) fn flaw(ty: &Type) -> Option<Flaw<'_>> {
    match ty {
        Type::Array(ty) => flaw(&ty.elem),
        Type::Group(ty) => flaw(&ty.elem),
        Type::ImplTrait(it) => Some(Flaw::Nameless { at: ty, bounds: it.bounds.to_token_stream() }),
        Type::Paren(ty) => flaw(&ty.elem),
        Type::Path(path) => match path.path.segments.last() {
            Some(last) if last.ident == "Rc" => Some(Flaw::NotSend { at: ty, instead: "Arc" }),
            _ => path.path.segments.iter().find_map(flaw_of_segment),
        },
        Type::Ptr(_) => Some(Flaw::NotSend { at: ty, instead: "Arc" }),
        Type::Reference(it) => match &it.lifetime {
            Some(lifetime) if lifetime.ident == "static" => flaw(&it.elem),
            _ => Some(Flaw::Borrow { at: ty.to_token_stream(), instead: owned(it) }),
        },
        Type::Slice(ty) => flaw(&ty.elem),
        Type::Tuple(ty) => ty.elems.iter().find_map(flaw),
        _ => None,
    }
}

fn flaw_of_segment(segment: &PathSegment) -> Option<Flaw<'_>> {
    let PathArguments::AngleBracketed(list) = &segment.arguments else { return None };
    list.args.iter().find_map(|arg| match arg {
        GenericArgument::Lifetime(lifetime) if lifetime.ident != "static" => {
            let instead = "`'static`, or a type that owns its data".to_owned();
            Some(Flaw::Borrow { at: lifetime.to_token_stream(), instead })
        }
        GenericArgument::Type(ty) => flaw(ty),
        _ => None,
    })
}

/// Whether code or an address is part of this type, as far as it shows.
pub(crate) fn is_code(ty: &Type) -> bool {
    let tokens = ty.to_token_stream();
    let says = |word: &str| names::mentions(&tokens, word);
    let is_closure = says("dyn") && ["Fn", "FnMut", "FnOnce"].into_iter().any(says);
    is_closure || says("fn") || matches!(ty, Type::Ptr(_))
}

/// What to take instead of a reference.
fn owned(reference: &TypeReference) -> String {
    let elem = text(&reference.elem.to_token_stream());
    let owned = match &*reference.elem {
        Type::Slice(slice) => format!("Vec<{}>", text(&slice.elem.to_token_stream())),
        Type::TraitObject(_) => return format!("`Box<{elem} + Send>`"),
        _ if elem == "str" => "String".to_owned(),
        _ if elem.ends_with("Path") => format!("{elem}Buf"),
        _ => elem.clone(),
    };
    format!("`{owned}`, or `Arc<{elem}>` to share it")
}

/// Whether a tell may not return this type, as far as its name shows; what a path means is rustc's.
pub(crate) fn is_never_a_flow(ty: &Type) -> bool {
    const VALUES: [&str; 24] = [
        "Arc", "Box", "HashMap", "HashSet", "Option", "Self", "String", "Vec", "bool", "char",
        "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16", "u32", "u64",
        "u8", "usize",
    ];
    match ty {
        Type::Array(_)
        | Type::FnPtr(_)
        | Type::ImplTrait(_)
        | Type::Ptr(_)
        | Type::Reference(_) => true,
        Type::Tuple(_) => !is_unit(ty),
        _ => last_segment(ty).is_some_and(|last| VALUES.iter().any(|value| last.ident == value)),
    }
}

/// A type that a stub can store where the user's cannot be: lifetimes become `'static`, and what has
/// no name, cannot be sent, or belongs to a generic handler becomes a type without values.
pub(crate) fn healed(ty: TokenStream, foreign: &[Ident]) -> TokenStream {
    let unsendable = ["impl", "Rc", "mut", "const"].iter().any(|word| names::mentions(&ty, word));
    let strange = foreign.iter().any(|name| names::mentions(&ty, &name.to_string()));
    if unsendable || strange { quote!(::core::convert::Infallible) } else { without_lifetimes(ty) }
}

/// The tokens with every lifetime `'static`, written or not.
pub(crate) fn without_lifetimes(tokens: TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let punct = match &tree {
            TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
        match (tree, punct) {
            // In braces stands a value, where `&` borrows.
            (TokenTree::Group(group), _) if group.delimiter() != Delimiter::Brace => {
                let inner = without_lifetimes(group.stream());
                out.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            (_, Some('\'')) => {
                trees.next();
                out.extend(quote!('static));
            }
            (tree, Some('&')) => {
                out.extend([tree]);
                let named =
                    matches!(trees.peek(), Some(TokenTree::Punct(p)) if p.as_char() == '\'');
                if !named {
                    out.extend(quote!('static));
                }
            }
            (tree, _) => out.extend([tree]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(written: &str) -> Type {
        syn::parse_str(written).expect("a type")
    }

    #[test]
    fn flaws_show_wherever_they_stand() {
        for written in [
            "&str",
            "Option<&str>",
            "(u8, &u8)",
            "Cow<'_, str>",
            "impl Copy",
            "Vec<Rc<u8>>",
            "*const u8",
        ] {
            assert!(flaw(&ty(written)).is_some(), "{written}");
        }
        for written in ["&'static str", "Box<dyn Fn(&str) + Send>", "fn(&u8)", "Cow<'static, str>"]
        {
            assert!(flaw(&ty(written)).is_none(), "{written}");
        }
    }

    #[test]
    fn the_owned_form_is_the_one_people_use() {
        for (written, instead) in [
            ("&str", "`String`, or `Arc<str>` to share it"),
            ("&[u8]", "`Vec<u8>`, or `Arc<[u8]>` to share it"),
            ("&mut Order", "`Order`, or `Arc<Order>` to share it"),
            ("&dyn Shape", "`Box<dyn Shape + Send>`"),
        ] {
            let Type::Reference(reference) = ty(written) else { unreachable!() };
            assert_eq!(owned(&reference), instead);
        }
    }

    #[test]
    fn healed_types_borrow_nothing() {
        let heal = |written: &str, foreign: &[Ident]| {
            text(&healed(ty(written).to_token_stream(), foreign))
        };
        assert_eq!(heal("Cow<'a, str>", &[]), "Cow<'static, str>");
        assert_eq!(heal("Option<&[u8]>", &[]), "Option<&'static [u8]>");
        assert_eq!(heal("impl Display", &[]), "::core::convert::Infallible");
        assert_eq!(heal("Vec<T>", &[syn::parse_quote!(T)]), "::core::convert::Infallible");
    }
}
