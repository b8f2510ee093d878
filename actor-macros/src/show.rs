//! `CALLBOARD_EXPAND=Counter` shows what the macros made of `Counter`, on standard error.
//!
//! The layout is our own: a line for each statement, item and arm, and each entry of a long list, indented. It is no formatter
//! and knows no syntax, but it needs nothing that users would have to compile, and rustfmt can read it.

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};

/// Passes an expansion on, and shows it if the variable names its item.
pub(crate) fn expansion(name: &Ident, macro_name: &str, tokens: TokenStream) -> TokenStream {
    if std::env::var_os("CALLBOARD_EXPAND").is_some_and(|wanted| *name == *wanted.to_string_lossy())
    {
        #[expect(clippy::print_stderr, reason = "the user asked to see it")]
        {
            eprintln!("// {macro_name}, {name}\n{}", laid_out(&tokens));
        }
    }
    tokens
}

/// Tokens as readable text.
pub(crate) fn laid_out(tokens: &TokenStream) -> String {
    let mut page = Page::default();
    page.stream(tokens, true);
    page.text
}

/// Whether what stands in braces fits beside them: the fields of a pattern, a body of one call.
fn is_short(inner: &TokenStream) -> bool {
    let mut trees = inner.clone().into_iter();
    let plain = trees.all(|tree| match tree {
        TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() != ';',
        TokenTree::Ident(_) | TokenTree::Literal(_) => true,
    });
    plain && inner.to_string().len() < 40
}

#[derive(Default)]
struct Page {
    text: String,
    depth: usize,
    /// The last token was the first half of an operator.
    joint: bool,
}

impl Page {
    /// Writes tokens; in a `block` each statement, field or arm ends its line.
    fn stream(&mut self, tokens: &TokenStream, block: bool) {
        let mut trees = tokens.clone().into_iter().peekable();
        while let Some(tree) = trees.next() {
            match tree {
                TokenTree::Group(group) => {
                    let braced = group.delimiter() == Delimiter::Brace;
                    self.group(group.delimiter(), &group.stream());
                    let goes_on = matches!(
                        trees.peek(),
                        Some(TokenTree::Punct(p)) if ";,.?=".contains(p.as_char())
                    );
                    if block && !goes_on && (braced || self.is_attribute()) {
                        self.line();
                    }
                }
                TokenTree::Ident(ident) => self.word(&ident.to_string()),
                TokenTree::Literal(literal) => self.word(&literal.to_string()),
                TokenTree::Punct(punct) => {
                    self.punct(punct.as_char(), punct.spacing());
                    if block && matches!(punct.as_char(), ';' | ',') {
                        self.line();
                    }
                }
            }
        }
    }

    fn group(&mut self, delimiter: Delimiter, inner: &TokenStream) {
        let (open, close) = match delimiter {
            Delimiter::Brace => ('{', '}'),
            Delimiter::Bracket => ('[', ']'),
            Delimiter::None => return self.stream(inner, false),
            Delimiter::Parenthesis => ('(', ')'),
        };
        let braced = delimiter == Delimiter::Brace && !inner.is_empty();
        let listed = delimiter != Delimiter::Brace && !self.text.ends_with('#');
        let block = if listed { inner.to_string().len() > 100 } else { braced && !is_short(inner) };
        if delimiter == Delimiter::Brace {
            self.blank();
        }
        self.text.push(open);
        if block {
            self.depth += 1;
            self.line();
        } else if braced {
            self.text.push(' ');
        }
        self.stream(inner, block);
        self.text.truncate(self.text.trim_end().len());
        if block {
            self.depth -= 1;
            self.line();
        } else if braced {
            self.text.push(' ');
        }
        self.text.push(close);
        self.joint = false;
    }

    fn word(&mut self, word: &str) {
        if self.text.ends_with(|c: char| c.is_alphanumeric() || "_)]}\">".contains(c)) {
            self.blank();
        }
        self.text.push_str(word);
        self.joint = false;
    }

    fn punct(&mut self, c: char, spacing: Spacing) {
        let first = !self.joint;
        let after_word = self.text.ends_with("use") || self.text.ends_with("for");
        if first && (matches!(c, '=' | '+' | '|' | '-') || (c == ':' && after_word)) {
            self.blank();
        }
        self.text.push(c);
        self.joint = spacing == Spacing::Joint;
        let ends_arrow = self.text.ends_with("->") || self.text.ends_with("=>");
        let ends_name = c == ':' && first;
        if !self.joint && (matches!(c, '=' | '+' | '|' | ',') || ends_arrow || ends_name) {
            self.text.push(' ');
        }
    }

    fn blank(&mut self) {
        if !self.text.ends_with([' ', '(', '[', '<', '&', '\n']) && !self.text.is_empty() {
            self.text.push(' ');
        }
    }

    /// Begins a new line, unless this one has nothing on it yet.
    fn line(&mut self) {
        self.text.truncate(self.text.trim_end().len());
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("    ", self.depth));
    }

    /// Whether the line so far is an attribute.
    fn is_attribute(&self) -> bool {
        let line = self.text.rsplit('\n').next().unwrap_or_default();
        line.trim_start().starts_with('#') && line.ends_with(']')
    }
}
