//! `impl Actor`.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::model::{Actor, Mailbox, Options};

/// ```text
/// const _: () = {
///     use ::callboard::__private as __rt;
///     static TYPE: __rt::ActorType<Counter> = __rt::ActorType::new();
///     impl __rt::Actor for Counter {
///         const OPTIONS: __rt::Options = __rt::Options::new().slice(32);
///         const TYPE: &'static __rt::ActorType<Self> = &TYPE;
///     }
/// };
/// ```
pub(crate) fn actor(model: &Actor) -> TokenStream {
    let Actor { ty, generics, cfgs, root, blocking, .. } = model;
    let import = root.import();
    let options = options(&model.options);
    let mut generics = generics.clone();
    // What cannot block is an error at the word that says so.
    let new = match blocking {
        Some(word) => {
            let at = word.span().resolved_at(Span::call_site());
            quote_spanned!(at=> __rt::ActorType::blocking())
        }
        None => quote!(__rt::ActorType::new()),
    };
    let blocks = blocking.as_ref().map(|_| {
        quote!(
            const BLOCKS: bool = true;
        )
    });
    let (declared, type_of) = if generics.params.is_empty() {
        // A static has one address, so that comparing types is one compare of pointers.
        let declared = quote!(static TYPE: __rt::ActorType<#ty> = #new;);
        (Some(declared), quote!(TYPE))
    } else {
        // What the parameters must be is said once, by the impl with the handlers.
        let handlers = syn::parse_quote!(#ty: __rt::Handlers);
        generics.make_where_clause().predicates.push(handlers);
        (None, new)
    };
    let (params, _, bounds) = generics.split_for_impl();
    quote! {
        #(#cfgs)*
        const _: () = {
            #import
            #declared
            impl #params __rt::Actor for #ty #bounds {
                #options
                #blocks
                const TYPE: &'static __rt::ActorType<Self> = &#type_of;
            }
        };
    }
}

/// What differs from the defaults, if anything does.
fn options(options: &Options) -> Option<TokenStream> {
    let Options { mailbox, slice, ask_timeout, start_timeout } = options;
    let Mailbox { bound, drops_on_restart } = mailbox;
    let bound = bound
        .iter()
        .map(|(capacity, overflow)| quote!(.mailbox(#capacity, __rt::Overflow::#overflow)));
    let on_restart = drops_on_restart.then(|| quote!(.on_restart(__rt::OnRestart::Drop)));
    let slice = slice.iter();
    let ask_timeout = ask_timeout.iter().copied().map(duration);
    let start_timeout = start_timeout.iter().copied().map(duration);
    let said = quote! {
        #(#bound)*
        #on_restart
        #(.slice(#slice))*
        #(.ask_timeout(#ask_timeout))*
        #(.start_timeout(#start_timeout))*
    };
    (!said.is_empty()).then(|| quote!(const OPTIONS: __rt::Options = __rt::Options::new()#said;))
}

/// The largest unit that says it whole: `Duration::from_secs(5)`.
pub(super) fn duration(duration: Duration) -> TokenStream {
    let micros = duration.as_micros();
    let (unit, count) = match (micros % 1_000_000, micros % 1_000) {
        (0, _) => (quote!(from_secs), u128::from(duration.as_secs())),
        (_, 0) => (quote!(from_millis), duration.as_millis()),
        _ => (quote!(from_micros), micros),
    };
    let count = proc_macro2::Literal::u128_unsuffixed(count);
    quote!(::core::time::Duration::#unit(#count))
}
