//! Reads a method that the clock calls: `#[every]`, `#[after]` and `#[health]`.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::Parse;
use syn::{Attribute, ReturnType};

use super::handler::{Check, Timer, When};
use super::method::Reader;
use super::notes::cfgs;
use super::options;
use crate::diag::Diag;
use crate::names::{Word, text};
use crate::parse::{Arg, Args, LedArgs, Value};

impl Reader<'_> {
    /// The timer that `attr` makes of the method; none where it does not say when.
    pub(super) fn timer(&self, attr: &Attribute, diag: &mut Diag) -> Option<Timer> {
        self.generics(diag);
        if self.word != Word::Health {
            self.returns_flow("timer", "return", diag);
        } else if matches!(self.syntax.sig.output, ReturnType::Default) {
            diag.error(&self.syntax.sig.ident, "a health check answers whether all is well")
                .help("return `bool` or `Result<(), E>`");
        } else {
            self.returns_owned(diag);
        }
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
        let (when, check) = when(self.word, attr, diag)?;
        Some(Timer {
            when,
            name: self.syntax.sig.ident.clone(),
            cfgs: cfgs(&self.syntax.attrs),
            is_async: self.syntax.sig.asyncness.is_some(),
            takes_context,
            returns_at: self.returns_at(),
            check,
        })
    }
}

/// What an attribute says of the time, and of a health check.
fn when(word: Word, attr: &Attribute, diag: &mut Diag) -> Option<(When, Option<Check>)> {
    match word {
        Word::Every => Some((every(attr, &args(word, attr, diag)?, diag)?, None)),
        Word::Health => health(attr, &args(word, attr, diag)?, diag),
        _ => Some((after(attr, &args(word, attr, diag)?, diag)?, None)),
    }
}

/// What stands in the parentheses of an attribute.
fn args<T: Parse + Default>(word: Word, attr: &Attribute, diag: &mut Diag) -> Option<T> {
    options::in_parentheses(attr, "the time", example(word), diag)
}

const fn example(word: Word) -> &'static str {
    match word {
        Word::Every => r#"#[every("1s")]"#,
        Word::Health => r#"#[health(every = "1s")]"#,
        _ => r#"#[after("30s")]"#,
    }
}

/// `#[health(every = "1s", restart_after = 3)]`
fn health(attr: &Attribute, args: &Args, diag: &mut Diag) -> Option<(When, Option<Check>)> {
    let keys = options::known(args, &["every", "restart_after"], diag);
    let find = |name: &str| keys.iter().find(|key| key.name == name);
    let restart_after = find("restart_after").map(|arg| options::count(arg, u32::MAX, diag));
    let Some(every) = find("every") else {
        // A key that nobody knows may be the one that is missed here.
        if keys.len() == args.0.len() {
            diag.error(attr.path(), "how often is not said")
                .help(r#"such as `#[health(every = "1s")]`"#);
        }
        return None;
    };
    let period = options::duration(every, diag)?;
    if period.is_zero() {
        diag.error(options::place(every), "a period is longer than zero")
            .help(r#"such as `#[health(every = "1s")]`"#);
        return None;
    }
    let restart_after = match restart_after {
        None => 0,
        Some(count) => count?.base10_parse().expect("it was looked at"),
    };
    let check = Check { attribute: attr.path().to_token_stream(), restart_after };
    Some((When::Every { period, jitter: Duration::ZERO }, Some(check)))
}

/// `#[every("1s", jitter = "100ms")]`
fn every(attr: &Attribute, args: &LedArgs, diag: &mut Diag) -> Option<When> {
    let jitter = options::known(&args.options, &["jitter"], diag).first().copied();
    let longest = jitter.map_or(Some(Duration::ZERO), |arg| options::duration(arg, diag));
    let Some(written) = &args.first else {
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
fn after(attr: &Attribute, args: &LedArgs, diag: &mut Diag) -> Option<When> {
    let since = options::known(&args.options, &["since"], diag).first().copied();
    let since = since.map(|arg| options::word(arg, &["message", "start"], diag));
    let Some(written) = &args.first else {
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
