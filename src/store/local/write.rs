//! Writes into a local folder: aside, made durable, then put in place by one rename under the store's lock.
//!
//! Killed at any moment, or cut off from its power, a machine has the old content or the new one. Two contents of one
//! file never share a version: sizes and inodes may come again, so each new file is made strictly later than the one it
//! replaces, whatever the clock and the resolution of the file system.

use super::super::{FileVersion, StoreError, StorePath, Writing};
use super::aside::Aside;
use super::lock::Lock;
use super::{Folder, failed, version};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::fs::File;
use std::io::{Error, ErrorKind, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The new content of a file in a [`Folder`].
pub(super) struct LocalWriting {
    folder: Arc<Folder>,
    path: StorePath,
    replaces: Option<FileVersion>,
    /// `None` while it is written to, and for good where that was broken off or failed.
    aside: Option<Aside>,
    size: u64,
}

impl LocalWriting {
    /// Begins to write. May block.
    pub(super) fn begin(
        folder: Arc<Folder>,
        path: &StorePath,
        replaces: Option<FileVersion>,
    ) -> Result<LocalWriting, StoreError> {
        let place = folder.place(path)?;
        let aside = Aside::create(&folder.root).map_err(|error| unwritten(path, error))?;
        if let Ok(replaced) = std::fs::metadata(place) {
            // Who may read it must not change, not even while it is on its way.
            aside.file.set_permissions(replaced.permissions()).map_err(|error| unwritten(path, error))?;
        }
        Ok(LocalWriting { folder, path: path.clone(), replaces, aside: Some(aside), size: 0 })
    }

    /// Does `work` on the file, where it may block. Broken off or failed, the file is lost.
    fn run<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&Aside) -> Result<T, Error> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, StoreError>> {
        async move {
            let aside = self.aside.take().ok_or_else(|| broken_off(&self.path))?;
            let done = tokio::task::spawn_blocking(move || work(&aside).map(|value| (aside, value))).await;
            let done = done.map_err(|error| failed(&self.path, error))?;
            let (aside, value) = done.map_err(|error| unwritten(&self.path, error))?;
            self.aside = Some(aside);
            Ok(value)
        }
        .boxed()
    }
}

impl Writing for LocalWriting {
    fn append(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        self.size += bytes.len() as u64;
        self.run(move |aside| (&aside.file).write_all(&bytes))
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes, StoreError>> {
        async move {
            let Some(aside) = &self.aside else { return Err(broken_off(&self.path)) };
            if range.start > range.end || range.end > self.size {
                return Err(failed(&self.path, "bytes were asked for that are not written yet"));
            }
            let file = aside.file.try_clone().map_err(|error| failed(&self.path, error))?;
            let mut bytes = vec![0; (range.end - range.start) as usize];
            let read = tokio::task::spawn_blocking(move || file.read_exact_at(&mut bytes, range.start).map(|()| bytes));
            let bytes = read.await.map_err(|error| failed(&self.path, error))?;
            bytes.map(Bytes::from).map_err(|error| failed(&self.path, error))
        }
        .boxed()
    }

    fn replace(&mut self, version: Option<FileVersion>) {
        self.replaces = version;
    }

    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<FileVersion, StoreError>> {
        async move {
            let LocalWriting { folder, path, replaces, aside, .. } = *self;
            let aside = aside.ok_or_else(|| broken_off(&path))?;
            let name = path.clone();
            let done = tokio::task::spawn_blocking(move || folder.put(&path, replaces.as_ref(), aside)).await;
            done.unwrap_or_else(|error| Err(failed(&name, error)))
        }
        .boxed()
    }
}

impl Folder {
    /// Puts a file at `path`, if that still has the version it `replaces`.
    fn put(
        &self,
        path: &StorePath,
        replaces: Option<&FileVersion>,
        mut aside: Aside,
    ) -> Result<FileVersion, StoreError> {
        let fault = |error| unwritten(path, error);
        // The exact time: the kernel's own may stand still for milliseconds.
        aside.file.set_modified(SystemTime::now()).and_then(|()| aside.file.sync_all()).map_err(fault)?;
        let lock = Lock::acquire(&self.root).map_err(fault)?;
        let place = self.place(path)?;
        let present = self.present(path)?;
        if present.as_ref() != replaces {
            return Err(StoreError::Changed { path: path.to_string() });
        }
        if present.is_some() {
            make_later(&aside.file, &place).map_err(fault)?;
        }
        let parent = place.parent().unwrap_or(&self.root);
        make_folders(parent).map_err(fault)?;
        aside.put(&place).map_err(fault)?;
        drop(lock);
        sync_folder(parent).map_err(fault)?;
        self.handles.forget(path);
        Ok(version(&aside.file.metadata().map_err(fault)?))
    }

    /// Removes the file at `path`, if it still has `version`. Of a link, the link.
    pub(super) fn remove(&self, path: &StorePath, version: &FileVersion) -> Result<(), StoreError> {
        let fault = |error| unwritten(path, error);
        let lock = Lock::acquire(&self.root).map_err(fault)?;
        let place = self.real_parent(path)?;
        if self.present(path)?.as_ref() != Some(version) {
            return Err(StoreError::Changed { path: path.to_string() });
        }
        std::fs::remove_file(&place).map_err(fault)?;
        drop(lock);
        self.handles.forget(path);
        sync_folder(place.parent().unwrap_or(&self.root)).map_err(fault)
    }

    /// The version of the file at `path`; `None` where there is none.
    fn present(&self, path: &StorePath) -> Result<Option<FileVersion>, StoreError> {
        match self.locate(path) {
            Ok((_, metadata)) => Ok(Some(version(&metadata))),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Where a new content of `path` must be put: a link is followed within the store, and never out of it.
    fn place(&self, path: &StorePath) -> Result<PathBuf, StoreError> {
        let place = self.real_parent(path)?;
        match std::fs::symlink_metadata(&place) {
            Ok(metadata) if metadata.is_symlink() => match self.locate(path) {
                Ok((target, _)) => Ok(target),
                Err(StoreError::NotFound { .. }) => {
                    let reason = "it is a link that leads out of the store, or to no file; remove the link";
                    Err(StoreError::Unwritten { path: path.to_string(), reason: reason.to_owned() })
                }
                Err(error) => Err(error),
            },
            Ok(metadata) if !metadata.is_file() => {
                let reason = "something that is no file has that name";
                Err(StoreError::Unwritten { path: path.to_string(), reason: reason.to_owned() })
            }
            _ => Ok(place),
        }
    }

    /// `path` with the links in its folders followed. Folders that are missing are taken as they will be made.
    fn real_parent(&self, path: &StorePath) -> Result<PathBuf, StoreError> {
        let (mut parent, name) = match path.as_str().rsplit_once('/') {
            Some((parent, name)) => (self.root.join(parent), name),
            None => (self.root.clone(), path.as_str()),
        };
        let mut missing = vec![std::ffi::OsString::from(name)];
        loop {
            match parent.canonicalize() {
                Ok(mut real) if real.starts_with(&self.root) => {
                    real.extend(missing.iter().rev());
                    return Ok(real);
                }
                Ok(_) => {
                    let reason = "its folder is a link that leads out of the store";
                    return Err(StoreError::Unwritten { path: path.to_string(), reason: reason.to_owned() });
                }
                Err(error) if error.kind() == ErrorKind::NotFound && parent != self.root => {
                    missing.extend(parent.file_name().map(ToOwned::to_owned));
                    parent.pop();
                }
                Err(error) => return Err(unwritten(path, error)),
            }
        }
    }
}

/// Gives `file` a later time than what is at `place`, where it has not got one by the clock. A file system may keep
/// time in steps of up to two seconds.
fn make_later(file: &File, place: &Path) -> Result<(), Error> {
    const STEPS: [Duration; 5] = [
        Duration::ZERO,
        Duration::from_nanos(1),
        Duration::from_micros(1),
        Duration::from_millis(1),
        Duration::from_secs(2),
    ];
    let before = std::fs::metadata(place)?.modified()?;
    for step in STEPS {
        if !step.is_zero() {
            file.set_modified(before + step)?;
            file.sync_all()?;
        }
        if file.metadata()?.modified()? > before {
            return Ok(());
        }
    }
    Err(Error::other("the file system keeps no times, by which a new content is told from the old"))
}

/// Makes `folder` and those above it that are missing, durably.
fn make_folders(folder: &Path) -> Result<(), Error> {
    if folder.is_dir() {
        return Ok(());
    }
    let Some(parent) = folder.parent() else { return Ok(()) };
    make_folders(parent)?;
    match std::fs::create_dir(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    sync_folder(parent)
}

/// Makes names durable: a rename is not until its folder is.
fn sync_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder)?.sync_all()
}

fn broken_off(path: &StorePath) -> StoreError {
    let reason = "writing it was broken off".to_owned();
    StoreError::Unwritten { path: path.to_string(), reason }
}

fn unwritten(path: &StorePath, error: Error) -> StoreError {
    let path = path.to_string();
    let reason = match error.kind() {
        ErrorKind::ReadOnlyFilesystem => return StoreError::ReadOnly { path },
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => return StoreError::Full { path },
        ErrorKind::PermissionDenied => {
            "permission denied; the user whom this program runs as must be allowed to write in the asset's folder and \
             in .signalbox, in the store's top folder"
                .to_owned()
        }
        ErrorKind::CrossesDevices => {
            "its folder lies on another file system than .signalbox, in the store's top folder; make it a store of its \
             own"
            .to_owned()
        }
        ErrorKind::InvalidFilename => "its name is too long for the file system".to_owned(),
        ErrorKind::NotADirectory => "a part of its path is a file, not a folder".to_owned(),
        _ => error.to_string(),
    };
    StoreError::Unwritten { path, reason }
}
