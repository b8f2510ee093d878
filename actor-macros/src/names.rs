//! Every name that generated code uses, and how names are read and written in messages.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;

/// Where callboard is: `::callboard`, or what the user gave as `crate = path`.
#[derive(Clone)]
pub(crate) struct Root(pub(crate) TokenStream);

impl Default for Root {
    fn default() -> Self {
        Self(quote!(::callboard))
    }
}

impl Root {
    /// The module that generated code may touch.
    pub(crate) fn private(&self) -> TokenStream {
        let root = &self.0;
        quote!(#root::__private)
    }

    /// The line that opens a `const _` block.
    ///
    /// The short name starts with two underscores because the block also holds types that the user wrote,
    /// and those may well begin with `rt::`.
    pub(crate) fn import(&self) -> TokenStream {
        let private = self.private();
        quote!(use #private as __rt;)
    }
}

/// The attributes that stand on methods of an impl with `#[handlers]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    After,
    Ask,
    Down,
    Every,
    Exit,
    Health,
    Restart,
    Start,
    Stop,
    Stream,
    Tell,
    Unknown,
}

impl Word {
    const ALL: [Self; 12] = [
        Self::After,
        Self::Ask,
        Self::Down,
        Self::Every,
        Self::Exit,
        Self::Health,
        Self::Restart,
        Self::Start,
        Self::Stop,
        Self::Stream,
        Self::Tell,
        Self::Unknown,
    ];

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::After => "after",
            Self::Ask => "ask",
            Self::Down => "down",
            Self::Every => "every",
            Self::Exit => "exit",
            Self::Health => "health",
            Self::Restart => "restart",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Stream => "stream",
            Self::Tell => "tell",
            Self::Unknown => "unknown",
        }
    }

    /// The word that a path means: `tell` or `callboard::tell`.
    pub(crate) fn of(path: &syn::Path) -> Option<Self> {
        let word = ours(path)?;
        Self::ALL.into_iter().find(|w| word == w.text())
    }
}

/// The attributes that stand on fields of a struct with `#[supervisor]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Child,
    Dynamic,
}

impl Role {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Child => "child",
            Self::Dynamic => "dynamic",
        }
    }

    /// The role that a path means: `child` or `callboard::child`.
    pub(crate) fn of(path: &syn::Path) -> Option<Self> {
        let word = ours(path)?;
        [Self::Child, Self::Dynamic].into_iter().find(|role| word == role.text())
    }
}

/// The attributes beside those of [`Word`], which say what a message is to other nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Term {
    Default,
    Local,
    RenamedFrom,
    Reserved,
    Since,
    Widen,
    Wire,
}

impl Term {
    const ALL: [Self; 7] = [
        Self::Default,
        Self::Local,
        Self::RenamedFrom,
        Self::Reserved,
        Self::Since,
        Self::Widen,
        Self::Wire,
    ];

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Local => "local",
            Self::RenamedFrom => "renamed_from",
            Self::Reserved => "reserved",
            Self::Since => "since",
            Self::Widen => "widen",
            Self::Wire => "wire",
        }
    }

    /// The term that a path means: `since` or `callboard::since`.
    pub(crate) fn of(path: &syn::Path) -> Option<Self> {
        let word = ours(path)?;
        Self::ALL.into_iter().find(|term| word == term.text())
    }
}

/// The last word of a path that may mean an attribute of ours.
fn ours(path: &syn::Path) -> Option<&Ident> {
    let mut names = path.segments.iter().map(|segment| &segment.ident);
    match (names.next(), names.next(), names.next()) {
        (Some(word), None, None) => Some(word),
        (Some(root), Some(word), None) if root == "callboard" => Some(word),
        _ => None,
    }
}

/// Methods that every reference has already, each with a name to take instead.
///
/// From `clone` on they are methods of traits that are in scope everywhere, which would be found first.
const RESERVED: [(&str, &str); 26] = [
    ("address", "location"),
    ("as_dyn", "converted"),
    ("downcast", "narrow"),
    ("drain", "empty"),
    ("exit", "leave"),
    ("is_alive", "is_up"),
    ("kill", "abort"),
    ("link", "connect"),
    ("local", "nearby"),
    ("monitor", "observe"),
    ("reserve", "book"),
    ("stop", "halt"),
    ("stop_now", "halt_now"),
    ("tell", "say"),
    ("try_tell", "try_say"),
    ("unlink", "disconnect"),
    ("wait", "pause"),
    ("clone", "copy"),
    ("clone_from", "copy_from"),
    ("eq", "equals"),
    ("fmt", "format"),
    ("hash", "digest"),
    ("into", "convert"),
    ("ne", "differs"),
    ("to_owned", "copy"),
    ("try_into", "try_convert"),
];

/// What to call a handler instead, if every reference has a method of this name.
pub(crate) fn instead_of_reserved(name: &str) -> Option<&'static str> {
    RESERVED.iter().find(|(reserved, _)| *reserved == name).map(|&(_, instead)| instead)
}

/// Methods that the reference of a supervisor has besides.
const OF_SUPERVISORS: [&str; 7] =
    ["children", "count", "delete", "restart", "start_child", "terminate", "tree"];

/// Whether the reference of every supervisor has a method of this name.
pub(crate) fn is_of_supervisors(name: &str) -> bool {
    OF_SUPERVISORS.contains(&name)
}

/// `Counter` → `CounterMsg`.
pub(crate) fn messages_of(actor: &Ident) -> Ident {
    made(&format_ident!("{}Msg", actor.unraw(), span = actor.span()))
}

/// `Cart` → `__schema_cart`
pub(crate) fn schema_test(name: &Ident) -> Ident {
    format_ident!("__schema_{}", snake_case(&name.unraw().to_string()))
}

/// `Dump` → `__Dump`: what only references to actors of this node are.
pub(crate) fn near(variant: &Ident) -> Ident {
    format_ident!("__{}", variant.unraw())
}

/// What peers are told of one actor, as what is made of it calls that.
pub(crate) fn described() -> Ident {
    format_ident!("__Described")
}

/// `Counter` → `CounterApi`.
pub(crate) fn api_of(actor: &Ident) -> Ident {
    made(&format_ident!("{}Api", actor.unraw(), span = actor.span()))
}

/// `Link` → `LinkState`.
pub(crate) fn states_of(actor: &Ident) -> Ident {
    made(&format_ident!("{}State", actor.unraw(), span = actor.span()))
}

/// `XferMsg` → `XferApi`, `Transfer` → `TransferApi`.
pub(crate) fn api_of_messages(messages: &Ident) -> Ident {
    let name = messages.unraw().to_string();
    let stem = name.strip_suffix("Msg").filter(|stem| !stem.is_empty()).unwrap_or(&name);
    made(&format_ident!("{stem}Api", span = messages.span()))
}

/// `MoveTo` → `move_to`, at the place of the variant's name.
pub(crate) fn method_of(variant: &Ident) -> Ident {
    let name = snake_case(&variant.unraw().to_string());
    match syn::parse_str::<Ident>(&name) {
        Ok(_) => Ident::new(&name, variant.span()),
        // Some keywords are names behind `r#`, some are never.
        Err(_) if syn::parse_str::<Ident>(&format!("r#{name}")).is_ok() => {
            Ident::new_raw(&name, variant.span())
        }
        Err(_) => format_ident!("{name}_", span = variant.span()),
    }
}

/// `Bank` → `BankTree`.
pub(crate) fn tree_of(supervisor: &Ident) -> Ident {
    made(&format_ident!("{}Tree", supervisor.unraw(), span = supervisor.span()))
}

/// The messages of the process in whose body a `receive!` stands.
pub(crate) const MESSAGES: &str = "__Msg";

/// The messages that a `receive!` names variants of, as they are called in it.
pub(crate) fn variants_of_messages(at: Span) -> Ident {
    Ident::new("__Variant", at)
}

/// `move_to` → `MoveTo`, at the place of the handler's name.
pub(crate) fn variant_of(handler: &Ident) -> Ident {
    let name = camel_case(&handler.unraw().to_string());
    // A name that began with a digit or had no letters is no identifier yet.
    if name.starts_with(|c: char| c.is_alphabetic()) && name != "Self" {
        Ident::new(&name, handler.span())
    } else {
        format_ident!("Msg{name}", span = handler.span())
    }
}

/// `drop_oldest` → `DropOldest`, at the place of the word.
pub(crate) fn choice_of(word: &Ident) -> Ident {
    made(&Ident::new(&camel_case(&word.to_string()), word.span()))
}

/// A local variable that no name of the user can meet.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// A name as it stands in what is made: at the user's place, but no text of the user's to lints, which
/// judge the handler already.
pub(crate) fn made(name: &Ident) -> Ident {
    let mut made = name.clone();
    made.set_span(name.span().resolved_at(Span::call_site()));
    made
}

/// The place of the actor's name, for what is an error where there is no `#[actor]`. All such errors have the same
/// text and place, so that rustc tells one.
pub(crate) fn place_of(actor: &Ident) -> Span {
    Span::mixed_site().located_at(actor.span())
}

/// The parameter of a message that has one value without a name.
pub(crate) fn value() -> Ident {
    format_ident!("value")
}

/// A name for a parameter that the user left without one.
pub(crate) fn nameless(index: usize) -> Ident {
    format_ident!("value_{index}")
}

fn camel_case(snake: &str) -> String {
    let mut out = String::with_capacity(snake.len());
    for part in snake.split('_') {
        let mut chars = part.chars();
        if let Some(first) = chars.next() {
            out.extend(first.to_uppercase());
            out.push_str(chars.as_str());
        }
    }
    out
}

/// `MoveTo` → `move_to`.
pub(crate) fn snake_case(camel: &str) -> String {
    let mut out = String::with_capacity(camel.len() + 4);
    for (index, c) in camel.char_indices() {
        if c.is_uppercase() && index > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// The tokens, all of them at one place.
pub(crate) fn spanned(tokens: TokenStream, at: Span) -> TokenStream {
    let trees = tokens.into_iter().map(|mut tree| {
        if let TokenTree::Group(group) = &tree {
            tree = Group::new(group.delimiter(), spanned(group.stream(), at)).into();
        }
        tree.set_span(at);
        tree
    });
    trees.collect()
}

/// Whether an identifier stands anywhere in these tokens.
pub(crate) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    find(tokens, name).is_some()
}

/// Where an identifier stands first in these tokens.
pub(crate) fn find(tokens: &TokenStream, name: &str) -> Option<Ident> {
    tokens.clone().into_iter().find_map(|tree| match tree {
        TokenTree::Group(group) => find(&group.stream(), name),
        TokenTree::Ident(ident) => (ident == name).then_some(ident),
        TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}

/// Whether an expression may take the value of a variable: its name stands there, or a format string
/// takes it.
pub(crate) fn takes(expression: &TokenStream, name: &Ident) -> bool {
    let (name, plain) = (name.to_string(), name.unraw());
    let captures = [format!("{{{plain}}}"), format!("{{{plain}:")];
    let mut literals = vec![expression.clone()];
    while let Some(tokens) = literals.pop() {
        for tree in tokens {
            match tree {
                TokenTree::Group(group) => literals.push(group.stream()),
                TokenTree::Ident(ident) if ident == name => return true,
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    if captures.iter().any(|capture| text.contains(capture)) {
                        return true;
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }
    false
}

/// Where an expression takes the value of a variable that it does not bind itself, as far as tokens show.
pub(crate) fn use_of(expression: &TokenStream, name: &Ident) -> Option<Ident> {
    let mut found = Vec::new();
    let binds = uses(expression, &name.to_string(), &mut found);
    found.into_iter().next().filter(|_| !binds)
}

/// Collects the places where a variable is used; whether one of that name is bound, too.
fn uses(tokens: &TokenStream, name: &str, found: &mut Vec<Ident>) -> bool {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut binds = false;
    for (at, tree) in trees.iter().enumerate() {
        let ident = match tree {
            TokenTree::Group(group) => {
                binds |= uses(&group.stream(), name, found);
                continue;
            }
            TokenTree::Ident(ident) if ident == name => ident,
            TokenTree::Ident(_) | TokenTree::Literal(_) | TokenTree::Punct(_) => continue,
        };
        let punct = |tree: Option<&TokenTree>| match tree {
            Some(TokenTree::Punct(punct)) => punct.as_char(),
            _ => ' ',
        };
        let before = |back: usize| punct(at.checked_sub(back).and_then(|at| trees.get(at)));
        let after = |on: usize| punct(trees.get(at + on));
        // `let log`, `|log|`, `log =>`
        let declared = matches!(
            at.checked_sub(1).and_then(|at| trees.get(at)),
            Some(TokenTree::Ident(word)) if ["for", "let", "mut", "ref"].iter().any(|w| word == w)
        );
        let arm = (after(1), after(2)) == ('=', '>');
        if declared || arm || before(1) == '|' || after(1) == '|' {
            binds = true;
            continue;
        }
        // `log(1)`
        let is_called = matches!(
            trees.get(at + 1),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis
        );
        // `a.log`, `a::log`, but not `..log`
        let is_part = match (before(2), before(1)) {
            (second, '.') => second != '.',
            (':', ':') | (_, '\'') => true,
            _ => false,
        };
        // `log: 1`, `log::a`, `log!()`, `log = 1`, but not `log != 1`
        let is_label = matches!(after(1), '!' | ':' | '=') && after(2) != '=';
        if !is_called && !is_part && !is_label {
            found.push(ident.clone());
        }
    }
    binds
}

/// The known word that a mistyped one was meant to be, if one is near.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    // Its parts in another order, as in `all_for_one`, are the same words.
    let parts = |word: &str| {
        let mut parts: Vec<String> = word.split('_').map(str::to_owned).collect();
        parts.sort();
        parts
    };
    if let Some(turned) = known.iter().find(|&&candidate| parts(word) == parts(candidate)) {
        return Some(turned);
    }
    let near = known.iter().map(|&candidate| (distance(word, candidate), candidate)).min()?;
    // A third of the letters may be wrong: more is another word.
    (near.0 <= word.len().max(near.1.len()).div_ceil(3)).then_some(near.1)
}

/// How many letters must be put in, taken out or changed: Levenshtein, one row at a time.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

/// Words in backticks with commas between, for a message.
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// Tokens as a person would write them, for a message: `Result<u64, Error>`.
///
/// `to_string` puts blanks where the compiler happens to, and not always the same.
pub(crate) fn text(tokens: &TokenStream) -> String {
    let mut out = String::new();
    write(tokens, &mut out);
    out
}

fn write(tokens: &TokenStream, out: &mut String) {
    for tree in tokens.clone() {
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                    Delimiter::Parenthesis => ("(", ")"),
                };
                if after_lifetime(out) {
                    out.push(' ');
                }
                out.push_str(open);
                write(&group.stream(), out);
                out.push_str(close);
            }
            TokenTree::Ident(ident) => word(&ident.to_string(), out),
            TokenTree::Literal(literal) => word(&literal.to_string(), out),
            TokenTree::Punct(punct) => match punct.as_char() {
                c @ (',' | ';') => out.extend([c, ' ']),
                '+' => out.push_str(" + "),
                '=' => out.push_str(" = "),
                '>' if out.ends_with('-') => {
                    out.pop();
                    out.push_str(" -> ");
                }
                ':' if out.ends_with(": ") => {
                    out.truncate(out.len() - 2);
                    out.push_str("::");
                }
                ':' => out.push_str(": "),
                c => out.push(c),
            },
        }
    }
}

/// Whether the text ends in `&'static` or the like, from which a group stands apart.
fn after_lifetime(out: &str) -> bool {
    let word = out.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
    word.ends_with('\'')
}

/// Adds a word, with a blank if the text ends in one.
fn word(word: &str, out: &mut String) {
    if out.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
        out.push(' ');
    }
    out.push_str(word);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_camel_case_and_never_keywords() {
        for (handler, variant) in [
            ("inc", "Inc"),
            ("move_to", "MoveTo"),
            ("addOne", "AddOne"),
            ("add_1", "Add1"),
            ("_hidden", "Hidden"),
            ("r#move", "Move"),
            ("_1", "Msg1"),
        ] {
            let handler: Ident = syn::parse_str(handler).expect("a name");
            assert_eq!(variant_of(&handler).to_string(), variant);
        }
    }

    #[test]
    fn snake_case_undoes_camel_case() {
        for name in ["stop", "stop_now", "try_tell", "clone"] {
            assert_eq!(snake_case(&camel_case(name)), name);
        }
    }

    #[test]
    fn nearest_offers_a_slip_and_no_stranger() {
        let known = ["ask_timeout", "crate", "slice", "start_timeout"];
        assert_eq!(nearest("slise", &known), Some("slice"));
        assert_eq!(nearest("start_timeuot", &known), Some("start_timeout"));
        assert_eq!(nearest("mailbox", &known), None);
        assert_eq!(nearest("timeout_ask", &known), Some("ask_timeout"));
        assert_eq!(nearest("x", &[]), None);
    }

    #[test]
    fn reserved_names_have_another_to_offer() {
        for (name, instead) in RESERVED {
            assert!(instead_of_reserved(name).is_some());
            assert!(instead_of_reserved(instead).is_none(), "{instead} is reserved too");
        }
        assert_eq!(instead_of_reserved("inc"), None);
    }

    #[test]
    fn a_variable_is_told_from_its_namesakes() {
        let name: Ident = syn::parse_str("log").expect("a name");
        let read = |written: &str| written.parse::<TokenStream>().expect("tokens");
        for written in
            ["log", "House::new(1, log)", "House { log }", "log.path()", "0..log", "a(&log)?"]
        {
            assert!(use_of(&read(written), &name).is_some(), "{written}");
        }
        for written in [
            "Log::log()",
            "log::open()",
            "log!(1)",
            "log(1)",
            "House { log: 1 }",
            "house.log",
            "{ let log = 1; log }",
            "all().map(|log| log + 1)",
            "match all() { log => log }",
            "format!(\"{log}\", log = 1)",
            "\"log\"",
        ] {
            assert!(use_of(&read(written), &name).is_none(), "{written}");
        }
        for written in ["house(log)", "format!(\"{log}\")", "format!(\"{log:?}\")"] {
            assert!(takes(&read(written), &name), "{written}");
        }
        assert!(!takes(&read("format!(\"log {house}\")"), &name));
    }

    #[test]
    fn text_is_written_as_people_do() {
        for written in [
            "u32",
            "Result<u64, Error>",
            "&str",
            "std::io::Result<()>",
            "impl Display + Send",
            "[u8; 4]",
            "fn(u8) -> u8",
            "*const u8",
            "dyn Iterator<Item = u8>",
            "&mut Context<Self>",
            "&'static [u8]",
        ] {
            let tokens: TokenStream = written.parse().expect("tokens");
            assert_eq!(text(&tokens), written);
        }
    }

    #[test]
    fn words_are_found_under_both_paths() {
        let of = |path: &str| Word::of(&syn::parse_str(path).expect("a path"));
        assert_eq!(of("tell"), Some(Word::Tell));
        assert_eq!(of("callboard::ask"), Some(Word::Ask));
        assert_eq!(of("::callboard::start"), Some(Word::Start));
        assert_eq!(of("other::tell"), None);
        assert_eq!(of("exit"), Some(Word::Exit));
        assert_eq!(of("link"), None);
        assert_eq!(of("child"), None);
        let role = |path: &str| Role::of(&syn::parse_str(path).expect("a path"));
        assert_eq!(role("child"), Some(Role::Child));
        assert_eq!(role("callboard::dynamic"), Some(Role::Dynamic));
        assert_eq!(role("tell"), None);
    }
}
