//! Which folders are listed in no time, so that a list of them may be made by a thread that serves others.

use crate::store::StorePath;
use quick_cache::sync::Cache;
use std::time::{Duration, Instant};

/// As many folders as are remembered.
const FOLDERS: usize = 4096;
/// As long as it takes to have another thread do it, some times over.
const IN_NO_TIME: Duration = Duration::from_micros(300);
/// For so long the kernel is taken to remember what it has shown.
const LATELY: Duration = Duration::from_secs(10);

/// When each folder was last listed in no time.
#[derive(Debug)]
pub(super) struct Quick {
    listed: Cache<StorePath, Instant>,
}

impl Quick {
    pub(super) fn new() -> Quick {
        Quick { listed: Cache::new(FOLDERS) }
    }

    /// Whether `folder` was listed in no time a moment before `now`.
    pub(super) fn has(&self, folder: &StorePath, now: Instant) -> bool {
        self.listed.get(folder).is_some_and(|at| now.saturating_duration_since(at) < LATELY)
    }

    /// `folder` was listed, from `start` to `end`.
    pub(super) fn note(&self, folder: &StorePath, start: Instant, end: Instant) {
        if end.saturating_duration_since(start) < IN_NO_TIME {
            self.listed.insert(folder.clone(), end);
        } else {
            self.listed.remove(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_quick_while_its_last_list_was() {
        let (quick, folder, start) = (Quick::new(), StorePath::root(), Instant::now());
        assert!(!quick.has(&folder, start));
        quick.note(&folder, start, start + IN_NO_TIME / 2);
        assert!(quick.has(&folder, start + LATELY / 2));
        assert!(!quick.has(&folder, start + 2 * LATELY));
        quick.note(&folder, start, start + 2 * IN_NO_TIME);
        assert!(!quick.has(&folder, start + 2 * IN_NO_TIME));
    }
}
