//! Options of an attribute, read one by one: known or not, given once, of the right kind.

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::parse::{Parse, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Attribute, ExprRange, LitInt, LitStr, Meta, Path, RangeLimits, Token};

use super::entry::Faults;
use crate::diag::Diag;
use crate::names::{Root, choice_of, list, nearest, text};
use crate::parse::{Arg, Args, Value};

/// What an actor says of its mailbox.
#[derive(Default)]
pub(crate) struct Mailbox {
    /// How many messages may wait, and which variant of the runtime's enum says what of one more.
    pub(crate) bound: Option<(LitInt, Ident)>,
    /// What waits at a restart is dropped.
    pub(crate) drops_on_restart: bool,
}

/// What `overflow` may say.
const POLICIES: [&str; 4] = ["crash", "drop_newest", "drop_oldest", "reject"];

/// The options that an attribute was given, of those it knows.
///
/// Unknown ones and repetitions have been told; who reads the rest need not look for them.
pub(crate) fn known<'a>(args: &'a Args, known: &[&str], diag: &mut Diag) -> Vec<&'a Arg> {
    distinct("option", args, known, diag)
}

fn distinct<'a>(what: &str, args: &'a Args, known: &[&str], diag: &mut Diag) -> Vec<&'a Arg> {
    let mut found: Vec<&Arg> = Vec::new();
    for arg in &args.0 {
        let name = arg.name.to_string();
        if !known.contains(&name.as_str()) {
            unknown(what, arg, known, diag);
        } else if let Some(first) = found.iter().find(|first| first.name == arg.name) {
            diag.error(&arg.name, format_args!("`{name}` is said twice"));
            diag.error(&first.name, "first here");
        } else {
            found.push(arg);
        }
    }
    found
}

fn unknown(what: &str, arg: &Arg, known: &[&str], diag: &mut Diag) {
    let name = arg.name.to_string();
    let near = offer(&name, known);
    diag.error(&arg.name, format_args!("unknown {what} `{name}`"))
        .help(format_args!("{near}known {what}s: {}", list(known)));
}

/// The beginning of a help that lists what is known: the word that was meant, if one is near.
fn offer(word: &str, known: &[&str]) -> String {
    nearest(word, known).map(|near| format!("write `{near}`; ")).unwrap_or_default()
}

/// What stands in the parentheses of an attribute: `what` does.
pub(crate) fn in_parentheses<T: Parse + Default>(
    attr: &Attribute,
    what: &str,
    example: &str,
    diag: &mut Diag,
) -> Option<T> {
    match &attr.meta {
        Meta::List(list) => list.parse_args().map_err(|error| diag.syntax(&error)).ok(),
        Meta::NameValue(meta) => {
            diag.error(meta.eq_token, format_args!("{what} stands in parentheses"))
                .help(format_args!("such as `{example}`"));
            None
        }
        Meta::Path(_) => Some(T::default()),
    }
}

/// An attribute that has no options yet was given some.
pub(crate) fn none(args: &Args, attribute: &str, diag: &mut Diag) {
    for arg in &args.0 {
        diag.error(&arg.name, format_args!("unknown option `{}`", arg.name))
            .help(format_args!("`#[{attribute}]` has no options"));
    }
}

/// `slice = 64`: a count that is at least one.
pub(crate) fn count(arg: &Arg, most: u32, diag: &mut Diag) -> Option<LitInt> {
    let literal = number(arg, most, diag)?;
    if below_one(&literal) {
        diag.error(&literal, format_args!("`{}` is at least 1", arg.name));
        return None;
    }
    Some(literal)
}

fn number(arg: &Arg, most: u32, diag: &mut Diag) -> Option<LitInt> {
    let name = &arg.name;
    let Some(literal) = value(arg).and_then(|tokens| syn::parse2::<LitInt>(tokens).ok()) else {
        diag.error(place(arg), format_args!("`{name}` is a number"))
            .help(format_args!("such as `{name} = 4`"));
        return None;
    };
    // Digits that do not fit are more than any limit.
    if literal.base10_parse().map_or(true, |number: i128| number > i128::from(most)) {
        diag.error(&literal, format_args!("`{name}` is at most {most}"))
            .help(format_args!("such as `{name} = 4`"));
        return None;
    }
    Some(literal)
}

fn below_one(literal: &LitInt) -> bool {
    literal.base10_parse().is_ok_and(|number: i128| number < 1)
}

/// `mailbox(capacity = 64, overflow = drop_oldest, on_restart = drop)`
pub(crate) fn mailbox(arg: &Arg, diag: &mut Diag) -> Mailbox {
    let Some(args) = keys(arg, diag) else { return Mailbox::default() };
    let keys = distinct("key", &args, &["capacity", "on_restart", "overflow"], diag);
    let find = |name: &str| keys.iter().find(|key| key.name == name);
    // A key that nobody knows may be the one that is missed here.
    let needs_bound = find("on_restart").is_none() || find("overflow").is_some();
    if find("capacity").is_none() && needs_bound && keys.len() == args.0.len() {
        diag.error(place(arg), "`mailbox` needs a `capacity`")
            .help("such as `mailbox(capacity = 1024)`; without `mailbox` there is no bound");
    }
    let overflow = find("overflow").and_then(|key| overflow(key, diag));
    let overflow = overflow.unwrap_or_else(|| Ident::new("Reject", Span::call_site()));
    let capacity = find("capacity").and_then(|key| capacity(key, diag));
    let on_restart = find("on_restart").and_then(|key| word(key, &["drop", "keep"], diag));
    Mailbox {
        bound: capacity.map(|capacity| (capacity, overflow)),
        drops_on_restart: on_restart.is_some_and(|word| word == "drop"),
    }
}

/// What stands in the parentheses of an option; nothing if there are none.
fn keys(arg: &Arg, diag: &mut Diag) -> Option<Args> {
    let args = match &arg.value {
        Value::List(tokens) => syn::parse2(tokens.clone()),
        Value::Is(_) | Value::None => Ok(Args::default()),
    };
    args.map_err(|error| diag.syntax(&error)).ok()
}

fn capacity(arg: &Arg, diag: &mut Diag) -> Option<LitInt> {
    let literal = number(arg, u32::MAX, diag)?;
    if below_one(&literal) {
        diag.error(&literal, "a mailbox needs room for one message")
            .help("a `capacity` of 1 or more; without `mailbox` there is no bound");
        return None;
    }
    Some(literal)
}

/// The variant that a policy means.
fn overflow(arg: &Arg, diag: &mut Diag) -> Option<Ident> {
    let all = list(&POLICIES);
    let Some(word) = value(arg).and_then(|tokens| syn::parse2::<Ident>(tokens).ok()) else {
        diag.error(place(arg), "`overflow` is a word").help(format_args!("one of {all}"));
        return None;
    };
    let name = word.to_string();
    if !POLICIES.contains(&name.as_str()) {
        let near = offer(&name, &POLICIES);
        let wait = if name == "block" { "; to wait, callers use `reserve()`" } else { "" };
        diag.error(&word, format_args!("unknown overflow `{name}`"))
            .help(format_args!("{near}one of {all}{wait}"));
        return None;
    }
    Some(choice_of(&word))
}

/// `since = message`: one of a few words.
pub(crate) fn word(arg: &Arg, words: &[&str], diag: &mut Diag) -> Option<Ident> {
    let (option, all) = (&arg.name, list(words));
    let Some(word) = value(arg).and_then(|tokens| syn::parse2::<Ident>(tokens).ok()) else {
        diag.error(place(arg), format_args!("`{option}` is a word"))
            .help(format_args!("one of {all}"));
        return None;
    };
    let name = word.to_string();
    if !words.contains(&name.as_str()) {
        let near = offer(&name, words);
        diag.error(&word, format_args!("unknown {option} `{name}`"))
            .help(format_args!("{near}one of {all}"));
        return None;
    }
    Some(word)
}

/// `restart = transient`: one of a few words, as the variant of the runtime's enum.
pub(crate) fn choice(arg: &Arg, words: &[&str], diag: &mut Diag) -> Option<Ident> {
    word(arg, words, diag).map(|word| choice_of(&word))
}

/// `significant`, `keep`: a word that stands alone.
pub(crate) fn flag(arg: &Arg, diag: &mut Diag) -> Ident {
    if !matches!(arg.value, Value::None) {
        let name = &arg.name;
        diag.error(place(arg), format_args!("`{name}` has no value"))
            .help(format_args!("write `{name}` alone"));
    }
    arg.name.clone()
}

/// `intensity(max = 5, within = "10s")`
pub(crate) fn intensity(arg: &Arg, diag: &mut Diag) -> Option<(LitInt, Duration)> {
    let args = keys(arg, diag)?;
    let keys = distinct("key", &args, &["max", "within"], diag);
    let find = |name: &str| keys.iter().find(|key| key.name == name);
    let (max, period) = (find("max"), find("within"));
    // A key that nobody knows may be the one that is missed here.
    if (max.is_none() || period.is_none()) && keys.len() == args.0.len() {
        diag.error(place(arg), "`intensity` needs `max` and `within`")
            .help(r#"such as `intensity(max = 5, within = "10s")`"#);
    }
    let max = max.and_then(|key| number(key, u32::MAX, diag));
    let within = period.and_then(|key| Some((key, duration(key, diag)?)));
    if let Some((key, within)) = within
        && within.is_zero()
    {
        diag.error(place(key), "`within` must be longer than zero")
            .help(r#"such as `within = "10s"`"#);
    }
    Some((max?, within?.1))
}

/// `backoff("50ms"..="5s")`: the first delay and the longest.
pub(crate) fn backoff(arg: &Arg, diag: &mut Diag) -> Option<(Duration, Duration)> {
    let range = match &arg.value {
        Value::List(tokens) => syn::parse2::<ExprRange>(tokens.clone()).ok(),
        Value::Is(_) | Value::None => None,
    };
    let Some(ExprRange { start: Some(first), limits, end: Some(longest), .. }) = &range else {
        no_backoff(&place(arg), diag);
        return None;
    };
    if matches!(limits, RangeLimits::HalfOpen(_)) {
        no_backoff(&limits.to_token_stream(), diag);
    }
    let [least, most] = [first, longest].map(|delay| duration_of(delay.to_token_stream(), diag));
    let (least, most) = (least?, most?);
    if least > most {
        diag.error(&range, "the first delay is longer than the last").help("swap the two");
    } else if least.is_zero() {
        diag.error(first, "a delay is longer than zero")
            .help("it doubles each time; without `backoff` there is none");
    }
    Some((least, most))
}

fn no_backoff(at: &TokenStream, diag: &mut Diag) {
    diag.error(at, "`backoff` is a range of delays").help(r#"such as `backoff("50ms"..="5s")`"#);
}

/// How long an actor has to stop.
pub(crate) enum Shutdown {
    Brutal,
    Infinite,
    Timeout(Duration),
}

/// `shutdown = "5s"`, `shutdown = brutal`
pub(crate) fn shutdown(arg: &Arg, diag: &mut Diag) -> Option<Shutdown> {
    let written = value(arg);
    if written.clone().is_some_and(|tokens| syn::parse2::<LitStr>(tokens).is_ok()) {
        return duration(arg, diag).map(Shutdown::Timeout);
    }
    let word = written.and_then(|tokens| syn::parse2::<Ident>(tokens).ok());
    match word.map(|word| word.to_string()).as_deref() {
        Some("brutal") => Some(Shutdown::Brutal),
        Some("infinite") => Some(Shutdown::Infinite),
        _ => {
            diag.error(place(arg), "`shutdown` is a duration, `brutal` or `infinite`")
                .help(r#"such as `shutdown = "5s"`"#);
            None
        }
    }
}

/// `shard = 2`: a number from zero.
pub(crate) fn index(arg: &Arg, most: u32, diag: &mut Diag) -> Option<LitInt> {
    number(arg, most, diag)
}

/// `remote = "shop.cart"`
pub(crate) fn wire_name(arg: &Arg, diag: &mut Diag) -> Option<LitStr> {
    let name = value(arg).and_then(|tokens| syn::parse2::<LitStr>(tokens).ok());
    if name.as_ref().is_none_or(|name| !is_wire_name(&name.value())) {
        diag.error(place(arg), "a remote actor needs a name that outlives refactoring")
            .help(r#"letters, digits and dots, such as `"shop.cart"`"#);
        return None;
    }
    name
}

/// It is also the name of a file.
fn is_wire_name(written: &str) -> bool {
    let may_stand = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    written.len() <= 128
        && written.split('.').all(|part| !part.is_empty() && part.chars().all(may_stand))
}

/// `id = 7`: what a message is found by on the wire.
pub(crate) fn id(arg: &Arg, diag: &mut Diag) -> Option<LitInt> {
    number(arg, u32::MAX, diag)
}

/// `path = "/svc/payment"`
pub(crate) fn path(arg: &Arg, diag: &mut Diag) -> Option<LitStr> {
    let path = value(arg).and_then(|tokens| syn::parse2::<LitStr>(tokens).ok());
    if path.as_ref().is_none_or(|path| !is_path(&path.value())) {
        diag.error(place(arg), "`path` is names with a `/` between them")
            .help(r#"such as `path = "/svc/payment"`"#);
        return None;
    }
    path
}

fn is_path(written: &str) -> bool {
    let names = written.strip_prefix('/').unwrap_or(written);
    names.split('/').all(|name| !name.is_empty() && !name.contains(char::is_control))
}

/// `timeout = "5s"`: digits and a unit.
pub(crate) fn duration(arg: &Arg, diag: &mut Diag) -> Option<Duration> {
    duration_of(place(arg), diag)
}

/// `"5s"`: digits and a unit.
pub(crate) fn duration_of(at: TokenStream, diag: &mut Diag) -> Option<Duration> {
    let literal = syn::parse2::<LitStr>(at.clone()).ok();
    let duration = literal.as_ref().and_then(|literal| parse_duration(&literal.value()));
    if duration.is_none() {
        let written = literal.map_or_else(|| text(&at), |literal| literal.value());
        diag.error(at, format_args!("`{written}` is not a duration"))
            .help(r#"such as `"250ms"`, `"5s"`, `"2m"`"#);
    }
    duration
}

/// `time = virtual`: in the simulator there is no other.
pub(crate) fn time(arg: &Arg, diag: &mut Diag) {
    let is_virtual = value(arg).is_some_and(|tokens| text(&tokens) == "virtual");
    if !is_virtual {
        diag.error(place(arg), "the time of a simulated test is virtual")
            .help("write `time = virtual`");
    }
}

/// `faults(drop = 0.01, delay = "0ms..20ms", partition)`
pub(crate) fn faults(arg: &Arg, diag: &mut Diag) -> Faults {
    const KNOWN: [&str; 9] =
        ["all", "delay", "drop", "half_open", "jump", "partition", "pause", "slow", "stall"];
    let mut faults = Faults::default();
    let Some(args) = keys(arg, diag) else { return faults };
    for key in distinct("fault", &args, &KNOWN, diag) {
        match key.name.to_string().as_str() {
            "delay" => faults.delay = delay(key, diag),
            "drop" => faults.drop = likelihood(key, diag),
            _ => faults.words.push(flag(key, diag)),
        }
    }
    faults
}

/// `drop = 0.01`
fn likelihood(arg: &Arg, diag: &mut Diag) -> Option<f64> {
    let written = value(arg).and_then(|tokens| text(&tokens).parse::<f64>().ok());
    let likelihood = written.filter(|likelihood| (0.0..=1.0).contains(likelihood));
    if likelihood.is_none() {
        diag.error(place(arg), format_args!("`{}` is a number from 0 to 1", arg.name))
            .help(format_args!("such as `{} = 0.01`", arg.name));
    }
    likelihood
}

/// `delay = "0ms..20ms"`: from the shortest to the longest.
fn delay(arg: &Arg, diag: &mut Diag) -> Option<(Duration, Duration)> {
    let literal = value(arg).and_then(|tokens| syn::parse2::<LitStr>(tokens).ok());
    let written = literal.map(|literal| literal.value()).unwrap_or_default();
    let ends = written.split_once("..").and_then(|(least, most)| {
        Some((parse_duration(least.trim())?, parse_duration(most.trim())?))
    });
    let delay = ends.filter(|(least, most)| least <= most);
    if delay.is_none() {
        diag.error(place(arg), "`delay` is from one duration to a longer one")
            .help(r#"such as `delay = "0ms..20ms"`"#);
    }
    delay
}

/// `speaks(Account, bank::Audit)`: paths, none of them twice.
pub(crate) fn paths(arg: &Arg, noun: &str, such: &str, diag: &mut Diag) -> Vec<Path> {
    let list = match &arg.value {
        Value::List(tokens) => {
            Punctuated::<Path, Token![,]>::parse_terminated.parse2(tokens.clone())
        }
        Value::Is(_) | Value::None => {
            let name = &arg.name;
            diag.error(place(arg), format_args!("`{name}` is a list of {noun}"))
                .help(format_args!("such as `{name}({such})`"));
            return Vec::new();
        }
    };
    let written = |path: &Path| text(&quote!(#path));
    let mut found: Vec<Path> = Vec::new();
    for path in list.map_err(|error| diag.syntax(&error)).into_iter().flatten() {
        if let Some(first) = found.iter().find(|first| written(first) == written(&path)) {
            diag.error(&path, format_args!("`{}` is said twice", written(&path)));
            diag.error(first, "first here");
        } else {
            found.push(path);
        }
    }
    found
}

/// `start = Teller::new(desk)`: the expression as it is.
pub(crate) fn expression(arg: &Arg, diag: &mut Diag) -> Option<TokenStream> {
    let written = value(arg);
    if written.is_none() {
        diag.error(&arg.name, "`start` is an expression")
            .help("such as `start = Cache::default()`");
    }
    written
}

/// `states(Connecting, Ready)`: names, of which there are no more than bits in a word of the runtime.
pub(crate) fn states(arg: &Arg, diag: &mut Diag) -> Option<Vec<Ident>> {
    let states = names_in(arg, "such as `states(Connecting, Ready)`", diag)?;
    if states.len() > 64 {
        diag.error(&states[64], "an actor has at most 64 states")
            .help("what the states have in common may be a field");
        return None;
    }
    Some(states)
}

/// `when(Ready)`: the states in which a message is taken.
pub(crate) fn when(arg: &Arg, diag: &mut Diag) -> Vec<Ident> {
    names_in(arg, "such as `when(Ready)`", diag).unwrap_or_default()
}

/// Names in parentheses, at least one, each once.
fn names_in(arg: &Arg, such: &str, diag: &mut Diag) -> Option<Vec<Ident>> {
    let list = match &arg.value {
        Value::List(tokens) => Punctuated::<Ident, Token![,]>::parse_terminated
            .parse2(tokens.clone())
            .ok()
            .filter(|names| !names.is_empty()),
        Value::Is(_) | Value::None => None,
    };
    let Some(list) = list else {
        let at = match &arg.value {
            Value::List(tokens) if !tokens.is_empty() => tokens.clone(),
            _ => place(arg),
        };
        diag.error(at, format_args!("`{}` is a list of states", arg.name)).help(such);
        return None;
    };
    let mut names: Vec<Ident> = Vec::new();
    for name in list {
        if let Some(first) = names.iter().find(|first| **first == name) {
            diag.error(&name, format_args!("`{name}` is said twice"));
            diag.error(first, "first here");
        } else {
            names.push(name);
        }
    }
    Some(names)
}

/// `msg = XferMsg`: a type.
pub(crate) fn ty(arg: &Arg, diag: &mut Diag) -> Option<TokenStream> {
    let name = &arg.name;
    let ty = value(arg).and_then(|tokens| syn::parse2::<syn::Type>(tokens).ok());
    if ty.is_none() {
        diag.error(place(arg), format_args!("`{name}` is a type"))
            .help(format_args!("such as `{name} = XferMsg`"));
    }
    ty.map(|ty| quote!(#ty))
}

/// `route = hash(|m: &JobMsg| m.user())`: the call by which the runtime has it.
pub(crate) fn route(arg: &Arg, diag: &mut Diag) -> Option<TokenStream> {
    let words = ["broadcast", "hash", "least_loaded", "random", "round_robin"];
    if let Some(written) = value(arg)
        && let Ok(call) = syn::parse2::<syn::ExprCall>(written.clone())
        && let syn::Expr::Path(path) = &*call.func
        && path.path.is_ident("hash")
    {
        return Some(written);
    }
    let word = word(arg, &words, diag)?;
    if word == "hash" {
        diag.error(&word, "`hash` needs what it is of")
            .help("such as `hash(|message: &JobMsg| message.user())`");
        return None;
    }
    Some(quote!(#word()))
}

/// `crate = path`: where callboard is.
pub(crate) fn root(arg: &Arg, diag: &mut Diag) -> Option<Root> {
    let path = value(arg).and_then(|tokens| syn::parse2::<Path>(tokens).ok());
    if path.is_none() {
        diag.error(place(arg), "`crate` is the path where callboard is")
            .help("such as `crate = my::callboard`");
    }
    path.map(|path| Root(quote!(#path)))
}

fn value(arg: &Arg) -> Option<TokenStream> {
    match &arg.value {
        Value::Is(tokens) => Some(tokens.clone()),
        Value::List(_) | Value::None => None,
    }
}

/// Where to point: at the value if there is one, else at the name.
pub(crate) fn place(arg: &Arg) -> TokenStream {
    let name = &arg.name;
    value(arg).unwrap_or_else(|| quote!(#name))
}

/// Digits and one of `us ms s m h`.
fn parse_duration(written: &str) -> Option<Duration> {
    let digits = written.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = written.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let seconds = |each: u64| number.checked_mul(each).map(Duration::from_secs);
    match unit {
        "us" => Some(Duration::from_micros(number)),
        "ms" => Some(Duration::from_millis(number)),
        "s" => seconds(1),
        "m" => seconds(60),
        "h" => seconds(60 * 60),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_digits_and_a_unit() {
        for (written, duration) in [
            ("7us", Duration::from_micros(7)),
            ("250ms", Duration::from_millis(250)),
            ("5s", Duration::from_secs(5)),
            ("2m", Duration::from_secs(120)),
            ("1h", Duration::from_secs(3600)),
            ("0s", Duration::ZERO),
        ] {
            assert_eq!(parse_duration(written), Some(duration));
        }
    }

    /// What an option says of a mailbox, or what is wrong with it.
    fn mailbox_of(written: &str) -> Result<(u32, String), String> {
        let args: Args = syn::parse_str(written).expect("options");
        let mut diag = Diag::new();
        let mailbox = mailbox(&args.0[0], &mut diag);
        diag.finish().map_err(|errors| errors.to_string())?;
        let (capacity, overflow) = mailbox.bound.expect("nothing is wrong with it");
        Ok((capacity.base10_parse().expect("it was looked at"), overflow.to_string()))
    }

    #[test]
    fn a_mailbox_has_a_capacity_and_a_policy() {
        for (written, capacity, overflow) in [
            ("mailbox(capacity = 1)", 1, "Reject"),
            ("mailbox(capacity = 1_024, overflow = crash)", 1_024, "Crash"),
            ("mailbox(overflow = drop_newest, capacity = 0x10,)", 16, "DropNewest"),
            ("mailbox(capacity = 8u32, overflow = drop_oldest)", 8, "DropOldest"),
            ("mailbox(capacity = 4294967295, overflow = reject)", u32::MAX, "Reject"),
            ("mailbox(capacity = 2, on_restart = keep)", 2, "Reject"),
        ] {
            assert_eq!(mailbox_of(written), Ok((capacity, overflow.to_owned())), "{written}");
        }
    }

    #[test]
    fn a_mailbox_without_room_or_a_known_policy_is_wrong_once() {
        for written in [
            "mailbox",
            "mailbox()",
            "mailbox = 8",
            "mailbox(8)",
            "mailbox(capacity)",
            "mailbox(capacity = 0)",
            "mailbox(capacity = -1)",
            "mailbox(capacity = 4294967296)",
            "mailbox(capacity = 340282366920938463463374607431768211456)",
            "mailbox(capacity = 1.5)",
            "mailbox(capacity = ROOM)",
            "mailbox(capcity = 8)",
            "mailbox(capacity = 8, overflow = block)",
            "mailbox(capacity = 8, overflow = Reject)",
            "mailbox(capacity = 8, overflow = \"reject\")",
            "mailbox(capacity = 8, overflow)",
            "mailbox(capacity = 8, on_restart = lose)",
            "mailbox(on_restart = drop, overflow = crash)",
        ] {
            let errors = mailbox_of(written).expect_err(written);
            assert_eq!(errors.matches("compile_error").count(), 1, "{written}: {errors}");
        }
    }

    #[test]
    fn a_mailbox_without_a_bound_may_be_emptied_at_a_restart() {
        let args: Args = syn::parse_str("mailbox(on_restart = drop)").expect("options");
        let mut diag = Diag::new();
        let mailbox = mailbox(&args.0[0], &mut diag);
        assert!(diag.finish().is_ok());
        assert!(mailbox.bound.is_none() && mailbox.drops_on_restart);
    }

    #[test]
    fn a_name_on_the_wire_is_words_with_dots_between() {
        for name in ["cart", "shop.cart", "shop.cart-2.line_items"] {
            assert!(is_wire_name(name), "{name}");
        }
        for name in ["", ".", "shop.", "shop..cart", "shop/cart", "../cart", "shop cart", "köln"] {
            assert!(!is_wire_name(name), "{name}");
        }
        assert!(!is_wire_name(&"a".repeat(129)));
    }

    #[test]
    fn a_path_has_no_empty_name() {
        for path in ["/svc", "/svc/pay", "svc"] {
            assert!(is_path(path), "{path}");
        }
        for path in ["", "/", "/a/", "a//b", "a\n"] {
            assert!(!is_path(path), "{path}");
        }
    }

    #[test]
    fn all_else_is_not_a_duration() {
        for written in [
            "",
            "5",
            "s",
            "5 parsecs",
            "5 s",
            "-5s",
            "1.5s",
            "5S",
            "99999999999999999999s",
            "18446744073709551615h",
        ] {
            assert_eq!(parse_duration(written), None, "{written}");
        }
    }
}
