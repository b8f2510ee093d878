//! Options of an attribute, read one by one: known or not, given once, of the right kind.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{LitInt, LitStr};

use crate::diag::Diag;
use crate::names::{Root, list, nearest, text};
use crate::parse::{Arg, Args, Value};

/// The options that an attribute was given, of those it knows.
///
/// Unknown ones and repetitions have been told; who reads the rest need not look for them.
pub(crate) fn known<'a>(args: &'a Args, known: &[&str], diag: &mut Diag) -> Vec<&'a Arg> {
    let mut found: Vec<&Arg> = Vec::new();
    for arg in &args.0 {
        let name = arg.name.to_string();
        if !known.contains(&name.as_str()) {
            unknown(arg, known, diag);
        } else if let Some(first) = found.iter().find(|first| first.name == arg.name) {
            diag.error(&arg.name, format_args!("`{name}` is said twice"));
            diag.error(&first.name, "first here");
        } else {
            found.push(arg);
        }
    }
    found
}

fn unknown(arg: &Arg, known: &[&str], diag: &mut Diag) {
    let name = arg.name.to_string();
    let near = nearest(&name, known).map(|near| format!("write `{near}`; ")).unwrap_or_default();
    diag.error(&arg.name, format_args!("unknown option `{name}`"))
        .help(format_args!("{near}known options: {}", list(known)));
}

/// An attribute that has no options yet was given some.
pub(crate) fn none(args: &Args, attribute: &str, diag: &mut Diag) {
    for arg in &args.0 {
        diag.error(&arg.name, format_args!("unknown option `{}`", arg.name))
            .help(format_args!("`#[{attribute}]` has no options"));
    }
}

/// `slice = 64`: a count that is at least one.
pub(crate) fn count(arg: &Arg, diag: &mut Diag) -> Option<LitInt> {
    let name = &arg.name;
    let literal = value(arg).and_then(|tokens| syn::parse2::<LitInt>(tokens).ok());
    let Some(literal) = literal.filter(|literal| literal.base10_parse::<u32>().is_ok()) else {
        diag.error(place(arg), format_args!("`{name}` is a number"))
            .help(format_args!("such as `{name} = 4`"));
        return None;
    };
    if literal.base10_parse::<u32>().is_ok_and(|count| count == 0) {
        diag.error(&literal, format_args!("`{name}` is at least 1"));
        return None;
    }
    Some(literal)
}

/// `timeout = "5s"`: digits and a unit.
pub(crate) fn duration(arg: &Arg, diag: &mut Diag) -> Option<Duration> {
    let literal = value(arg).and_then(|tokens| syn::parse2::<LitStr>(tokens).ok());
    let duration = literal.as_ref().and_then(|literal| parse_duration(&literal.value()));
    if duration.is_none() {
        let at = place(arg);
        let written = literal.map_or_else(|| text(&at), |literal| literal.value());
        diag.error(at, format_args!("`{written}` is not a duration"))
            .help(r#"such as `"250ms"`, `"5s"`, `"2m"`"#);
    }
    duration
}

/// `crate = path`: where callboard is.
pub(crate) fn root(arg: &Arg, diag: &mut Diag) -> Option<Root> {
    let path = value(arg).and_then(|tokens| syn::parse2::<syn::Path>(tokens).ok());
    if path.is_none() {
        diag.error(place(arg), "`crate` is the path where callboard is")
            .help("such as `crate = my::callboard`");
    }
    path.map(|path| Root(quote!(#path)))
}

fn value(arg: &Arg) -> Option<TokenStream> {
    match &arg.value {
        Value::Is(tokens) => Some(tokens.clone()),
        Value::List | Value::None => None,
    }
}

/// Where to point: at the value if there is one, else at the name.
fn place(arg: &Arg) -> TokenStream {
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
