//! The methods of a reference.

use proc_macro2::{Delimiter, Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{GenericParam, Generics, Visibility};

use super::{Bodies, group, message_of};
use crate::model::{Handler, Handlers};
use crate::names::{self, made};

/// ```text
/// /// The methods of a reference to `Counter`.
/// pub struct CounterApi<__N>(__N);
/// ```
pub(super) fn declaration(model: &Handlers, vis: &Visibility) -> TokenStream {
    let Handlers { api, cfgs, name, parameters, .. } = model;
    let doc = format!(" The methods of a reference to `{}`.", name.unraw());
    let params = on_next(&parameters.written, None);
    let bounds = &parameters.written.where_clause;
    let types: Vec<&Ident> = parameters.written.type_params().map(|param| &param.ident).collect();
    let phantom =
        (!types.is_empty()).then(|| quote!(, ::core::marker::PhantomData<(#(fn() -> #types,)*)>));
    let (head, end) = (quote_spanned!(api.span()=> #vis struct), quote_spanned!(api.span()=> ;));
    let fields = group(Delimiter::Parenthesis, quote!(__N #phantom), api.span());
    quote! {
        #[doc = #doc]
        #(#cfgs)*
        #head #api #params #fields #bounds #end
    }
}

/// The parameters with one more: the methods that these lie on.
fn on_next(params: &Generics, bound: Option<TokenStream>) -> Generics {
    let mut params = params.clone();
    let next = syn::parse2(quote!(__N #bound)).expect("a type parameter");
    params.params.push(next);
    params
}

/// ```text
/// __rt::layer!(CounterApi);
/// impl<__N: __rt::Api> CounterApi<__N> {
///     /// Adds `by`.
///     pub fn inc(&self, by: i64) {
///         __rt::tell::<Counter>(self, CounterMsg::Inc { by });
///     }
///     /// Asks for `get`.
///     pub fn get(&self) -> __rt::Ask<i64> {
///         __rt::ask::<Counter, _>(self, |reply| CounterMsg::Get { reply })
///     }
///     /// Asks for `move_to`.
///     pub fn move_to(&self, to: impl __rt::Speaking<dyn Account>, amount: u64) -> __rt::Ask<()> {
///         let to = to.speaking();
///         __rt::ask::<Counter, _>(self, move |reply| CounterMsg::MoveTo { to, amount, reply })
///     }
/// }
/// ```
pub(super) fn implementation(model: &Handlers, bodies: Bodies) -> TokenStream {
    let (layer, methods) = (layer(model), methods(model, bodies));
    quote!(#layer #methods)
}

/// What makes of the struct methods that lie on others.
///
/// ```text
/// __rt::layer!(StoreApi [T: Copy, const N: usize,] [T, N,] [where T: Send] [, ::core::marker::PhantomData]);
/// ```
fn layer(model: &Handlers) -> TokenStream {
    let Handlers { api, parameters, .. } = model;
    let written = &parameters.written;
    if written.params.is_empty() {
        return quote!(__rt::layer!(#api););
    }
    let (params, bounds) = (written.params.iter(), &written.where_clause);
    let args = written.params.iter().map(|param| match param {
        GenericParam::Const(param) => param.ident.to_token_stream(),
        GenericParam::Lifetime(param) => param.lifetime.to_token_stream(),
        GenericParam::Type(param) => param.ident.to_token_stream(),
    });
    let phantom = written.type_params().next().map(|_| quote!(, ::core::marker::PhantomData));
    quote!(__rt::layer!(#api [#(#params,)*] [#(#args,)*] [#bounds] [#phantom]);)
}

fn methods(model: &Handlers, bodies: Bodies) -> Option<TokenStream> {
    let Handlers { api, parameters, .. } = model;
    let bounded = on_next(&parameters.bounded, Some(quote!(: __rt::Api)));
    let (params, args, bounds) = bounded.split_for_impl();
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
    let near = handler.terms.is_local.then(|| {
        let near = names::near(&handler.variant);
        quote!(where __N: #near)
    });
    let bounds = &generics.where_clause;
    let bounds = near.unwrap_or_else(|| quote!(#bounds));
    let params = handler.fields().map(|field| {
        let (cfgs, name, ty) = (&field.cfgs, &field.name, &field.ty);
        let any = field.speaks.as_ref().map(|protocol| quote!(impl __rt::Speaking<#protocol>));
        let ty = any.as_ref().unwrap_or(ty);
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
    let speaking = handler.fields().filter(|field| field.speaks.is_some()).map(|field| {
        let (cfgs, name) = (&field.cfgs, &field.name);
        quote!(#(#cfgs)* let #name = __rt::Speaking::speaking(#name);)
    });
    let speaking = quote!(#(#speaking)*);
    if handler.answer.is_none() {
        return quote!(#speaking __rt::tell::<#ty>(self, #message););
    }
    // A closure that takes nothing with it need not say `move`.
    let moves = handler.fields().next().map(|_| quote!(move));
    let reply = names::local("reply");
    quote!(#speaking __rt::ask::<#ty, _>(self, #moves |#reply| #message))
}
