//! The progress bar, and the actor that owns it.

use callboard::prelude::*;
use indicatif::{ProgressBar, ProgressStyle};

/// Draws how many of the files found are in the index, on stderr, if that is a terminal.
#[actor]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Default for Progress {
    fn default() -> Self {
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} files");
        let style = style.expect("the template is well formed");
        Self { bar: ProgressBar::new(0).with_style(style) }
    }
}

#[handlers]
impl Progress {
    /// There is one more file.
    #[tell]
    pub(crate) fn found(&mut self) {
        self.bar.inc_length(1);
    }

    /// One more file is done with.
    #[tell]
    pub(crate) fn done(&mut self) {
        self.bar.inc(1);
    }

    /// Takes the bar off the screen. It is answered, so that the asker can print where the bar was.
    #[ask]
    pub(crate) fn finish(&mut self) {
        self.bar.finish_and_clear();
        // A shard's news may still be on its way.
        self.bar = ProgressBar::hidden();
    }
}
