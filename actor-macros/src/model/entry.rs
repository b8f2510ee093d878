//! What `#[callboard::main]` and `#[callboard::test]` see of a function.

use std::time::Duration;

use proc_macro2::TokenTree;
use syn::{Attribute, LitInt, Signature, Visibility};

use super::options;
use crate::diag::Diag;
use crate::names::Root;
use crate::parse::{Args, EntrySyntax};

/// An async function that a system runs.
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    /// Attributes of the function that is made: what the test harness, rustdoc and lints look at.
    pub(crate) outer: Vec<Attribute>,
    /// Attributes of the user's function: those of other macros, which want to see what was written.
    pub(crate) inner: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenTree,
    pub(crate) shards: Option<LitInt>,
    pub(crate) root: Root,
}

/// Which of the two it is.
pub(crate) enum Kind {
    Main,
    Test { timeout: Duration, should_panic: bool },
}

impl Entry {
    /// How long a test may take that says nothing of it.
    const TEST_TIMEOUT: Duration = Duration::from_secs(30);

    pub(crate) fn main(args: &Args, syntax: EntrySyntax, diag: &mut Diag) -> Self {
        Self::read(Kind::Main, args, syntax, diag)
    }

    pub(crate) fn test(args: &Args, syntax: EntrySyntax, diag: &mut Diag) -> Self {
        let should_panic = syntax.attrs.iter().any(|attr| attr.path().is_ident("should_panic"));
        let kind = Kind::Test { timeout: Self::TEST_TIMEOUT, should_panic };
        Self::read(kind, args, syntax, diag)
    }

    fn read(mut kind: Kind, args: &Args, syntax: EntrySyntax, diag: &mut Diag) -> Self {
        let EntrySyntax { attrs, vis, sig, body } = syntax;
        let (attribute, known, instead): (_, &[&str], _) = match kind {
            Kind::Main => ("main", &["crate", "shards"], "read `std::env::args()` in the body"),
            Kind::Test { .. } => {
                ("test", &["crate", "shards", "timeout"], "make what it needs in the body")
            }
        };
        if sig.asyncness.is_none() {
            diag.error(
                sig.fn_token,
                format_args!("`#[callboard::{attribute}]` needs an `async fn`"),
            )
            .help(format_args!("`async fn {}`", sig.ident));
        }
        if let Some(param) = sig.inputs.first() {
            diag.error(param, format_args!("`{}` takes no parameters", sig.ident)).help(instead);
        }

        let (mut shards, mut root) = (None, Root::default());
        for arg in options::known(args, known, diag) {
            match (arg.name.to_string().as_str(), &mut kind) {
                ("crate", _) => root = options::root(arg, diag).unwrap_or_default(),
                ("shards", _) => shards = options::count(arg, u32::MAX, diag),
                (_, Kind::Test { timeout, .. }) => {
                    *timeout = options::duration(arg, diag).unwrap_or(*timeout);
                }
                (_, Kind::Main) => {}
            }
        }

        let (outer, inner) = attrs.into_iter().partition(stays_outside);
        Self { kind, outer, inner, vis, sig, body, shards, root }
    }
}

/// What belongs to the function that the harness or the program sees.
fn stays_outside(attr: &Attribute) -> bool {
    const OUTSIDE: [&str; 11] = [
        "allow",
        "cfg",
        "cfg_attr",
        "deny",
        "deprecated",
        "doc",
        "expect",
        "forbid",
        "ignore",
        "should_panic",
        "warn",
    ];
    OUTSIDE.iter().any(|name| attr.path().is_ident(name))
}
