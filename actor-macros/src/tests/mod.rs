//! Snapshots of expansions: `case.rs` is what a user writes, `case.expanded.rs` what the macros make of
//! it. `UPDATE_EXPECT=1 cargo test -p actor-macros` writes them anew; read the difference.

use expect_test::{ExpectFile, expect_file};
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, File, ImplItem, Item, Meta, Visibility};

use crate::{names, pipeline, show};

mod hostile;

macro_rules! cases {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[test]
        fn $name() {
            let input = include_str!(concat!(stringify!($name), ".rs"));
            check(input, expect_file![concat!(stringify!($name), ".expanded.rs")]);
        }
    )*

    /// The inputs of all cases.
    const CASES: &[&str] = &[$(include_str!(concat!(stringify!($name), ".rs"))),*];
    };
}

cases! {
    /// An actor with one tell and one ask: what the budget is about.
    counter
    /// Plain and async hooks, with and without what they may take.
    hooks
    /// Methods that the clock calls, plain and async.
    timers
    /// Methods that take the items of a stream, plain and async.
    streams
    /// Async handlers, with context and without.
    asynchronous
    /// Handlers that keep their parameters for the dead letter of a crash.
    kept
    /// Handlers that overlap.
    concurrent
    /// The answer comes later, through a `Reply` that the handler keeps.
    deferred
    /// Another actor gives the answer.
    forwarded
    /// Type and const parameters with bounds, one of which no handler names.
    generic
    /// A protocol, with default bodies, context, replies, and references that speak another.
    protocol
    /// An actor that other nodes may send to: what peers know of it, and how its messages are written and read.
    remote
    /// Hooks for what other versions tell, plain and async, with and without what they may take.
    unknown
    /// An actor that speaks two protocols, and what runs round its handlers.
    spoken
    /// After an error there are stubs of the protocol as well.
    protocol_mistaken
    /// Children of every kind, and what they are made from.
    supervisor
    /// Children that only some builds have.
    supervisor_notes
    /// Pools of workers, and messages that can be copied to all of them.
    pool
    /// After an error there are stubs of the tree as well.
    supervisor_mistaken
    /// A state machine, with parameters.
    states
    /// No handlers at all.
    empty
    /// `#[cfg]`, docs and `#[deprecated]` are copied.
    notes
    /// Every option of every macro.
    options
    /// `#[derive(Message)]`: parameters, and fields with and without names.
    message
    /// A process of each kind: free and associated, with what it is given.
    process
    /// Every kind of arm.
    receive
    /// `main` and tests.
    entry
    /// After an error there are stubs.
    mistaken
}

fn check(input: &str, expected: ExpectFile) {
    expected.assert_eq(&expanded(input));
}

/// What the compiler would make of this file, each macro once: in a build with remote actors if the file has one, else
/// in one without.
fn expanded(input: &str) -> String {
    let file: File = syn::parse_str(input).expect("the case is Rust");
    let made = file.items.into_iter().map(expand_item).collect();
    printed(&for_build(made, input.contains("remote = ")))
}

fn printed(tokens: &TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens.clone()).expect("the expansion is Rust"))
}

/// What may stand in a path.
fn is_of_path(tree: &TokenTree) -> bool {
    match tree {
        TokenTree::Punct(punct) => punct.as_char() == ':',
        other => matches!(other, TokenTree::Ident(_)),
    }
}

/// What is left of `when_remote! { .. }`, and of `Cart! { .. }` in it, in a build: all that stands in it, or nothing. A
/// simulated test is in a build that has them.
fn for_build(tokens: TokenStream, has_remote: bool) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    let (mut is_inside, mut keeps) = (false, has_remote);
    for tree in tokens {
        let mark = out.last().map(ToString::to_string).unwrap_or_default();
        let is_mark = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '!')
            && (matches!(&*mark, "when_remote" | "simulated")
                || mark.starts_with(char::is_uppercase));
        match tree {
            _ if is_mark => {
                // With the path before it: `__rt::when_remote`.
                while out.last().is_some_and(is_of_path) {
                    out.pop();
                }
                (is_inside, keeps) = (true, has_remote || mark == "simulated");
            }
            TokenTree::Group(group) => {
                let inner = for_build(group.stream(), has_remote);
                if std::mem::take(&mut is_inside) {
                    out.extend(inner.into_iter().filter(|_| keeps));
                } else {
                    out.push(Group::new(group.delimiter(), inner).into());
                }
            }
            other => out.push(other),
        }
    }
    out.into_iter().collect()
}

fn expand_item(mut item: Item) -> TokenStream {
    let attrs = match &mut item {
        Item::Enum(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Macro(item) if item.mac.path.is_ident("receive") => {
            let made = pipeline::receive(item.mac.tokens.clone());
            return quote!(async fn body(cx: &mut Process<XferMsg>) { #made });
        }
        Item::Struct(item) => &mut item.attrs,
        Item::Trait(item) => &mut item.attrs,
        _ => return item.into_token_stream(),
    };
    let ours = attrs.iter().position(|attr| macro_of(attr).is_some());
    let Some(attr) = ours.map(|index| attrs.remove(index)) else {
        return item.into_token_stream();
    };
    let args = match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    let item = item.into_token_stream();
    match macro_of(&attr).expect("it was found by this").as_str() {
        "actor" => pipeline::actor(args, item),
        "derive" => {
            let made = pipeline::message(item.clone());
            quote!(#item #made)
        }
        "handlers" => pipeline::handlers(args, item),
        "main" => pipeline::main(args, item),
        "process" => pipeline::process(args, item),
        "protocol" => pipeline::protocol(args, item),
        "supervisor" => pipeline::supervisor(args, item),
        _ => pipeline::test(args, item),
    }
}

/// The last word of an attribute that is one of our macros.
fn macro_of(attr: &Attribute) -> Option<String> {
    let word = attr.path().segments.last()?.ident.to_string();
    ["actor", "derive", "handlers", "main", "process", "protocol", "supervisor", "test"]
        .contains(&word.as_str())
        .then_some(word)
}

/// What a newcomer reads to know what was made of an actor with one tell and one ask: at most 65 lines
/// beside their own, docs not counted. `layer!` stands for what is the same of every reference.
#[test]
fn what_is_added_to_an_actor_stays_within_its_budget() {
    let input = include_str!("counter.rs");
    let whole = lines_of_code(&expanded(input));
    let written: Vec<&str> = input.lines().filter(|line| !line.trim().starts_with("#[")).collect();
    let users = lines_of_code(&printed(&written.join("\n").parse().expect("the case is Rust")));
    let added = whole - users;
    assert!(added <= 65, "{added} lines are added, {whole} with the user's own");
}

/// What an impl of a protocol adds.
#[test]
fn what_is_added_to_an_impl_of_a_protocol_stays_within_its_budget() {
    let written = "impl Account for Savings { fn deposit(&mut self, amount: u64) {} }";
    let lines = |text: &str| lines_of_code(&expanded(text));
    let added = lines(&format!("#[handlers] {written}")) - lines(written);
    assert!(added <= 6, "{added} lines are added");
}

/// What is added to a supervisor without children, and for each child that takes one from above.
#[test]
fn what_is_added_to_a_supervisor_stays_within_its_budget() {
    let added = |children: usize| {
        let child = |n| format!("#[child(start = House::new(house_0))] house_{n}: House,");
        let children: String = (1..=children).map(child).collect();
        let bank = format!("#[supervisor] struct Bank {{ #[child] house_0: House, {children} }}");
        // The struct itself, without a field, is one line.
        lines_of_code(&expanded(&bank)) - 1
    };
    let (one, ten) = (added(0), added(9));
    assert!(one <= 56, "{one} lines are added for a supervisor with one child");
    assert!(ten <= one + 9 * 11, "{ten} lines are added with ten children, {one} with one");
}

fn lines_of_code(text: &str) -> usize {
    text.lines().filter(|line| !line.trim().starts_with("///")).count()
}

/// Go-to-definition and debuggers see the user's own tokens: only our attributes are gone.
#[test]
fn the_users_impl_stays_whole() {
    let item = quote! {
        #[allow(clippy::all)]
        impl<T: Copy> Store<T> where T: Send {
            #![allow(unused)]
            const N: usize = 1;
            type Item = u8;
            #[tell]
            #[inline]
            pub fn put(&mut self, #[allow(unused)] value: T) { half + ; typed }
            fn total(&self) -> usize { Self::N }
        }
    };
    let written = item.to_string().replace("# [tell]", "");
    let syntax: crate::parse::HandlersSyntax = syn::parse2(item).expect("an impl");
    assert_eq!(squeezed(&syntax.item), squeezed(&written));
}

/// Tokens as text without blanks, which come and go as tokens are printed.
fn squeezed(tokens: &impl ToString) -> String {
    tokens.to_string().split_whitespace().collect()
}

#[test]
fn an_expansion_on_standard_error_is_still_rust() {
    let made = pipeline::handlers(
        TokenStream::new(),
        quote!(impl Counter { #[ask] fn get(&self, a: Vec<u8>) -> Result<i64, E> { Ok(a.len() == 1) } }),
    );
    let shown = show::laid_out(&made);
    let reread: TokenStream = shown.parse().expect("tokens");
    assert_eq!(squeezed(&reread), squeezed(&made));
    assert!(shown.lines().all(|line| line.len() < 140), "{shown}");
}

/// A handler with the name of a method of `ActorRef` could never be called.
#[test]
fn every_method_of_a_reference_is_reserved() {
    for name in methods("actor_ref.rs", |ty| ty.starts_with("ActorRef<")) {
        assert!(names::instead_of_reserved(&name).is_some(), "`{name}` is not reserved");
    }
}

/// A child with the name of a method of its supervisor would hide it.
#[test]
fn every_method_of_a_supervisor_is_reserved() {
    for name in methods("supervisor/mod.rs", |ty| ty == "SupervisorApi") {
        assert!(names::is_of_supervisors(&name), "`{name}` is not reserved");
    }
}

/// The names of the public methods of a type, as a file of the runtime has them.
fn methods(file: &str, is_it: impl Fn(&str) -> bool) -> Vec<String> {
    let path = format!("{}/../actor-runtime/src/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the runtime stands beside this crate");
    let file: File = syn::parse_str(&text).expect("it is Rust");
    let inherent = file.items.iter().filter_map(|item| match item {
        Item::Impl(item) if item.trait_.is_none() => Some(item),
        _ => None,
    });
    let of_it = inherent.filter(|item| is_it(&squeezed(&item.self_ty.to_token_stream())));
    let methods = of_it.flat_map(|item| &item.items).filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    });
    let callable = methods.filter(|method| {
        matches!(method.vis, Visibility::Public(_)) && method.sig.receiver().is_some()
    });
    let names: Vec<String> = callable.map(|method| method.sig.ident.to_string()).collect();
    assert!(!names.is_empty(), "no methods were found");
    names
}
