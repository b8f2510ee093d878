//! What `#[callboard::main]` and `#[callboard::test]` see of a function.

use std::time::Duration;

use proc_macro2::{Ident, TokenTree};
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

/// What `#[callboard::test]` may say.
const TEST: [&str; 8] =
    ["crate", "explore", "faults", "nodes", "seed", "shards", "time", "timeout"];

/// Which of the two it is.
pub(crate) enum Kind {
    Main,
    Test { timeout: Option<Duration>, should_panic: bool, simulated: Option<Simulated> },
}

/// What a test says of the simulator that runs it.
#[derive(Default)]
pub(crate) struct Simulated {
    pub(crate) seed: Option<LitInt>,
    pub(crate) nodes: Option<LitInt>,
    pub(crate) explore: Option<LitInt>,
    pub(crate) faults: Option<Faults>,
}

/// What goes wrong in a simulated test.
#[derive(Default)]
pub(crate) struct Faults {
    pub(crate) drop: Option<f64>,
    pub(crate) delay: Option<(Duration, Duration)>,
    /// What comes and goes, by the name of its method.
    pub(crate) words: Vec<Ident>,
}

impl Entry {
    pub(crate) fn main(args: &Args, syntax: EntrySyntax, diag: &mut Diag) -> Self {
        Self::read(Kind::Main, args, syntax, diag)
    }

    pub(crate) fn test(args: &Args, syntax: EntrySyntax, diag: &mut Diag) -> Self {
        let should_panic = syntax.attrs.iter().any(|attr| attr.path().is_ident("should_panic"));
        let simulated = (!syntax.sig.inputs.is_empty()).then(Simulated::default);
        let kind = Kind::Test { timeout: None, should_panic, simulated };
        Self::read(kind, args, syntax, diag)
    }

    fn read(mut kind: Kind, args: &Args, syntax: EntrySyntax, diag: &mut Diag) -> Self {
        let EntrySyntax { attrs, vis, sig, body } = syntax;
        let (attribute, known, instead): (_, &[&str], _) = match kind {
            Kind::Main => ("main", &["crate", "shards"], "read `std::env::args()` in the body"),
            Kind::Test { .. } => ("test", &TEST, "make what it needs in the body"),
        };
        if sig.asyncness.is_none() {
            diag.error(
                sig.fn_token,
                format_args!("`#[callboard::{attribute}]` needs an `async fn`"),
            )
            .help(format_args!("`async fn {}`", sig.ident));
        }
        // A test with one is a simulated one.
        let most = usize::from(matches!(kind, Kind::Test { .. }));
        if let Some(param) = sig.inputs.iter().nth(most) {
            let takes = if most == 0 { "no parameters" } else { "no parameter but a `Sim`" };
            diag.error(param, format_args!("`{}` takes {takes}", sig.ident)).help(instead);
        }

        let (mut shards, mut root) = (None, Root::default());
        for arg in options::known(args, known, diag) {
            match (arg.name.to_string().as_str(), &mut kind) {
                ("crate", _) => root = options::root(arg, diag).unwrap_or_default(),
                ("shards", _) => shards = options::count(arg, u32::MAX, diag),
                ("timeout", Kind::Test { timeout, .. }) => {
                    *timeout = options::duration(arg, diag);
                }
                (name, Kind::Test { simulated: Some(simulated), .. }) => match name {
                    "explore" => simulated.explore = options::count(arg, u32::MAX, diag),
                    "faults" => simulated.faults = Some(options::faults(arg, diag)),
                    "nodes" => simulated.nodes = options::count(arg, 1_000, diag),
                    "seed" => simulated.seed = options::index(arg, u32::MAX, diag),
                    _ => options::time(arg, diag),
                },
                (name, Kind::Test { simulated: None, .. }) => {
                    diag.error(&arg.name, format_args!("`{name}` is for a test in the simulator"))
                        .help(format_args!("`async fn {}(sim: Sim)`", sig.ident));
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
