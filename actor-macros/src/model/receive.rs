//! What `receive!` sees of its arms.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, FieldPat, LitInt, LitStr, Pat, PatIdent, PatPath, PatRest, PatWild, Path, Token,
};

use super::{notes, options};
use crate::diag::Diag;
use crate::names::{self, Root};
use crate::parse::{ArmSyntax, ReceiveSyntax, Takes};

/// A receive: a process, and what it takes.
pub(crate) struct Receive {
    /// Whether it waits on a thread.
    pub(crate) blocking: bool,
    pub(crate) cx: TokenStream,
    /// The enum whose variants the patterns name; else it is the one of the `#[process]` around.
    pub(crate) messages: Option<Path>,
    pub(crate) arms: Vec<Arm>,
    pub(crate) root: Root,
}

/// One arm.
pub(crate) struct Arm {
    /// Where it begins.
    pub(crate) head: TokenStream,
    pub(crate) attrs: Vec<Attribute>,
    /// Those of them that say in which builds it is there.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) takes: Taken,
    pub(crate) body: TokenStream,
}

/// What an arm takes.
pub(crate) enum Taken {
    After(Wait),
    Down { pat: TokenStream, monitor: TokenStream },
    Exit { pat: TokenStream },
    Message(Box<Pattern>),
    Reply { pat: TokenStream, pending: TokenStream },
}

/// How long an `after` waits.
pub(crate) enum Wait {
    Literal(Duration),
    Value(TokenStream),
}

/// The pattern of a message, in its two forms.
pub(crate) struct Pattern {
    pub(crate) urgent: bool,
    /// What looks at a message: bindings that the guard uses are references, others are not made.
    pub(crate) look: TokenStream,
    /// What takes it apart: as the user wrote it, but with the enum before its variants.
    pub(crate) take: TokenStream,
    pub(crate) guard: Option<TokenStream>,
    /// The bindings that the guard uses.
    pub(crate) looked_at: Vec<Ident>,
    pub(crate) cases: Vec<Case>,
    /// Whether it names a variant alone.
    pub(crate) names_alone: bool,
}

/// One of the alternatives of a pattern.
pub(crate) struct Case {
    /// The variant that it names; none is any of them.
    pub(crate) variant: Option<Ident>,
    /// Whether it takes every message of that variant.
    pub(crate) takes_all: bool,
}

impl Receive {
    pub(crate) fn read(syntax: ReceiveSyntax, diag: &mut Diag) -> Self {
        let ReceiveSyntax { root, blocking, cx, messages, arms, errors } = syntax;
        for error in &errors {
            diag.syntax(error);
        }
        let arms = arms.into_iter().map(|arm| Arm::read(arm, diag)).collect();
        let root = root.map_or_else(Root::default, |root| Root(root.into_token_stream()));
        Self { blocking, cx, messages, arms, root }
    }
}

impl Arm {
    fn read(syntax: ArmSyntax, diag: &mut Diag) -> Self {
        let ArmSyntax { attrs, head, takes, body } = syntax;
        let takes = match takes {
            Takes::After { duration } => Taken::After(wait(duration, diag)),
            Takes::Down { pat, monitor } => Taken::Down { pat: pat.into_token_stream(), monitor },
            Takes::Exit { pat } => Taken::Exit { pat: pat.into_token_stream() },
            Takes::Message { urgent, pat, guard } => {
                Taken::Message(Box::new(Pattern::read(urgent, pat, guard, diag)))
            }
            Takes::Reply { pat, pending } => Taken::Reply { pat: pat.into_token_stream(), pending },
        };
        Self { head, cfgs: notes::cfgs(&attrs), attrs, takes, body }
    }

    /// The pattern, if it takes messages.
    pub(crate) fn pattern(&self) -> Option<&Pattern> {
        match &self.takes {
            Taken::Message(pattern) => Some(pattern),
            _ => None,
        }
    }
}

/// `after "30s"`, `after 0`, `after timeout`
fn wait(written: TokenStream, diag: &mut Diag) -> Wait {
    let is_text = syn::parse2::<LitStr>(written.clone()).is_ok();
    let number = syn::parse2::<LitInt>(written.clone()).ok();
    match number.map(|number| number.base10_digits() == "0") {
        Some(true) => Wait::Literal(Duration::ZERO),
        None if !is_text => Wait::Value(written),
        _ => Wait::Literal(options::duration_of(written, diag).unwrap_or_default()),
    }
}

impl Pattern {
    fn read(urgent: bool, mut pat: Pat, guard: Option<TokenStream>, diag: &mut Diag) -> Self {
        let guard = guard.filter(|guard| !waits(guard, diag));
        let cases = cases(&pat);
        let names_alone = name_variants(&mut pat);
        let mut looks = Looks { guard: guard.as_ref(), used: Vec::new() };
        let mut look = pat.clone();
        looks.message(&mut look);
        Self {
            urgent,
            look: look.into_token_stream(),
            take: pat.into_token_stream(),
            looked_at: looks.used,
            guard,
            cases,
            names_alone,
        }
    }

    /// Whether it takes any message, whatever it is.
    pub(crate) fn binds_whole(&self) -> bool {
        self.cases.iter().any(|case| case.variant.is_none() && case.takes_all)
    }
}

/// Whether a guard has an `.await`, which is told.
fn waits(guard: &TokenStream, diag: &mut Diag) -> bool {
    let mut after_dot = false;
    for tree in guard.clone() {
        match &tree {
            TokenTree::Ident(word) if after_dot && word == "await" => {
                diag.error(word, "a guard cannot wait").help("match first, await in the body");
                return true;
            }
            TokenTree::Group(group) if waits(&group.stream(), diag) => return true,
            _ => after_dot = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '.'),
        }
    }
    false
}

/// Whether a name alone is that of a variant, as only its case can tell.
fn is_variant(pat: &PatIdent) -> bool {
    let binds = pat.by_ref.is_some() || pat.mutability.is_some() || pat.subpat.is_some();
    !binds && pat.ident.unraw().to_string().starts_with(char::is_uppercase)
}

fn cases(pat: &Pat) -> Vec<Case> {
    let named = |path: &Path, takes_all| {
        let variant = path.segments.last().map(|last| last.ident.clone());
        vec![Case { variant, takes_all }]
    };
    match pat {
        Pat::Ident(pat) => match &pat.subpat {
            Some((_, inner)) => cases(inner),
            None if is_variant(pat) => {
                vec![Case { variant: Some(pat.ident.clone()), takes_all: true }]
            }
            None => vec![Case { variant: None, takes_all: true }],
        },
        Pat::Or(pat) => pat.cases.iter().flat_map(cases).collect(),
        Pat::Paren(pat) => cases(&pat.pat),
        Pat::Path(pat) => named(&pat.path, true),
        Pat::Struct(pat) => named(&pat.path, pat.fields.iter().all(|field| takes_any(&field.pat))),
        Pat::TupleStruct(pat) => named(&pat.path, pat.elems.iter().all(takes_any)),
        Pat::Wild(_) => vec![Case { variant: None, takes_all: true }],
        // Of a macro, say, nobody knows.
        _ => vec![Case { variant: None, takes_all: false }],
    }
}

/// Whether it is plain that a pattern takes every value.
fn takes_any(pat: &Pat) -> bool {
    match pat {
        Pat::Ident(pat) => pat.subpat.is_none() && !is_variant(pat),
        Pat::Paren(pat) => takes_any(&pat.pat),
        Pat::Rest(_) | Pat::Wild(_) => true,
        Pat::Tuple(pat) => pat.elems.iter().all(takes_any),
        _ => false,
    }
}

/// Has each variant that is named alone name its enum, too; whether there is any.
fn name_variants(pat: &mut Pat) -> bool {
    let qualify = |path: &mut Path| {
        let alone = path.leading_colon.is_none() && path.segments.len() == 1;
        if alone {
            let variant = &path.segments[0];
            let messages = names::variants_of_messages(variant.ident.span());
            *path = syn::parse_quote!(#messages::#variant);
        }
        alone
    };
    match pat {
        Pat::Ident(of) if is_variant(of) => {
            let (attrs, mut path) = (std::mem::take(&mut of.attrs), of.ident.clone().into());
            qualify(&mut path);
            *pat = Pat::Path(PatPath { attrs, qself: None, path });
            true
        }
        Pat::Ident(of) => of.subpat.as_mut().is_some_and(|(_, inner)| name_variants(inner)),
        Pat::Or(of) => {
            let named = of.cases.iter_mut().map(name_variants);
            // Each of them, whatever the first is.
            named.filter(|is_alone| *is_alone).count() > 0
        }
        Pat::Paren(of) => name_variants(&mut of.pat),
        Pat::Path(of) if of.qself.is_none() => qualify(&mut of.path),
        Pat::Struct(of) if of.qself.is_none() => qualify(&mut of.path),
        Pat::TupleStruct(of) if of.qself.is_none() => qualify(&mut of.path),
        _ => false,
    }
}

/// Makes of a pattern that takes a message apart one that looks at it where it lies.
struct Looks<'a> {
    guard: Option<&'a TokenStream>,
    /// Which bindings the guard uses.
    used: Vec<Ident>,
}

impl Looks<'_> {
    /// The pattern of a message.
    fn message(&mut self, pat: &mut Pat) {
        match pat {
            Pat::Or(of) => of.cases.iter_mut().for_each(|case| self.message(case)),
            Pat::Paren(of) => self.message(&mut of.pat),
            // Where nothing is looked at, the name of the variant says it all.
            Pat::Struct(of) if of.fields.iter().all(|field| self.skips(&field.pat)) => {
                of.fields = Punctuated::new();
                of.rest.get_or_insert_with(rest);
            }
            Pat::TupleStruct(of) if of.elems.iter().all(|elem| self.skips(elem)) => {
                of.elems = Punctuated::from_iter([Pat::Rest(rest())]);
            }
            Pat::Ident(of) if of.subpat.is_some() => {
                let binds = self.uses(&of.ident);
                if let Some((_, inner)) = &mut of.subpat {
                    self.message(inner);
                }
                self.bind(pat, binds);
            }
            _ => self.part(pat),
        }
    }

    /// The pattern of a part of it.
    fn part(&mut self, pat: &mut Pat) {
        match pat {
            Pat::Ident(of) if is_variant(of) => {}
            Pat::Ident(of) => {
                let binds = self.uses(&of.ident);
                if let Some((_, inner)) = &mut of.subpat {
                    self.part(inner);
                }
                self.bind(pat, binds);
            }
            Pat::Or(of) => of.cases.iter_mut().for_each(|case| self.part(case)),
            Pat::Paren(of) => self.part(&mut of.pat),
            Pat::Reference(of) => self.part(&mut of.pat),
            Pat::Slice(of) => of.elems.iter_mut().for_each(|elem| self.part(elem)),
            Pat::Struct(of) => of.fields.iter_mut().for_each(|field| self.field(field)),
            Pat::Tuple(of) => of.elems.iter_mut().for_each(|elem| self.part(elem)),
            Pat::TupleStruct(of) => of.elems.iter_mut().for_each(|elem| self.part(elem)),
            _ => {}
        }
    }

    fn field(&mut self, field: &mut FieldPat) {
        self.part(&mut field.pat);
        // `Chunk { seq }` becomes `Chunk { seq: _ }`.
        if matches!(*field.pat, Pat::Wild(_)) {
            field.colon_token.get_or_insert_default();
        }
    }

    /// A binding becomes a reference, or what stands behind its `@`, or nothing.
    fn bind(&mut self, pat: &mut Pat, binds: bool) {
        let Pat::Ident(of) = pat else { return };
        if binds {
            of.by_ref.get_or_insert_default();
            of.mutability = None;
            if !self.used.contains(&of.ident) {
                self.used.push(of.ident.clone());
            }
            return;
        }
        *pat = match of.subpat.take() {
            Some((_, inner)) => *inner,
            None => {
                Pat::Wild(PatWild { attrs: Vec::new(), underscore_token: <Token![_]>::default() })
            }
        };
    }

    fn uses(&self, name: &Ident) -> bool {
        self.guard.is_some_and(|guard| names::takes(guard, name))
    }

    /// Whether there is nothing to look at: it takes every value, and the guard uses none.
    fn skips(&self, pat: &Pat) -> bool {
        takes_any(pat)
            && match pat {
                Pat::Ident(of) => !self.uses(&of.ident),
                Pat::Paren(of) => self.skips(&of.pat),
                Pat::Tuple(of) => of.elems.iter().all(|elem| self.skips(elem)),
                _ => true,
            }
    }
}

/// `..`
fn rest() -> PatRest {
    PatRest { attrs: Vec::new(), dot2_token: <Token![..]>::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::text;

    /// An arm's pattern, read.
    fn pattern(written: &str) -> Pattern {
        let syntax: ReceiveSyntax =
            syn::parse_str(&format!("cx, {written} => {{}}")).expect("an arm");
        let mut diag = Diag::new();
        let mut receive = Receive::read(syntax, &mut diag);
        diag.finish().expect("nothing is wrong with it");
        match receive.arms.remove(0).takes {
            Taken::Message(pattern) => *pattern,
            _ => panic!("`{written}` takes no message"),
        }
    }

    /// As tokens are printed, whose blanks come and go.
    fn tokens(written: &str) -> String {
        written.parse::<TokenStream>().expect("tokens").to_string()
    }

    #[test]
    fn what_looks_at_a_message_binds_what_its_guard_uses() {
        for (written, look) in [
            ("Chunk { seq, data }", "__Variant::Chunk { .. }"),
            ("Chunk { seq, data } if *seq == 1", "__Variant::Chunk { ref seq, data: _ }"),
            ("Chunk { seq: mut n, .. } if *n == 1", "__Variant::Chunk { seq: ref n, .. }"),
            ("Chunk { seq: 1..=9, data }", "__Variant::Chunk { seq: 1..=9, data: _ }"),
            ("Abort(why)", "__Variant::Abort(..)"),
            (r#"Abort(why) if log(format!("{why}"))"#, "__Variant::Abort(ref why)"),
            ("Pause", "__Variant::Pause"),
            ("xfer::XferMsg::Pause", "xfer::XferMsg::Pause"),
            ("m", "_"),
            ("m if is(&m)", "ref m"),
            ("m @ Abort(why) if is(&m)", "ref m @ __Variant::Abort(..)"),
            ("Pair(Some(a), [first, rest @ ..])", "__Variant::Pair(Some(_), [_, ..])"),
            ("Abort(_) | Pause", "__Variant::Abort(..) | __Variant::Pause"),
        ] {
            assert_eq!(pattern(written).look.to_string(), tokens(look), "{written}");
        }
    }

    #[test]
    fn what_takes_a_message_apart_is_as_it_was_written() {
        for (written, take) in [
            ("Chunk { seq, mut data }", "__Variant::Chunk { seq, mut data }"),
            ("Abort(None)", "__Variant::Abort(None)"),
            ("m @ (Pause | Abort(_))", "m @ (__Variant::Pause | __Variant::Abort(_))"),
        ] {
            assert_eq!(pattern(written).take.to_string(), tokens(take), "{written}");
        }
    }

    #[test]
    fn only_what_is_plain_takes_all_of_its_variant() {
        let takes_all = |written: &str| pattern(written).cases.iter().all(|case| case.takes_all);
        for written in ["Chunk { seq, .. }", "Abort((a, _))", "Pause", "m", "m @ Abort(_)", "_"] {
            assert!(takes_all(written), "{written}");
        }
        for written in ["Chunk { seq: 1, .. }", "Abort(Some(_))", "Abort(MAX)", "Abort(ref a @ 1)"]
        {
            assert!(!takes_all(written), "{written}");
        }
    }

    #[test]
    fn words_are_names_where_a_pattern_ends_behind_them() {
        let reads = |arm: &str| {
            let syntax: ReceiveSyntax = syn::parse_str(&format!("cx, {arm}")).expect("an arm");
            assert!(syntax.errors.is_empty(), "{arm}");
            match syntax.arms[0].takes {
                Takes::After { .. } => "after",
                Takes::Down { .. } => "down",
                Takes::Exit { .. } => "exit",
                Takes::Message { urgent: false, .. } => "message",
                Takes::Message { urgent: true, .. } => "urgent",
                Takes::Reply { .. } => "reply",
            }
        };
        for (arm, kind) in [
            ("after 0 => {}", "after"),
            ("after (1, 2) => {}", "after"),
            ("down Down { .. } = mon => {}", "down"),
            ("exit e => {}", "exit"),
            ("reply (r) = self.pending => {}", "reply"),
            ("urgent Pause => {}", "urgent"),
            ("urgent m if m.is() => {}", "urgent"),
            ("urgent => {}", "message"),
            ("reply if reply.is() => {}", "message"),
            ("exit @ Pause => {}", "message"),
            ("after | m => {}", "message"),
        ] {
            assert_eq!(reads(arm), kind, "{arm}");
        }
    }

    #[test]
    fn bodies_end_as_those_of_a_match() {
        let syntax: ReceiveSyntax = syn::parse_str(
            "cx, A => { one() } B => if a { b } else { c } C => f::<A, B>(x), D => |a, b| a, E => match a {} F => {}.g(), G => 1",
        )
        .expect("arms");
        let bodies: Vec<String> = syntax.arms.iter().map(|arm| text(&arm.body)).collect();
        assert_eq!(bodies.len(), 7, "{bodies:?}");
        assert!(syntax.errors.is_empty());
    }
}
