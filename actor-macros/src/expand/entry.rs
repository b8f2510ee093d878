//! The plain function round an async `main` or test.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::quote;

use super::actor::duration;
use crate::model::{Entry, EntryKind, Faults, Simulated};

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
    let test = quote!(#[::core::prelude::v1::test]);
    let (test, run) = match kind {
        EntryKind::Main => (None, quote!(#private::main(#builder, #name))),
        EntryKind::Test { timeout, simulated: None, .. } => {
            // Tests run beside one another, so none may claim a core.
            let builder = quote!(#builder.pin(false));
            let timeout = duration(timeout.unwrap_or(TEST_TIMEOUT));
            (Some(test), quote!(#private::test(#builder, #timeout, #name)))
        }
        EntryKind::Test { timeout, simulated: Some(simulated), .. } => {
            (Some(test), simulate(model, simulated, *timeout))
        }
    };
    // The harness takes `#[should_panic]` only on tests that return nothing.
    let (output, run) = match kind {
        EntryKind::Test { should_panic: true, .. } => (None, quote!(let _ = #run;)),
        _ => (Some(quote!(-> ::std::process::ExitCode)), run),
    };
    let made = quote! {
        #(#outer)*
        #test
        #vis fn #name() #output {
            #[allow(clippy::unused_async, reason = "the macro asks for an async fn")]
            #(#inner)*
            #sig #body
            #run
        }
    };
    match kind {
        // Where there is no simulator, that is all that is said.
        EntryKind::Test { simulated: Some(_), .. } => quote!(#private::simulated! { #made }),
        _ => made,
    }
}

/// How long a test may take that says nothing of it.
const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// ```text
/// ::callboard::__private::simulation::simulate(
///     ::callboard::__private::simulation::Sim::builder().seed(7).nodes(3),
///     1,
///     transfers_add_up,
/// )
/// ```
fn simulate(model: &Entry, simulated: &Simulated, timeout: Option<Duration>) -> TokenStream {
    let Entry { sig, shards, root, .. } = model;
    let Simulated { seed, nodes, explore, faults } = simulated;
    let (name, private) = (&sig.ident, root.private());
    let (seed, nodes, shards) = (seed.iter(), nodes.iter(), shards.iter());
    let timeout = timeout.map(duration).into_iter();
    let faults = faults.iter().map(|faults| {
        let Faults { drop, delay, words } = faults;
        let drop = drop.iter();
        let delay = delay.iter().map(|(least, most)| {
            let (least, most) = (duration(*least), duration(*most));
            quote!(#least..#most)
        });
        // All comes first: what is said beside it has the last word.
        let (all, words): (Vec<_>, Vec<_>) = words.iter().partition(|word| **word == "all");
        let begin = if all.is_empty() { quote!(none) } else { quote!(all) };
        quote! {
            #private::simulation::Faults::#begin()#(.drop(#drop))*#(.delay(#delay))*#(.#words())*
        }
    });
    let seeds = explore.as_ref().map_or_else(|| quote!(1), |seeds| quote!(#seeds));
    quote! {
        #private::simulation::simulate(
            #private::simulation::Sim::builder()
                #(.seed(#seed))*#(.nodes(#nodes))*#(.shards(#shards))*#(.time_most(#timeout))*#(.faults(#faults))*,
            #seeds,
            #name,
        )
    }
}
