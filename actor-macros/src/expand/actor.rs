//! `impl Actor`.

use std::time::Duration;

use proc_macro2::{Delimiter, Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, Path};

use super::{group, wire};
use crate::model::{Actor, Mailbox, Options, States};
use crate::names;

/// ```text
/// const _: () = {
///     use ::callboard::__private as __rt;
///     static TYPE: __rt::ActorType<Counter> = __rt::ActorType::new();
///     impl __rt::Actor for Counter {
///         const OPTIONS: __rt::Options = __rt::Options::new().slice(32);
///         const SPEAKS: &'static [__rt::Spoken<Self>] = &[__rt::spoken::<Self, dyn Account>(["Counter", "Account"])];
///         const TYPE: &'static __rt::ActorType<Self> = &TYPE;
///         type Below = __rt::On<dyn Account, __rt::At<Self>>;
///         type Wraps = ((), Timing);
///     }
///     impl __rt::Takes<__rt::MsgOf<dyn Account>> for Counter {
///         const WAY: __rt::Delivery<__rt::MsgOf<dyn Account>> = <dyn Account as __rt::Protocol>::DELIVERY;
///     }
///     impl __rt::States for Counter { type State = CounterState; }
///     impl __rt::State for CounterState { .. }
/// };
/// ::callboard::__private::when_remote! { .. }
/// ```
pub(crate) fn actor(model: &Actor) -> TokenStream {
    let Actor { name, ty, generics, cfgs, states, root, blocking, remote, .. } = model;
    let declaration = states.as_ref().map(|states| declaration(name, states, cfgs));
    let states = states.as_ref().map(|states| implementation(model, states));
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
    let (params, _, bounds) = generics.split_for_impl();
    let below = below(&model.options.speaks);
    let beneath = (!generics.params.is_empty()).then(|| {
        quote! {
            impl #params __rt::Beneath for #ty #bounds {
                type Below = #below;
            }
        }
    });
    let (declared, type_of) = if generics.params.is_empty() {
        // A static has one address, so that comparing types is one compare of pointers.
        let declared = quote!(static TYPE: __rt::ActorType<#ty> = #new;);
        (Some(declared), quote!(TYPE))
    } else {
        // What the parameters must be is said once, by the impl with the handlers.
        let handlers = syn::parse_quote!(#ty: __rt::Handlers);
        generics.make_where_clause().predicates.push(handlers);
        if remote.is_some() {
            let carried = syn::parse_quote!(#ty: __rt::remote::RemoteProtocol);
            generics.make_where_clause().predicates.push(carried);
        }
        (None, new)
    };
    let (params, _, bounds) = generics.split_for_impl();
    let spoken = spoken(model);
    let apart = apart(&model.options.speaks);
    let leave = remote.as_ref().map(|_| {
        quote! {
            const LEAVE: ::core::option::Option<__rt::Leave<__rt::MsgOf<Self>>> =
                __rt::remote::leaving::<Self>();
        }
    });
    let told = wire::tells_handlers(model);
    let verified = remote.as_ref().filter(|_| generics.params.is_empty());
    let verified = verified.map(|remote| wire::verified(remote, name, ty, root));
    let remote = remote.as_ref().map(|remote| wire::remote(remote, ty, &generics));
    let wraps = wraps(&model.options.wraps);
    let takes = model.options.speaks.iter().map(|protocol| {
        let protocol = as_type(protocol);
        quote! {
            impl #params __rt::Takes<__rt::MsgOf<#protocol>> for #ty #bounds {
                const WAY: __rt::Delivery<__rt::MsgOf<#protocol>> =
                    <#protocol as __rt::Protocol>::DELIVERY;
            }
        }
    });
    quote! {
        #declaration
        #(#cfgs)*
        const _: () = {
            #import
            #declared
            #states
            #apart
            #beneath
            impl #params __rt::Actor for #ty #bounds {
                #options
                #blocks
                #spoken
                const TYPE: &'static __rt::ActorType<Self> = &#type_of;
                #leave
                type Below = #below;
                type Wraps = #wraps;
            }
            #(#takes)*
            #remote
        };
        #told
        #verified
    }
}

/// ```text
/// /// The states of `Link`.
/// #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ..)]
/// pub enum LinkState {
///     /// The state `Connecting`.
///     Connecting,
///     /// The state `Ready`.
///     Ready,
/// }
/// ```
fn declaration(actor: &Ident, states: &States, cfgs: &[Attribute]) -> TokenStream {
    let States { name, vis, states } = states;
    let doc = format!(" The states of `{}`, the first of which it begins in.", actor.unraw());
    let states = states.iter().map(|state| {
        let doc = format!(" The state `{}`.", state.unraw());
        quote!(#[doc = #doc] #state)
    });
    quote! {
        #[doc = #doc]
        #(#cfgs)*
        #[derive(
            ::core::clone::Clone,
            ::core::marker::Copy,
            ::core::fmt::Debug,
            ::core::cmp::Eq,
            ::core::hash::Hash,
            ::core::cmp::PartialEq,
        )]
        #[allow(dead_code, reason = "nobody needs to name the state that it begins in")]
        #vis enum #name { #(#states,)* }
    }
}

/// ```text
/// impl __rt::States for Link { type State = LinkState; }
/// impl __rt::State for LinkState {
///     const ALL: &'static [Self] = &[Self::Connecting, Self::Ready];
///     fn number(self) -> usize { self as usize }
/// }
/// ```
fn implementation(model: &Actor, states: &States) -> TokenStream {
    let (ty, (params, _, bounds)) = (&model.ty, model.generics.split_for_impl());
    let States { name, states, .. } = states;
    quote! {
        impl #params __rt::States for #ty #bounds {
            type State = #name;
        }
        impl __rt::State for #name {
            const ALL: &'static [Self] = &[#(Self::#states),*];
            fn number(self) -> usize { self as usize }
        }
    }
}

/// `dyn Account`, at the place of the path.
fn as_type(protocol: &Path) -> TokenStream {
    quote_spanned!(protocol.span()=> dyn #protocol)
}

/// What people call it.
fn name_of(protocol: &Path) -> String {
    protocol.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default()
}

/// The list of protocols, if there are any. A remote actor may have a hook beside them, which `#[handlers]` knows.
///
/// ```text
/// const SPEAKS: &'static [__rt::Spoken<Self>] = match (
///     __rt::spoken::<Self, dyn Account>(["Counter", "Account"]),
///     <Self as __rt::Handlers>::UNKNOWN,
/// ) {
///     (account, Some(unknown)) => &[account, unknown],
///     (account, None) => &[account],
/// };
/// ```
fn spoken(model: &Actor) -> Option<TokenStream> {
    let actor = model.name.unraw().to_string();
    let all = model.options.speaks.iter().map(|path| {
        let (protocol, name) = (as_type(path), name_of(path));
        quote_spanned!(path.span()=> __rt::spoken::<Self, #protocol>([#actor, #name]))
    });
    let all: Vec<_> = all.collect();
    let list = match &model.remote {
        None => quote!(&[#(#all),*]),
        Some(_) => {
            let unknown = names::local("unknown");
            let each: Vec<_> = (0..all.len()).map(|n| names::local(&format!("p{n}"))).collect();
            quote! {
                match (#(#all,)* <Self as __rt::Handlers>::UNKNOWN) {
                    (#(#each,)* ::core::option::Option::Some(#unknown)) => &[#(#each,)* #unknown],
                    (#(#each,)* ::core::option::Option::None) => &[#(#each),*],
                }
            }
        }
    };
    (!all.is_empty()).then(|| quote!(const SPEAKS: &'static [__rt::Spoken<Self>] = #list;))
}

/// That no two protocols have a message of one name.
fn apart(protocols: &[Path]) -> TokenStream {
    let pairs = protocols.iter().enumerate().flat_map(|(index, second)| {
        protocols[..index].iter().map(move |first| {
            let names = [name_of(first), name_of(second)];
            let types = [as_type(first), as_type(second)];
            let check = quote_spanned!(second.span()=> __rt::apart::<#(#types),*>([#(#names),*]));
            quote!(const _: () = #check;)
        })
    });
    pairs.collect()
}

/// `On<dyn Account, On<dyn Audit, At<Self>>>`
fn below(protocols: &[Path]) -> TokenStream {
    protocols.iter().rev().fold(quote!(__rt::At<Self>), |below, protocol| {
        let protocol = as_type(protocol);
        quote!(__rt::On<#protocol, #below>)
    })
}

/// `(((), Audit), Timing)`: what is dropped first stands first.
fn wraps(wraps: &[Path]) -> TokenStream {
    wraps.iter().rev().fold(quote!(()), |inner, wrap| {
        // What is no wrapper is told of at its path.
        let pair = group(Delimiter::Parenthesis, quote!(#inner, #wrap), wrap.span());
        quote!(#pair)
    })
}

/// What differs from the defaults, if anything does.
fn options(options: &Options) -> Option<TokenStream> {
    let Options { mailbox, slice, ask_timeout, start_timeout, .. } = options;
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
