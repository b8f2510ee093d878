//! UNSAFE. What a record's value is: its size, its drop, the type it must land on.
//!
//! Invariants:
//!
//! 1. A [`Letter`] describes one type `M` for ever, and only [`Letters::of`] makes any; a [`Delivery<M>`]
//!    always holds the letters of an `M`. So a value written with a `Delivery<M>` may be read, dropped or
//!    moved by the functions of its letter.
//! 2. A value is boxed exactly when [`is_boxed`] says so for its type, on every path.

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::ptr::NonNull;
use std::time::Duration;

use super::Header;
use super::departure::Departure;
use crate::config;

/// The largest value that lies in a record itself, in bytes.
const INLINE_MOST: usize = 256;

/// Whether values of `M` lie in a box of their own.
pub(crate) const fn is_boxed<M>() -> bool {
    size_of::<M>() > INLINE_MOST || align_of::<M>() > align_of::<Header>()
}

/// The bytes of a whole record that holds an `M`.
pub(crate) const fn record_size<M>() -> usize {
    let value = if is_boxed::<M>() { size_of::<Box<M>>() } else { size_of::<M>() };
    (size_of::<Header>() + value).next_multiple_of(align_of::<Header>())
}

/// What a record is for; it decides what becomes of one that cannot be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The answer to an ask: too late, it is counted as such.
    Answer,
    /// A tell or an ask: undeliverable, it is a dead letter.
    Message,
    /// A word of the runtime to a cell: undeliverable, it is moot.
    Signal,
}

/// What is special about a record beside what it holds.
///
/// Its letter says so: each type has one for every mark. A delivery compares addresses of letters, so a
/// plain message pays nothing for there being marks, and a marked one takes the cold path.
// As wide as a word: bytes beside it in a delivery would be written one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Mark {
    /// Nothing.
    Plain,
    /// It has a place in its receiver's bounded mailbox since it was sent.
    Placed,
    /// Both: it has a place, and a listener sent it.
    PlacedQuiet,
    /// A listener for events sent it: as a dead letter it is only counted.
    Quiet,
}

impl Mark {
    const ALL: [Self; 4] = [Self::Plain, Self::Placed, Self::PlacedQuiet, Self::Quiet];

    /// Whether it has a place.
    pub(crate) const fn is_placed(self) -> bool {
        matches!(self, Self::Placed | Self::PlacedQuiet)
    }

    /// Whether a listener sent it.
    pub(crate) const fn is_quiet(self) -> bool {
        matches!(self, Self::PlacedQuiet | Self::Quiet)
    }
}

/// What a record's value is, without its type: a letter for each mark.
pub(crate) struct Letters([Letter; Mark::ALL.len()]);

impl Letters {
    /// The letters for values of `M` on their way to cells marked `K`.
    pub(crate) const fn of<K: 'static, M: Send + 'static>(
        class: Class,
        ask_timeout: Duration,
    ) -> Self {
        let [plain, placed, placed_quiet, quiet] = Mark::ALL;
        Self([
            Letter::of::<K, M>(class, ask_timeout, plain),
            Letter::of::<K, M>(class, ask_timeout, placed),
            Letter::of::<K, M>(class, ask_timeout, placed_quiet),
            Letter::of::<K, M>(class, ask_timeout, quiet),
        ])
    }

    /// The letter of most records.
    #[inline(always)]
    pub(crate) const fn plain(&self) -> &Letter {
        &self.0[Mark::Plain as usize]
    }
}

/// What a record's value is, without its type.
pub(crate) struct Letter {
    /// Equal exactly when both ends mean the same kind of cell and of value.
    marker: TypeId,
    drop_value: unsafe fn(NonNull<u8>),
    /// Of the whole record, in bytes.
    size: u32,
    /// Of the value, wherever it lies, in bytes.
    value_bytes: usize,
    class: Class,
    mark: Mark,
    /// The deadline of asks among these messages that name none.
    ask_timeout_nanos: u64,
    name: fn() -> &'static str,
}

impl Letter {
    /// The letter for values of `M` on their way to cells marked `K`.
    const fn of<K: 'static, M: Send + 'static>(
        class: Class,
        ask_timeout: Duration,
        mark: Mark,
    ) -> Self {
        Self {
            marker: TypeId::of::<K>(),
            drop_value: drop_value::<M>,
            size: record_size::<M>() as u32,
            value_bytes: size_of::<M>(),
            class,
            mark,
            ask_timeout_nanos: config::nanos(ask_timeout),
            name: type_name::<M>,
        }
    }

    pub(crate) const fn size(&self) -> usize {
        self.size as usize
    }

    pub(crate) const fn value_bytes(&self) -> usize {
        self.value_bytes
    }

    pub(crate) const fn class(&self) -> Class {
        self.class
    }

    pub(crate) const fn mark(&self) -> Mark {
        self.mark
    }

    pub(crate) const fn ask_timeout_nanos(&self) -> u64 {
        self.ask_timeout_nanos
    }

    /// The type of the value, for people.
    pub(crate) fn name(&self) -> &'static str {
        (self.name)()
    }

    /// Whether both letters mean the same but for their marks: the address decides, or, for letters that
    /// the compiler made more than once, the marker.
    pub(crate) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || self.marker == other.marker
    }

    /// Drops the value of a record.
    ///
    /// # Safety
    ///
    /// `value` is the value part of a record written with this letter, and is not used again.
    pub(super) unsafe fn drop_value(&self, value: NonNull<u8>) {
        // SAFETY: invariant 1: the function is the one of the type that was written; `drops` in
        // `queue.rs` would see a value dropped twice or never.
        unsafe { (self.drop_value)(value) }
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({}, {} bytes)", self.name(), self.size)
    }
}

/// # Safety
///
/// As [`Letter::drop_value`], with `M` the type the letter was made for.
unsafe fn drop_value<M>(value: NonNull<u8>) {
    // SAFETY: passed on from the caller.
    drop(unsafe { take_value::<M>(value) });
}

/// Moves the value out of a record.
///
/// # Safety
///
/// `value` is the value part of a record that holds an `M`, and is not used again.
pub(crate) unsafe fn take_value<M>(value: NonNull<u8>) -> M {
    if is_boxed::<M>() {
        // SAFETY: invariant 2: the record holds a pointer that came from a box.
        let boxed = unsafe { value.cast::<*mut M>().read() };
        // SAFETY: the same; the caller gives the record up, so the box has one owner again.
        *unsafe { Box::from_raw(boxed) }
    } else {
        // SAFETY: the record holds an `M`, aligned as the header is, which invariant 2 makes enough.
        unsafe { value.cast::<M>().read() }
    }
}

/// Looks at the value of a record.
///
/// # Safety
///
/// `value` is the value part of a record that holds an `M`, which nobody takes for as long as `'r`.
pub(crate) unsafe fn look_at_value<'r, M>(value: NonNull<u8>) -> &'r M {
    if is_boxed::<M>() {
        // SAFETY: invariant 2: the record holds a pointer that came from a box.
        let boxed = unsafe { value.cast::<*const M>().read() };
        // SAFETY: the same; the box is the record's.
        unsafe { &*boxed }
    } else {
        // SAFETY: the record holds an `M`, aligned as the header is, which invariant 2 makes enough.
        unsafe { value.cast::<M>().as_ref() }
    }
}

/// Writes a value into the value part of a record.
///
/// # Safety
///
/// `at` is the value part of a record of `record_size::<M>()` bytes that nobody else sees.
#[inline(always)]
pub(super) unsafe fn put_value<M>(at: NonNull<u8>, value: M) {
    if is_boxed::<M>() {
        let boxed = Box::into_raw(Box::new(value));
        // SAFETY: the record has room for a pointer, aligned as the header is.
        unsafe { at.cast::<*mut M>().write(boxed) }
    } else {
        // SAFETY: the record has room for an `M`, and the header's alignment is enough for it.
        unsafe { at.cast::<M>().write(value) }
    }
}

/// Has a message leave for another node, by what carries it there.
pub type Leave<M> = fn(&mut Departure<M>, &dyn Any);

/// How a message of type `M` reaches its receiver: what an actor's type hands to its references.
pub struct Delivery<M> {
    letters: &'static Letters,
    mark: Mark,
    /// None where the messages stay on this node.
    leave: Option<Leave<M>>,
}

/// A delivery for values of a type, for tests and fuzz targets.
#[cfg(any(test, feature = "fuzzing"))]
macro_rules! delivery {
    ($type:ty) => {{
        static LETTERS: $crate::record::Letters = $crate::record::Letters::of::<$type, $type>(
            $crate::record::Class::Message,
            ::std::time::Duration::ZERO,
        );
        // SAFETY: the letters are for this type.
        unsafe { $crate::record::Delivery::<$type>::new(&LETTERS) }
    }};
}
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use delivery;

impl<M: Send + 'static> Delivery<M> {
    /// # Safety
    ///
    /// The letters were made for values of `M`.
    pub(crate) const unsafe fn new(letters: &'static Letters) -> Self {
        Self { letters, mark: Mark::Plain, leave: None }
    }

    /// The delivery of values that go to cells marked `K` and to no others.
    pub(crate) const fn marked_by<K: 'static>() -> Self {
        let letters = const { &Letters::of::<K, M>(Class::Message, config::ASK_TIMEOUT) };
        // SAFETY: the letters are for values of `M`.
        unsafe { Self::new(letters) }
    }
}

impl<M> Delivery<M> {
    #[inline(always)]
    pub(crate) const fn letters(self) -> &'static Letters {
        self.letters
    }

    #[inline(always)]
    pub(crate) const fn letter(self) -> &'static Letter {
        &self.letters.0[self.mark as usize]
    }

    /// The same for messages that may go to another node, which `leave` does; none may, if it is none.
    #[must_use]
    pub const fn leaving(self, leave: Option<Leave<M>>) -> Self {
        Self { leave, ..self }
    }

    pub(crate) const fn leave(self) -> Option<Leave<M>> {
        self.leave
    }

    /// The same for messages of a listener for events.
    pub(crate) const fn quiet(self) -> Self {
        self.marked(if self.mark.is_placed() { Mark::PlacedQuiet } else { Mark::Quiet })
    }

    /// The same for messages with this mark.
    pub(crate) const fn marked(self, mark: Mark) -> Self {
        Self { mark, ..self }
    }
}

impl<M> Copy for Delivery<M> {}
impl<M> Clone for Delivery<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> fmt::Debug for Delivery<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delivery({})", self.letter().name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_said_by_the_letter_and_changes_nothing_else() {
        let plain = delivery!(u64);
        assert_eq!(plain.letter().mark(), Mark::Plain);
        for mark in Mark::ALL {
            let (marked, quiet) = (plain.marked(mark), plain.marked(mark).quiet());
            let marks = [marked.letter().mark(), quiet.letter().mark()];
            assert_eq!(marks[0], mark);
            assert_eq!((marks[1].is_quiet(), marks[1].is_placed()), (true, mark.is_placed()));
            for letter in [marked.letter(), quiet.letter()] {
                assert!(letter.is(plain.letter()));
                assert_eq!((letter.size(), letter.value_bytes()), (24, 8));
                assert_eq!(letter.class(), Class::Message);
            }
        }
    }

    #[test]
    fn letters_of_two_types_are_not_the_same() {
        let (one, other) = (delivery!(u64), delivery!(i64));
        assert!(!one.letter().is(other.letter()));
        assert_eq!([one.letter().name(), other.letter().name()], ["u64", "i64"]);
    }

    #[test]
    fn what_goes_to_other_cells_has_other_letters() {
        let [one, again] = [(); 2].map(|()| Delivery::<u64>::marked_by::<u8>());
        assert!(one.letter().is(again.letter()));
        assert!(!one.letter().is(Delivery::<u64>::marked_by::<u16>().letter()));
        assert_eq!((one.letter().name(), one.letter().value_bytes()), ("u64", 8));
    }

    #[test]
    fn a_message_leaves_by_what_it_was_given_whatever_its_mark() {
        fn leave(_: &mut Departure<u64>, _: &dyn Any) {}
        let delivery = delivery!(u64);
        assert!(delivery.leave().is_none());
        assert!(delivery.leaving(Some(leave)).quiet().leave().is_some());
        assert!(delivery.leaving(Some(leave)).leaving(None).leave().is_none());
    }

    #[test]
    fn a_record_has_its_value_beside_its_header_unless_that_is_large_or_aligned_to_more() {
        #[repr(align(16))]
        struct Aligned;
        assert_eq!((is_boxed::<()>(), record_size::<()>()), (false, 16));
        assert_eq!((is_boxed::<u8>(), record_size::<u8>()), (false, 24));
        assert_eq!((is_boxed::<[u8; 256]>(), record_size::<[u8; 256]>()), (false, 272));
        assert_eq!((is_boxed::<[u8; 257]>(), record_size::<[u8; 257]>()), (true, 24));
        assert_eq!((is_boxed::<Aligned>(), record_size::<Aligned>()), (true, 24));
    }
}
