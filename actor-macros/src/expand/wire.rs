//! How messages are taken apart to leave, and put together as they arrive.

use proc_macro2::{Delimiter, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Attribute, GenericParam, Generics, Visibility};

use super::dispatch::with;
use super::{Bodies, ends, group, message_of};
use crate::model::{Actor, Field, Handler, Handlers, HookKind, Remote, Reserved};
use crate::names::{self, Root};

/// Of an actor, if it is a remote one. `#[handlers]` cannot know that, but `#[actor]` does, and has told it by what the
/// macro is that has the actor's name: `made` or `left_out`.
///
/// ```text
/// __rt::when_remote! { Cart! {
///     type __Described = __rt::remote::Described<Cart>;
///     impl __rt::remote::RemoteProtocol for Cart {
///         const CARRIAGE: __rt::remote::Carriage<Self> = __rt::remote::Carriage {
///             table: __Described::table(
///                 &[
///                     __Described::ask::<i64>("get", &[]),
///                     __Described::tell("inc", &[__Described::field("inc", __rt::remote::FieldSchema::of::<i64>("by"))]),
///                 ],
///                 &[],
///             ),
///             encode: |msg, out| match msg {
///                 CartMsg::Get { reply } => out.handler(0)?.reply::<i64>(reply)?.end(),
///                 CartMsg::Inc { by } => out.handler(1)?.field::<i64>(&by)?.end(),
///             },
///             decode: |from, to| Ok(match from.handler() {
///                 0 => { let reply = from.reply::<i64>()?; from.end()?; to.take(CartMsg::Get { reply }) }
///                 1 => { let by = from.field::<i64>()?; from.end()?; to.take(CartMsg::Inc { by }) }
///                 other => from.unknown(other)?,
///             }),
///         };
///     }
/// } }
/// ```
pub(super) fn of_actor(model: &Handlers, variants: &[&Handler], bodies: Bodies) -> TokenStream {
    let travels = travels(model, variants, bodies);
    let nearby = nearby(model, &quote!(__rt::Below<Self>));
    let path = path(&model.ty);
    quote!(__rt::when_remote! { #path! { #travels } } #nearby)
}

/// Of a protocol, which says itself whether its messages go to other nodes.
pub(super) fn of_protocol(
    model: &Handlers,
    variants: &[&Handler],
    remote: &Remote,
    bodies: Bodies,
) -> TokenStream {
    let travels = travels(model, variants, bodies);
    let remote = self::remote(remote, &model.ty, &Generics::default());
    quote!(__rt::when_remote! { #travels } #remote)
}

/// Tells `#[handlers]` whether the actor is a remote one.
///
/// ```text
/// ::callboard::__private::when_remote! {
///     pub(crate) use ::callboard::__private::left_out as Counter;
/// }
/// ```
pub(super) fn tells_handlers(model: &Actor) -> TokenStream {
    let Actor { name, vis, cfgs, remote, root, .. } = model;
    let private = root.private();
    let made = match remote {
        Some(_) => quote!(made),
        None => quote!(left_out),
    };
    // No other crate has handlers of this actor.
    let vis = match vis {
        Visibility::Public(_) => quote!(pub(crate)),
        other => quote!(#other),
    };
    quote! {
        #private::when_remote! {
            #(#cfgs)*
            #[allow(unused_imports, reason = "an actor without handlers is told of elsewhere")]
            #vis use #private::#made as #name;
        }
    }
}

/// The path of a type that is written as a path, without what it is applied to.
fn path(ty: &TokenStream) -> TokenStream {
    let is =
        |tree: &TokenTree, mark| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == mark);
    let mut path: Vec<TokenTree> =
        ty.clone().into_iter().take_while(|tree| !is(tree, '<')).collect();
    while path.last().is_some_and(|last| is(last, ':')) {
        path.pop();
    }
    path.into_iter().collect()
}

fn travels(model: &Handlers, variants: &[&Handler], bodies: Bodies) -> TokenStream {
    let Handlers { ty, parameters, .. } = model;
    let described = names::described();
    let (params, args, bounds) = parameters.bounded.split_for_impl();
    let (alias, path) = (unbounded(&parameters.written), args.as_turbofish());
    let path = quote!(#described #path);
    let carriage = match bodies {
        Bodies::Real => carriage(model, variants, &path),
        Bodies::Stub => quote! {
            table: #path::table(&[], &[]),
            encode: |_, _| ::core::unreachable!(),
            decode: |_, _| ::core::unreachable!(),
        },
    };
    let unknown = model.hooks_of(HookKind::Unknown);
    let unknown = unknown.filter(|_| bodies == Bodies::Real).map(|hook| {
        let cfgs = &hook.cfgs;
        quote! {
            #(#cfgs)*
            const UNKNOWN: ::core::option::Option<
                fn(__rt::Address, __rt::remote::UnknownMessage),
            > = ::core::option::Option::Some(__rt::remote::arrive_unknown::<Self>);
        }
    });
    let may_be_none = variants.iter().all(|handler| !handler.notes.cfgs.is_empty());
    let unreachable = (may_be_none && !variants.is_empty())
        .then(|| quote!(#[allow(unreachable_code, reason = "a build may have no handler at all")]));
    quote! {
        type #described #alias = __rt::remote::Described<#ty>;
        #unreachable
        impl #params __rt::remote::RemoteProtocol for #ty #bounds {
            const CARRIAGE: __rt::remote::Carriage<Self> = __rt::remote::Carriage { #carriage };
            #(#unknown)*
        }
    }
}

/// What is made of `remote`, beside the way of the messages.
///
/// ```text
/// __rt::remote_items! {
///     impl __rt::remote::Remote for Cart {
///         const NAME: &'static str = "shop.cart";
///         const VERSION: u32 = 3;
///         const LOCK: Option<&'static str> = Some(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/schema/shop.cart.lock")));
///     }
///     const _: () = __rt::remote::checked::<Cart>();
/// }
/// ```
pub(super) fn remote(remote: &Remote, ty: &TokenStream, generics: &Generics) -> TokenStream {
    let Remote { word, name, version, is_locked, .. } = remote;
    let version = version.as_ref().map_or_else(|| quote!(1), |version| quote!(#version));
    let (params, _, bounds) = generics.split_for_impl();
    let at = word.span().resolved_at(Span::call_site());
    // Without the feature there is an error in its place, and that is where the word stands.
    let only_with_it = quote_spanned!(at=> __rt::remote_items!);
    let lock = is_locked.then(|| {
        let path = lock_path(remote);
        quote! {
            const LOCK: ::core::option::Option<&'static str> =
                ::core::option::Option::Some(::core::include_str!(#path));
        }
    });
    let checked =
        generics.params.is_empty().then(|| quote!(const _: () = __rt::remote::checked::<#ty>();));
    let arguments = arguments(generics);
    quote! {
        #only_with_it {
            impl #params __rt::remote::Remote for #ty #bounds {
                const NAME: &'static str = #name;
                const VERSION: u32 = #version;
                #arguments
                #lock
            }
            #checked
        }
    }
}

/// What peers know of the parameters: the schemas of types, and constants.
///
/// ```text
/// const ARGUMENTS: u64 = __rt::remote::arguments(&[__rt::remote::fingerprint(<T as __rt::remote::Wire>::SCHEMA)]);
/// ```
fn arguments(generics: &Generics) -> Option<TokenStream> {
    let part = |param: &GenericParam| match param {
        GenericParam::Const(param) => {
            let name = &param.ident;
            Some(quote!(#name as u64, (#name as u128 >> 64) as u64))
        }
        GenericParam::Lifetime(_) => None,
        GenericParam::Type(param) => {
            let name = &param.ident;
            // What cannot leave is told of at the parameter.
            let at = name.span().resolved_at(Span::call_site());
            let schema = quote_spanned!(at=> <#name as __rt::remote::Wire>::SCHEMA);
            Some(quote!(__rt::remote::fingerprint(#schema)))
        }
    };
    let parts: Vec<TokenStream> = generics.params.iter().filter_map(part).collect();
    (!parts.is_empty())
        .then(|| quote!(const ARGUMENTS: u64 = __rt::remote::arguments(&[#(#parts),*]);))
}

/// Where the schema lock is, as the compiler and a test find it.
fn lock_path(remote: &Remote) -> TokenStream {
    let file = format!("/schema/{}.lock", remote.name.value());
    quote!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #file))
}

/// The test that compares the schema lock with what is there, and writes it if it is asked to.
///
/// ```text
/// #[cfg(test)]
/// #[test]
/// fn __schema_cart() { ::callboard::__private::remote::verify::<Cart>(concat!(..)); }
/// ```
pub(super) fn verified(
    remote: &Remote,
    name: &Ident,
    ty: &TokenStream,
    root: &Root,
) -> TokenStream {
    let private = root.private();
    let (test, path) = (names::schema_test(name), lock_path(remote));
    quote! {
        #[cfg(test)]
        #[test]
        #[allow(unnameable_test_items, reason = "an actor of one function has no lock")]
        fn #test() {
            #private::remote::verify::<#ty>(#path);
        }
    }
}

/// What only references to actors of this node have: methods for the handlers that are `#[local]`.
///
/// ```text
/// impl __rt::Nearby for Cart {
///     type Near = CartApi<__rt::Near<__rt::Below<Self>>>;
/// }
/// #[diagnostic::on_unimplemented(message = "..", label = "..", note = "..")]
/// pub trait __Dump {}
/// impl<__N> __Dump for __rt::Near<__N> {}
/// ```
pub(super) fn nearby(model: &Handlers, below: &TokenStream) -> Option<TokenStream> {
    let Handlers { ty, api, parameters, .. } = model;
    let (params, _, bounds) = parameters.bounded.split_for_impl();
    let all = with(&parameters.written, &quote!(__rt::Near<#below>), Span::call_site());
    let actor = names::snake_case(&model.name.unraw().to_string());
    let traits = model.handlers.iter().filter(|handler| handler.terms.is_local).map(|handler| {
        let (near, cfgs) = (names::near(&handler.variant), &handler.notes.cfgs);
        let name = handler.name.unraw();
        let message = format!("`{name}` is `#[local]`: this reference may point to another node");
        let note = format!("write `if let Some(here) = {actor}.local() {{{{ here.{name}(..) }}}}`");
        quote! {
            #(#cfgs)*
            #[diagnostic::on_unimplemented(
                message = #message,
                label = "this may point to another node",
                note = #note
            )]
            pub trait #near {}
            #(#cfgs)*
            impl<__N> #near for __rt::Near<__N> {}
        }
    });
    let traits: Vec<TokenStream> = traits.collect();
    (!traits.is_empty()).then(|| {
        quote! {
            impl #params __rt::Nearby for #ty #bounds {
                type Near = #api #all;
            }
            #(#traits)*
        }
    })
}

/// The parameters of an alias, which has no bounds.
fn unbounded(params: &Generics) -> Option<TokenStream> {
    let params = params.params.iter().map(|param| match param {
        GenericParam::Const(param) => {
            let (name, ty) = (&param.ident, &param.ty);
            quote!(const #name: #ty)
        }
        GenericParam::Lifetime(param) => quote!(#param),
        GenericParam::Type(param) => {
            let name = &param.ident;
            quote!(#name)
        }
    });
    (params.len() > 0).then(|| quote!(<#(#params),*>))
}

fn carriage(model: &Handlers, variants: &[&Handler], described: &TokenStream) -> TokenStream {
    let (msg, out) = (names::local("msg"), names::local("out"));
    let (from, to) = (names::local("from"), names::local("to"));
    // The order of the text says nothing on the wire, so there it is that of the names.
    let mut sorted = variants.to_vec();
    sorted.sort_by_key(|handler| handler.wire_name());
    let rows = sorted.iter().map(|handler| row(handler, described));
    let encode = sorted
        .iter()
        .enumerate()
        .map(|(number, handler)| leave(number, handler, &model.messages, &out));
    let decode = sorted
        .iter()
        .enumerate()
        .filter(|(_, handler)| !handler.stays_here())
        .map(|(number, handler)| arrive(number, handler, &model.messages, &from, &to));
    let decode: Vec<TokenStream> = decode.collect();
    let messages = &model.messages;
    let never = (!model.parameters.unnamed.is_empty())
        .then(|| quote!(#messages::__Unnamed(never, _) => match never {},));
    let taken = if variants.is_empty() { names::local("_out") } else { out.clone() };
    let to = if decode.is_empty() { names::local("_to") } else { to };
    let reserved = model.reserved.iter().map(|Reserved { name, id }| {
        let id = match id {
            Some(id) => quote!(::core::option::Option::Some(#id)),
            None => quote!(::core::option::Option::None),
        };
        quote!(#described::reserved(#name, #id))
    });
    // What is gone is told of at the type's name.
    let at = names::made(&model.name).span();
    let listed = quote!(&[#(#rows,)*], &[#(#reserved,)*]);
    let table = called(described, &quote_spanned!(at=> table), listed, at);
    quote! {
        table: #table,
        encode: |#msg, #taken| match #msg { #(#encode)* #never },
        decode: |#from, #to| ::core::result::Result::Ok(match #from.handler() {
            #(#decode)*
            other => #from.unknown(other)?,
        }),
    }
}

/// What peers may know of a handler. One that is not there for them has its place all the same: numbers follow
/// the text.
fn row(handler: &Handler, described: &TokenStream) -> TokenStream {
    let Handler { terms, answer, notes, .. } = handler;
    let absent = quote!(#described::absent());
    if terms.is_local {
        return absent;
    }
    let name = handler.wire_name();
    let fields = handler.wire_fields().into_iter().map(|field| column(&name, field, described));
    let fields = quote!(&[#(#fields),*]);
    let at = names::made(&handler.name).span();
    // Another answer is told of at the method's name, a type that cannot leave at the type.
    let kind = match answer {
        Some(answer) => {
            let ty = &answer.ty;
            quote_spanned!(at=> ask::<#ty>)
        }
        None => quote_spanned!(at=> tell),
    };
    let kind = called(described, &kind, quote!(#name, #fields), at);
    let id = terms.id.iter();
    let since = terms.since.iter();
    let present = quote!(#kind #(.id(#id))* #(.since(#since))*);
    match unless(&notes.cfgs) {
        Some(otherwise) => {
            let cfgs = &notes.cfgs;
            quote!(#(#cfgs)* #present, #otherwise #absent)
        }
        None => present,
    }
}

fn column(handler: &str, field: &Field, described: &TokenStream) -> TokenStream {
    let Field { cfgs, ty, terms, .. } = field;
    let name = field.wire_name();
    let since = terms.since.iter();
    let default = terms.default.as_ref().map(|_| quote!(.default()));
    let widens = terms.widens.then(|| quote!(.widens()));
    let facts = quote!(#(.since(#since))* #default #widens);
    // What older peers could not read is told of at the parameter.
    let at = names::made(&field.name).span();
    let facts = names::spanned(facts, at);
    let kind = if field.is_code { quote_spanned!(at=> code) } else { quote_spanned!(at=> of) };
    let args = group(Delimiter::Parenthesis, quote!(#name), at);
    let field = quote_spanned!(at=> __rt::remote::FieldSchema::#kind::<#ty> #args #facts);
    let field = called(described, &quote_spanned!(at=> field), quote!(#handler, #field), at);
    quote!(#(#cfgs)* #field)
}

/// A function of what is described, at a place of the user's text: where a constant calls what panics, there the compiler tells
/// of it.
fn called(
    described: &TokenStream,
    function: &TokenStream,
    args: TokenStream,
    at: Span,
) -> TokenStream {
    let described = names::spanned(described.clone(), at);
    let args = group(Delimiter::Parenthesis, args, at);
    quote_spanned!(at=> #described::#function #args)
}

/// The attribute of what is there where these leave something out.
fn unless(cfgs: &[Attribute]) -> Option<TokenStream> {
    let conditions = cfgs.iter().filter_map(|cfg| cfg.parse_args::<TokenStream>().ok());
    (!cfgs.is_empty()).then(|| quote!(#[cfg(not(all(#(#conditions),*)))]))
}

/// How the message of a handler leaves.
fn leave(number: usize, handler: &Handler, messages: &Ident, out: &Ident) -> TokenStream {
    let Handler { answer, variant, notes, .. } = handler;
    let cfgs = &notes.cfgs;
    if handler.stays_here() {
        let name = handler.name.unraw().to_string();
        let Some(answer) = answer else {
            return quote!(#(#cfgs)* #messages::#variant { .. } => #out.local(#name),);
        };
        let (field, reply) = (&answer.field, names::local("reply"));
        return quote! {
            #(#cfgs)* #messages::#variant { #field: #reply, .. } => #out.local_ask(#name, #reply),
        };
    }
    let number = Literal::usize_unsuffixed(number);
    let message = message_of(messages, handler);
    let reply = names::local("reply");
    let mut calls = TokenStream::new();
    let is_whole = handler.fields().all(|field| field.cfgs.is_empty());
    for field in handler.wire_fields() {
        let Field { cfgs, name, ty, .. } = field;
        // A part that some build leaves out is a statement of its own.
        calls.extend(match is_whole {
            true => quote!(.field::<#ty>(&#name)?),
            false => quote!(#(#cfgs)* let #out = #out.field::<#ty>(&#name)?;),
        });
    }
    let answer = answer.as_ref().map(|answer| {
        let ty = &answer.ty;
        quote!(.reply::<#ty>(#reply)?)
    });
    if is_whole {
        quote!(#(#cfgs)* #message => #out.handler(#number)? #calls #answer.end(),)
    } else {
        quote!(#(#cfgs)* #message => { let #out = #out.handler(#number)?; #calls #out #answer.end() })
    }
}

/// How the message of a handler arrives.
fn arrive(
    number: usize,
    handler: &Handler,
    messages: &Ident,
    from: &Ident,
    to: &Ident,
) -> TokenStream {
    let Handler { answer, notes, .. } = handler;
    let cfgs = &notes.cfgs;
    let number = Literal::usize_unsuffixed(number);
    let mut reads = TokenStream::new();
    for field in handler.wire_fields() {
        let Field { cfgs, name, ty, terms, .. } = field;
        let (_, at) = ends(ty);
        let read = match &terms.default {
            Some(default) => quote_spanned!(at=> field_or::<#ty>(|| #default)),
            None => quote!(field::<#ty>()),
        };
        reads.extend(quote!(#(#cfgs)* let #name = #from.#read?;));
    }
    if let Some(answer) = answer {
        let (reply, ty) = (names::local("reply"), &answer.ty);
        reads.extend(quote!(let #reply = #from.reply::<#ty>()?;));
    }
    let message = message_of(messages, handler);
    quote!(#(#cfgs)* #number => { #reads #from.end()?; #to.take(#message) })
}
