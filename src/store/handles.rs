//! Open files, kept so that reading the next block of a file costs no `open`.
//!
//! A handle holds the space of a deleted file, so one that nobody reads is let go after a minute (at the next use of
//! the store), and the number of handles is bounded.

use super::open_file::OpenFile;
use super::{FileVersion, StorePath};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Far below the usual limit of 1024 descriptors a process starts with.
const CAPACITY: usize = 256;
const KEPT_UNUSED: Duration = Duration::from_secs(60);
const SWEEP_EVERY: Duration = Duration::from_secs(10);

/// At most [`CAPACITY`] open files, one per path.
#[derive(Debug)]
pub(super) struct Handles {
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    handles: HashMap<StorePath, Handle>,
    swept: Instant,
}

#[derive(Debug)]
struct Handle {
    version: FileVersion,
    file: Arc<OpenFile>,
    used: Instant,
}

impl Handles {
    pub(super) fn new() -> Self {
        Handles { kept: Mutex::new(Kept { handles: HashMap::new(), swept: Instant::now() }) }
    }

    /// The open file at `path`, where it holds `version`. Lets go of what was unused for a minute, at most every ten
    /// seconds.
    pub(super) fn get(&self, path: &StorePath, version: &FileVersion, now: Instant) -> Option<Arc<OpenFile>> {
        let mut kept = self.lock();
        kept.sweep(now);
        let handle = kept.handles.get_mut(path).filter(|handle| handle.version == *version)?;
        handle.used = now;
        Some(handle.file.clone())
    }

    /// Keeps `file`, in place of an older version or of the handle that was unused the longest.
    pub(super) fn put(&self, path: &StorePath, version: &FileVersion, file: &Arc<OpenFile>) {
        let mut kept = self.lock();
        if kept.handles.len() >= CAPACITY && !kept.handles.contains_key(path) {
            let oldest = kept.handles.iter().min_by_key(|(_, handle)| handle.used).map(|(path, _)| path.clone());
            oldest.and_then(|path| kept.handles.remove(&path));
        }
        let handle = Handle { version: version.clone(), file: file.clone(), used: Instant::now() };
        kept.handles.insert(path.clone(), handle);
    }

    /// Lets go of the file at `path`, which was replaced or removed.
    pub(super) fn forget(&self, path: &StorePath) {
        self.lock().handles.remove(path);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // The map is whole between any two statements, so a panic elsewhere spoils nothing.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn sweep(&mut self, now: Instant) {
        if now.saturating_duration_since(self.swept) >= SWEEP_EVERY {
            self.swept = now;
            self.handles.retain(|_, handle| now.saturating_duration_since(handle.used) < KEPT_UNUSED);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Arc<OpenFile> {
        let file = tempfile::NamedTempFile::new().unwrap();
        Arc::new(OpenFile::open(file.path().to_owned(), file.path().to_owned()).unwrap())
    }

    fn version(tag: &str) -> FileVersion {
        FileVersion { size: 1, tag: tag.to_owned(), instance: 0 }
    }

    fn path(name: &str) -> StorePath {
        StorePath::parse(name).unwrap()
    }

    #[test]
    fn gives_a_handle_of_the_asked_version_only() {
        let handles = Handles::new();
        let (old, new) = (version("old"), version("new"));
        handles.put(&path("a"), &old, &file());
        assert!(handles.get(&path("a"), &old, Instant::now()).is_some());
        assert!(handles.get(&path("a"), &new, Instant::now()).is_none());
        handles.put(&path("a"), &new, &file());
        assert!(handles.get(&path("a"), &old, Instant::now()).is_none());
        handles.forget(&path("a"));
        assert!(handles.get(&path("a"), &new, Instant::now()).is_none());
    }

    #[test]
    fn keeps_no_more_than_its_capacity_and_drops_the_longest_unused() {
        let handles = Handles::new();
        let (file, version) = (file(), version("v"));
        for number in 0..CAPACITY {
            handles.put(&path(&number.to_string()), &version, &file);
        }
        assert!(handles.get(&path("0"), &version, Instant::now()).is_some());
        handles.put(&path("one more"), &version, &file);
        assert_eq!(handles.lock().handles.len(), CAPACITY);
        assert!(handles.get(&path("0"), &version, Instant::now()).is_some(), "used last");
        assert!(handles.get(&path("1"), &version, Instant::now()).is_none(), "unused the longest");
    }

    #[test]
    fn a_sweep_closes_what_is_unused_for_a_minute() {
        let handles = Handles::new();
        let (file, version) = (file(), version("v"));
        handles.put(&path("a"), &version, &file);
        let now = Instant::now();
        handles.get(&path("b"), &version, now + KEPT_UNUSED / 2);
        assert_eq!(Arc::strong_count(&file), 2);
        handles.get(&path("b"), &version, now + KEPT_UNUSED + SWEEP_EVERY);
        assert_eq!(Arc::strong_count(&file), 1);
    }
}
