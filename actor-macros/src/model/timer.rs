//! Reads a method that the clock calls: `#[every]` and `#[after]`.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Meta};

use super::handler::{Timer, When};
use super::method::Reader;
use super::notes::cfgs;
use super::options;
use crate::diag::Diag;
use crate::names::{Word, text};
use crate::parse::{Arg, TimerArgs, Value};

impl Reader<'_> {
    /// The timer that `attr` makes of the method; none where it does not say when.
    pub(super) fn timer(&self, attr: &Attribute, diag: &mut Diag) -> Option<Timer> {
        self.generics(diag);
        self.returns_flow("timer", "return", diag);
        let mut takes_context = false;
        for (index, param) in self.params().enumerate() {
            if self.is_context(param, index == 0, diag) {
                takes_context = true;
            } else {
                let name = text(&param.pat.to_token_stream());
                diag.error(param, "a timer brings no value")
                    .help(format_args!("keep `{name}` in the actor's state"));
            }
        }
        Some(Timer {
            when: when(self.word, attr, diag)?,
            name: self.syntax.sig.ident.clone(),
            cfgs: cfgs(&self.syntax.attrs),
            is_async: self.syntax.sig.asyncness.is_some(),
            takes_context,
            returns_at: self.returns_at(),
        })
    }
}

/// What an attribute says of the time.
fn when(word: Word, attr: &Attribute, diag: &mut Diag) -> Option<When> {
    let args = match &attr.meta {
        Meta::List(list) => list.parse_args().map_err(|error| diag.syntax(&error)).ok()?,
        Meta::NameValue(meta) => {
            diag.error(meta.eq_token, "the time stands in parentheses")
                .help(format_args!("such as `{}`", example(word)));
            return None;
        }
        Meta::Path(_) => TimerArgs::default(),
    };
    if word == Word::Every { every(attr, &args, diag) } else { after(attr, &args, diag) }
}

const fn example(word: Word) -> &'static str {
    if matches!(word, Word::Every) { r#"#[every("1s")]"# } else { r#"#[after("30s")]"# }
}

/// `#[every("1s", jitter = "100ms")]`
fn every(attr: &Attribute, args: &TimerArgs, diag: &mut Diag) -> Option<When> {
    let jitter = options::known(&args.options, &["jitter"], diag).first().copied();
    let longest = jitter.map_or(Some(Duration::ZERO), |arg| options::duration(arg, diag));
    let Some(written) = &args.duration else {
        diag.error(attr.path(), "how often is not said").help(r#"such as `#[every("1s")]`"#);
        return None;
    };
    let period = duration("every", written, diag)?;
    if period.is_zero() {
        diag.error(written, "a period is longer than zero").help(r#"such as `#[every("1s")]`"#);
        return None;
    }
    let longest = longest?;
    if let Some(arg) = jitter
        && longest >= period
    {
        diag.error(options::place(arg), "a jitter is shorter than the period")
            .help(r#"such as `#[every("1s", jitter = "100ms")]`"#);
    }
    Some(When::Every { period, jitter: longest })
}

/// `#[after("5m", since = message)]`
fn after(attr: &Attribute, args: &TimerArgs, diag: &mut Diag) -> Option<When> {
    let since = options::known(&args.options, &["since"], diag).first().copied();
    let since = since.map(|arg| options::word(arg, &["message", "start"], diag));
    let Some(written) = &args.duration else {
        diag.error(attr.path(), "how long after is not said").help(r#"such as `#[after("30s")]`"#);
        return None;
    };
    let delay = duration("after", written, diag)?;
    let is_idle = match since {
        None => false,
        Some(word) => word? == "message",
    };
    if is_idle && delay.is_zero() {
        diag.error(written, "silence is longer than zero")
            .help(r#"such as `#[after("5m", since = message)]`"#);
    }
    Some(if is_idle { When::Idle(delay) } else { When::After(delay) })
}

/// The time that stands first.
fn duration(word: &str, written: &TokenStream, diag: &mut Diag) -> Option<Duration> {
    let name: Ident = syn::parse_str(word).expect("the words are names");
    options::duration(&Arg { name, value: Value::Is(quote!(#written)) }, diag)
}
