//! The methods of a reference.

use proc_macro2::{Delimiter, Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;

use super::{Bodies, group, message_of};
use crate::model::{Handler, Handlers};
use crate::names::{self, made};

/// ```text
/// /// The methods of a reference to `Counter`.
/// #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
/// pub struct CounterApi(::callboard::__private::Address);
/// ```
pub(super) fn declaration(model: &Handlers) -> TokenStream {
    let Handlers { api, cfgs, name, parameters, root, vis, .. } = model;
    let doc = format!(" The methods of a reference to `{}`.", name.unraw());
    let private = root.private();
    let (params, bounds) = (&parameters.written, &parameters.written.where_clause);
    let types: Vec<&Ident> = parameters.written.type_params().map(|param| &param.ident).collect();
    // A derive would ask of the actor's parameters what it derives.
    let derives = types
        .is_empty()
        .then(|| quote!(#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]));
    let phantom =
        (!types.is_empty()).then(|| quote!(, ::core::marker::PhantomData<(#(fn() -> #types,)*)>));
    let (head, end) = (quote_spanned!(api.span()=> #vis struct), quote_spanned!(api.span()=> ;));
    let fields = group(Delimiter::Parenthesis, quote!(#private::Address #phantom), api.span());
    quote! {
        #[doc = #doc]
        #(#cfgs)*
        #derives
        #head #api #params #fields #bounds #end
    }
}

/// ```text
/// impl __rt::Api for CounterApi {
///     fn at(address: __rt::Address) -> Self { Self(address) }
///     fn address(&self) -> __rt::Address { self.0 }
/// }
/// impl CounterApi {
///     /// Adds `by`.
///     pub fn inc(&self, by: i64) {
///         __rt::tell::<Counter>(self.0, CounterMsg::Inc { by });
///     }
///     /// Asks for `get`.
///     pub fn get(&self) -> __rt::Ask<i64> {
///         __rt::ask::<Counter, _>(self.0, |reply| CounterMsg::Get { reply })
///     }
/// }
/// ```
pub(super) fn implementation(model: &Handlers, bodies: Bodies) -> TokenStream {
    let Handlers { api, parameters, .. } = model;
    let phantom = parameters.written.type_params().next();
    let phantom = phantom.map(|_| quote!(, ::core::marker::PhantomData));
    let copies = phantom.is_some().then(|| copies(model));
    let methods = methods(model, bodies);
    let (params, args, bounds) = parameters.written.split_for_impl();
    quote! {
        #copies
        impl #params __rt::Api for #api #args #bounds {
            fn at(address: __rt::Address) -> Self { Self(address #phantom) }
            fn address(&self) -> __rt::Address { self.0 }
        }
        #methods
    }
}

/// What is derived where the actor has no parameters.
///
/// ```text
/// impl<T> ::core::marker::Copy for StoreApi<T> {}
/// impl<T> ::core::clone::Clone for StoreApi<T> {
///     fn clone(&self) -> Self { *self }
/// }
/// impl<T> ::core::fmt::Debug for StoreApi<T> { .. }
/// ```
fn copies(model: &Handlers) -> TokenStream {
    let Handlers { api, parameters, .. } = model;
    let (params, args, bounds) = parameters.written.split_for_impl();
    let shown = api.to_string();
    quote! {
        impl #params ::core::marker::Copy for #api #args #bounds {}
        impl #params ::core::clone::Clone for #api #args #bounds {
            fn clone(&self) -> Self { *self }
        }
        impl #params ::core::fmt::Debug for #api #args #bounds {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_tuple(#shown).field(&self.0).finish()
            }
        }
    }
}

fn methods(model: &Handlers, bodies: Bodies) -> Option<TokenStream> {
    let Handlers { api, parameters, .. } = model;
    let (params, args, bounds) = parameters.bounded.split_for_impl();
    let stubs = (bodies == Bodies::Stub).then(
        || quote!(#[allow(unused_variables, reason = "stubs, so that one mistake is one error")]),
    );
    // What is told as a value needs no method.
    let unused = model
        .by_hand
        .then(|| quote!(#[allow(dead_code, reason = "a message may be told as a value instead")]));
    let methods = model.handlers.iter().map(|handler| method(model, handler, bodies));
    (!model.handlers.is_empty()).then(|| {
        quote! {
            #stubs
            #unused
            impl #params #api #args #bounds { #(#methods)* }
        }
    })
}

fn method(model: &Handlers, handler: &Handler, bodies: Bodies) -> TokenStream {
    let Handler { vis, notes, generics, answer, .. } = handler;
    let name = made(&handler.name);
    let (cfgs, docs, deprecated) = (&notes.cfgs, &notes.docs, &notes.deprecated);
    let bounds = &generics.where_clause;
    let params = handler.fields().map(|field| {
        let (cfgs, name, ty) = (&field.cfgs, &field.name, &field.ty);
        quote!(#(#cfgs)* #name: #ty)
    });
    let output = answer.as_ref().map(|answer| {
        let ty = &answer.ty;
        quote!(-> __rt::Ask<#ty>)
    });
    let body = match bodies {
        Bodies::Real => send(model, handler),
        Bodies::Stub => quote!(::core::unreachable!()),
    };
    // Clippy counts `self`, and has asked the same of the handler.
    let many = (handler.fields().count() > 6).then(
        || quote!(#[allow(clippy::too_many_arguments, reason = "it takes what the handler takes")]),
    );
    quote! {
        #(#docs)* #(#cfgs)* #(#deprecated)* #many
        #vis fn #name #generics(&self #(, #params)*) #output #bounds { #body }
    }
}

/// The message, on its way.
fn send(model: &Handlers, handler: &Handler) -> TokenStream {
    let Handlers { messages, ty, .. } = model;
    let message = message_of(messages, handler);
    if handler.answer.is_none() {
        return quote!(__rt::tell::<#ty>(self.0, #message););
    }
    // A closure that takes nothing with it need not say `move`.
    let moves = handler.fields().next().map(|_| quote!(move));
    let reply = names::local("reply");
    quote!(__rt::ask::<#ty, _>(self.0, #moves |#reply| #message))
}
