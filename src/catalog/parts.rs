//! Parts of an asset's presentation, such as filters make of it, kept with the asset.

use crate::presentation::Presentation;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// So many are kept: of one asset few are asked for at a time, and each is made in a moment.
const MOST: usize = 8;

/// Parts by a word that says which.
#[derive(Debug, Default)]
pub struct Parts(Mutex<VecDeque<(String, Arc<Presentation>)>>);

impl Parts {
    /// The part of that word, or made now. The one that was asked for longest ago goes.
    pub fn get<E>(&self, key: &str, make: impl FnOnce() -> Result<Presentation, E>) -> Result<Arc<Presentation>, E> {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = parts.iter().position(|(known, _)| known == key).and_then(|place| parts.remove(place));
        let part = match found {
            Some((_, part)) => part,
            None => Arc::new(make()?),
        };
        parts.truncate(MOST - 1);
        parts.push_front((key.to_owned(), Arc::clone(&part)));
        Ok(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presentation::testing::{SIX_SECONDS, aac, source};

    #[test]
    fn those_asked_for_last_are_kept() {
        let parts = Parts::default();
        let mut made = Vec::new();
        let mut ask = |key: &str| {
            let make = || {
                made.push(key.to_owned());
                Presentation::new(&[source("sound", aac(100))], SIX_SECONDS)
            };
            parts.get(key, make).unwrap();
        };
        ask("0");
        (0..MOST).for_each(|number| ask(&number.to_string()));
        ask("0");
        ask("new");
        ask("0");
        ask("1");
        assert_eq!(made, ["0", "1", "2", "3", "4", "5", "6", "7", "new", "1"]);
        let nothing = parts.get("bad", || Err::<Presentation, _>("why"));
        assert_eq!(nothing.err(), Some("why"));
    }
}
