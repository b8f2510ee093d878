//! Keeps the repository in shape: layers, bans, heads of files, and that each rule and each message of the
//! macros has its test.
//!
//! Everything here reads text. A check collects all it finds and fails once, with a file and a line for each.
#![allow(missing_docs, reason = "nothing here is for others")]
#![allow(clippy::print_stdout, reason = "long files are reported, not refused")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of actor-runtime: each uses only what stands further right.
const RUNTIME: &str = "lib · private · fuzzing · remote · testing · naming · system · pool · supervisor · signals · shard · process · actor · permit · query · answers · ask · actor_ref · nearby · events · host · watch · cell · \
    route · threads · timer · mailbox · bonds · registry · group · event · feed · name · stats · message · record · held · flow · error · exit · cycle · address · \
    sometimes · config · sync";

/// The modules of actor-macros, likewise.
const MACROS: &str =
    "lib · pipeline · recover · expand · check · model · parse · show · names · diag";

/// The modules of actor-remote, likewise.
const REMOTE: &str = "lib · bin · fuzzing · described · testing · node · route · cluster · peer · transport · wire · node_id · error · config";

/// What the order alone would allow: where, what, and who may all the same.
const CLOSED: &[(&str, &str, &[&str])] = &[
    ("actor-macros/src/", "crate::parse", &["pipeline", "model", "lib"]),
    ("actor-runtime/src/", "crate::shard::driver", &["system", "testing"]),
];

/// The files that may hold `unsafe`; each opens with its invariants.
const UNSAFE: &[&str] = &[
    "actor-runtime/src/cell/cells.rs",
    "actor-runtime/src/cell/mod.rs",
    "actor-runtime/src/cell/task.rs",
    "actor-runtime/src/held.rs",
    "actor-runtime/src/host/here.rs",
    "actor-runtime/src/record/block.rs",
    "actor-runtime/src/record/delivery.rs",
    "actor-runtime/src/record/queue.rs",
    "actor-runtime/src/shard/lane.rs",
];

/// Imports that may end in `*`: preludes, and the hidden module that the facade hands on whole.
const GLOBS: &[&str] = &["super::*", "prelude::*", "actor_runtime::private::*"];

/// Words that say nothing, so docs do without them.
const EMPTY_WORDS: &[&str] = &["blazing", "just", "powerful", "simply"];

/// Rules that promise nothing, which no test can show.
const PROMISE_NOTHING: &[&str] = &["D6"];

/// Lines above which a file is reported.
const LONG: usize = 500;

/// A file of the repository, with what checks look at.
struct Source {
    /// From the root, with `/`.
    path: String,
    text: String,
    /// Of Rust: the text with comments and the insides of literals left out, line for line.
    code: String,
    /// Of Rust: the string literals and the lines they begin on.
    literals: Vec<(usize, String)>,
}

impl Source {
    fn read(root: &Path, at: &Path) -> Self {
        let path = at.strip_prefix(root).expect("it was found below the root");
        let path = path.to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(at).unwrap_or_else(|error| panic!("{path}: {error}"));
        let (code, literals) = match path.ends_with(".rs") {
            true => stripped(&text),
            false => (String::new(), Vec::new()),
        };
        Self { path, text, code, literals }
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether it is a module, and not what a test reads.
    fn is_module(&self) -> bool {
        let snapshot =
            self.path.starts_with("actor-macros/src/tests/") && !self.path.ends_with("mod.rs");
        self.is_rust() && !snapshot && !self.path.starts_with("tests/ui/")
    }

    /// The lines of code before the tests at the foot of the file, numbered from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().take(self.foot()).enumerate().map(|(index, line)| (index + 1, line))
    }

    /// How many lines stand before `#[cfg(test)] mod tests {`.
    fn foot(&self) -> usize {
        let lines: Vec<&str> = self.code.lines().collect();
        let tests = lines.windows(2).position(|pair| {
            let cfg = pair[0].starts_with("#[cfg(") && pair[0].contains("test");
            cfg && pair[1].starts_with("mod ") && pair[1].ends_with('{')
        });
        tests.unwrap_or(lines.len())
    }
}

/// Every text file of the repository that people write.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| entry.expect("a folder lists its entries").path()).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                let ours = !name.starts_with('.') || name == ".github";
                if ours && !["fixtures", "target", "wip"].contains(&&*name) {
                    folders.push(path);
                }
            } else if ["rs", "md", "toml", "yml", "stderr"].iter().any(|end| has_ending(&path, end))
            {
                files.push(Source::read(root, &path));
            }
        }
    }
    files
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found == ending)
}

/// Fails with all that was found.
fn settle(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn modules_use_only_the_layers_below_them() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.is_module()) {
        let crates = [
            ("actor-runtime/src/", RUNTIME),
            ("actor-remote/src/", REMOTE),
            ("actor-macros/src/", MACROS),
        ];
        for (src, layers) in crates {
            let Some(inside) = source.path.strip_prefix(src) else { continue };
            let module = inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs");
            // Tests stand above all layers.
            if inside.trim_end_matches(".rs").split('/').any(|part| part == "tests") {
                continue;
            }
            let layers: Vec<&str> = layers.split(" · ").collect();
            let Some(own) = layers.iter().position(|layer| *layer == module) else {
                found.push(format!("{}: `{module}` is in no layer", source.path));
                continue;
            };
            for (line, used) in uses(source) {
                let place = format!("{}:{line}", source.path);
                match layers.iter().position(|layer| *layer == used) {
                    None => found.push(format!("{place}: `crate::{used}` is in no layer")),
                    Some(other) if other < own => {
                        found.push(format!("{place}: {module} must not use {used}"));
                    }
                    Some(_) => {}
                }
            }
            for (src_of, path, users) in CLOSED {
                if *src_of != src
                    || users.contains(&module)
                    || path.split("::").any(|part| part == module)
                {
                    continue;
                }
                let lines = source.lines().filter(|(_, code)| names_path(code, path));
                found.extend(lines.map(|(line, _)| {
                    format!("{}:{line}: {module} must not use {path}", source.path)
                }));
            }
        }
    }
    settle("a module uses what is not below it", &found);
}

/// The modules that a file names after `crate::`, with the lines.
fn uses(source: &Source) -> Vec<(usize, &str)> {
    let code: usize = source.lines().map(|(_, line)| line.len() + 1).sum();
    let code = &source.code[..code.min(source.code.len())];
    let mut uses = Vec::new();
    for (at, matched) in code.match_indices("crate::") {
        if code[..at].ends_with(|c| is_word(c) || c == '$') {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + matched.len()..];
        match rest.strip_prefix('{') {
            Some(group) => uses.extend(first_words(group).map(|module| (line, module))),
            None => uses.push((line, first_word(rest))),
        }
    }
    uses
}

/// What each item of a `{a::b, c}` begins with, up to the brace that ends it.
fn first_words(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 1;
    let end = group.find(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    });
    let mut depth = 0;
    let items = group[..end.unwrap_or(group.len())].split(move |c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0 && c == ','
    });
    items.map(|item| first_word(item.trim_start())).filter(|word| !word.is_empty())
}

fn first_word(text: &str) -> &str {
    &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())]
}

fn names_path(code: &str, path: &str) -> bool {
    code.match_indices(path).any(|(at, _)| {
        let (before, after) =
            (code[..at].chars().next_back(), code[at + path.len()..].chars().next());
        before.is_none_or(|c| !is_word(c)) && after.is_none_or(|c| !is_word(c))
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[test]
fn imports_name_what_they_take() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.is_module()) {
        for (index, line) in source.code.lines().enumerate() {
            let line = line.trim();
            let imports = line.starts_with("use ") || line.starts_with("pub use ");
            let glob = line.trim_end_matches(';');
            if imports && glob.ends_with("::*") && !GLOBS.iter().any(|end| glob.ends_with(end)) {
                found.push(format!("{}:{}: {line}", source.path, index + 1));
            }
        }
    }
    settle("an import ends in `*`", &found);
}

#[test]
fn every_module_says_what_lives_in_it() {
    let headless = sources()
        .into_iter()
        .filter(|source| source.is_module() && !source.text.trim_start().starts_with("//!"));
    let found: Vec<String> = headless.map(|source| source.path).collect();
    settle("a file does not begin with `//!`", &found);
}

#[test]
fn nothing_unfinished_and_nothing_that_sleeps() {
    let notes = [concat!("TO", "DO"), concat!("FIX", "ME")];
    let calls = ["todo!", "unimplemented!", "thread::sleep"];
    let mut found = Vec::new();
    for source in sources() {
        let mut look = |text: &str, words: &[&str]| {
            for (index, line) in text.lines().enumerate() {
                let words = words.iter().filter(|word| line.contains(**word));
                found.extend(words.map(|word| format!("{}:{}: {word}", source.path, index + 1)));
            }
        };
        look(&source.text, &notes);
        look(&source.code, &calls);
    }
    settle("something is unfinished or sleeps", &found);
}

#[test]
fn unsafe_code_stays_where_its_invariants_are() {
    let sources = sources();
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for source in sources.iter().filter(|source| source.is_module()) {
        let lines = source.code.lines().enumerate().filter(|(_, line)| is_unsafe(line));
        let lines: Vec<usize> = lines.map(|(index, _)| index + 1).collect();
        if UNSAFE.contains(&&*source.path) {
            seen.insert(source.path.as_str());
            if !source.text.starts_with("//! UNSAFE.") || !source.text.contains("//! 1. ") {
                found.push(format!("{}: it does not open with its invariants", source.path));
            }
            if lines.is_empty() {
                found.push(format!("{}: nothing in it is unsafe any more", source.path));
            }
        } else {
            found.extend(lines.iter().map(|line| format!("{}:{line}: unsafe code", source.path)));
        }
        let forbids = ["src/lib.rs", "actor-macros/src/lib.rs", "actor-remote/src/lib.rs"];
        if forbids.contains(&&*source.path) && !source.code.contains("#![forbid(unsafe_code)]") {
            found.push(format!("{}: it does not forbid unsafe code", source.path));
        }
    }
    let gone = UNSAFE.iter().filter(|path| !seen.contains(**path));
    found.extend(gone.map(|path| format!("{path}: no such file")));
    settle("unsafe code is not where it may be", &found);
}

/// Whether a line of code begins something unsafe; `unsafe_code` and `Token![unsafe]` do not.
fn is_unsafe(line: &str) -> bool {
    line.match_indices("unsafe").any(|(at, word)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].trim_start();
        let begins =
            ["{", "fn", "impl", "trait", "extern"].iter().any(|next| after.starts_with(next));
        before.is_none_or(|c| !is_word(c)) && (begins || after.is_empty())
    })
}

#[test]
fn docs_are_in_plain_words() {
    let mut found = Vec::new();
    for source in sources() {
        let mut fenced = false;
        for (index, line) in source.text.lines().enumerate() {
            let line = line.trim_start();
            let doc = match source.is_rust() {
                true => line.strip_prefix("///").or_else(|| line.strip_prefix("//!")),
                false => Some(line).filter(|_| source.path.ends_with(".md")),
            };
            let Some(doc) = doc else {
                fenced = false;
                continue;
            };
            if doc.trim_start().starts_with("```") {
                fenced = !fenced;
            } else if !fenced {
                let words = doc.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase);
                let words = words.filter(|word| EMPTY_WORDS.contains(&word.as_str()));
                found.extend(words.map(|word| format!("{}:{}: {word}", source.path, index + 1)));
            }
        }
    }
    settle("a word says nothing", &found);
}

#[test]
fn every_message_of_the_macros_is_in_a_ui_case() {
    let sources = sources();
    let is_case =
        |source: &&Source| source.path.starts_with("tests/ui/") && source.path.ends_with(".stderr");
    let said: Vec<&str> =
        sources.iter().filter(is_case).flat_map(|case| case.text.lines()).collect();
    let stages = ["pipeline.rs", "parse/", "model/", "check/"];
    let mut found = Vec::new();
    for source in &sources {
        let Some(inside) = source.path.strip_prefix("actor-macros/src/") else { continue };
        if !source.is_rust() || !stages.iter().any(|stage| inside.starts_with(stage)) {
            continue;
        }
        let foot = source.foot();
        for (line, text) in
            source.literals.iter().filter(|(line, text)| *line <= foot && is_prose(text))
        {
            let lines: Vec<Vec<String>> = text.lines().map(between_placeholders).collect();
            let is_said =
                |pieces: &Vec<String>| said.iter().any(|line| holds_in_order(line, pieces));
            if !lines.iter().all(is_said) {
                found.push(format!("{}:{line}: {text}", source.path));
            }
        }
    }
    settle("a message is in no `.stderr` below tests/ui", &found);
}

/// Whether a literal is a message: several words, in lower case, for docs that are generated have capitals.
/// The parser that tells an impl from other items drops its error, so nobody reads that.
fn is_prose(text: &str) -> bool {
    let shown = !text.starts_with("internal error") && text != "this is an impl";
    shown && text.contains(' ') && !text.starts_with(char::is_uppercase)
}

/// What stands outside the `{..}` of a format string.
fn between_placeholders(format: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        // A brace that is doubled stands for itself.
        if c == '{' && chars.peek() != Some(&'{') {
            chars.by_ref().find(|c| *c == '}');
            pieces.push(String::new());
            continue;
        }
        if c == '{' || c == '}' {
            chars.next_if_eq(&c);
        }
        pieces.last_mut().expect("there is a first piece").push(c);
    }
    pieces
}

fn holds_in_order(line: &str, pieces: &[String]) -> bool {
    let mut rest = Some(line);
    for piece in pieces {
        rest = rest.and_then(|rest| rest.split_once(piece.as_str())).map(|(_, after)| after);
    }
    rest.is_some()
}

#[test]
fn every_rule_in_the_docs_has_a_test() {
    let sources = sources();
    let docs = sources.iter().find(|source| source.path == "docs/semantics.md");
    let docs = docs.expect("the rules stand in docs/semantics.md");
    let tests = test_names(&sources);
    let mut found = Vec::new();
    let mut rules: Vec<(usize, &str, bool)> = Vec::new();
    for (index, line) in docs.text.lines().enumerate() {
        if let Some(id) = rule_of(line) {
            let prefix = format!("{}_", id.to_lowercase());
            let tested = tests.iter().any(|test| test.starts_with(&prefix));
            rules.push((index + 1, id, tested || PROMISE_NOTHING.contains(&id)));
        }
        // The tests that a rule names count for it, though another rule or case may be their name.
        for named in line.split('`').skip(1).step_by(2).filter(|quoted| is_test_name(quoted)) {
            if !tests.contains(named) {
                found.push(format!("{}:{}: there is no test `{named}`", docs.path, index + 1));
            } else if let Some((_, _, tested)) = rules.last_mut() {
                *tested = true;
            }
        }
    }
    let untested = rules.iter().filter(|(_, _, tested)| !tested);
    found.extend(untested.map(|(line, id, _)| format!("{}:{line}: {id} has no test", docs.path)));
    assert!(!rules.is_empty(), "docs/semantics.md lists no rules");
    settle("a rule is not shown by a test", &found);
}

/// The id that a line of docs/semantics.md explains: `- **D1** ..`.
fn rule_of(line: &str) -> Option<&str> {
    let id = line.strip_prefix("- **")?.split_once("**")?.0;
    is_rule(id).then_some(id)
}

/// Letters, then digits.
fn is_rule(id: &str) -> bool {
    let digits = id.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    digits.len() < id.len() && !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
}

/// `d1_a_crash_does_not_repeat_a_message`
fn is_test_name(quoted: &str) -> bool {
    let mut words = quoted.split('_');
    words.next().is_some_and(is_rule) && words.next().is_some() && quoted.chars().all(is_word)
}

/// The names in Rust files that begin with the id of a rule: of functions, or what macros make them of.
fn test_names(sources: &[Source]) -> BTreeSet<&str> {
    let modules = sources.iter().filter(|source| source.is_module());
    let words = modules.flat_map(|source| source.code.split(|c| !is_word(c)));
    words.filter(|word| is_test_name(word)).collect()
}

/// Whether each is found `.ci/defects` shows, which takes longer.
#[test]
fn planted_defects_fit_the_code_and_name_their_test() {
    let sources = sources();
    let text_of = |path: &str| sources.iter().find(|source| source.path == path);
    let listed = text_of("tests/defects/README.md").expect("the defects are listed there");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/defects");
    let files = fs::read_dir(folder).expect("there are defects").map(|file| file.expect("a file"));
    let mut found = Vec::new();
    for patch in files.map(|file| file.path()).filter(|path| has_ending(path, "patch")) {
        let name = patch.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&patch).expect("it is a text");
        let mut tell = |what: String| found.push(format!("tests/defects/{name}.patch: {what}"));
        let finder = text.lines().find_map(|line| line.strip_prefix("Found by: "));
        let test = finder.and_then(|command| command.rsplit([' ', ':']).next()).unwrap_or_default();
        let begins = format!("fn {test}(");
        if !sources.iter().any(|source| source.code.contains(&begins)) {
            tell(format!("there is no test `{test}`"));
        }
        if !listed.text.contains(&format!("`{name}`")) {
            tell("its README does not list it".to_owned());
        }
        for change in text.split("\n--- a/").skip(1) {
            let (path, hunks) = change.split_once('\n').unwrap_or_default();
            for hunk in hunks.split("\n@@ ").skip(1) {
                let kept = hunk.lines().skip(1).filter(|line| !line.starts_with('+'));
                let before: Vec<&str> = kept.map(|line| line.get(1..).unwrap_or("")).collect();
                let before = format!("{}\n", before.join("\n"));
                let places = text_of(path).map_or(0, |file| file.text.matches(&before).count());
                if places != 1 {
                    tell(format!("what it changes is {places} times in {path}:\n{before}"));
                }
            }
        }
    }
    settle("a planted defect does not fit", &found);
}

/// A file that is long may hold two ideas; a good answer is enough, so nothing fails here.
#[test]
fn long_files_are_reported() {
    for source in sources().iter().filter(|source| source.is_module()) {
        let lines = source.text.lines().count();
        if lines > LONG {
            println!("{}: {lines} lines", source.path);
        }
    }
}

/// Rust without comments and the insides of literals, and the string literals that are for people.
fn stripped(text: &str) -> (String, Vec<(usize, String)>) {
    let mut code = String::with_capacity(text.len());
    let mut literals = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let end = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            end_of_comment(rest)
        } else if let Some((inside, end)) = string(rest, code.chars().next_back()) {
            // `expect("..")` and `reason = ".."` speak to whoever reads the code.
            let before = code.trim_end();
            if !before.ends_with("expect(") && !before.ends_with("reason =") {
                literals.push((code.matches('\n').count() + 1, unescaped(inside)));
            }
            code.push_str("\"\"");
            end
        } else if let Some(end) = character(rest) {
            code.push_str("' '");
            end
        } else {
            code.push(next);
            rest = &rest[next.len_utf8()..];
            continue;
        };
        code.extend(rest[..end].chars().filter(|c| *c == '\n'));
        rest = &rest[end..];
    }
    (code, literals)
}

fn end_of_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let here = &text.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The inside of the string literal that the text begins with, and where the literal ends.
fn string(text: &str, before: Option<char>) -> Option<(&str, usize)> {
    if let Some(inside) = text.strip_prefix('"') {
        let mut escaped = false;
        let end = inside.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })?;
        return Some((&inside[..end], end + 2));
    }
    let raw = text.strip_prefix('r').filter(|_| before.is_none_or(|c| !is_word(c) || c == 'b'))?;
    let hashes = raw.len() - raw.trim_start_matches('#').len();
    let inside = raw[hashes..].strip_prefix('"')?;
    let end = inside.find(&format!("\"{}", "#".repeat(hashes)))?;
    Some((&inside[..end], 1 + hashes + 1 + end + 1 + hashes))
}

/// Where the character literal that the text begins with ends; a lifetime is none.
fn character(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('\'')?;
    let mut chars = inside.char_indices();
    let (_, first) = chars.next()?;
    if first == '\\' {
        let (after, _) = chars.nth(1)?;
        return Some(1 + after + inside[after..].find('\'')? + 1);
    }
    let (end, quote) = chars.next()?;
    (quote == '\'').then_some(end + 2)
}

/// A literal as its readers see it. A backslash at the end of a line goes, with the blanks after it.
fn unescaped(inside: &str) -> String {
    let mut out = String::new();
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('\n')) => while chars.next_if(|c| c.is_whitespace()).is_some() {},
            ('\\', Some('n')) => {
                chars.next();
                out.push('\n');
            }
            ('\\', Some(_)) => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}

#[test]
fn comments_and_literals_are_told_from_code() {
    let text = "let a = '\"'; // \"b\"\nf::<'x>(\"c \\\" {d}\", r#\"e\"f\"#); /* g /* h */ */ i('\\'', '\\u{1}');\n";
    let (code, literals) = stripped(text);
    assert_eq!(code, "let a = ' '; \nf::<'x>(\"\", \"\");  i(' ', ' ');\n");
    assert_eq!(literals, [(2, "c \" {d}".to_owned()), (2, "e\"f".to_owned())]);
}

#[test]
fn a_format_string_is_found_in_what_was_said() {
    let pieces = between_placeholders("`{}`: {{ {name:?} }}, no more");
    assert!(holds_in_order("error: `Foo`: { x }, no more of it", &pieces));
    assert!(!holds_in_order("error: `Foo`: x, no more of it", &pieces));
}

#[test]
fn rules_and_tests_are_known_by_their_names() {
    assert_eq!(rule_of("- **DL4** Conservation."), Some("DL4"));
    assert_eq!(rule_of("- **Words** are none."), None);
    assert!(is_test_name("dl4_nothing_vanishes"));
    assert!(!is_test_name("cell_3"));
    assert!(!is_test_name("d1"));
}

#[test]
fn a_group_of_imports_is_read_like_its_lines() {
    let group = "check, expand::{self, Bodies}, names::Word};\nuse other::{a};";
    assert_eq!(first_words(group).collect::<Vec<_>>(), ["check", "expand", "names"]);
}
