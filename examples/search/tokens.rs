//! Cuts text into words.

/// Longer runs of letters and digits, in bytes, are data and no words.
const LONGEST: usize = 40;

/// Calls `found` with each word of a text, in small letters.
///
/// A word is a run of letters and digits, and a capital after a small letter begins another one: so
/// `ActorRef` and `actor_ref` are two words each, the same two.
pub(crate) fn each_word(text: &str, mut found: impl FnMut(&str)) {
    let mut word = String::new();
    let mut end = |word: &mut String| {
        if (1..=LONGEST).contains(&word.len()) {
            found(word);
        }
        word.clear();
    };
    let mut after_small = false;
    for letter in text.chars() {
        let is_capital = letter.is_uppercase();
        if !letter.is_alphanumeric() || (is_capital && after_small) {
            end(&mut word);
        }
        if letter.is_ascii_alphanumeric() {
            word.push(letter.to_ascii_lowercase());
        } else if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        after_small = letter.is_lowercase();
    }
    end(&mut word);
}

/// The words of a query, each once, in their order.
pub(crate) fn distinct(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    each_word(text, |word| {
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    });
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        each_word(text, |word| words.push(word.to_owned()));
        words
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        assert_eq!(words("Tell 1 actor, ask another."), ["tell", "1", "actor", "ask", "another"]);
    }

    #[test]
    fn names_in_code_are_cut_in_their_parts() {
        assert_eq!(words("ActorRef::spawn_on(u64)"), ["actor", "ref", "spawn", "on", "u64"]);
    }

    #[test]
    fn other_alphabets_have_words_too() {
        assert_eq!(words("Größe ΣΟΦΙΑ"), ["größe", "σοφια"]);
    }

    #[test]
    fn a_very_long_run_is_no_word() {
        assert_eq!(words(&format!("a {} b", "f".repeat(LONGEST + 1))), ["a", "b"]);
    }

    #[test]
    fn a_query_has_each_word_once() {
        assert_eq!(distinct("ask Tell ASK"), ["ask", "tell"]);
    }

    #[test]
    fn no_text_has_no_words() {
        assert_eq!(words(" ,;\n"), [""; 0]);
    }
}
