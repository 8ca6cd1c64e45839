//! Files on their way, aside from the assets until they are whole.
//!
//! They lie in the store's own folder, so on the same file system, which a rename needs, and never in an asset's folder.
//! Whoever writes one holds a lock on it. The kernel lets go of the lock when the process ends, however it ends: a file
//! that is not locked has lost its owner, and is swept when a store is opened the next time.

use std::fs::{File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Below the store's top folder.
const FOLDER: &str = ".signalbox/aside";
/// A name is taken already, or swept before it is locked, about never; many times in a row it is a fault.
const ATTEMPTS: u32 = 16;

/// A file that is being written. Dropped before it is [put in place](Aside::put), it is removed.
#[derive(Debug)]
pub(super) struct Aside {
    pub(super) file: File,
    path: PathBuf,
    in_place: bool,
}

impl Aside {
    /// Makes an empty file in the store at `root`.
    pub(super) fn create(root: &Path) -> Result<Aside, Error> {
        let folder = root.join(FOLDER);
        std::fs::create_dir_all(&folder)?;
        for _ in 0..ATTEMPTS {
            // Not to be met again: a sweep that is late must not take a new file for the old one of that name.
            let path = folder.join(format!("{:016x}", RandomState::new().hash_one(std::process::id())));
            let file = match File::options().read(true).write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                file => file?,
            };
            let aside = Aside { file, path, in_place: false };
            match aside.file.try_lock() {
                // Between its making and its locking, a sweep may have taken it for one without an owner.
                Ok(()) if aside.file.metadata()?.nlink() > 0 => return Ok(aside),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Err(Error::other("no file can be made in .signalbox/aside that stays there"))
    }

    /// Puts the file at `place`, over what is there.
    pub(super) fn put(&mut self, place: &Path) -> Result<(), Error> {
        std::fs::rename(&self.path, place)?;
        self.in_place = true;
        Ok(())
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if !self.in_place {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Removes what processes that were killed have left. A store that cannot be written is left as it is.
pub(super) fn sweep(root: &Path) {
    let Ok(entries) = std::fs::read_dir(root.join(FOLDER)) else { return };
    for entry in entries.flatten() {
        let is_ownerless = File::open(entry.path()).is_ok_and(|file| match file.try_lock() {
            Ok(()) => std::fs::remove_file(entry.path()).is_ok(),
            Err(_) => false,
        });
        if is_ownerless {
            tracing::info!(file = ?entry.file_name(), "removed what a process that was ended had begun to write");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(root: &Path) -> usize {
        std::fs::read_dir(root.join(FOLDER)).unwrap().count()
    }

    #[test]
    fn what_is_not_put_in_place_is_removed() {
        let root = tempfile::tempdir().unwrap();
        let mut kept = Aside::create(root.path()).unwrap();
        let dropped = Aside::create(root.path()).unwrap();
        assert_eq!(count(root.path()), 2);
        kept.put(&root.path().join("kept")).unwrap();
        drop((kept, dropped));
        assert_eq!(count(root.path()), 0);
        assert!(root.path().join("kept").exists());
    }

    #[test]
    fn a_sweep_takes_only_what_has_no_owner() {
        let root = tempfile::tempdir().unwrap();
        let owned = Aside::create(root.path()).unwrap();
        std::fs::write(root.path().join(FOLDER).join("left behind"), "x").unwrap();
        sweep(root.path());
        assert_eq!(count(root.path()), 1);
        assert!(owned.path.exists());
    }
}
