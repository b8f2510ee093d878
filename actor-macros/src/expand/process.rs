//! The function that gives what a process is spawned from.

use proc_macro2::{Delimiter, Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{Pat, PatType, PathArguments, ReturnType, Type};

use super::{Bodies, group, places_of, unbraced};
use crate::model::{Process, cfgs};
use crate::names::{self, Root, made};

/// ```text
/// pub fn transfer(size: u64) -> ::callboard::__private::ProcessStart<XferMsg> {
///     ::callboard::__private::process(async move |cx: &mut Process<XferMsg>| -> Result<(), XferError> {
///         let end: Result<(), XferError> = {
///             use XferMsg as __Msg;
///             let size = size;
///             ..
///         };
///         return end;
///     })
/// }
/// ```
///
/// The body stands in a closure, and not in a function, so that it sees `Self` and the parameters of an impl around
/// it. On a thread that is a plain closure, with its own `receive!`.
pub(crate) fn process(model: &Process, bodies: Bodies) -> Option<TokenStream> {
    let Process { attrs, vis, sig, body, cx, params, messages, blocking, root } = model;
    let messages = messages.as_ref()?;
    let private = root.private();
    let (begins, asyncness) = match blocking {
        true => (quote!(#private::blocking::process), None),
        false => (quote!(#private::process), Some(quote!(async))),
    };
    let (name, generics, bounds) = (&sig.ident, &sig.generics, &sig.generics.where_clause);
    let import = import(messages);
    let params = params.iter().enumerate().map(|(index, param)| taken(param, index));
    let (inputs, locals): (Vec<_>, Vec<_>) = params.unzip();
    let output = match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    };
    // Where the function says what it returns: a type that no process returns is an error there.
    let returns_at = match &sig.output {
        ReturnType::Default => name.to_token_stream(),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    };
    let (first, last) = places_of(&returns_at);
    let process = names::spanned(begins, first);
    let closure = quote_spanned!(first=> #asyncness move);
    let waits = blocking.then(|| waits(root));
    let closure = match (bodies, cx) {
        (Bodies::Real, Some(cx)) => {
            let (end, written) = (names::local("end"), unbraced(body.to_token_stream()));
            let at = body.span().resolved_at(Span::call_site());
            let body = group(Delimiter::Brace, quote!(#import #waits #(#locals)* #written), at);
            // A local of that type, since rustc says little of what a closure should return.
            let ends = quote! {
                let #end: #output = #body;
                #[allow(unreachable_code, clippy::needless_return, reason = "it may never end")]
                return #end;
            };
            let ends = group(Delimiter::Brace, ends, last);
            quote!(#closure |#cx| -> #output #ends)
        }
        _ => {
            let kind = format_ident!("{}", crate::model::kind(*blocking));
            quote!(#closure |_: &mut #private::#kind<#messages>| -> () { ::core::unreachable!() })
        }
    };
    let closure = group(Delimiter::Parenthesis, closure, last);
    let stub = (bodies == Bodies::Stub).then(
        || quote!(#[allow(unused_variables, reason = "stubs, so that one mistake is one error")]),
    );
    Some(quote! {
        #(#attrs)* #stub
        #vis fn #name #generics(#(#inputs),*)
            -> #private::ProcessStart<#messages>
        #bounds
        {
            #process #closure
        }
    })
}

/// The `receive!` of a blocking process, which waits on its thread.
fn waits(root: &Root) -> TokenStream {
    let (private, root) = (root.private(), &root.0);
    quote! {
        #[allow(unused_macros, reason = "not every process uses it")]
        macro_rules! receive {
            ($($arms:tt)*) => { #private::receive! { crate = #root; blocking $($arms)* } };
        }
    }
}

/// A start argument: the parameter of the function, and the local variable of the process, to which it is moved
/// whether it is used or not, as in an `async fn`.
fn taken(param: &PatType, index: usize) -> (TokenStream, TokenStream) {
    let PatType { attrs, pat, ty, .. } = param;
    let cfgs = cfgs(attrs);
    let name = match &**pat {
        Pat::Ident(pat) if pat.subpat.is_none() => made(&pat.ident),
        _ => names::nameless(index),
    };
    (quote!(#(#cfgs)* #name: #ty), quote!(#(#attrs)* let #pat = #name;))
}

/// The line by which the arms of `receive!` name variants alone.
fn import(messages: &TokenStream) -> Option<TokenStream> {
    let Ok(Type::Path(ty)) = syn::parse2(messages.clone()) else { return None };
    let mut path = ty.path;
    if ty.qself.is_some() || path.segments.first().is_some_and(|first| first.ident == "Self") {
        return None;
    }
    path.segments.last_mut()?.arguments = PathArguments::None;
    let name = Ident::new(names::MESSAGES, Span::call_site());
    Some(quote! {
        #[allow(unused_imports, reason = "not every process names its messages")]
        use #path as #name;
    })
}
