//! The plain function round an async `main` or test.

use proc_macro2::TokenStream;
use quote::quote;

use super::actor::duration;
use crate::model::{Entry, EntryKind};

/// ```text
/// fn main() -> ::std::process::ExitCode {
///     async fn main() -> Result<(), Error> { .. }
///     ::callboard::__private::main(::callboard::__private::System::builder().shards(4), main)
/// }
/// ```
pub(crate) fn entry(model: &Entry) -> TokenStream {
    let Entry { kind, outer, inner, vis, sig, body, shards, root } = model;
    let name = &sig.ident;
    let private = root.private();
    let shards = shards.iter();
    let builder = quote!(#private::System::builder()#(.shards(#shards))*);
    let (test, run) = match kind {
        EntryKind::Main => (None, quote!(#private::main(#builder, #name))),
        EntryKind::Test { timeout, .. } => {
            // Tests run beside one another, so none may claim a core.
            let builder = quote!(#builder.pin(false));
            let timeout = duration(*timeout);
            let run = quote!(#private::test(#builder, #timeout, #name));
            (Some(quote!(#[::core::prelude::v1::test])), run)
        }
    };
    // The harness takes `#[should_panic]` only on tests that return nothing.
    let (output, run) = match kind {
        EntryKind::Test { should_panic: true, .. } => (None, quote!(let _ = #run;)),
        _ => (Some(quote!(-> ::std::process::ExitCode)), run),
    };
    quote! {
        #(#outer)*
        #test
        #vis fn #name() #output {
            #[allow(clippy::unused_async, reason = "the macro asks for an async fn")]
            #(#inner)*
            #sig #body
            #run
        }
    }
}
