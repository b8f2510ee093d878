//! The parameters of a generic actor, as each made item declares and bounds them.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{GenericParam, Generics, WhereClause};

use super::message::Part;
use super::notes::without_self;
use crate::names;

/// Type and const parameters with their bounds, without defaults.
pub(crate) struct Parameters {
    /// As the user bounded them.
    pub(crate) written: Generics,
    /// With what a message needs besides; for the impls.
    pub(crate) bounded: Generics,
    /// Type parameters that no message names.
    pub(crate) unnamed: Vec<Ident>,
}

impl Parameters {
    /// Takes plain parameters, and all that the messages are made of.
    ///
    /// A parameter that messages name must be sendable, the others need only not borrow. The impls say
    /// so themselves, so that a missing bound is one error, at the parameter that a message uses.
    pub(crate) fn of(written: &Generics, parts: &[Part]) -> Self {
        let mut bounded = written.clone();
        let mut unnamed = Vec::new();
        for param in written.type_params() {
            let name = &param.ident;
            // A part that some build leaves out names nothing there.
            let mut always = parts.iter().filter(|part| part.cfgs.is_empty());
            let named = always.any(|part| names::mentions(&part.ty, &name.to_string()));
            if !named {
                unnamed.push(name.clone());
            }
            let bounds = bounds_of(name, written);
            let (send, owned) = (bounds.contains(&"Send"), bounds.contains(&"static"));
            let needed = match (named && !send, owned) {
                (true, true) => quote!(#name: ::core::marker::Send),
                (true, false) => quote!(#name: ::core::marker::Send + 'static),
                (false, false) => quote!(#name: 'static),
                (false, true) => continue,
            };
            let predicate = syn::parse2(needed).expect("a bound on one parameter");
            bounded.make_where_clause().predicates.push(predicate);
        }
        Self { written: written.clone(), bounded, unnamed }
    }
}

/// The parameters without defaults, attributes and lifetimes; the last are an error already told.
pub(crate) fn plain(generics: &Generics, actor: &TokenStream) -> Generics {
    let mut plain = Generics::default();
    for param in &generics.params {
        let mut param = param.clone();
        match &mut param {
            GenericParam::Const(param) => param.default = None,
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(param) => param.default = None,
        }
        plain.params.push(param);
    }
    plain.where_clause = generics.where_clause.as_ref().map(|clause| {
        let tokens = without_self(clause.to_token_stream(), actor);
        syn::parse2::<WhereClause>(tokens).unwrap_or_else(|_| clause.clone())
    });
    plain
}

/// Which of `Send` and `'static` the user says of a parameter, inline or in the where clause.
fn bounds_of(name: &Ident, generics: &Generics) -> Vec<&'static str> {
    let inline = generics.type_params().filter(|param| param.ident == *name);
    let mut bounds: TokenStream = inline.map(|param| param.bounds.to_token_stream()).collect();
    for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
        let syn::WherePredicate::Type(predicate) = predicate else { continue };
        let of_it = matches!(&predicate.bounded_ty, syn::Type::Path(ty) if ty.path.is_ident(name));
        if of_it {
            bounds.extend(predicate.bounds.to_token_stream());
        }
    }
    ["Send", "static"].into_iter().filter(|bound| names::mentions(&bounds, bound)).collect()
}
