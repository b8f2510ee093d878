//! After an error: the user's item without our attributes, every error, and stubs.
//!
//! The stubs have the names and signatures that a correct item would have had, and bodies that are never
//! reached, so that callers see nothing of the mistake.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::{self, Bodies};
use crate::model::{
    Actor, Entry, Handlers, Process, Protocol, Shape, Spoken, Supervisor, WireType,
};

pub(crate) fn actor(item: &TokenStream, model: &Actor, errors: &TokenStream) -> TokenStream {
    let stub = expand::actor(model);
    quote!(#item #errors #stub)
}

pub(crate) fn handlers(item: &TokenStream, model: &Handlers, errors: &TokenStream) -> TokenStream {
    let stub = expand::handlers(model, Bodies::Stub);
    quote!(#item #errors #stub)
}

pub(crate) fn protocol(model: &Protocol, errors: &TokenStream) -> TokenStream {
    let (item, stub) = (&model.item, expand::protocol(model, Bodies::Stub));
    quote!(#item #errors #stub)
}

pub(crate) fn spoken(item: &TokenStream, model: &Spoken, errors: &TokenStream) -> TokenStream {
    let stub = expand::spoken(model);
    quote!(#item #errors #stub)
}

pub(crate) fn message(model: &Handlers, errors: &TokenStream) -> TokenStream {
    let stub = expand::message(model, Bodies::Stub);
    quote!(#errors #stub)
}

pub(crate) fn wire(model: &WireType, errors: &TokenStream) -> TokenStream {
    let stub = (!matches!(model.shape, Shape::Wrong)).then(|| expand::wire_stub(model));
    quote!(#errors #stub)
}

pub(crate) fn process(item: &TokenStream, model: &Process, errors: &TokenStream) -> TokenStream {
    // Without its messages nothing is known of it.
    let stub = expand::process(model, Bodies::Stub).unwrap_or_else(|| item.clone());
    quote!(#errors #stub)
}

pub(crate) fn supervisor(
    item: &TokenStream,
    model: &Supervisor,
    errors: &TokenStream,
) -> TokenStream {
    // What has parameters is nothing that a tree could be made for.
    let stub = (!model.is_generic).then(|| expand::supervisor(model, Bodies::Stub));
    quote!(#item #errors #stub)
}

/// A `main` is there, or rustc would miss it, and the user's function is checked inside it.
pub(crate) fn entry(model: &Entry, errors: &TokenStream) -> TokenStream {
    let Entry { outer, inner, vis, sig, body, .. } = model;
    let name = &sig.ident;
    if sig.asyncness.is_none() {
        return quote!(#(#outer)* #(#inner)* #vis #sig #body #errors);
    }
    quote! {
        #(#outer)*
        #vis fn #name() {
            #[allow(dead_code, reason = "it does not run before its error is mended")]
            #(#inner)*
            #sig #body
        }
        #errors
    }
}
