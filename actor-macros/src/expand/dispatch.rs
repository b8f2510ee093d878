//! How an actor takes its messages, starts and stops.

use proc_macro2::{Delimiter, Ident, Literal, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{GenericParam, Generics};

use super::actor::duration;
use super::{Bodies, ends, group, message_of, named, places_of};
use crate::model::{Arg, By, Handler, Handlers, Hook, HookKind, Stream, TakenIn, Timer, When};
use crate::names;

/// `impl Protocol`, `impl Handle` and `impl Handlers`.
///
/// ```text
/// impl __rt::Protocol for Counter {
///     type Msg = CounterMsg;
///     type Api = CounterApi<__rt::Below<Self>>;
///     const DELIVERY: __rt::Delivery<Self::Msg> = <Self as __rt::Actor>::REACHED_BY;
/// }
/// impl __rt::Handle<CounterMsg> for Counter {
///     fn handle<'a>(&'a mut self, msg: CounterMsg, cx: &'a mut __rt::Context<Self>) -> __rt::Handled<'a> {
///         let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
///         match msg {
///             CounterMsg::Inc { by } => __rt::told(__rt::ended(call, Self::inc(self, by))),
///             CounterMsg::Get { reply } => __rt::asked(reply, __rt::ended(call, Self::get(self))),
///             CounterMsg::Load { path, reply } => __rt::asked_later(reply, __rt::ends_later(call, Self::load(self, path))),
///             CounterMsg::WaitFor { at_least, reply } => __rt::told(__rt::ended(call, Self::wait_for(self, at_least, reply))),
///         }
///     }
/// }
/// impl __rt::Handlers for Counter {
///     const SUSPENDS: bool = true;
///     const TIMERS: &'static [__rt::Timed<Self>] = &[
///         __rt::Timed::every(SECOND, JITTER, |actor, _cx| __rt::told(Self::tick(actor))),
///     ];
///     const STARTS: bool = true;
///     fn start<'a>(&'a mut self, cx: &'a mut __rt::Context<Self>) -> __rt::Handled<'a> {
///         __rt::started_later(Self::open(self, cx))
///     }
/// }
/// ```
pub(super) fn implementation(
    model: &Handlers,
    variants: &[&Handler],
    bodies: Bodies,
) -> TokenStream {
    let Handlers { ty, messages, api, parameters, .. } = model;
    let (params, _, bounds) = parameters.bounded.split_for_impl();
    let (_, args, _) = parameters.written.split_for_impl();
    let handle = handle(model, &quote!(#messages #args), variants, bodies);
    let unknown = model.hooks_of(HookKind::Unknown);
    let unknown =
        unknown.filter(|_| bodies == Bodies::Real).map(|hook| unknown_messages(model, hook));
    let hooks = (bodies == Bodies::Real).then(|| {
        let hooks = model.hooks.iter().map(|hook| self::hook(hook, &model.streams));
        let (timers, streams) = (timers(&model.timers), streams(&model.streams));
        let share = share(model, &quote!(#messages #args), variants);
        let when = taken_in(variants);
        quote!(#when #share #timers #streams #(#hooks)*)
    });
    // What only some builds have counts in all: the room it takes is small.
    let is_async = variants.iter().any(|handler| handler.is_async)
        || model.hooks.iter().any(|hook| hook.is_async)
        || model.timers.iter().any(|timer| timer.is_async);
    let suspends = (bodies == Bodies::Real && is_async).then(|| {
        quote!(
            const SUSPENDS: bool = true;
        )
    });
    // Where there is no `#[actor]` this is the error, so it stands at the type's name.
    let at = names::place_of(&model.name);
    let delivery = quote_spanned!(at=> <Self as __rt::Actor>::REACHED_BY);
    let api = names::spanned(quote!(#api), at);
    // What a generic actor's reference is made of must not depend on whether its messages can be sent.
    let below = match parameters.written.params.is_empty() {
        true => quote_spanned!(at=> __rt::Below<Self>),
        false => quote_spanned!(at=> __rt::BeneathOf<Self>),
    };
    let api_args = with(&parameters.written, &below, at);
    quote! {
        impl #params __rt::Protocol for #ty #bounds {
            type Msg = #messages #args;
            type Api = #api #api_args;
            const DELIVERY: __rt::Delivery<Self::Msg> = #delivery;
        }
        impl #params __rt::Handle<#messages #args> for #ty #bounds {
            #handle
        }
        impl #params __rt::Handlers for #ty #bounds {
            #suspends
            #hooks
        }
        #(#unknown)*
    }
}

/// How an actor takes what it has no handler for.
///
/// ```text
/// __rt::when_remote! {
///     impl __rt::Handle<__rt::remote::UnknownMessage> for Cart {
///         fn handle<'a>(&'a mut self, news: __rt::remote::UnknownMessage, cx: &'a mut __rt::Context<Self>) -> __rt::Handled<'a> {
///             __rt::told(Self::newer(self, news))
///         }
///     }
/// }
/// ```
fn unknown_messages(model: &Handlers, hook: &Hook) -> TokenStream {
    let Handlers { ty, parameters, .. } = model;
    let (params, _, bounds) = parameters.bounded.split_for_impl();
    let cfgs = &hook.cfgs;
    let Calling { cx, news, told } = calling(hook);
    quote! {
        __rt::when_remote! {
            #(#cfgs)*
            impl #params __rt::Handle<__rt::remote::UnknownMessage> for #ty #bounds {
                fn handle<'a>(
                    &'a mut self,
                    #news: __rt::remote::UnknownMessage,
                    #cx: &'a mut __rt::Context<Self>,
                ) -> __rt::Handled<'a> {
                    #told
                }
            }
        }
    }
}

/// The arguments of a generic type, and one more.
pub(super) fn with(params: &Generics, last: &TokenStream, at: Span) -> TokenStream {
    let names = params.params.iter().map(|param| match param {
        GenericParam::Const(param) => &param.ident,
        GenericParam::Lifetime(param) => &param.lifetime.ident,
        GenericParam::Type(param) => &param.ident,
    });
    quote_spanned!(at=> <#(#names,)* #last>)
}

fn handle(
    model: &Handlers,
    messages: &TokenStream,
    variants: &[&Handler],
    bodies: Bodies,
) -> TokenStream {
    let Taking { msg, cx, body } = taking(model, variants, &Taker::own(quote!(self)), bodies);
    quote! {
        #[inline(always)]
        fn handle<'a>(
            &'a mut self,
            #msg: #messages,
            #cx: &'a mut __rt::Context<Self>,
        ) -> __rt::Handled<'a> {
            #body
        }
    }
}

/// The messages with concurrent handlers, if there are any.
///
/// ```text
/// const CONCURRENT: &'static [u32] = &[0, 8];
/// fn share<'a>(&'a self, msg: CounterMsg, cx: &'a __rt::Context<Self>) -> __rt::Handled<'a> {
///     let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
///     match msg {
///         CounterMsg::Render { template, reply } => __rt::asked_later(reply, __rt::ends_later(call, Self::render(self, template))),
///         _ => ::core::unreachable!(),
///     }
/// }
/// ```
fn share(model: &Handlers, messages: &TokenStream, variants: &[&Handler]) -> Option<TokenStream> {
    let (msg, cx) = (names::local("msg"), names::local("cx"));
    let shared = || variants.iter().filter(|handler| handler.concurrent.is_some());
    shared().next()?;
    let most = variants
        .iter()
        .map(|handler| Literal::u32_unsuffixed(handler.concurrent.unwrap_or_default()));
    let by = Taker::own(quote!(self));
    let arms = shared().map(|handler| arm(model, handler, &by, &cx));
    let before = before(model, &by, &msg);
    let takes_context = shared().any(|handler| handler.takes_context);
    let cx = if takes_context { cx.clone() } else { names::local("_cx") };
    let all = shared().count() == variants.len() && model.parameters.unnamed.is_empty();
    let others = (!all).then(|| quote!(_ => ::core::unreachable!(),));
    Some(quote! {
        const CONCURRENT: &'static [u32] = &[#(#most),*];
        fn share<'a>(&'a self, #msg: #messages, #cx: &'a __rt::Context<Self>) -> __rt::Handled<'a> {
            #before
            match #msg { #(#arms)* #others }
        }
    })
}

/// Who takes messages.
pub(super) struct Taker {
    /// The actor, as a variable.
    pub(super) actor: TokenStream,
    /// What its methods are called by.
    pub(super) methods: Ident,
    /// Its type.
    pub(super) ty: TokenStream,
}

impl Taker {
    /// An actor whose own methods are called.
    fn own(actor: TokenStream) -> Self {
        Self { actor, methods: Ident::new("Self", Span::call_site()), ty: quote!(Self) }
    }
}

/// The inside of a function that takes a message and a context.
pub(super) struct Taking {
    pub(super) msg: Ident,
    pub(super) cx: Ident,
    pub(super) body: TokenStream,
}

/// ```text
/// let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);
/// match msg { .. }
/// ```
pub(super) fn taking(
    model: &Handlers,
    variants: &[&Handler],
    by: &Taker,
    bodies: Bodies,
) -> Taking {
    if bodies == Bodies::Stub {
        let body = quote!(::core::unreachable!());
        return Taking { msg: names::local("_msg"), cx: names::local("_cx"), body };
    }
    let (msg, cx) = (names::local("msg"), names::local("cx"));
    let needs_context = |handler: &&Handler| handler.takes_context || handler.concurrent.is_some();
    let takes_context = variants.iter().any(needs_context);
    let arms = variants.iter().map(|handler| match handler.concurrent {
        None => arm(model, handler, by, &cx),
        Some(_) => {
            let (cfgs, messages, variant) =
                (&handler.notes.cfgs, &model.messages, &handler.variant);
            quote!(#(#cfgs)* #msg @ #messages::#variant { .. } => __rt::Handlers::share(self, #msg, #cx),)
        }
    });
    // What takes messages beside others has its own.
    let calls = variants.iter().any(|handler| handler.concurrent.is_none());
    let before = calls.then(|| before(model, by, &msg));
    let body = quote!(#before match #msg { #(#arms)* });
    let cx = if takes_context { cx } else { names::local("_cx") };
    Taking { msg, cx, body }
}

/// `let call = __rt::before::<__rt::WrapsOf<Self>, _>(&msg);`
fn before(model: &Handlers, by: &Taker, msg: &Ident) -> TokenStream {
    let at = names::place_of(&model.name);
    let (call, ty) = (Ident::new("call", at), &by.ty);
    quote_spanned!(at=> let #call = __rt::before::<__rt::WrapsOf<#ty>, _>(&#msg);)
}

fn arm(model: &Handlers, handler: &Handler, by: &Taker, cx: &Ident) -> TokenStream {
    let message = message_of(&model.messages, handler);
    let cfgs = &handler.notes.cfgs;
    let reply = names::local("reply");
    let mut args = context(handler.takes_context, cx);
    args.extend(handler.args.iter().map(|arg| match arg {
        Arg::Field(field) => named(field),
        Arg::Reply => quote!(#reply),
    }));
    let call = call(&handler.name, by, &args, &handler.returns_at);
    let call = wrapped(handler, &call);
    let is_kept_later = handler.keeps && handler.is_async;
    let call = if is_kept_later { quote!(__rt::kept_later(#call)) } else { call };
    let handled = match (handler.answer.as_ref().map(|answer| answer.by), handler.is_async) {
        (None | Some(By::Reply), false) => quote!(__rt::told(#call)),
        (None | Some(By::Reply), true) => quote!(__rt::told_later(#call)),
        (Some(By::Return), false) => quote!(__rt::asked(#reply, #call)),
        (Some(By::Return), true) => quote!(__rt::asked_later(#reply, #call)),
        (Some(By::Forward), false) => quote!(__rt::forwarded(#reply, #call)),
        (Some(By::Forward), true) => quote!(__rt::forwarded_later(#reply, #call)),
    };
    let handled = if handler.keeps { kept(handler, &handled) } else { handled };
    quote!(#(#cfgs)* #message => #handled,)
}

/// What the handler gives, with what runs after it. It stands where that did, for what cannot be returned is an
/// error there.
fn wrapped(handler: &Handler, called: &TokenStream) -> TokenStream {
    let (first, last) = ends(&handler.returns_at);
    let half = Ident::new(if handler.is_async { "ends_later" } else { "ended" }, first);
    let call = names::local("call");
    let called = group(Delimiter::Parenthesis, quote!(#call, #called), last);
    quote_spanned!(first=> __rt::#half #called)
}

/// ```text
/// { __rt::keep((Clone::clone(&by),)); __rt::kept(__rt::told(Self::inc(self, by))) }
/// ```
fn kept(handler: &Handler, handled: &TokenStream) -> TokenStream {
    let copies = handler.fields().map(|field| {
        let (name, (at, _)) = (&field.name, ends(&field.ty));
        quote_spanned!(at=> ::core::clone::Clone::clone(&#name))
    });
    let handled = if handler.is_async { handled.clone() } else { quote!(__rt::kept(#handled)) };
    quote!({
        __rt::keep((#(#copies,)*));
        #handled
    })
}

/// The inside of a function that calls a hook.
struct Calling {
    cx: Ident,
    news: Ident,
    told: TokenStream,
}

fn calling(hook: &Hook) -> Calling {
    let Hook { kind, name, is_async, takes_context, takes_news, .. } = hook;
    let (cx, news) = (names::local("cx"), names::local("news"));
    let mut args = context(*takes_context, &cx);
    if *takes_news {
        args.push(quote!(#news));
    }
    let call = call(name, &Taker::own(quote!(self)), &args, &hook.returns_at);
    let told = match (kind, is_async) {
        (HookKind::Start, false) => quote!(__rt::started(#call)),
        (HookKind::Start, true) => quote!(__rt::started_later(#call)),
        (_, false) => quote!(__rt::told(#call)),
        (_, true) => quote!(__rt::told_later(#call)),
    };
    let cx = if *takes_context { cx } else { names::local("_cx") };
    let news = if *takes_news { news } else { names::local("_news") };
    Calling { cx, news, told }
}

fn hook(hook: &Hook, streams: &[Stream]) -> TokenStream {
    let Hook { kind, attribute, cfgs, .. } = hook;
    let Calling { cx, news, told } = calling(hook);
    let context = quote!(#cx: &'a mut __rt::Context<Self>);
    match kind {
        HookKind::Down => quote! {
            #(#cfgs)*
            fn down<'a>(&'a mut self, #news: __rt::Down, #context) -> __rt::Handled<'a> {
                #told
            }
        },
        HookKind::Exit => quote! {
            #(#cfgs)*
            const TRAPS: bool = true;
            #(#cfgs)*
            fn exit<'a>(&'a mut self, #news: __rt::Exit, #context) -> __rt::Handled<'a> {
                #told
            }
        },
        HookKind::Start => {
            // Streams say it already.
            let starts = streams.is_empty().then(|| quote!(#(#cfgs)* const STARTS: bool = true;));
            quote! {
                #starts
                #(#cfgs)*
                fn start<'a>(&'a mut self, #context) -> __rt::Handled<'a> {
                    #told
                }
            }
        }
        HookKind::Restart | HookKind::Stop => {
            let hook = if *kind == HookKind::Stop { quote!(stop) } else { quote!(restart) };
            quote! {
                #(#cfgs)*
                fn #hook<'a>(
                    &'a mut self,
                    #news: &'a __rt::ExitReason,
                    #context,
                ) -> __rt::Handled<'a> {
                    #told
                }
            }
        }
        HookKind::Unknown => {
            // At the word, because that is where an actor that is not remote is told of.
            let (first, last) = places_of(attribute);
            let args = group(Delimiter::Parenthesis, TokenStream::new(), last);
            let unknown = quote_spanned!(first=> __rt::remote::unknown::<Self> #args);
            let unknown = quote! {
                #(#cfgs)*
                const UNKNOWN: ::core::option::Option<__rt::Spoken<Self>> =
                    ::core::option::Option::Some(#unknown);
            };
            // There, too, is told of that the feature is missing.
            let unknown = group(Delimiter::Brace, unknown, last);
            quote_spanned!(first=> __rt::remote_items! #unknown)
        }
    }
}

/// In which states messages are taken, by their tags, if any says so.
///
/// ```text
/// const TAKEN_IN: &'static [u64] = &[
///     1 << <<Self as __rt::States>::State>::Ready as u64,
///     ::core::primitive::u64::MAX,
/// ];
/// ```
fn taken_in(variants: &[&Handler]) -> Option<TokenStream> {
    let states = variants.iter().map(|handler| {
        let Some(TakenIn { word, states }) = &handler.taken_in else {
            return quote!(::core::primitive::u64::MAX);
        };
        // At the word, because that is where an actor without states is told of.
        let at = word.span().resolved_at(Span::call_site());
        let path = quote_spanned!(at=> <<Self as __rt::States>::State>);
        quote!(#(1 << #path::#states as u64)|*)
    });
    let any = variants.iter().any(|handler| handler.taken_in.is_some());
    any.then(|| quote!(const TAKEN_IN: &'static [u64] = &[#(#states),*];))
}

/// What the clock calls, if there is anything.
fn timers(timers: &[Timer]) -> Option<TokenStream> {
    let timers = timers.iter().map(timer);
    (timers.len() > 0).then(|| {
        quote! {
            const TIMERS: &'static [__rt::Timed<Self>] = &[#(#timers,)*];
        }
    })
}

fn timer(timer: &Timer) -> TokenStream {
    let Timer { when, name, cfgs, is_async, takes_context, returns_at, check } = timer;
    let (actor, cx) = (names::local("actor"), names::local("cx"));
    let args = context(*takes_context, &cx);
    let call = call(name, &Taker::own(quote!(#actor)), &args, returns_at);
    let cx = if *takes_context { cx } else { names::local("_cx") };
    let handled = match (check, is_async) {
        (None, false) => quote!(__rt::told(#call)),
        (None, true) => quote!(__rt::told_later(#call)),
        (Some(check), is_async) => {
            let checked = if *is_async { quote!(checked_later) } else { quote!(checked) };
            let restart_after = Literal::u32_unsuffixed(check.restart_after);
            quote!(__rt::#checked(#restart_after, #call))
        }
    };
    let (kind, times) = match when {
        When::After(delay) => (quote!(after), vec![*delay]),
        When::Every { period, jitter } => (quote!(every), vec![*period, *jitter]),
        When::Idle(delay) => (quote!(idle), vec![*delay]),
    };
    let times = times.into_iter().map(duration);
    quote!(#(#cfgs)* __rt::Timed::#kind(#(#times,)* |#actor, #cx| #handled))
}

/// The streams that an actor takes up once it has started, if there are any.
///
/// ```text
/// const STARTS: bool = true;
/// const STREAMS: bool = true;
/// fn attach(&mut self, cx: &__rt::Context<Self>) {
///     __rt::attach::<_, _, String, _>(
///         cx,
///         ::core::option::Option::take(&mut self.lines),
///         64,
///         __rt::StreamEnd::Stop,
///         async |actor: &mut Self, item: String| Self::line(actor, item).await,
///     );
/// }
/// ```
fn streams(streams: &[Stream]) -> Option<TokenStream> {
    let cx = names::local("cx");
    let attach = streams.iter().map(|stream| attach(stream, &cx));
    (attach.len() > 0).then(|| {
        quote! {
            const STARTS: bool = true;
            const STREAMS: bool = true;
            fn attach(&mut self, #cx: &__rt::Context<Self>) { #(#attach)* }
        }
    })
}

fn attach(stream: &Stream, cx: &Ident) -> TokenStream {
    let Stream { field, credit, end, item, name, cfgs, is_async, takes_context, returns_at } =
        stream;
    let (actor, next) = (names::local("actor"), names::local("item"));
    let context_param = takes_context.then(|| quote!(#cx: &mut __rt::Context<Self>,));
    let mut args = context(*takes_context, cx);
    args.push(quote!(#next));
    let call = call(name, &Taker::own(quote!(#actor)), &args, returns_at);
    let (waits, end_of) =
        if *is_async { (Some(quote!(async)), Some(quote!(.await))) } else { (None, None) };
    let credit = Literal::u32_unsuffixed(*credit);
    // At the parameter, because that is where another item is told of.
    let (at, _) = places_of(item);
    let taken = quote_spanned!(at=> ::core::option::Option::take(&mut self.#field));
    // At the field, because that is where what is no stream is told of.
    let (at, _) = places_of(&field.to_token_stream());
    let attach = quote_spanned!(at=> __rt::attach::<_, _, #item, _>);
    quote! {
        #(#cfgs)*
        #attach(
            #cx,
            #taken,
            #credit,
            __rt::StreamEnd::#end,
            #waits |#actor: &mut Self, #context_param #next: #item| #call #end_of,
        );
    }
}

fn context(taken: bool, cx: &Ident) -> Vec<TokenStream> {
    if taken { vec![quote!(#cx)] } else { Vec::new() }
}

/// The call of the user's method, placed where the method says what it returns: a type that cannot be
/// returned is an error there.
fn call(name: &Ident, by: &Taker, args: &[TokenStream], returns_at: &TokenStream) -> TokenStream {
    let (first, last) = ends(returns_at);
    let mut name = name.clone();
    name.set_span(first);
    let Taker { actor, methods, .. } = by;
    let mut methods = methods.clone();
    methods.set_span(first);
    let args = group(Delimiter::Parenthesis, quote!(#actor #(, #args)*), last);
    quote_spanned!(first=> #methods::#name #args)
}
