//! What `#[actor]` says of a struct.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Generics, LitInt, Path, Visibility};

use super::options::{self, Mailbox};
use super::wire::Remote;
use super::{generics, notes, types};
use crate::diag::Diag;
use crate::names::{self, Root};
use crate::parse::{ActorSyntax, Args};

/// A struct that is an actor.
pub(crate) struct Actor {
    pub(crate) name: Ident,
    /// The type, with its own parameters as arguments.
    pub(crate) ty: TokenStream,
    pub(crate) generics: Generics,
    pub(crate) vis: Visibility,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) options: Options,
    /// The word by which its handlers run on a thread of its own.
    pub(crate) blocking: Option<Ident>,
    pub(crate) states: Option<States>,
    /// What other nodes know it by, if they may send to it.
    pub(crate) remote: Option<Remote>,
    pub(crate) root: Root,
}

/// What stands in the parentheses, where it differs from the defaults.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) mailbox: Mailbox,
    pub(crate) slice: Option<LitInt>,
    pub(crate) ask_timeout: Option<Duration>,
    pub(crate) start_timeout: Option<Duration>,
    /// The protocols it speaks.
    pub(crate) speaks: Vec<Path>,
    /// What runs round its handlers.
    pub(crate) wraps: Vec<Path>,
}

/// The enum of the states that it is in by turns, the first of which it begins in.
pub(crate) struct States {
    /// `LinkState`
    pub(crate) name: Ident,
    pub(crate) vis: Visibility,
    pub(crate) states: Vec<Ident>,
}

impl Actor {
    const OPTIONS: [&str; 12] = [
        "ask_timeout",
        "blocking",
        "crate",
        "mailbox",
        "remote",
        "schema_lock",
        "slice",
        "speaks",
        "start_timeout",
        "states",
        "version",
        "wrap",
    ];

    /// The most that the runtime's `Options::slice` takes.
    const SLICE_MOST: u32 = (1 << 20) - 1;

    pub(crate) fn read(args: &Args, syntax: &ActorSyntax, diag: &mut Diag) -> Self {
        if let Some(keyword) = &syntax.not_a_struct {
            diag.error(keyword, "an actor is a struct")
                .help(format_args!("put the {keyword} in a field of one"));
        }
        for param in syntax.generics.lifetimes() {
            diag.error(&param.lifetime, "an actor cannot borrow: it lives as long as it likes")
                .help("own the data, or hold an `ActorRef` to who does");
        }

        let (mut options, mut root) = (Options::default(), Root::default());
        let (mut blocking, mut states) = (None, None);
        let is_generic = syntax.generics.type_params().next().is_some()
            || syntax.generics.const_params().next().is_some();
        let remote = Remote::read(args, is_generic, diag);
        for arg in options::known(args, &Self::OPTIONS, diag) {
            match arg.name.to_string().as_str() {
                "ask_timeout" => options.ask_timeout = options::duration(arg, diag),
                "blocking" => blocking = Some(options::flag(arg, diag)),
                "crate" => root = options::root(arg, diag).unwrap_or_default(),
                "mailbox" => options.mailbox = options::mailbox(arg, diag),
                "remote" | "schema_lock" | "version" => {}
                "slice" => options.slice = options::count(arg, Self::SLICE_MOST, diag),
                "speaks" => {
                    options.speaks = options::paths(arg, "protocols", "Account, bank::Audit", diag);
                }
                "start_timeout" => options.start_timeout = options::duration(arg, diag),
                "states" => states = options::states(arg, diag),
                _ => options.wraps = options::paths(arg, "wrappers", "Timing, Audit", diag),
            }
        }

        let name = syntax.name.clone();
        let ty = types::applied(&name, &syntax.generics);
        let generics = generics::plain(&syntax.generics, &ty);
        let states = states.map(|states| States {
            name: names::states_of(&name),
            vis: syntax.vis.clone(),
            states,
        });
        Self {
            name,
            ty,
            generics,
            vis: syntax.vis.clone(),
            cfgs: notes::cfgs(&syntax.attrs),
            options,
            blocking,
            states,
            remote,
            root,
        }
    }
}
