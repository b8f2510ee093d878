//! The struct with a method for each child.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;

use super::supervisor::{args, place, reached};
use super::{Bodies, places_of};
use crate::model::{Child, Start, Supervisor, Template};
use crate::names::made;

/// ```text
/// /// A running `Bank`: a handle to its supervisor and its children.
/// #[derive(::core::clone::Clone, ::core::fmt::Debug)]
/// pub struct BankTree(::callboard::__private::Tree<Bank>);
/// ```
pub(super) fn declaration(model: &Supervisor) -> TokenStream {
    let Supervisor { name, vis, tree, cfgs, root, .. } = model;
    let doc =
        format!(" A running `{}`: a handle to its supervisor and its children.", name.unraw());
    let private = root.private();
    quote! {
        #[doc = #doc]
        #(#cfgs)*
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #vis struct #tree(#private::Tree<#name>);
    }
}

/// ```text
/// impl ::core::ops::Deref for BankTree {
///     type Target = __rt::ActorRef<Bank>;
///     fn deref(&self) -> &Self::Target { self.0.supervisor() }
/// }
/// impl ::core::convert::From<__rt::Tree<Bank>> for BankTree {
///     fn from(tree: __rt::Tree<Bank>) -> Self { Self(tree) }
/// }
/// impl BankTree {
///     /// Where money lies.
///     pub fn house(&self) -> __rt::ActorRef<Savings> { self.0.child::<Savings>(1) }
/// }
/// ```
pub(super) fn implementation(model: &Supervisor, bodies: Bodies) -> TokenStream {
    let Supervisor { name, tree, children, .. } = model;
    // After an error there may be two of a name.
    let distinct = children.iter().enumerate().filter(|(index, child)| {
        bodies == Bodies::Real || children[..*index].iter().all(|first| first.name != child.name)
    });
    let methods = distinct.map(|(index, child)| method(model, index, child, bodies));
    let methods = (!children.is_empty()).then(|| quote!(impl #tree { #(#methods)* }));
    quote! {
        impl ::core::ops::Deref for #tree {
            type Target = __rt::ActorRef<#name>;
            fn deref(&self) -> &Self::Target { self.0.supervisor() }
        }
        impl ::core::convert::From<__rt::Tree<#name>> for #tree {
            fn from(tree: __rt::Tree<#name>) -> Self { Self(tree) }
        }
        #methods
    }
}

fn method(model: &Supervisor, index: usize, child: &Child, bodies: Bodies) -> TokenStream {
    let Child { vis, notes, others, ty, start, .. } = child;
    let name = made(&child.name);
    let (cfgs, docs, deprecated) = (&notes.cfgs, &notes.docs, &notes.deprecated);
    let output = match start {
        // What is no actor is an error where it stands.
        Start::Default | Start::Each(_) => {
            let (first, last) = places_of(ty);
            let (open, close) = (quote_spanned!(first=> __rt::ActorRef<), quote_spanned!(last=> >));
            quote!(#open #ty #close)
        }
        Start::With(Template { path, types, .. }) => {
            let path = path.as_ref().map_or_else(|| quote!(__rt::Dynamic), |path| quote!(#path));
            let args = args(types);
            quote!(#path<#ty, #args>)
        }
    };
    let body = match bodies {
        Bodies::Real => {
            let (reached, place) = (reached(child), place(model, index));
            let at = places_of(ty).0;
            quote_spanned!(at=> self.0.#reached(#place))
        }
        Bodies::Stub => quote!(::core::unreachable!()),
    };
    quote! {
        #(#docs)* #(#cfgs)* #(#deprecated)* #(#others)*
        #vis fn #name(&self) -> #output { #body }
    }
}
