//! What a person reads in the player's menu when nobody wrote a label.

use super::{Kind, Language};

/// `English`, `English (SDH)`, `Deutsch (Audiodeskription)`: the language's own name and what the track is for.
pub fn default_label(_language: &Language, _kind: Kind) -> String {
    todo!()
}

/// Makes labels distinct by a number behind each repeated one (` 2`).
pub fn distinct_labels(_labels: &mut [String]) {
    todo!()
}
