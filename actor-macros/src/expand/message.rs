//! The enum of messages and its `impl Message`.

use std::collections::HashSet;

use proc_macro2::{Delimiter, Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Attribute, Generics};

use super::{Bodies, api, deprecated, dispatch, ends, group};
use crate::model::{Handler, Handlers, Parameters, Part};
use crate::names::{self, made};

/// ```text
/// /// The messages of `Counter`.
/// pub enum CounterMsg {
///     /// Adds `by`.
///     Inc {
///         /// The parameter `by`.
///         by: i64,
///     },
///     /// Asks for `get`.
///     Get {
///         /// Where the answer goes.
///         reply: ::callboard::__private::Reply<i64>,
///     },
/// }
/// ```
pub(super) fn declaration(model: &Handlers, variants: &[&Handler]) -> TokenStream {
    let Handlers { cfgs, messages, name, parameters, vis, .. } = model;
    let doc = format!(" The messages of `{}`.", name.unraw());
    let (params, bounds) = (&parameters.bounded, &parameters.bounded.where_clause);
    let variants = variants.iter().map(|handler| variant(model, handler));
    let unnamed = unnamed(model);
    // At the actor's name, because that is where a second block of handlers is told of.
    let head = quote_spanned!(messages.span()=> #vis enum);
    let body = group(Delimiter::Brace, quote!(#(#variants,)* #unnamed), messages.span());
    // Where that cannot be, the error has been told.
    let asks = variants_ask(model);
    let clone = model
        .clone
        .iter()
        .filter(|_| !asks)
        .map(|clone| quote_spanned!(clone.span()=> ::core::clone::Clone));
    quote! {
        #[doc = #doc]
        #(#cfgs)*
        #(#[derive(#clone)])*
        #head #messages #params #bounds #body
    }
}

fn variants_ask(model: &Handlers) -> bool {
    model.handlers.iter().any(|handler| handler.answer.is_some())
}

fn variant(model: &Handlers, handler: &Handler) -> TokenStream {
    let Handler { notes, .. } = handler;
    let variant = made(&handler.variant);
    let (cfgs, docs, deprecated) = (&notes.cfgs, &notes.docs, &notes.deprecated);
    let mut fields: Vec<TokenStream> = handler
        .fields()
        .map(|field| {
            let (cfgs, name, ty) = (&field.cfgs, made(&field.name), &field.stored);
            let doc = format!(" The parameter `{}`.", name.unraw());
            quote!(#[doc = #doc] #(#cfgs)* #name: #ty)
        })
        .collect();
    if let Some(answer) = &handler.answer {
        let (private, field, ty) = (model.root.private(), made(&answer.field), &answer.ty);
        fields.push(quote!(#[doc = " Where the answer goes."] #field: #private::Reply<#ty>));
    }
    let fields = (!fields.is_empty()).then(|| quote!({ #(#fields),* }));
    quote!(#(#docs)* #(#cfgs)* #(#deprecated)* #variant #fields)
}

/// A variant that cannot be, for the type parameters that no message names: matches need no arm for it.
fn unnamed(model: &Handlers) -> Option<TokenStream> {
    let unnamed = &model.parameters.unnamed;
    (!unnamed.is_empty()).then(|| {
        quote! {
            #[doc(hidden)]
            __Unnamed(::core::convert::Infallible, ::core::marker::PhantomData<(#(fn() -> #unnamed,)*)>),
        }
    })
}

/// `impl Message` of the enum, after a check of what it is made of.
///
/// ```text
/// fn __fields(_: __rt::Field<i64>) {}
/// impl __rt::Message for CounterMsg {
///     const NAMES: &'static [&'static str] = &["Inc", "Get"];
///     fn tag(&self) -> usize {
///         match *self {
///             Self::Inc { .. } => 0,
///             Self::Get { .. } => 1,
///         }
///     }
/// }
/// ```
pub(super) fn implementation(
    model: &Handlers,
    variants: &[&Handler],
    bodies: Bodies,
) -> TokenStream {
    let Handlers { messages, ty, parameters, parts, .. } = model;
    let (_, args, _) = parameters.written.split_for_impl();
    let variants: Vec<_> =
        variants.iter().map(|handler| (&handler.variant, &handler.notes.cfgs[..])).collect();
    let never = (!parameters.unnamed.is_empty() && !model.by_hand)
        .then(|| quote!(Self::__Unnamed(never, _) => match never {},));
    let ty = if model.by_hand { ty.clone() } else { quote!(#messages #args) };
    implement(&ty, parameters, parts, &variants, never, bodies)
}

/// What `#[derive(Message)]` makes.
///
/// ```text
/// pub struct TransferApi<__N>(__N);
/// const _: () = {
///     use ::callboard::__private as __rt;
///     fn __fields(_: __rt::Field<i64>) {}
///     impl __rt::Message for Transfer { .. }
///     impl __rt::Protocol for Transfer {
///         type Msg = Self;
///         type Api = TransferApi<__rt::At<Self>>;
///         const DELIVERY: __rt::Delivery<Self> = __rt::process_delivery::<Self>();
///     }
///     static TYPE: __rt::ProcessType<Transfer> = __rt::ProcessType::new();
///     impl __rt::Receivable for Transfer {
///         const PROCESS: &'static __rt::ProcessType<Self> = &TYPE;
///     }
///     impl __rt::Child for Transfer {
///         type Actor = __rt::ProcessStart<Self>;
///         type Start = __rt::ProcessStart<Self>;
///         fn into_actor(start: Self::Start) -> Self::Actor { start }
///     }
///     impl __rt::Api for TransferApi { .. }
///     impl TransferApi { .. }
/// };
/// ```
pub(crate) fn message(model: &Handlers, bodies: Bodies) -> TokenStream {
    let Handlers { ty, api, cfgs, parameters, root, .. } = model;
    let variants: Vec<&Handler> = model.handlers.iter().collect();
    let (declaration, methods) =
        (api::declaration(model, &model.vis), api::implementation(model, bodies));
    let (import, deprecated) = (root.import(), deprecated(&variants));
    let message = implementation(model, &variants, bodies);
    let (params, _, bounds) = parameters.bounded.split_for_impl();
    let at = quote!(__rt::At<Self>);
    let api_args = dispatch::with(&parameters.written, &at, Span::call_site());
    let (declared, type_of) = if parameters.written.params.is_empty() {
        // A static has one address, so that comparing types is one compare of pointers.
        let declared = quote!(static TYPE: __rt::ProcessType<#ty> = __rt::ProcessType::new(););
        (Some(declared), quote!(TYPE))
    } else {
        (None, quote!(__rt::ProcessType::new()))
    };
    quote! {
        #declaration
        #(#cfgs)*
        #deprecated
        const _: () = {
            #import
            #message
            impl #params __rt::Protocol for #ty #bounds {
                type Msg = Self;
                type Api = #api #api_args;
                const DELIVERY: __rt::Delivery<Self> = __rt::process_delivery::<Self>();
            }
            #declared
            impl #params __rt::Receivable for #ty #bounds {
                const PROCESS: &'static __rt::ProcessType<Self> = &#type_of;
            }
            impl #params __rt::Child for #ty #bounds {
                type Actor = __rt::ProcessStart<Self>;
                type Start = __rt::ProcessStart<Self>;
                fn into_actor(start: Self::Start) -> Self::Actor { start }
            }
            #methods
        };
    }
}

fn implement(
    ty: &TokenStream,
    parameters: &Parameters,
    parts: &[Part],
    variants: &[(&Ident, &[Attribute])],
    never: Option<TokenStream>,
    bodies: Bodies,
) -> TokenStream {
    let fields = (bodies == Bodies::Real).then(|| fields(&parameters.written, parts));
    let (params, _, bounds) = parameters.bounded.split_for_impl();
    let names = variants.iter().map(|(name, _)| name.unraw().to_string());
    // A variant under a `#[cfg]` keeps its number in every build: tags follow the text.
    let arms = variants.iter().enumerate().map(|(tag, (name, cfgs))| {
        let tag = Literal::usize_unsuffixed(tag);
        quote!(#(#cfgs)* Self::#name { .. } => #tag,)
    });
    let tag = match bodies {
        // Not through the reference: an enum without variants has no values, a reference to it might.
        Bodies::Real => quote!(match *self { #(#arms)* #never }),
        Bodies::Stub => quote!(::core::unreachable!()),
    };
    quote! {
        #fields
        impl #params __rt::Message for #ty #bounds {
            const NAMES: &'static [&'static str] = &[#(#names),*];
            fn tag(&self) -> usize { #tag }
        }
    }
}

/// Functions that are never called: rustc checks their signatures where the user wrote the types. More
/// than one where there are more parameters than a careful reader, or clippy, would bear.
fn fields(params: &Generics, parts: &[Part]) -> TokenStream {
    let mut seen = HashSet::new();
    let fields: Vec<TokenStream> =
        parts.iter().map(field).filter(|field| seen.insert(names::text(field))).collect();
    let bounds = &params.where_clause;
    let functions = fields.chunks(7).enumerate().map(|(index, fields)| {
        let name = match index {
            0 => format_ident!("__fields"),
            _ => format_ident!("__fields_{index}"),
        };
        quote!(fn #name #params (#(#fields),*) #bounds {})
    });
    quote!(#(#functions)*)
}

fn field(part: &Part) -> TokenStream {
    let Part { ty, cfgs } = part;
    let (first, last) = ends(ty);
    let (open, close) = (quote_spanned!(first=> __rt::Field<), quote_spanned!(last=> >));
    quote!(#(#cfgs)* _: #open #ty #close)
}
