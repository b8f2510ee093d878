//! Which places of a table are free: the lowest is taken first.
//!
//! So what is set in a row lies in a row, whatever order the places came back in, and a table that has become
//! nearly empty is used at its beginning, which is in a cache.

/// A word has so many bits.
const BITS: usize = u64::BITS as usize;

/// Above the places, words that say which words below them have a free place.
const LEVELS: usize = 3;

/// Free places of a table, a bit each.
#[derive(Default)]
pub(super) struct Places {
    levels: [Vec<u64>; LEVELS],
}

impl Places {
    /// The lowest free place, which is free no more. The words of the highest level are looked at in turn: one for
    /// 262,144 places.
    pub(super) fn take(&mut self) -> Option<u32> {
        let top = &self.levels[LEVELS - 1];
        let mut at = top.iter().position(|word| *word != 0)?;
        for level in self.levels.iter().rev() {
            at = at * BITS + level[at].trailing_zeros() as usize;
        }
        let place = at as u32;
        for level in &mut self.levels {
            level[at / BITS] &= !(1 << (at % BITS));
            at /= BITS;
            if level[at] != 0 {
                break;
            }
        }
        Some(place)
    }

    /// A place becomes free, one of those there are.
    pub(super) fn put(&mut self, place: u32) {
        let mut at = place as usize;
        for level in &mut self.levels {
            let word = &mut level[at / BITS];
            let before = *word;
            *word |= 1 << (at % BITS);
            // Then the words above say so already.
            if before != 0 {
                return;
            }
            at /= BITS;
        }
    }

    /// There are so many places from now on; new ones are not free.
    pub(super) fn grow(&mut self, places: usize) {
        let mut words = places;
        for level in &mut self.levels {
            words = words.div_ceil(BITS);
            level.resize(words, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 4 } else { 256 },
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn the_lowest_place_is_taken_as_of_a_sorted_set(
            steps in prop::collection::vec(prop::option::of(0_u32..300_000), 0..200),
        ) {
            let (mut places, mut model) = (Places::default(), BTreeSet::new());
            places.grow(300_000);
            for step in steps {
                match step {
                    Some(place) => {
                        places.put(place);
                        model.insert(place);
                    }
                    None => prop_assert_eq!(places.take(), model.pop_first()),
                }
            }
            while let Some(place) = model.pop_first() {
                prop_assert_eq!(places.take(), Some(place));
            }
            prop_assert_eq!(places.take(), None);
        }
    }
}
