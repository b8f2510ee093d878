//! The errors of one expansion, collected so that every independent mistake is told at once.
//!
//! A stage adds to a [`Diag`] and carries on with the best guess it has; the pipeline asks once, by
//! [`Diag::finish`], whether anything was wrong. A `Diag` that nobody asked is a stage whose errors are
//! lost, so tests panic on it.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The errors found so far.
#[derive(Default)]
pub(crate) struct Diag {
    problems: Vec<Problem>,
    finished: bool,
}

/// One error: what is wrong, and below it what to type.
pub(crate) struct Problem {
    at: TokenStream,
    text: String,
}

impl Diag {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds an error at the smallest token that the user must edit.
    pub(crate) fn error(&mut self, at: impl ToTokens, what: impl Display) -> &mut Problem {
        self.problems.push(Problem { at: at.into_token_stream(), text: what.to_string() });
        self.problems.last_mut().expect("one was pushed on the line above")
    }

    /// Adds what a parser of syn found.
    pub(crate) fn syntax(&mut self, error: &syn::Error) {
        let at = quote::quote_spanned!(error.span()=> _);
        self.error(at, error);
    }

    /// Ends the collection: all errors as tokens, if there are any.
    pub(crate) fn finish(mut self) -> Result<(), TokenStream> {
        self.finished = true;
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(self.problems.iter().map(Problem::to_compile_error).collect())
    }
}

impl Problem {
    /// Says what to type instead.
    pub(crate) fn help(&mut self, help: impl Display) -> &mut Self {
        self.text = format!("{}\nhelp: {help}", self.text);
        self
    }

    fn to_compile_error(&self) -> TokenStream {
        syn::Error::new_spanned(&self.at, &self.text).to_compile_error()
    }
}

#[cfg(test)]
impl Drop for Diag {
    fn drop(&mut self) {
        assert!(
            self.finished || std::thread::panicking(),
            "a stage collected errors that nobody asked for"
        );
    }
}
