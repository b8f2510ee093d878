//! The schema lock: what peers know of a protocol, as a text beside the sources.
//!
//! ```text
//! protocol shop.cart
//! version 2
//! tell add b02f10c4d7ab6e91 since 1
//!   item 5d41c1a0ea3f2b77 since 1 : {grams: u32, sku: String}
//!   qty 89b2ad4f01234567 since 2 default : u32
//! ask receipt 77aa65f2b3c4d5e6 since 2
//!   = 1122334455667788 : String
//! reserved remove
//! ```
//!
//! The compiler reads it: each handler and each parameter is compared where it is described, and what peers of the
//! version in the lock could not read is an error there. A number is a fingerprint; what stands behind a colon is for
//! people, and for what they are told. Nobody but [`written`] writes it.

use std::fmt::Write as _;

use actor_runtime::remote::is_same;

use super::schema::{
    FieldSchema, HandlerSchema, Primitive, ProtocolSchema, Reserved, Schema, fingerprint,
};

/// The text of a lock.
pub(crate) fn written(protocol: &ProtocolSchema, reserved: &[Reserved]) -> String {
    let mut text = String::from(
        "# What peers know. Made by `cargo callboard schema accept`: commit it, and do not edit it.\n",
    );
    let ProtocolSchema { name, version, handlers } = protocol;
    let _ = write!(text, "protocol {name}\nversion {version}\n");
    for handler in handlers.iter().filter(|handler| !handler.is_absent()) {
        let kind = if handler.reply.is_some() { "ask" } else { "tell" };
        let (id, since) = (handler.wire_id(name), handler.since);
        let _ = writeln!(text, "{kind} {} {id:016x} since {since}", handler.name);
        for field in handler.fields {
            let (name, print, since) = (field.name, fingerprint(field.schema), field.since);
            let default = if field.default { " default" } else { "" };
            let _ = write!(text, "  {name} {print:016x} since {since}{default} : ");
            show(field.schema, &mut text);
            text.push('\n');
        }
        if let Some(reply) = handler.reply {
            let _ = write!(text, "  = {:016x} : ", fingerprint(reply));
            show(reply, &mut text);
            text.push('\n');
        }
    }
    for Reserved { name, id } in reserved {
        let _ = write!(text, "reserved {name}");
        if let Some(id) = id {
            let _ = write!(text, " {id}");
        }
        text.push('\n');
    }
    text
}

/// A type, for people.
fn show(schema: &Schema, to: &mut String) {
    match schema {
        Schema::Enum { variants, open, .. } => {
            to.push_str(if *open { "open {" } else { "{" });
            for (number, variant) in variants.iter().enumerate() {
                to.push_str(if number > 0 { " | " } else { "" });
                to.push_str(variant.name);
                if !variant.fields.is_empty() {
                    show_fields(variant.fields, to);
                }
            }
            to.push('}');
        }
        Schema::Map(key, value) => {
            to.push('{');
            show(key, to);
            to.push_str(" => ");
            show(value, to);
            to.push('}');
        }
        Schema::Optional(of) => {
            to.push_str("Option<");
            show(of, to);
            to.push('>');
        }
        Schema::Primitive(primitive) => to.push_str(primitive.name()),
        Schema::Reference(name) => {
            to.push_str("ActorRef<");
            to.push_str(name);
            to.push('>');
        }
        Schema::Seq(of) => {
            to.push('[');
            show(of, to);
            to.push(']');
        }
        Schema::Struct { fields, .. } => show_fields(fields, to),
        Schema::Tuple(of) => {
            to.push('(');
            for (number, schema) in of.iter().enumerate() {
                to.push_str(if number > 0 { ", " } else { "" });
                show(schema, to);
            }
            to.push(')');
        }
    }
}

fn show_fields(fields: &[FieldSchema], to: &mut String) {
    to.push('{');
    for (number, field) in fields.iter().enumerate() {
        to.push_str(if number > 0 { ", " } else { "" });
        to.push_str(field.name);
        to.push_str(": ");
        show(field.schema, to);
    }
    to.push('}');
}

/// Compares a parameter of `handler` with the lock.
///
/// # Panics
///
/// In a constant, which is an error of the compiler, if peers of the lock's version could not read it.
#[track_caller]
pub(crate) const fn check_field(lock: &str, version: u32, handler: &str, field: &FieldSchema) {
    let Some(lines) = Lines::of(lock).handler(handler) else { return };
    match lines.field(field.name) {
        Some(line) => {
            let known = line.print();
            if known == fingerprint(field.schema) || field.widens && widens(field.schema, known) {
                return;
            }
            let mut text = Text::new();
            text.push("`").push(field.name).push("` was `").quote(line.shown());
            text.push("` in version ").push_number(locked_version(lock));
            text.push("\nhelp: a new parameter, or `#[widen]`");
            panic!("{}", text.as_str());
        }
        None if field.default => {}
        None => {
            let mut text = Text::new();
            text.push("version ").push_number(locked_version(lock)).push(" peers send no `");
            text.push(field.name).push("`\nhelp: `#[since(").push_number(version);
            text.push(")] #[default]`");
            panic!("{}", text.as_str());
        }
    }
}

/// Compares a handler with the lock, its parameters left out.
///
/// # Panics
///
/// As [`check_field`].
#[track_caller]
pub(crate) const fn check_handler(lock: &str, handler: &HandlerSchema) {
    if Lines::of(lock).reserves(handler.name) {
        let mut text = Text::new();
        text.push("`").push(handler.name).push("` is reserved and cannot mean something new\n");
        text.push("help: another name; peers of older versions mean the old one");
        panic!("{}", text.as_str());
    }
    let Some(lines) = Lines::of(lock).handler(handler.name) else { return };
    let (was, mut text) = (lines.field("="), Text::new());
    match (was, handler.reply) {
        (Some(was), Some(reply)) => {
            if was.print() == fingerprint(reply) {
                return;
            }
            text.push("the answer of `").push(handler.name).push("` was `").quote(was.shown());
        }
        (None, Some(_)) => {
            text.push("`").push(handler.name).push("` was a `#[tell]");
        }
        (Some(_), None) => {
            text.push("`").push(handler.name).push("` was an `#[ask]");
        }
        (None, None) => return,
    }
    text.push("` in version ").push_number(locked_version(lock)).push("\nhelp: a new handler");
    panic!("{}", text.as_str());
}

/// Looks for handlers of the lock that are gone.
///
/// # Panics
///
/// As [`check_field`].
#[track_caller]
pub(crate) const fn check_gone(lock: &str, handlers: &[HandlerSchema], reserved: &[Reserved]) {
    let mut lines = Lines::of(lock);
    while let Some(line) = lines.next() {
        let kind = line.word(0);
        if !is_same(kind, "tell") && !is_same(kind, "ask") {
            continue;
        }
        let name = line.word(1);
        if is_there(name, handlers) || is_reserved(name, reserved) {
            continue;
        }
        let mut text = Text::new();
        text.push("`").quote(name).push("` is gone, but version ");
        text.push_number(locked_version(lock))
            .push(" peers call it\nhelp: keep it, or `#[reserved(\"");
        text.quote(name).push("\")]`");
        panic!("{}", text.as_str());
    }
}

const fn is_there(name: &str, handlers: &[HandlerSchema]) -> bool {
    let mut at = 0;
    while at < handlers.len() {
        if is_same(handlers[at].name, name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn is_reserved(name: &str, reserved: &[Reserved]) -> bool {
    let mut at = 0;
    while at < reserved.len() {
        if is_same(reserved[at].name, name) {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether a value of the type with this fingerprint is one of this schema as well.
pub(super) const fn widens(schema: &Schema, narrow: u64) -> bool {
    narrower(schema, narrow).is_some()
}

/// The narrower primitive with this fingerprint.
pub(super) const fn narrower(schema: &Schema, print: u64) -> Option<Primitive> {
    let Schema::Primitive(wide) = schema else { return None };
    let mut at = 0;
    while at < Primitive::ALL.len() {
        let narrow = Primitive::ALL[at];
        if wide.widens(narrow) && fingerprint(&Schema::Primitive(narrow)) == print {
            return Some(narrow);
        }
        at += 1;
    }
    None
}

const fn locked_version(lock: &str) -> u32 {
    let mut lines = Lines::of(lock);
    while let Some(line) = lines.next() {
        if is_same(line.word(0), "version") {
            return decimal(line.word(1));
        }
    }
    0
}

/// The lines of a text, one by one.
#[derive(Clone, Copy)]
struct Lines<'a>(&'a str);

impl<'a> Lines<'a> {
    const fn of(text: &'a str) -> Self {
        Self(text)
    }

    const fn next(&mut self) -> Option<Line<'a>> {
        if self.0.is_empty() {
            return None;
        }
        let end = find(self.0, b'\n');
        let (line, rest) = self.0.split_at(end);
        self.0 = if rest.is_empty() { rest } else { rest.split_at(1).1 };
        Some(Line(line))
    }

    /// What follows the line of the handler of this name.
    const fn handler(mut self, name: &str) -> Option<Self> {
        while let Some(line) = self.next() {
            let is_handler = is_same(line.word(0), "tell") || is_same(line.word(0), "ask");
            if is_handler && is_same(line.word(1), name) {
                return Some(self);
            }
        }
        None
    }

    /// The line of the field of this name, before the next handler.
    const fn field(mut self, name: &str) -> Option<Line<'a>> {
        while let Some(line) = self.next() {
            if line.0.is_empty() || line.0.as_bytes()[0] != b' ' {
                return None;
            }
            if is_same(line.word(0), name) {
                return Some(line);
            }
        }
        None
    }

    const fn reserves(mut self, name: &str) -> bool {
        while let Some(line) = self.next() {
            if is_same(line.word(0), "reserved") && is_same(line.word(1), name) {
                return true;
            }
        }
        false
    }
}

/// One of them.
#[derive(Clone, Copy)]
struct Line<'a>(&'a str);

impl<'a> Line<'a> {
    /// A word of it, by number; empty if there are fewer.
    const fn word(self, number: usize) -> &'a str {
        let (mut rest, mut number) = (trimmed(self.0), number);
        loop {
            let (word, after) = rest.split_at(find(rest, b' '));
            if number == 0 {
                return word;
            }
            (rest, number) = (trimmed(after), number - 1);
        }
    }

    /// The fingerprint in it, which is its second word.
    const fn print(self) -> u64 {
        let digits = self.word(1).as_bytes();
        let (mut print, mut at) = (0, 0);
        while at < digits.len() {
            let digit = match digits[at] {
                digit @ b'0'..=b'9' => digit - b'0',
                digit @ b'a'..=b'f' => digit - b'a' + 10,
                _ => edited(),
            };
            print = print << 4 | digit as u64;
            at += 1;
        }
        print
    }

    /// What stands behind the colon.
    const fn shown(self) -> &'a str {
        let (_, rest) = self.0.split_at(find(self.0, b':'));
        trimmed(if rest.is_empty() { rest } else { rest.split_at(1).1 })
    }
}

/// Where this byte is first, or the end.
const fn find(text: &str, byte: u8) -> usize {
    let (bytes, mut at) = (text.as_bytes(), 0);
    while at < bytes.len() && bytes[at] != byte {
        at += 1;
    }
    at
}

const fn trimmed(mut text: &str) -> &str {
    while !text.is_empty() && text.as_bytes()[0] == b' ' {
        text = text.split_at(1).1;
    }
    text
}

const fn decimal(digits: &str) -> u32 {
    let (digits, mut number, mut at) = (digits.as_bytes(), 0_u32, 0);
    while at < digits.len() {
        let digit = digits[at].wrapping_sub(b'0') as u32;
        number = match number.checked_mul(10) {
            Some(tens) if digit < 10 && tens <= u32::MAX - digit => tens + digit,
            _ => edited(),
        };
        at += 1;
    }
    number
}

#[track_caller]
const fn edited() -> ! {
    panic!("the schema lock was edited\nhelp: `cargo callboard schema accept`")
}

/// The most that a message says of what stands in a lock, in bytes.
const QUOTED: usize = 120;

/// A text that is put together in a constant; what does not fit is left out.
pub(super) struct Text {
    bytes: [u8; 512],
    length: usize,
}

impl Text {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; 512], length: 0 }
    }

    /// Adds a text, up to its last whole character that fits.
    pub(super) const fn push(&mut self, text: &str) -> &mut Self {
        let mut most = self.bytes.len() - self.length;
        if most >= text.len() {
            most = text.len();
        } else {
            while !text.is_char_boundary(most) {
                most -= 1;
            }
        }
        let mut at = 0;
        while at < most {
            self.bytes[self.length] = text.as_bytes()[at];
            self.length += 1;
            at += 1;
        }
        self
    }

    /// Adds what stands in a lock, cut if it is long: there is to be room for what follows.
    const fn quote(&mut self, text: &str) -> &mut Self {
        if text.len() <= QUOTED {
            return self.push(text);
        }
        let mut most = QUOTED;
        while !text.is_char_boundary(most) {
            most -= 1;
        }
        let (begin, _) = text.split_at(most);
        self.push(begin).push("..")
    }

    pub(super) const fn push_number(&mut self, number: u32) -> &mut Self {
        if number >= 10 {
            self.push_number(number / 10);
        }
        const DIGITS: &str = "0123456789";
        let (_, from) = DIGITS.split_at((number % 10) as usize);
        let (digit, _) = from.split_at(1);
        self.push(digit)
    }

    pub(super) const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.length);
        match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::schema::VariantSchema;

    const U32: &Schema = &Schema::Primitive(Primitive::U32);
    const U64: &Schema = &Schema::Primitive(Primitive::U64);
    const ITEM: &Schema = &Schema::Struct {
        name: "Item",
        fields: &[FieldSchema::new("grams", U32), FieldSchema::new("parts", &Schema::Seq(U64))],
    };
    const FIELDS: &[FieldSchema] =
        &[FieldSchema::new("item", ITEM), FieldSchema::new("qty", U32).since(2).default()];
    const HANDLERS: &[HandlerSchema] = &[
        HandlerSchema::new("add", FIELDS, None),
        HandlerSchema::absent(),
        HandlerSchema::new("total", &[], Some(U64)).id(7).since(2),
    ];
    const CART: ProtocolSchema = ProtocolSchema::new("shop.cart", 2, HANDLERS);
    const RESERVED: &[Reserved] = &[Reserved { name: "remove", id: Some(4) }];

    fn says(check: impl FnOnce() + std::panic::UnwindSafe) -> String {
        match std::panic::catch_unwind(check) {
            Ok(()) => String::new(),
            Err(panic) => match panic.downcast::<String>() {
                Ok(said) => *said,
                Err(panic) => (*panic.downcast::<&str>().expect("it says a text")).to_owned(),
            },
        }
    }

    #[test]
    fn a_lock_is_what_it_was_written_from() {
        let lock = written(&CART, RESERVED);
        for handler in HANDLERS {
            check_handler(&lock, handler);
            for field in handler.fields {
                check_field(&lock, 2, handler.name, field);
            }
        }
        check_gone(&lock, HANDLERS, &[]);
        assert_eq!(locked_version(&lock), 2);
        assert!(lock.contains(" : {grams: u32, parts: [u64]}\n"), "{lock}");
        assert!(lock.contains("\nask total 0000000000000007 since 2\n"), "{lock}");
        assert!(lock.contains("\nreserved remove 4\n"), "{lock}");
    }

    #[test]
    fn a_type_is_shown_as_people_write_it() {
        const VARIANTS: &[VariantSchema] = &[
            VariantSchema { name: "Cash", fields: &[] },
            VariantSchema { name: "Card", fields: &[FieldSchema::new("0", U64)] },
        ];
        let shown = |schema: Schema| {
            let mut text = String::new();
            show(&schema, &mut text);
            text
        };
        assert_eq!(shown(Schema::Tuple(&[U32, U64, U32])), "(u32, u64, u32)");
        assert_eq!(shown(Schema::Map(U32, &Schema::Optional(U64))), "{u32 => Option<u64>}");
        assert_eq!(shown(Schema::Reference("shop.cart")), "ActorRef<shop.cart>");
        let closed = Schema::Enum { name: "Pay", variants: VARIANTS, open: false };
        assert_eq!(shown(closed), "{Cash | Card{0: u64}}");
        assert_eq!(
            shown(Schema::Enum { name: "Pay", variants: VARIANTS, open: true }),
            "open {Cash | Card{0: u64}}"
        );
    }

    #[test]
    fn what_peers_could_not_read_is_told() {
        let lock = written(&CART, RESERVED);
        let field = |field: FieldSchema| says(|| check_field(&lock, 3, "add", &field));
        assert_eq!(
            field(FieldSchema::new("why", U32)),
            "version 2 peers send no `why`\nhelp: `#[since(3)] #[default]`"
        );
        assert_eq!(field(FieldSchema::new("why", U32).default()), "");
        assert_eq!(
            field(FieldSchema::new("qty", U64)),
            "`qty` was `u32` in version 2\nhelp: a new parameter, or `#[widen]`"
        );
        assert_eq!(field(FieldSchema::new("qty", U64).widens()), "");
        assert_ne!(field(FieldSchema::new("item", U64).widens()), "");
        assert_eq!(says(|| check_field(&lock, 3, "new", &FieldSchema::new("x", U32))), "");
        assert_eq!(
            says(|| check_gone(&lock, &HANDLERS[1..], RESERVED)),
            "`add` is gone, but version 2 peers call it\nhelp: keep it, or `#[reserved(\"add\")]`"
        );
        let back = HandlerSchema::new("remove", &[], None);
        assert!(says(|| check_handler(&lock, &back)).starts_with("`remove` is reserved"));
        let other = HandlerSchema::new("total", &[], Some(U32));
        assert_eq!(
            says(|| check_handler(&lock, &other)),
            "the answer of `total` was `u64` in version 2\nhelp: a new handler"
        );
        let told = HandlerSchema::new("total", &[], None);
        assert!(says(|| check_handler(&lock, &told)).starts_with("`total` was an `#[ask]`"));
    }

    #[test]
    fn a_lock_with_long_lines_leaves_room_for_the_help() {
        // A cut is between two characters, wherever they begin.
        for begin in ["", "a"] {
            let long = format!("{begin}{}", "ä".repeat(1_000));
            let gone = format!("version 2\ntell {long} 0 since 1\n");
            let said = says(|| check_gone(&gone, &[], &[]));
            assert!(said.contains("ää..` is gone") && said.ends_with("ää..\")]`"), "{said}");
            let other = format!("version 2\ntell add 0 since 1\n  qty 1 since 1 : {long}\n");
            let said = says(|| check_field(&other, 3, "add", &FieldSchema::new("qty", U32)));
            assert!(
                said.ends_with("ää..` in version 2\nhelp: a new parameter, or `#[widen]`"),
                "{said}"
            );
        }
    }

    #[test]
    fn a_lock_that_was_edited_says_so() {
        for version in ["two", "-1", "4294967296", "99999999999"] {
            let lock = format!("version {version}\ntell gone 0 since 1\n");
            let said = says(|| check_gone(&lock, &[], &[]));
            assert!(said.starts_with("the schema lock was edited\nhelp: "), "{version}: {said}");
        }
        let lock = "version 4294967295\ntell gone 0 since 1\n";
        assert!(says(|| check_gone(lock, &[], &[])).contains("version 4294967295 peers call it"));
        let lock = "tell add 0 since 1\n  qty xyz since 1 : u32\n";
        let said = says(|| check_field(lock, 2, "add", &FieldSchema::new("qty", U32)));
        assert!(said.starts_with("the schema lock was edited"), "{said}");
    }

    #[test]
    fn a_text_that_does_not_fit_ends_at_a_character() {
        for (begin, length) in [("", 512), ("a", 511)] {
            let mut text = Text::new();
            text.push(begin);
            for _ in 0..200 {
                text.push("äöü");
            }
            assert_eq!(text.as_str().len(), length);
        }
        assert_eq!(Text::new().push_number(4_294_967_295).as_str(), "4294967295");
    }
}
