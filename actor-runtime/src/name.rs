//! What a name is: a text of bounded length, most often a path such as `/svc/bank/teller/7`, and with
//! [`Name`] the type of what it names.
//!
//! Arithmetic on text alone: who holds which name is in `registry.rs`, who is in which group in `group.rs`.

use std::any::{TypeId, type_name};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Bound;

use crate::config;
use crate::message::Protocol;

/// The name of an actor, or of a group of actors, with their type: a constant that those who register and those
/// who look up share, so that neither can mistake the other.
///
/// A name has 1 to 255 bytes, no control characters, and no empty part between its slashes; it may begin with
/// one. `/svc/bank` is the *path* above `/svc/bank/teller`. A constant that is no such name does not compile.
///
/// ```
/// # use actor_runtime::{Actor, Context, Name, RegisterError};
/// # struct Names<Bank>(Bank);
/// # impl<Bank: Actor> Names<Bank> {
/// const BANK: Name<Bank> = Name::new("/svc/bank");
/// # fn register(cx: &mut Context<Bank>) -> Result<(), RegisterError> {
/// cx.register(Self::BANK)
/// # }
/// # }
/// ```
pub struct Name<P: Protocol + ?Sized> {
    text: &'static str,
    of: PhantomData<fn(Box<P>)>,
}

impl<P: Protocol + ?Sized> Name<P> {
    /// This name.
    ///
    /// # Panics
    ///
    /// If it is no name; in a constant that is an error of the compiler.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        assert!(
            is_name(text),
            "a name has 1 to 255 bytes, no control characters, and no empty part between its slashes"
        );
        Self { text, of: PhantomData }
    }

    /// The name without its type.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.text
    }
}

impl<P: Protocol + ?Sized> Copy for Name<P> {}
impl<P: Protocol + ?Sized> Clone for Name<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Protocol + ?Sized> PartialEq for Name<P> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<P: Protocol + ?Sized> Eq for Name<P> {}

impl<P: Protocol + ?Sized> Hash for Name<P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<P: Protocol + ?Sized> fmt::Display for Name<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl<P: Protocol + ?Sized> fmt::Debug for Name<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({})", self.text)
    }
}

/// What may name an actor of type `P`, or a group of such actors: a [`Name<P>`], or any text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a `{P}`",
    label = "not a `Name<{P}>`, nor text"
)]
pub trait NameOf<P: ?Sized> {
    /// The name.
    fn text(&self) -> &str;
}

impl<P: Protocol + ?Sized> NameOf<P> for Name<P> {
    fn text(&self) -> &str {
        self.text
    }
}

impl<P: ?Sized, T: AsRef<str>> NameOf<P> for T {
    fn text(&self) -> &str {
        self.as_ref()
    }
}

/// The type of what a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    id: TypeId,
    /// For people.
    pub(crate) name: &'static str,
}

impl Kind {
    pub(crate) fn of<P: ?Sized + 'static>() -> Self {
        Self { id: TypeId::of::<P>(), name: type_name::<P>() }
    }
}

/// Whether a text may be a name.
pub(crate) const fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.is_empty() || bytes.len() > config::NAME_BYTES {
        return false;
    }
    let mut at = 0;
    while at < bytes.len() {
        let ends_part = at + 1 == bytes.len() || bytes[at + 1] == b'/';
        if bytes[at].is_ascii_control() || (bytes[at] == b'/' && ends_part) {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether a name lies at a path or below it. Every name lies below the empty path.
pub(crate) fn is_at_or_below(name: &str, path: &str) -> bool {
    let Path(path) = Path::new(path);
    let is_root = matches!(path, "" | "/");
    name.strip_prefix(path).is_some_and(|rest| is_root || rest.is_empty() || rest.starts_with('/'))
}

/// Where names are looked for: what lies below a path.
///
/// Names are sorted as text, so all that lies below a path stands together: from `path/` up to `path0`, since `0`
/// follows `/`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path<'p>(&'p str);

impl<'p> Path<'p> {
    /// A slash at the end means nothing; of `/` nothing is left but that all names below it begin with it.
    pub(crate) fn new(path: &'p str) -> Self {
        Self(path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(path))
    }

    /// The name at the path itself.
    pub(crate) const fn own(self) -> &'p str {
        self.0
    }

    /// From where to where the names below it stand.
    pub(crate) fn below(self) -> (String, Bound<String>) {
        match self.0 {
            "" => (String::new(), Bound::Unbounded),
            "/" => ("/".to_owned(), Bound::Excluded("0".to_owned())),
            path => (format!("{path}/"), Bound::Excluded(format!("{path}0"))),
        }
    }

    /// Of a name below it, the part up to the next slash: the child of the path that it lies at or below.
    pub(crate) fn child_of(self, name: &str) -> &str {
        // Behind the slash that follows the path, or that begins the name.
        let from = if self.0 == "/" { 1 } else { self.0.len() + 1 };
        let length = name.bytes().skip(from).position(|byte| byte == b'/');
        &name[..length.map_or(name.len(), |length| from + length)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n7_a_name_is_short_and_has_no_empty_part() {
        let long = "n".repeat(config::NAME_BYTES);
        for name in ["a", "/a", "bank", "/svc/bank", "/svc/bank/teller/7", "é/ü", "a b", &long] {
            assert!(is_name(name), "{name}");
        }
        let longer = "n".repeat(config::NAME_BYTES + 1);
        for text in ["", "/", "a/", "/a/", "//a", "a//b", "a\nb", "a\0", "\u{7f}", &longer] {
            assert!(!is_name(text), "{text:?}");
        }
    }

    #[test]
    fn a_path_has_below_it_what_begins_with_its_parts() {
        for (name, path) in [
            ("/svc/bank", "/svc/bank"),
            ("/svc/bank", "/svc"),
            ("/svc/bank", "/svc/"),
            ("/svc/bank", "/"),
            ("/svc/bank", ""),
            ("bank", ""),
            ("bank/1", "bank"),
        ] {
            assert!(is_at_or_below(name, path), "{name} below {path}");
        }
        for (name, path) in
            [("/svc/banker", "/svc/bank"), ("/svc", "/svc/bank"), ("bank", "/"), ("svc/a", "/svc")]
        {
            assert!(!is_at_or_below(name, path), "{name} below {path}");
        }
    }

    #[test]
    fn a_child_of_a_path_ends_at_the_next_slash() {
        for (path, name, child) in [
            ("", "bank", "bank"),
            ("", "/svc/bank", "/svc"),
            ("", "bank/1", "bank"),
            ("", "é/ü/x", "é"),
            ("/", "/svc/bank", "/svc"),
            ("/svc", "/svc/bank", "/svc/bank"),
            ("/svc/", "/svc/bank/teller/7", "/svc/bank"),
        ] {
            assert_eq!(Path::new(path).child_of(name), child, "of {name} below {path}");
        }
    }
}
