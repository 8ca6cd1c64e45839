//! One lock for all who write into a store: the threads of this process and other processes of this machine.
//!
//! It is held while the present version of a file is compared with the expected one and another is put in its place,
//! never while bytes are written: some ten microseconds, so one lock for the whole store is enough, and one small file
//! is all that is left lying about.

use std::fs::{File, TryLockError};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Below the store's top folder.
const FILE: &str = ".signalbox/lock";
/// Whoever holds the lock for longer hangs or was stopped.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(10);

/// Held until it is dropped, or the process ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock of the store at `root`.
    pub(super) fn acquire(root: &Path) -> Result<Lock, Error> {
        Lock::acquire_within(root, PATIENCE)
    }

    fn acquire_within(root: &Path, patience: Duration) -> Result<Lock, Error> {
        let begin = Instant::now();
        let mut pause = Duration::from_micros(100);
        loop {
            let file = open(&root.join(FILE))?;
            match file.try_lock() {
                // A lock on a file that was removed, with the whole folder, keeps nobody out.
                Ok(()) if file.metadata()?.nlink() > 0 => return Ok(Lock { _file: file }),
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    if begin.elapsed() > patience {
                        let waited = patience.as_secs();
                        let problem = format!("another process has held .signalbox/lock for {waited} s; end it");
                        return Err(Error::new(ErrorKind::TimedOut, problem));
                    }
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

/// The lock file, made where there is none. One that another user made can be locked though it cannot be written.
fn open(path: &Path) -> Result<File, Error> {
    if let Ok(file) = File::open(path) {
        return Ok(file);
    }
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    File::options().read(true).write(true).create(true).truncate(false).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        let root = tempfile::tempdir().unwrap();
        let counted = root.path().join("counter");
        std::fs::write(&counted, "0").unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let _lock = Lock::acquire(root.path()).unwrap();
                        let count: u32 = std::fs::read_to_string(&counted).unwrap().parse().unwrap();
                        std::fs::write(&counted, (count + 1).to_string()).unwrap();
                    }
                });
            }
        });
        assert_eq!(std::fs::read_to_string(&counted).unwrap(), "200");
    }

    #[test]
    fn who_holds_it_for_too_long_is_told_of() {
        let root = tempfile::tempdir().unwrap();
        let _held = Lock::acquire(root.path()).unwrap();
        let error = Lock::acquire_within(root.path(), Duration::ZERO).unwrap_err();
        assert!(error.to_string().contains(".signalbox/lock"), "{error}");
    }

    #[test]
    fn a_folder_that_was_removed_under_the_lock_keeps_nobody_out() {
        let root = tempfile::tempdir().unwrap();
        let _held = Lock::acquire(root.path()).unwrap();
        std::fs::remove_dir_all(root.path().join(".signalbox")).unwrap();
        assert!(Lock::acquire_within(root.path(), Duration::ZERO).is_ok());
    }
}
