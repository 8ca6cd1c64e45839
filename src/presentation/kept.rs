//! What was worked out once and is asked for again.

use std::sync::Mutex;

/// The value of the last key asked for. Whoever asks for it while it is worked out waits for it.
///
/// It is kept with what it is worked out from, such as the index of a file, and goes when that goes; so one value is
/// enough, and the key names only what may change meanwhile.
#[derive(Debug)]
pub(super) struct Kept<K, V>(Mutex<Option<(K, V)>>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Kept(Mutex::new(None))
    }
}

impl<K: PartialEq, V: Clone> Kept<K, V> {
    /// The value of `key`, worked out by `make` unless it is the one that is kept.
    pub(super) fn of(&self, key: K, make: impl FnOnce() -> V) -> V {
        // Only a defect leaves the lock poisoned; then nothing is kept, and nothing is wrong.
        let Ok(mut kept) = self.0.lock() else { return make() };
        match &*kept {
            Some((known, value)) if *known == key => value.clone(),
            _ => {
                let value = make();
                *kept = Some((key, value.clone()));
                value
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_is_worked_out_once() {
        let (kept, mut made) = (Kept::default(), Vec::new());
        for key in [1, 1, 2, 2, 1] {
            let double = kept.of(key, || {
                made.push(key);
                key * 2
            });
            assert_eq!(double, key * 2);
        }
        assert_eq!(made, [1, 2, 1]);
    }
}
