//! Input that nobody would write, made from what people do write: whatever stands there, a macro answers with Rust, be
//! it errors and stubs, and never panics.
//!
//! A case of this folder is taken and its tokens are deleted, doubled, swapped and replaced by those of others.
//! `CALLBOARD_TOKENS=17` runs that seed alone and prints what it made, `CALLBOARD_TOKENS=0..1000000` all of these.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{File, Item};

use super::{CASES, expand_item, macro_of};
use crate::pipeline;

/// Seeds of a normal run.
const FEW: Range<u64> = 0..1_000;

#[test]
fn whatever_stands_in_an_item_a_macro_answers_with_rust() {
    let stock = Stock::new();
    for_seeds(|seed, dice| {
        let (input, item) = stock.item(dice);
        let made = expansion(seed, &input, || expand_item(item));
        if let Err(error) = syn::parse2::<File>(made.clone()) {
            panic!("CALLBOARD_TOKENS={seed} makes no Rust: {error}\nof: {input}\nnamely: {made}");
        }
        made
    });
}

/// What stands in an arm's body is the user's, so the whole need not be Rust.
#[test]
fn whatever_stands_in_receive_it_does_not_panic() {
    let stock = Stock::new();
    for_seeds(|seed, dice| {
        let input = stock.arms(dice);
        expansion(seed, &input, || pipeline::receive(input.clone()))
    });
}

/// Runs a case for the seeds of `CALLBOARD_TOKENS`; what a single one makes is printed.
#[expect(clippy::print_stderr, reason = "who asks for one seed wants to see what it makes")]
fn for_seeds(case: impl Fn(u64, &mut Dice) -> TokenStream) {
    let said = std::env::var("CALLBOARD_TOKENS").ok();
    let number = |text: &str| text.parse().expect("CALLBOARD_TOKENS is SEED or FROM..TO");
    let seeds = match said.as_deref().map(|text| (text, text.split_once(".."))) {
        None => FEW,
        Some((_, Some((from, to)))) => number(from)..number(to),
        Some((seed, None)) => number(seed)..number(seed) + 1,
    };
    let is_shown = said.is_some_and(|text| !text.contains(".."));
    for seed in seeds {
        let made = case(seed, &mut Dice(seed));
        if is_shown {
            eprintln!("seed {seed} makes {made}");
        }
    }
}

/// What is made of an input, which is neither a panic nor a defect that a macro saw in itself.
fn expansion(seed: u64, input: &TokenStream, expand: impl FnOnce() -> TokenStream) -> TokenStream {
    let made = catch_unwind(AssertUnwindSafe(expand));
    let made = made.unwrap_or_else(|_| panic!("CALLBOARD_TOKENS={seed} panics\nof: {input}"));
    assert!(
        !made.to_string().contains("internal error"),
        "CALLBOARD_TOKENS={seed} is an internal error\nof: {input}"
    );
    made
}

/// What is altered, and what it is altered with.
struct Stock {
    /// Items with an attribute of ours.
    items: Vec<TokenStream>,
    /// What stands in a `receive!`.
    arms: Vec<TokenStream>,
    /// Single tokens and groups.
    parts: Vec<TokenTree>,
}

impl Stock {
    fn new() -> Self {
        let (mut items, mut arms) = (Vec::new(), Vec::new());
        for case in CASES {
            let file: File = syn::parse_str(case).expect("the case is Rust");
            for item in file.items {
                match &item {
                    Item::Macro(item) if item.mac.path.is_ident("receive") => {
                        arms.push(item.mac.tokens.clone());
                    }
                    item if is_ours(item) => items.push(item.to_token_stream()),
                    _ => {}
                }
            }
        }
        let mut parts = Vec::new();
        for tokens in items.iter().chain(&arms) {
            collect(tokens, &mut parts);
        }
        Self { items, arms, parts }
    }

    /// An item, a few of its tokens not as they were, that is Rust still: the compiler parses it before any macro.
    fn item(&self, dice: &mut Dice) -> (TokenStream, Item) {
        loop {
            let item = self.items[dice.below(self.items.len())].clone();
            let input = self.mutated(item, dice);
            if let Ok(item) = syn::parse2(input.clone()) {
                return (input, item);
            }
        }
    }

    /// The inside of a `receive!`, a few of its tokens not as they were.
    fn arms(&self, dice: &mut Dice) -> TokenStream {
        let arms = self.arms[dice.below(self.arms.len())].clone();
        self.mutated(arms, dice)
    }

    fn mutated(&self, mut tokens: TokenStream, dice: &mut Dice) -> TokenStream {
        for _ in 0..=dice.below(3) {
            tokens = self.mutated_once(tokens, dice);
        }
        tokens
    }

    /// One change, at any depth.
    fn mutated_once(&self, tokens: TokenStream, dice: &mut Dice) -> TokenStream {
        let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
        if trees.is_empty() {
            return self.part(dice).into();
        }
        let index = dice.below(trees.len());
        if let TokenTree::Group(group) = &trees[index]
            && dice.below(8) > 0
        {
            let inner = self.mutated_once(group.stream(), dice);
            let mut changed = Group::new(group.delimiter(), inner);
            changed.set_span(group.span());
            trees[index] = changed.into();
            return trees.into_iter().collect();
        }
        match dice.below(5) {
            0 => drop(trees.remove(index)),
            1 => trees.insert(index, trees[index].clone()),
            2 => trees.insert(index, self.part(dice)),
            3 => {
                let other = dice.below(trees.len());
                trees.swap(index, other);
            }
            _ => trees[index] = self.part(dice),
        }
        trees.into_iter().collect()
    }

    fn part(&self, dice: &mut Dice) -> TokenTree {
        self.parts[dice.below(self.parts.len())].clone()
    }
}

fn is_ours(item: &Item) -> bool {
    let attrs = match item {
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        _ => return false,
    };
    attrs.iter().any(|attr| macro_of(attr).is_some())
}

fn collect(tokens: &TokenStream, parts: &mut Vec<TokenTree>) {
    for tree in tokens.clone() {
        if let TokenTree::Group(group) = &tree {
            collect(&group.stream(), parts);
        }
        parts.push(tree);
    }
}

/// Numbers from a seed: SplitMix64, by Steele, Lea and Flood, 2014.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        ((u128::from(bits) * end as u128) >> 64) as usize
    }
}
