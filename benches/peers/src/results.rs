//! What was measured, and the file it is kept in: a line for each workload and framework, with its rounds.

use std::collections::BTreeMap;
use std::fs;
use std::io;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/results.tsv");

/// The rounds of each workload and framework.
#[derive(Default)]
pub(crate) struct Results {
    rounds: BTreeMap<(String, String), Vec<f64>>,
}

impl Results {
    /// What was kept; nothing if there is no file yet.
    pub(crate) fn load() -> io::Result<Self> {
        let text = match fs::read_to_string(FILE) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        let mut results = Self::default();
        for line in text.lines() {
            let mut fields = line.split('\t');
            let (Some(workload), Some(framework)) = (fields.next(), fields.next()) else {
                continue;
            };
            for value in fields.filter_map(|field| field.parse().ok()) {
                results.add(workload, framework, value);
            }
        }
        Ok(results)
    }

    pub(crate) fn save(&self) -> io::Result<()> {
        let mut text = String::new();
        for ((workload, framework), rounds) in &self.rounds {
            let rounds: Vec<String> = rounds.iter().map(|value| format!("{value:.1}")).collect();
            text += &format!("{workload}\t{framework}\t{}\n", rounds.join("\t"));
        }
        fs::write(FILE, text)
    }

    pub(crate) fn add(&mut self, workload: &str, framework: &str, value: f64) {
        let key = (workload.to_owned(), framework.to_owned());
        self.rounds.entry(key).or_default().push(value);
    }

    pub(crate) fn forget(&mut self, workload: &str) {
        self.rounds.retain(|(of, _), _| of != workload);
    }

    /// The rounds, if there are any.
    pub(crate) fn rounds(&self, workload: &str, framework: &str) -> Option<&[f64]> {
        self.rounds.get(&(workload.to_owned(), framework.to_owned())).map(Vec::as_slice)
    }
}
