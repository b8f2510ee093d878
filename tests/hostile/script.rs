//! What a script says, read from its file.

use std::path::Path;

/// Which node a script is for, and how it gets there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Raw bytes, to one that expects TLS.
    AtTls,
    Plain,
    Tls,
}

/// A line of a script: see the README beside the scripts.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Close,
    Closed(Option<u16>),
    Flood(usize),
    Greet,
    Hello,
    Random(usize),
    Send(Vec<u8>),
    /// So many signals, and what each has beside its number.
    Signals(usize, Vec<u8>),
    Wait(u64),
}

#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) name: String,
    pub(crate) way: Way,
    pub(crate) steps: Vec<Step>,
}

/// All of them, in the order of their names.
pub(crate) fn scripts() -> Vec<Script> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/scripts");
    let mut scripts = Vec::new();
    for (folder, way) in [("plain", Way::Plain), ("tls", Way::Tls), ("at_tls", Way::AtTls)] {
        let files = std::fs::read_dir(root.join(folder)).expect("the scripts are there");
        for file in files {
            let path = file.expect("a file").path();
            let text = std::fs::read_to_string(&path).expect("a script");
            let name = format!("{folder}/{}", path.file_stem().unwrap_or_default().display());
            scripts.push(read(name, way, &text));
        }
    }
    scripts.sort_by(|one, other| one.name.cmp(&other.name));
    scripts
}

fn read(name: String, way: Way, text: &str) -> Script {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let steps = lines.map(|line| step(line).unwrap_or_else(|| panic!("{name}: {line}"))).collect();
    Script { name, way, steps }
}

fn step(line: &str) -> Option<Step> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    Some(match word {
        "close" => Step::Close,
        "closed" if rest.is_empty() => Step::Closed(None),
        "closed" => Step::Closed(Some(rest.parse().ok()?)),
        "flood" => Step::Flood(rest.parse().ok()?),
        "frame" => {
            let (kind, body) = rest.split_once(' ').unwrap_or((rest, ""));
            Step::Send(frame(kind.parse().ok()?, &hex(body)?))
        }
        "greet" => Step::Greet,
        "hello" => Step::Hello,
        "random" => Step::Random(rest.parse().ok()?),
        "send" => match rest.split_once(' ')? {
            ("hex", bytes) => Step::Send(hex(bytes)?),
            ("text", text) => {
                Step::Send(text.replace("\\r", "\r").replace("\\n", "\n").into_bytes())
            }
            _ => return None,
        },
        "signals" => {
            let (count, signal) = rest.split_once(' ')?;
            Step::Signals(count.parse().ok()?, hex(signal)?)
        }
        "wait" => Step::Wait(rest.parse().ok()?),
        _ => return None,
    })
}

/// Bytes in base 16, each of which may be there several times.
fn hex(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for byte in text.split_whitespace() {
        let (byte, times) = byte.split_once('*').unwrap_or((byte, "1"));
        let byte = u8::from_str_radix(byte, 16).ok()?;
        bytes.extend(std::iter::repeat_n(byte, times.parse().ok()?));
    }
    Some(bytes)
}

/// A frame: its length, its kind, its bytes.
pub(crate) fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = (body.len() as u32 + 1).to_le_bytes().to_vec();
    bytes.push(kind);
    bytes.extend_from_slice(body);
    bytes
}
