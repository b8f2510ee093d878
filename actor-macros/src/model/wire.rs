//! What a message is to other nodes: since when, by which id, under which older name.

use std::path::Path;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::{Attribute, LitInt, LitStr, Meta, Type};

use super::{options, types};
use crate::diag::Diag;
use crate::names::Term;
use crate::parse::{Args, LedArgs};

/// What other nodes know an actor by.
pub(crate) struct Remote {
    /// The word by which it is one.
    pub(crate) word: Ident,
    pub(crate) name: LitStr,
    /// Of its messages: 1, unless it says more.
    pub(crate) version: Option<LitInt>,
    /// Whether there is a text that says what peers know.
    pub(crate) is_locked: bool,
}

impl Remote {
    /// Reads the options `remote` and `version`, each of which is said once, or that has been told.
    pub(crate) fn read(args: &Args, is_generic: bool, diag: &mut Diag) -> Option<Self> {
        let find = |name: &str| args.0.iter().find(|arg| arg.name == name);
        let (remote, version) = (find("remote"), find("version"));
        if let (None, Some(version)) = (remote, version) {
            diag.error(&version.name, "only a remote actor has a version")
                .help(r#"`remote = ".."`, or remove `version`"#);
        }
        if let (None, Some(required)) = (remote, find("schema_lock")) {
            diag.error(&required.name, "only a remote actor has a schema lock")
                .help(r#"`remote = ".."`, or remove `schema_lock`"#);
        }
        let remote = remote?;
        let version = version.and_then(|version| options::count(version, u32::MAX, diag));
        let name = options::wire_name(remote, diag)?;
        // There would have to be one for each choice of the parameters.
        let is_locked = !is_generic && is_locked(&name.value());
        if let Some(required) = find("schema_lock")
            && options::word(required, &["required"], diag).is_some()
            && !is_locked
        {
            let name = name.value();
            if is_generic {
                diag.error(&required.name, "a generic actor has no schema lock")
                    .help("remove `schema_lock`, or write a struct for each choice of its types");
            } else {
                diag.error(&required.name, format_args!("there is no `schema/{name}.lock`"))
                    .help("`cargo callboard schema accept`");
            }
        }
        Some(Self { word: remote.name.clone(), name, version, is_locked })
    }
}

/// Whether the package that is compiled has a schema lock of this name.
fn is_locked(name: &str) -> bool {
    let Some(package) = std::env::var_os("CARGO_MANIFEST_DIR") else { return false };
    Path::new(&package).join("schema").join(format!("{name}.lock")).is_file()
}

/// What a handler says for peers of other versions.
#[derive(Default)]
pub(crate) struct HandlerTerms {
    /// What it is found by, where that is not its name.
    pub(crate) id: Option<LitInt>,
    /// The first version that has it.
    pub(crate) since: Option<LitInt>,
    /// The name it had, and still has on the wire.
    pub(crate) renamed_from: Option<LitStr>,
    /// Whether only this node's own senders may call it.
    pub(crate) is_local: bool,
}

/// What a parameter says for peers of other versions.
#[derive(Default)]
pub(crate) struct FieldTerms {
    /// The first version that has it.
    pub(crate) since: Option<LitInt>,
    /// What it is where a peer sends none.
    pub(crate) default: Option<TokenStream>,
    /// The name it had, and still has on the wire.
    pub(crate) renamed_from: Option<LitStr>,
    /// Whether older versions had it narrower: `u32` for `u64`.
    pub(crate) widens: bool,
}

/// What no handler may be called any more, because it meant something else.
pub(crate) struct Reserved {
    pub(crate) name: LitStr,
    pub(crate) id: Option<LitInt>,
}

impl HandlerTerms {
    pub(crate) fn read(terms: &[(Term, Attribute)], diag: &mut Diag) -> Self {
        let mut read = Self::default();
        for (term, attr) in distinct(terms, diag) {
            match term {
                Term::Local => read.is_local = alone(attr, diag),
                Term::RenamedFrom => read.renamed_from = name(attr, diag),
                Term::Since => read.since = version(attr, diag),
                Term::Wire => read.id = id(attr, diag),
                Term::Default | Term::Reserved | Term::Widen => {
                    misplaced(*term, attr, diag);
                }
            }
        }
        read
    }
}

impl FieldTerms {
    /// Reads those of the parameter `field`, of type `ty`.
    pub(crate) fn read(
        terms: &[(Term, Attribute)],
        field: &Ident,
        ty: &Type,
        diag: &mut Diag,
    ) -> Self {
        let mut read = Self::default();
        for (term, attr) in distinct(terms, diag) {
            match term {
                Term::Default => read.default = default(attr, diag),
                Term::RenamedFrom => read.renamed_from = name(attr, diag),
                Term::Since => read.since = version(attr, diag),
                Term::Widen => read.widens = alone(attr, diag),
                Term::Local | Term::Reserved | Term::Wire => misplaced(*term, attr, diag),
            }
        }
        let is_option = types::last_segment(ty).is_some_and(|last| last.ident == "Option");
        if is_option && read.default.is_none() {
            read.default = Some(quote!(::core::option::Option::None));
        }
        let since = read.since.as_ref().and_then(|since| since.base10_parse::<u32>().ok());
        if let Some(before @ 1..) = since.map(|since| since - 1)
            && read.default.is_none()
        {
            diag.error(field, format_args!("version {before} peers send no `{field}`"))
                .help("`#[default]`, `#[default = ..]`, or make it an `Option`");
        }
        read
    }
}

impl Reserved {
    /// Reads what an impl, or a trait, says beside its methods: each `#[reserved("remove", id = 4)]`.
    pub(crate) fn read(terms: &[(Term, Attribute)], diag: &mut Diag) -> Vec<Self> {
        let mut read = Vec::new();
        for (term, attr) in terms {
            match term {
                Term::Reserved => read.extend(Self::one(attr, diag)),
                _ => misplaced(*term, attr, diag),
            }
        }
        read
    }

    fn one(attr: &Attribute, diag: &mut Diag) -> Option<Self> {
        const SUCH: &str = r#"#[reserved("remove", id = 4)]"#;
        let args: LedArgs = options::in_parentheses(attr, "what is reserved", SUCH, diag)?;
        let name = args.first.and_then(|first| syn::parse2::<LitStr>(first).ok());
        let known = options::known(&args.options, &["id"], diag);
        let id = known.first().and_then(|arg| options::id(arg, diag));
        if name.is_none() {
            diag.error(attr.path(), "`#[reserved]` is the name that a handler had")
                .help(format_args!("such as `{SUCH}`"));
        }
        name.map(|name| Self { name, id })
    }
}

/// The name that it has on the wire: the oldest it had.
pub(super) fn wire_name(name: &Ident, old: Option<&LitStr>) -> String {
    old.map_or_else(|| name.unraw().to_string(), LitStr::value)
}

/// The terms, each once.
fn distinct<'a>(terms: &'a [(Term, Attribute)], diag: &mut Diag) -> Vec<&'a (Term, Attribute)> {
    let mut found: Vec<&(Term, Attribute)> = Vec::new();
    for both in terms {
        if let Some((_, first)) = found.iter().find(|(term, _)| *term == both.0) {
            diag.error(both.1.path(), format_args!("`{}` is said twice", both.0.text()));
            diag.error(first.path(), "first here");
        } else {
            found.push(both);
        }
    }
    found
}

fn misplaced(term: Term, attr: &Attribute, diag: &mut Diag) {
    let place = match term {
        Term::Default | Term::Widen => "a parameter of a handler",
        Term::Local | Term::Wire => "a handler",
        Term::Reserved => "the impl with `#[handlers]`, or the trait with `#[protocol]`",
        Term::RenamedFrom | Term::Since => "a handler or a parameter",
    };
    diag.error(attr.path(), format_args!("`#[{}]` stands on {place}", term.text()));
}

/// `#[local]`
fn alone(attr: &Attribute, diag: &mut Diag) -> bool {
    if !matches!(attr.meta, Meta::Path(_)) {
        let (path, name) = (attr.path(), attr.path().to_token_stream());
        diag.error(path, format_args!("`{name}` has no value"))
            .help(format_args!("write `#[{name}]`"));
    }
    true
}

/// `#[since(3)]`
fn version(attr: &Attribute, diag: &mut Diag) -> Option<LitInt> {
    let literal = attr.parse_args::<LitInt>().ok();
    let is_version =
        |literal: &LitInt| literal.base10_parse::<u32>().is_ok_and(|version| version > 0);
    let literal = literal.filter(is_version);
    if literal.is_none() {
        diag.error(attr.path(), "`#[since]` is the first version that has it")
            .help("such as `#[since(2)]`");
    }
    literal
}

/// `#[renamed_from("old")]`
fn name(attr: &Attribute, diag: &mut Diag) -> Option<LitStr> {
    let literal = attr.parse_args::<LitStr>().ok().filter(|name| !name.value().is_empty());
    if literal.is_none() {
        diag.error(attr.path(), "`#[renamed_from]` is the name that it had")
            .help(r#"such as `#[renamed_from("old")]`"#);
    }
    literal
}

/// `#[wire(id = 7)]`
fn id(attr: &Attribute, diag: &mut Diag) -> Option<LitInt> {
    const SUCH: &str = "#[wire(id = 7)]";
    let args: Args = options::in_parentheses(attr, "an id", SUCH, diag)?;
    let known = options::known(&args, &["id"], diag);
    if args.0.is_empty() {
        diag.error(attr.path(), "an id stands in parentheses")
            .help(format_args!("such as `{SUCH}`"));
    }
    options::id(known.first()?, diag)
}

/// `#[default]`, `#[default = 1]`
fn default(attr: &Attribute, diag: &mut Diag) -> Option<TokenStream> {
    match &attr.meta {
        Meta::List(list) => {
            diag.error(&list.tokens, "a default stands behind `=`")
                .help("such as `#[default = 1]`, or `#[default]` for that of its type");
            None
        }
        Meta::NameValue(meta) => Some(meta.value.to_token_stream()),
        Meta::Path(_) => Some(quote!(::core::default::Default::default())),
    }
}
