//! Reads one method of an impl with `#[handlers]`: a message, a hook, a timer, a stream, or none of them.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::{
    Attribute, FnArg, GenericParam, Meta, Pat, PatType, Receiver, ReceiverKind, ReturnType, Type,
};

use super::handler::{Answer, Arg, By, Field, Handler, Hook, HookKind, Stream, TakenIn, Timer};
use super::handlers::is_actor;
use super::notes::{Notes, cfgs, without_self};
use super::options;
use super::types::{self, Flaw};
use super::wire::{FieldTerms, HandlerTerms};
use crate::diag::Diag;
use crate::names::{self, Word, text};
use crate::parse::{Args, HiddenWord, MethodSyntax};

/// A method with an attribute of ours.
pub(crate) enum Method {
    Handler(Box<Handler>),
    Hook(Hook),
    Stream(Stream),
    Timer(Timer),
}

impl Method {
    /// Reads a method of the trait `protocol`; `None` if it is no message, which is told.
    pub(crate) fn read_message(
        syntax: &MethodSyntax,
        protocol: &Ident,
        diag: &mut Diag,
    ) -> Option<Handler> {
        let word = word_of(syntax, diag);
        let Some((word @ (Word::Ask | Word::Tell), _)) = word else {
            let at = word.map_or_else(|| syntax.sig.ident.to_token_stream(), |(_, at)| at);
            diag.error(at, "every method of a protocol is a message")
                .help("`#[tell]` or `#[ask]`, or put it in an extension trait");
            return None;
        };
        let reader = Reader { syntax, word, actor: protocol, ty: &quote!(), of_protocol: true };
        reader.receiver(diag);
        reader.independent(diag);
        let mut handler = reader.handler(diag);
        if handler.concurrent.take().is_some() {
            diag.error(&syntax.sig.ident, "messages of a protocol are handled one by one")
                .help("remove `concurrent`; handlers of the actor's own may overlap");
        }
        if let Some(taken_in) = handler.taken_in.take() {
            diag.error(&taken_in.word, "messages of a protocol are taken in every state")
                .help("remove `when`; handlers of the actor's own may wait for a state");
        }
        Some(handler)
    }

    /// Reads a method of `actor`, whose type is `ty`; `None` if it is an ordinary one.
    pub(crate) fn read(
        syntax: &MethodSyntax,
        actor: &Ident,
        ty: &TokenStream,
        diag: &mut Diag,
    ) -> Option<Self> {
        let (word, attribute) = word_of(syntax, diag)?;
        let reader = Reader { syntax, word, actor, ty, of_protocol: false };
        reader.receiver(diag);
        Some(match word {
            Word::After | Word::Every | Word::Health => {
                let attr = syntax.ours.iter().find(|(ours, _)| *ours == word);
                Self::Timer(reader.timer(&attr?.1, diag)?)
            }
            Word::Stream => {
                let attr = syntax.ours.iter().find(|(ours, _)| *ours == word);
                Self::Stream(reader.stream(&attr?.1, diag)?)
            }
            Word::Ask | Word::Tell => Self::Handler(Box::new(reader.handler(diag))),
            Word::Down => Self::Hook(reader.hook(HookKind::Down, attribute, diag)),
            Word::Exit => Self::Hook(reader.hook(HookKind::Exit, attribute, diag)),
            Word::Restart => Self::Hook(reader.hook(HookKind::Restart, attribute, diag)),
            Word::Start => Self::Hook(reader.hook(HookKind::Start, attribute, diag)),
            Word::Stop => Self::Hook(reader.hook(HookKind::Stop, attribute, diag)),
            Word::Unknown => Self::Hook(reader.hook(HookKind::Unknown, attribute, diag)),
        })
    }
}

/// Which kind of handler or hook a method is, and where it says so.
fn word_of(syntax: &MethodSyntax, diag: &mut Diag) -> Option<(Word, TokenStream)> {
    // What the attribute of a timer or a stream says is read with its method.
    let others = |ours: &&(Word, Attribute)| {
        !matches!(ours.0, Word::After | Word::Every | Word::Health | Word::Stream)
    };
    for (word, attr) in syntax.ours.iter().filter(others) {
        check_options(*word, attr, diag);
    }
    let path = |attr: &Attribute| attr.path().to_token_stream();
    match &syntax.ours[..] {
        [] => hidden_word(syntax, diag),
        [(word, attr)] => Some((*word, path(attr))),
        [(first, attr), (second, extra), ..] => {
            let asks = [*first, *second].contains(&Word::Ask);
            let tells = [*first, *second].contains(&Word::Tell);
            diag.error(extra.path(), "a method is one kind of handler").help(if asks && tells {
                "keep `#[ask]`; who wants no answer drops what `.start()` returns"
            } else {
                "keep one of the two"
            });
            Some((if asks { Word::Ask } else { *first }, path(attr)))
        }
    }
}

fn check_options(word: Word, attr: &Attribute, diag: &mut Diag) {
    match &attr.meta {
        Meta::Path(_) => {}
        Meta::List(list) => match list.parse_args::<Args>() {
            // What they say is read with the handler.
            Ok(args) if matches!(word, Word::Ask | Word::Tell) => {
                options::known(&args, &["concurrent", "keep", "when"], diag);
            }
            Ok(args) => options::none(&args, word.text(), diag),
            Err(error) => diag.syntax(&error),
        },
        Meta::NameValue(meta) => {
            diag.error(meta.eq_token, format_args!("`#[{}]` has no value", word.text()));
        }
    }
}

/// `#[cfg_attr(x, tell)]`
fn hidden_word(syntax: &MethodSyntax, diag: &mut Diag) -> Option<(Word, TokenStream)> {
    let HiddenWord { word, condition, cfg_attr } = syntax.hidden.as_ref()?;
    let (written, condition) = (word.text(), text(condition));
    diag.error(cfg_attr, format_args!("`#[{written}]` inside `cfg_attr` is not seen"))
        .help(format_args!("`#[{written}]`, and `#[cfg({condition})]` on the method"));
    Some((*word, cfg_attr.to_token_stream()))
}

/// One method, being read.
pub(super) struct Reader<'a> {
    pub(super) syntax: &'a MethodSyntax,
    pub(super) word: Word,
    actor: &'a Ident,
    ty: &'a TokenStream,
    /// Whether it stands in a trait, and `actor` is that trait's name.
    of_protocol: bool,
}

/// What is wrong with a message that is another for each actor.
const DEPENDS: &str = "a protocol's messages cannot depend on `Self` or have parameters";

/// Where in a handler a type stands that is sent.
enum Place {
    Answer,
    Parameter,
}

/// What the parameters of a handler come to.
#[derive(Default)]
struct Taken<'a> {
    context: bool,
    args: Vec<Arg>,
    /// The first parameter that is a `Reply<T>`: it, its name and its `T`.
    reply: Option<(&'a PatType, Ident, &'a Type)>,
}

impl<'a> Reader<'a> {
    /// The method must borrow the actor, and be one method, not many.
    fn receiver(&self, diag: &mut Diag) {
        let (name, word) = (&self.syntax.sig.ident, self.word.text());
        let Some(receiver) = self.syntax.sig.receiver() else {
            diag.error(name, format_args!("handler `{name}` must take `&self` or `&mut self`"))
                .help(format_args!("remove `#[{word}]` to keep it an associated function"));
            return;
        };
        let borrows = match &receiver.kind {
            ReceiverKind::Reference(..) => true,
            ReceiverKind::Typed(_, ty) => matches!(**ty, Type::Reference(_)),
            _ => false,
        };
        if !borrows {
            diag.error(receiver.self_token, "a handler cannot consume the actor")
                .help("take `&mut self`; to end the actor return `Flow::stop()`");
        }
    }

    pub(super) fn generics(&self, diag: &mut Diag) {
        let generics = &self.syntax.sig.generics;
        if let Some(param) = generics.lifetimes().next() {
            diag.error(&param.lifetime, "a handler cannot have lifetime parameters")
                .help("take owned types; a message may outlive its sender");
        }
        let names: Vec<String> = self.foreign().iter().map(|name| format!("`{name}`")).collect();
        if !names.is_empty() && self.of_protocol {
            diag.error(generics, DEPENDS);
        } else if !names.is_empty() {
            let name = &self.syntax.sig.ident;
            diag.error(
                generics,
                format_args!("handler `{name}` cannot be generic: a message has one type"),
            )
            .help(format_args!("move {} to the actor", names.join(", ")));
        }
    }

    /// A message of a protocol is the same whoever takes it.
    fn independent(&self, diag: &mut Diag) {
        let of_actor = |ty: &Type| types::last_segment(ty).is_some_and(|it| it.ident == "Context");
        let params = self.params().map(|param| &*param.ty);
        let mut types: Vec<&Type> = params.filter(|ty| !of_actor(types::referent(ty).0)).collect();
        if let ReturnType::Type(_, ty) = &self.syntax.sig.output {
            types.push(ty);
        }
        for ty in types {
            if let Some(depends) = names::find(&ty.to_token_stream(), "Self") {
                diag.error(depends, DEPENDS);
            }
        }
    }

    /// Type and const parameters of the method itself.
    fn foreign(&self) -> Vec<Ident> {
        let params = self.syntax.sig.generics.params.iter().filter_map(|param| match param {
            GenericParam::Const(param) => Some(param.ident.clone()),
            GenericParam::Lifetime(_) => None,
            GenericParam::Type(param) => Some(param.ident.clone()),
        });
        params.collect()
    }

    /// The parameters after `self`.
    pub(super) fn params(&self) -> impl Iterator<Item = &'a PatType> + use<'a> {
        self.syntax.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Receiver(_) => None,
            FnArg::Typed(param) => Some(param),
        })
    }

    /// Whether this parameter is the context; what is wrong with it is told.
    pub(super) fn is_context(&self, param: &PatType, first: bool, diag: &mut Diag) -> bool {
        let (ty, borrowed) = types::referent(&param.ty);
        let Some(segment) = types::last_segment(ty).filter(|last| last.ident == "Context") else {
            return false;
        };
        if !borrowed {
            diag.error(ty, "a context is borrowed").help("`&mut Context<Self>`");
        } else if !first {
            diag.error(param, "`&mut Context<Self>` must be the first parameter after `self`");
        } else if let [of] = types::arguments(segment)[..]
            && !is_actor(of, self.actor)
        {
            let actor = self.actor;
            diag.error(
                of,
                format_args!("this actor is `{actor}`, so its context is `Context<Self>`"),
            );
        }
        true
    }

    fn hook(&self, kind: HookKind, attribute: TokenStream, diag: &mut Diag) -> Hook {
        self.generics(diag);
        match kind {
            HookKind::Start => self.returns_owned(diag),
            _ => self.returns_flow("hook", "return", diag),
        }
        if kind == HookKind::Restart
            && let Some(waits) = &self.syntax.sig.asyncness
        {
            diag.error(waits, "a restart hook cannot wait")
                .help("remove `async`; what must be awaited stands in `#[start]` of the new state");
        }
        let (mut takes_context, mut takes_news) = (false, false);
        for (index, param) in self.params().enumerate() {
            if self.is_context(param, index == 0, diag) {
                takes_context = true;
            } else if !takes_news && is_news(kind, &param.ty) {
                takes_news = true;
            } else {
                let name = text(&param.pat.to_token_stream());
                match kind {
                    HookKind::Down => diag
                        .error(&param.ty, "`#[down]` takes a `Down`")
                        .help("`down: Down`: which monitor fired, whose it was, and why"),
                    HookKind::Exit => diag
                        .error(&param.ty, "`#[exit]` takes an `Exit`")
                        .help("`exit: Exit`: who ended, or wants this actor to end, and why"),
                    HookKind::Restart => diag
                        .error(param, "`#[restart]` takes only `cx` and `why: &ExitReason`")
                        .help(format_args!("keep `{name}` in the actor's state")),
                    HookKind::Start => diag
                        .error(param, "`#[start]` takes only `cx`")
                        .help(format_args!("give `{name}` to the constructor")),
                    HookKind::Stop => diag
                        .error(param, "`#[stop]` takes only `cx` and `why: &ExitReason`")
                        .help(format_args!("keep `{name}` in the actor's state")),
                    HookKind::Unknown => diag
                        .error(&param.ty, "`#[unknown]` takes an `UnknownMessage`")
                        .help("`message: UnknownMessage`: what its sender calls it, and its parameters"),
                };
            }
        }
        Hook {
            kind,
            name: self.syntax.sig.ident.clone(),
            attribute,
            cfgs: cfgs(&self.syntax.attrs),
            is_async: self.syntax.sig.asyncness.is_some(),
            takes_context,
            takes_news,
            returns_at: self.returns_at(),
        }
    }

    fn handler(&self, diag: &mut Diag) -> Handler {
        let sig = &self.syntax.sig;
        self.generics(diag);
        self.name(diag);
        let variant = names::variant_of(&sig.ident);
        let does = if self.word == Word::Tell { "Tells" } else { "Asks for" };
        let otherwise = format!(" {does} `{}`.", sig.ident.unraw());
        let taken = self.taken(&variant, diag);
        let reply_told = self.word == Word::Tell && taken.reply.is_some();
        let answer = match (self.word, &taken.reply) {
            (_, Some((_, field, ty))) => {
                self.returns_nothing(ty, reply_told, diag);
                Some(Answer { ty: self.owned(ty), field: field.clone(), by: By::Reply })
            }
            (Word::Ask, None) => Some(self.returned(&variant, &taken.args, diag)),
            (_, None) => {
                self.returns_no_forward(diag);
                self.returns_flow("handler", "make it an `#[ask]`, or return", diag);
                None
            }
        };
        Handler {
            name: sig.ident.clone(),
            variant,
            is_tuple: false,
            vis: self.syntax.vis.clone(),
            notes: Notes::of(&self.syntax.attrs, self.actor, &otherwise),
            generics: sig.generics.clone(),
            is_async: sig.asyncness.is_some(),
            takes_context: taken.context,
            args: taken.args,
            answer,
            returns_at: self.returns_at(),
            keeps: self.keeps(diag),
            concurrent: self.concurrent(diag),
            taken_in: self.taken_in(diag),
            terms: HandlerTerms::read(&self.syntax.terms, diag),
        }
    }

    /// What its attribute says of the option `name`.
    fn option(&self, name: &str) -> Option<crate::parse::Arg> {
        let own = self.syntax.ours.iter().filter(|(word, _)| *word == self.word);
        let args = own.filter_map(|(_, attr)| attr.parse_args::<Args>().ok());
        args.flat_map(|args| args.0).find(|arg| arg.name == name)
    }

    /// How many of its calls may overlap, if its attribute says `concurrent`.
    fn concurrent(&self, diag: &mut Diag) -> Option<u32> {
        let count = options::count(&self.option("concurrent")?, u32::MAX, diag);
        let sig = &self.syntax.sig;
        if sig.asyncness.is_none() {
            diag.error(
                sig.fn_token,
                "a concurrent handler is `async`: a plain one has ended before another begins",
            )
            .help("`async fn`, or remove `concurrent`");
        }
        if let Some(receiver) = sig.receiver().filter(|receiver| takes_alone(receiver)) {
            diag.error(receiver, "concurrent handlers share the actor")
                .help("`&self`, with `Cell` or `RefCell` fields");
        }
        if let Some(param) = self.params().find(|param| types::is_context_by_mut(&param.ty)) {
            diag.error(&param.ty, "concurrent handlers share the context").help("`&Context<Self>`");
        }
        count?.base10_parse().ok()
    }

    /// The states in which the message is taken, if its attribute says `when`.
    fn taken_in(&self, diag: &mut Diag) -> Option<TakenIn> {
        let when = self.option("when")?;
        let states = options::when(&when, diag);
        (!states.is_empty()).then_some(TakenIn { word: when.name, states })
    }

    /// Whether its attribute says `keep`.
    fn keeps(&self, diag: &mut Diag) -> bool {
        let keeps = self.option("keep").is_some_and(|keep| {
            options::flag(&keep, diag);
            true
        });
        let mut params = self.params().filter(|_| keeps);
        if let Some(param) = params.find(|param| !cfgs(&param.attrs).is_empty()) {
            diag.error(param, "a parameter that only some builds have cannot be kept")
                .help("make it an `Option`");
        }
        keeps
    }

    fn name(&self, diag: &mut Diag) {
        let name = &self.syntax.sig.ident;
        if let Some(instead) = names::instead_of_reserved(&name.to_string()) {
            diag.error(name, format_args!("every reference already has a method `{name}`"))
                .help(format_args!("rename the handler, such as `{instead}`"));
        }
    }

    fn taken(&self, variant: &Ident, diag: &mut Diag) -> Taken<'a> {
        let mut taken = Taken::default();
        for (index, param) in self.params().enumerate() {
            if self.is_context(param, index == 0, diag) {
                taken.context = true;
            } else if let Some(ty) = types::argument_of(&param.ty, "Reply") {
                self.reply(param, ty, &mut taken, diag);
            } else {
                let field = self.field(param, index, variant, diag);
                taken.args.push(Arg::Field(Box::new(field)));
            }
        }
        taken
    }

    fn reply(&self, param: &'a PatType, ty: &'a Type, taken: &mut Taken<'a>, diag: &mut Diag) {
        if let Some((first, ..)) = &taken.reply {
            diag.error(param, "an ask has one reply");
            diag.error(first, "first here");
            return;
        }
        let name = name_of(&param.pat);
        if self.word == Word::Tell {
            diag.error(&param.ty, "a tell has no asker to reply to").help("`#[ask]`");
        } else if name.as_ref().is_none_or(|name| name.to_string().starts_with('_')) {
            diag.error(
                &param.pat,
                "a reply that is not used is dropped, and every asker gets `NoReply`",
            )
            .help("answer it, keep it, or return the value");
        }
        taken.args.push(Arg::Reply);
        taken.reply = Some((param, name.unwrap_or_else(|| names::local("reply")), ty));
    }

    fn field(&self, param: &PatType, index: usize, variant: &Ident, diag: &mut Diag) -> Field {
        let messages = names::messages_of(self.actor);
        let name = name_of(&param.pat);
        if name.is_none() {
            let ty = text(&param.ty.to_token_stream());
            let such = if matches!(&*param.pat, Pat::Tuple(pat) if pat.elems.len() == 2) {
                "pair"
            } else {
                "value"
            };
            diag.error(
                &param.pat,
                format_args!(
                    "a handler's parameter needs a name: it becomes a field of `{messages}::{variant}`"
                ),
            )
            .help(format_args!("`{such}: {ty}`"));
        }
        let flawed = self.flaw(&param.ty, Place::Parameter, diag);
        let ty = self.owned(&param.ty);
        let foreign = self.foreign();
        let stored = if flawed || !foreign.is_empty() {
            types::healed(ty.clone(), &foreign)
        } else {
            ty.clone()
        };
        let name = name.unwrap_or_else(|| names::nameless(index));
        let speaks = types::protocol_of(&param.ty).map(|protocol| self.owned(protocol));
        let terms = FieldTerms::read(&self.syntax.terms_of_params[index], &name, &param.ty, diag);
        Field {
            name,
            ty,
            stored,
            speaks,
            cfgs: cfgs(&param.attrs),
            terms,
            is_code: types::is_code(&param.ty),
        }
    }

    /// Tells what cannot be sent of a type; whether there is such a thing.
    fn flaw(&self, ty: &Type, place: Place, diag: &mut Diag) -> bool {
        let name = &self.syntax.sig.ident;
        let (take, message, field) = match place {
            Place::Answer => ("return", "an answer", "an answer"),
            Place::Parameter => ("take", "a message", "a message field"),
        };
        match types::flaw(ty) {
            None => return false,
            // The lifetime itself has been told, and who removes it removes the borrow.
            Some(Flaw::Borrow { .. }) if self.syntax.sig.generics.lifetimes().next().is_some() => {}
            Some(Flaw::Borrow { at, instead }) => {
                diag.error(
                    at,
                    format_args!("`{name}` {take}s a reference, but {message} must own its data"),
                )
                .help(format_args!("{take} {instead}"));
            }
            Some(Flaw::Nameless { at, bounds }) => {
                let (written, bounds) = (text(&at.to_token_stream()), text(&bounds));
                diag.error(at, format_args!("{field} needs a named type, found `{written}`"))
                    .help(format_args!("name the type, or `Box<dyn {bounds} + Send>`"));
            }
            Some(Flaw::NotSend { at, instead }) => {
                let written = text(&at.to_token_stream());
                diag.error(at, format_args!("`{written}` cannot be sent to an actor"))
                    .help(format_args!("`{instead}`, or send the data"));
            }
        }
        true
    }

    /// What a tell, a hook or a timer returns, as far as its name shows.
    pub(super) fn returns_flow(&self, noun: &str, instead: &str, diag: &mut Diag) {
        let ReturnType::Type(_, ty) = &self.syntax.sig.output else { return };
        if types::is_never_a_flow(ty) {
            let (word, written) = (self.word.text(), text(&ty.to_token_stream()));
            let a = if word.starts_with(['a', 'e', 'u']) { "an" } else { "a" };
            diag.error(
                ty,
                format_args!(
                    "{a} `#[{word}]` {noun} cannot return `{written}`: nobody waits for it"
                ),
            )
            .help(format_args!("{instead} `()` or `Result<(), E>`"));
        }
        self.returns_owned(diag);
    }

    /// An error is told to supervisors and in logs when the call is over.
    pub(super) fn returns_owned(&self, diag: &mut Diag) {
        // Who removes a lifetime of the method's own, which has been told, removes the borrow.
        if self.syntax.sig.generics.lifetimes().next().is_none() {
            error_is_owned(&self.syntax.sig.output, diag);
        }
    }

    /// A tell has no asker whose reply could move on.
    fn returns_no_forward(&self, diag: &mut Diag) {
        let ReturnType::Type(_, ty) = &self.syntax.sig.output else { return };
        if types::argument_of(ty, "Forward").is_some() {
            diag.error(ty, "only an ask can be forwarded").help("`#[ask]`");
        }
    }

    /// A handler that is given its reply returns nothing.
    fn returns_nothing(&self, answer: &Type, told: bool, diag: &mut Diag) {
        let ReturnType::Type(_, ty) = &self.syntax.sig.output else { return };
        if !types::is_unit(ty) && !told {
            let (name, answer) = (&self.syntax.sig.ident, text(&answer.to_token_stream()));
            diag.error(
                ty,
                format_args!("`{name}` takes `Reply<{answer}>`, so it cannot also return a value"),
            )
            .help("remove one of the two");
        }
    }

    /// The answer of an ask that returns it.
    fn returned(&self, variant: &Ident, args: &[Arg], diag: &mut Diag) -> Answer {
        let mut field = names::local("reply");
        for arg in args {
            let Arg::Field(parameter) = arg else { continue };
            let name = &parameter.name;
            if name == "reply" {
                let messages = names::messages_of(self.actor);
                diag.error(
                    name,
                    format_args!(
                        "the field `reply` of `{messages}::{variant}` holds the asker's reply"
                    ),
                )
                .help("rename the parameter");
                field = names::local("asker");
            }
        }
        let mut by = By::Return;
        let ty = match &self.syntax.sig.output {
            ReturnType::Default => quote!(()),
            ReturnType::Type(_, ty) => {
                let forwarded = types::argument_of(ty, "Forward");
                if forwarded.is_some() {
                    by = By::Forward;
                }
                let ty = forwarded.unwrap_or(ty);
                let owned = self.owned(ty);
                let flawed = self.flaw(ty, Place::Answer, diag);
                let foreign = self.foreign();
                if flawed || !foreign.is_empty() { types::healed(owned, &foreign) } else { owned }
            }
        };
        Answer { ty, field, by }
    }

    /// A type as it may stand outside the impl, or the trait.
    fn owned(&self, ty: &Type) -> TokenStream {
        let tokens = ty.to_token_stream();
        if self.of_protocol && names::mentions(&tokens, "Self") {
            return quote!(::core::convert::Infallible);
        }
        without_self(ty.to_token_stream(), self.ty)
    }

    pub(super) fn returns_at(&self) -> TokenStream {
        match &self.syntax.sig.output {
            ReturnType::Default => self.syntax.sig.ident.to_token_stream(),
            ReturnType::Type(_, ty) => ty.to_token_stream(),
        }
    }
}

/// Tells of an error type that borrows: an error outlives the call that it ends.
pub(super) fn error_is_owned(output: &ReturnType, diag: &mut Diag) {
    let ReturnType::Type(_, ty) = output else { return };
    let Some(last) = types::last_segment(ty).filter(|last| last.ident == "Result") else { return };
    if let [_, error] = types::arguments(last)[..]
        && let Some(Flaw::Borrow { at, .. }) = types::flaw(error)
    {
        diag.error(at, "an error must own its data: it outlives the call that ends with it")
            .help("`String`, `&'static str`, or an error type of your own");
    }
}

/// Whether this is `&mut self`.
fn takes_alone(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
        ReceiverKind::Typed(_, ty) => {
            matches!(&**ty, Type::Reference(ty) if ty.mutability.is_some())
        }
        _ => false,
    }
}

/// The name that a pattern binds whole, if it does.
fn name_of(pat: &Pat) -> Option<Ident> {
    match pat {
        Pat::Ident(pat) => Some(pat.ident.clone()),
        Pat::Paren(pat) => name_of(&pat.pat),
        _ => None,
    }
}

/// Whether this is the type of what such a hook is told.
fn is_news(kind: HookKind, ty: &Type) -> bool {
    let (ty, borrowed) = types::referent(ty);
    let is = |name| types::last_segment(ty).is_some_and(|last| last.ident == name);
    match kind {
        HookKind::Down => !borrowed && is("Down"),
        HookKind::Exit => !borrowed && is("Exit"),
        HookKind::Start => false,
        HookKind::Restart | HookKind::Stop => borrowed && is("ExitReason"),
        HookKind::Unknown => !borrowed && is("UnknownMessage"),
    }
}
