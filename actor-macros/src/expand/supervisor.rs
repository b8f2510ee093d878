//! How a supervisor and its children start.

use std::time::Duration;

use proc_macro2::{Delimiter, Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{LitInt, Type};

use super::actor::duration;
use super::{Bodies, ends, group, places_of};
use crate::model::{Child, Plain, Pool, Shutdown, Start, Supervisor, Template};
use crate::names::{self, made};

/// ```text
/// impl __rt::Protocol for Bank {
///     type Msg = __rt::SupervisorMsg;
///     type Api = __rt::SupervisorApi;
///     const DELIVERY: __rt::Delivery<Self::Msg> = <__rt::Supervisor as __rt::Protocol>::DELIVERY;
/// }
/// impl __rt::Child for Bank {
///     type Actor = __rt::Supervisor;
///     type Start = __rt::SupervisorSpec<Self>;
///     fn into_actor(start: Self::Start) -> Self::Actor { __rt::Supervisor::new(start) }
/// }
/// impl Bank {
///     /// Starts its children, each after the one above it, on this shard.
///     pub async fn start(config: Config) -> ::core::result::Result<BankTree, __rt::StartError> {
///         Self::__with_children(Self { config }).start().await.map(BankTree)
///     }
///     /// What a supervisor above it starts it from.
///     pub fn start_spec(config: Config) -> __rt::SupervisorSpec<Self> { Self::__with_children(Self { config }) }
/// }
/// ```
pub(super) fn implementation(model: &Supervisor, bodies: Bodies) -> TokenStream {
    let Supervisor { name, vis, tree, plain, .. } = model;
    let params = plain.iter().map(|Plain { name, ty, cfgs, .. }| {
        let name = made(name);
        quote!(#(#cfgs)* #name: #ty)
    });
    let params = quote!(#(#params),*);
    let fields = plain.iter().map(|Plain { name, cfgs, .. }| quote!(#(#cfgs)* #name));
    let fields = quote!(Self { #(#fields),* });
    let (starts, makes) = match bodies {
        Bodies::Real => (
            quote!(Self::__with_children(#fields).start().await.map(#tree)),
            quote!(Self::__with_children(#fields)),
        ),
        Bodies::Stub => (quote!(::core::unreachable!()), quote!(::core::unreachable!())),
    };
    let stubs = (bodies == Bodies::Stub).then(|| {
        quote! {
            #[allow(
                unused_variables,
                clippy::unused_async,
                reason = "stubs, so that one mistake is one error"
            )]
        }
    });
    let spec = (bodies == Bodies::Real).then(|| spec(model));
    let places = (bodies == Bodies::Real).then(|| places(model));
    let many = (plain.len() > 7).then(
        || quote!(#[allow(clippy::too_many_arguments, reason = "it takes the plain fields")]),
    );
    let plain_name = name.unraw();
    let starts_doc = format!(
        " Starts the children of `{plain_name}` on this shard, each when the one above it has started."
    );
    let makes_doc = format!(" What a supervisor above `{plain_name}` starts it from.");
    quote! {
        #places
        impl __rt::Protocol for #name {
            type Msg = __rt::SupervisorMsg;
            type Api = __rt::SupervisorApi;
            const DELIVERY: __rt::Delivery<Self::Msg> = <__rt::Supervisor as __rt::Protocol>::DELIVERY;
        }
        impl __rt::Child for #name {
            type Actor = __rt::Supervisor;
            type Start = __rt::SupervisorSpec<Self>;
            fn into_actor(start: Self::Start) -> Self::Actor { __rt::Supervisor::new(start) }
        }
        #stubs
        impl #name {
            #[doc = #starts_doc]
            ///
            /// # Errors
            ///
            /// Why a child did not start; those above it have been stopped then.
            #many
            #vis async fn start(#params) -> ::core::result::Result<#tree, __rt::StartError> {
                #starts
            }
            #[doc = #makes_doc]
            #many
            #vis fn start_spec(#params) -> __rt::SupervisorSpec<Self> { #makes }
            #spec
        }
    }
}

/// ```text
/// fn __with_children(given: Self) -> __rt::SupervisorSpec<Self> {
///     let spec = __rt::SupervisorSpec::of("Bank").strategy(__rt::Strategy::RestForOne);
///     let spec = { .. };
///     spec
/// }
/// ```
fn spec(model: &Supervisor) -> TokenStream {
    let Supervisor { name, strategy, intensity, auto_shutdown, path, .. } = model;
    let (spec, given) = (names::local("spec"), given(model));
    let id = name.unraw().to_string();
    let strategy = strategy.iter();
    let intensity = intensity.iter().map(self::intensity);
    let auto_shutdown = auto_shutdown.iter().filter_map(|(_, word)| word.as_ref());
    let path = path.iter();
    let children = model.children.iter().enumerate().map(|(index, child)| {
        let cfgs = &child.notes.cfgs;
        let with_child = with_child(model, index, child);
        quote!(#(#cfgs)* let #spec = { #with_child };)
    });
    quote! {
        fn __with_children(#given: Self) -> __rt::SupervisorSpec<Self> {
            let #spec = __rt::SupervisorSpec::of(#id)
                #(.strategy(__rt::Strategy::#strategy))*
                #(.intensity(#intensity))*
                #(.auto_shutdown(__rt::AutoShutdown::#auto_shutdown))*
                #(.path(#path))*;
            #(#children)*
            #spec
        }
    }
}

fn intensity((max, within): &(LitInt, Duration)) -> TokenStream {
    let within = duration(*within);
    quote!(#max, #within)
}

/// The plain fields as they were given; nothing takes them where no child does.
fn given(model: &Supervisor) -> Ident {
    let mut fields = model.children.iter().flat_map(|child| taken(model, child));
    names::local(if fields.next().is_some() { "given" } else { "_given" })
}

/// The plain fields that a child's `start` takes.
fn taken<'a>(model: &'a Supervisor, child: &'a Child) -> impl Iterator<Item = &'a Plain> {
    model.plain.iter().filter(|plain| takes(child, &plain.name))
}

fn takes(child: &Child, name: &Ident) -> bool {
    let named = child.start_tokens().is_some_and(|start| names::takes(start, name));
    named && !child.is_parameter(name)
}

/// ```text
/// let config = __rt::plain::<Config>(&given.config);
/// let start = move |siblings: &__rt::Siblings| {
///     let config = __rt::plain::<Config>(&config);
///     let log = siblings.child::<AuditLog>(0);
///     async move { __rt::start_of::<Savings>(Savings::new(&config, log)) }
/// };
/// let child = __rt::ChildSpec::new("house", start).restart(__rt::Restart::Transient);
/// spec.child::<Savings>(child)
/// ```
fn with_child(model: &Supervisor, index: usize, child: &Child) -> TokenStream {
    let Child { ty, start, .. } = child;
    let (spec, start_fn, made) =
        (names::local("spec"), names::local("start"), names::local("child"));
    let given = given(model);
    let fields: Vec<&Plain> = taken(model, child).collect();
    let outer = fields.iter().map(|field| plain(field, &quote!(#given.)));
    let inner = fields.iter().map(|field| plain(field, &TokenStream::new()));

    let above = model.children[..index].iter().enumerate();
    let above: Vec<_> = above.filter(|(_, above)| takes(child, &above.name)).collect();
    let siblings = names::local(if above.is_empty() { "_siblings" } else { "siblings" });
    let is_group = |above: &Child| matches!(above.start, Start::With(_));
    let groups = above.iter().filter(|(_, above)| is_group(above)).map(|(_, above)| {
        let (name, cfgs) = (self::made(&above.name), &above.notes.cfgs);
        quote!(#(#cfgs)* let #name = ::core::clone::Clone::clone(&#name);)
    });
    let groups: Vec<_> = groups.collect();
    let above = above.into_iter().map(|(index, above)| {
        let (name, cfgs, reached) = (self::made(&above.name), &above.notes.cfgs, reached(above));
        let place = place(model, index);
        quote!(#(#cfgs)* let #name = #siblings.#reached(#place);)
    });

    let moves = (!fields.is_empty()).then(|| quote!(move));
    let started = started(child);
    let started = match &child.pool {
        None => quote!(async move { #started }),
        Some(pool) => {
            let inner = fields.iter().map(|field| plain(field, &TokenStream::new()));
            workers(child, pool, &quote!(#(#inner)* #(#groups)* async move { #started }))
        }
    };
    let id = child.name.unraw().to_string();
    let options = options(child);
    // What cannot be a child, or an argument that is kept, is an error at its type.
    let at = places_of(ty).0;
    let given = |at| group(Delimiter::Parenthesis, quote!(#id, #start_fn), at);
    let (param, new) = match start {
        Start::Default | Start::Each(_) => {
            let given = given(at);
            (None, quote_spanned!(at=> __rt::ChildSpec::new #given))
        }
        Start::With(Template { pattern, types, .. }) => {
            let at = types.first().map_or(at, |ty| places_of(&quote!(#ty)).0);
            // One that is never started again need not keep its arguments.
            let new = Ident::new(if is_temporary(child) { "temporary" } else { "new" }, at);
            let (args, given) = (args(types), given(at));
            (Some(quote!(, #pattern: #args)), quote_spanned!(at=> __rt::DynamicSpec::#new #given))
        }
    };
    let add = match &child.pool {
        None => {
            let reached = reached(child);
            quote_spanned!(at=> .#reached(#made))
        }
        Some(pool) => {
            let path = path_of(pool);
            quote_spanned!(at=> .child::<#path<#ty>>(#made))
        }
    };
    quote! {
        #(#outer)*
        let #start_fn = #moves |#siblings: &__rt::Siblings #param| {
            #(#inner)*
            #(#above)*
            #started
        };
        let #made = #new #options;
        #spec #add
    }
}

fn path_of(pool: &Pool) -> TokenStream {
    pool.path.as_ref().map_or_else(|| quote!(__rt::Pool), |path| quote!(#path))
}

/// What makes a pool, of what makes one of its workers.
///
/// ```text
/// let worker = move || {
///     let config = __rt::plain::<Config>(&config);
///     async move { __rt::start_of::<Worker>(Worker::new(&config)) }
/// };
/// let pool = Pool::with(4, worker).routing(__rt::Routing::random());
/// async move { __rt::start_of::<Pool<Worker>>(pool) }
/// ```
fn workers(child: &Child, pool: &Pool, one: &TokenStream) -> TokenStream {
    let (worker, made) = (names::local("worker"), names::local("pool"));
    let (ty, Pool { size, route, .. }) = (&child.ty, pool);
    let (at, path) = (places_of(ty).0, path_of(pool));
    let given = group(Delimiter::Parenthesis, quote!(#size, #worker), at);
    let with = quote_spanned!(at=> #path::with #given);
    let route = route.iter().map(|route| {
        let at = places_of(route).0;
        quote_spanned!(at=> .routing(__rt::Routing::#route))
    });
    let options = kept(child);
    quote! {
        let #worker = move || { #one };
        let #made = #with #(#route)* #options;
        async move { __rt::start_of::<#path<#ty>>(#made) }
    }
}

/// A clone of a plain field. Where it cannot be cloned or sent, the error stands at its type.
fn plain(field: &Plain, of: &TokenStream) -> TokenStream {
    let Plain { name, ty, cfgs, .. } = field;
    let name = made(name);
    quote!(#(#cfgs)* let #name = __rt::plain::<#ty>(&#of #name);)
}

/// What a start gives. A value of another type is an error where it stands; so is a type without a default.
fn started(child: &Child) -> TokenStream {
    let ty = &child.ty;
    let Some(start) = child.start_tokens() else {
        let (first, last) = places_of(ty);
        let default = quote_spanned!(first=> __rt::by_default::<);
        let call = quote_spanned!(last=> >());
        return quote!(#default #ty #call);
    };
    let (first, last) = ends(start);
    let start = group(Delimiter::Parenthesis, start.clone(), last);
    let start_of = quote_spanned!(first=> start_of);
    quote!(__rt::#start_of::<#ty> #start)
}

/// What differs from the defaults.
fn options(child: &Child) -> TokenStream {
    let Child { start, restart, shard, significant, pool, .. } = child;
    let is_template = matches!(start, Start::With(_));
    let restart = restart.iter().filter(|_| !(is_template && is_temporary(child)));
    // Of a pool it is of each worker.
    let kept = pool.is_none().then(|| kept(child));
    let shard = shard.iter();
    let significant = significant.iter().map(|_| quote!(.significant()));
    let max = match start {
        Start::With(Template { max, .. }) => max.as_ref(),
        Start::Default | Start::Each(_) => None,
    };
    let max = max.iter();
    quote! {
        #(.restart(__rt::Restart::#restart))*
        #kept
        #(.shard(#shard))*
        #(#significant)*
        #(.max(#max))*
    }
}

/// How it is stopped, and how often and how soon it is restarted.
fn kept(child: &Child) -> TokenStream {
    let Child { shutdown, backoff, intensity, .. } = child;
    let shutdown = shutdown.iter().map(|shutdown| match shutdown {
        Shutdown::Brutal => quote!(Brutal),
        Shutdown::Infinite => quote!(Infinite),
        Shutdown::Timeout(timeout) => {
            let timeout = duration(*timeout);
            quote!(Timeout(#timeout))
        }
    });
    let backoff = backoff.iter().map(|(least, most)| {
        let (least, most) = (duration(*least), duration(*most));
        quote!(#least..=#most)
    });
    let intensity = intensity.iter().map(self::intensity);
    quote! {
        #(.shutdown(__rt::Shutdown::#shutdown))*
        #(.backoff(#backoff))*
        #(.intensity(#intensity))*
    }
}

fn is_temporary(child: &Child) -> bool {
    child.restart.as_ref().is_some_and(|word| word == "Temporary")
}

/// `child::<AuditLog>`: how a child is reached from the tree, or by those below it.
pub(super) fn reached(child: &Child) -> TokenStream {
    let ty = &child.ty;
    let at = places_of(ty).0;
    match &child.start {
        Start::Default | Start::Each(_) => quote_spanned!(at=> child::<#ty>),
        Start::With(Template { types, .. }) => {
            let args = args(types);
            quote_spanned!(at=> dynamic::<#ty, #args>)
        }
    }
}

/// `(u32,)`: what dynamic children start from, as one type.
pub(super) fn args(types: &[Type]) -> TokenStream {
    quote!((#(#types,)*))
}

/// The number of a child among those that this build has.
pub(super) fn place(model: &Supervisor, index: usize) -> TokenStream {
    if always(model) {
        let index = Literal::usize_unsuffixed(index);
        return quote!(#index);
    }
    let name = made(&model.children[index].name);
    quote!(__Child::#name as usize)
}

/// Whether every build has all children.
fn always(model: &Supervisor) -> bool {
    model.children.iter().all(|child| child.notes.cfgs.is_empty())
}

/// The numbers of children that only some builds have.
///
/// ```text
/// enum __Child {
///     log,
///     #[cfg(unix)]
///     house,
/// }
/// ```
fn places(model: &Supervisor) -> Option<TokenStream> {
    let children = model.children.iter().map(|child| {
        let (name, cfgs) = (made(&child.name), &child.notes.cfgs);
        quote!(#(#cfgs)* #name)
    });
    (!always(model)).then(|| quote!(enum __Child { #(#children),* }))
}
