//! Writes into a local folder: aside, made durable, then put in place by one rename under the store's lock.
//!
//! Killed at any moment, or cut off from its power, a machine has the old content or the new one. Two contents of one
//! file never share a version: sizes and inodes may come again, so each new file is made strictly later than the one it
//! replaces, whatever the clock and the resolution of the file system.

use super::super::{FileVersion, StoreError, StorePath, Writing};
use super::aside::Aside;
use super::lock::Lock;
use super::{Folder, failed, is_absent, version};
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
            Err(error) if !is_absent(&error) => Err(unwritten(path, error)),
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

#[cfg(test)]
mod tests {
    use super::super::super::Store;
    use super::super::LocalStore;
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::time::UNIX_EPOCH;

    fn store() -> (tempfile::TempDir, LocalStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::open(folder.path()).unwrap();
        (folder, store)
    }

    fn path(path: &str) -> StorePath {
        StorePath::parse(path).unwrap()
    }

    async fn write(store: &LocalStore, file: &str, bytes: &'static [u8]) -> Result<FileVersion, StoreError> {
        let file = path(file);
        let version = store.stat(&file).await.ok();
        let mut writing = store.write(&file, version.as_ref()).await?;
        writing.append(Bytes::from_static(bytes)).await?;
        writing.commit().await
    }

    fn reason(result: Result<FileVersion, StoreError>) -> String {
        match result {
            Err(StoreError::Unwritten { reason, .. }) => reason,
            other => panic!("it should not be written: {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_link_is_never_written_through_out_of_the_store() {
        let (folder, store) = store();
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("theirs"), "theirs").unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        symlink(outside.path().join("theirs"), folder.path().join("a/out")).unwrap();
        symlink(outside.path().join("new"), folder.path().join("a/dangling")).unwrap();
        symlink(outside.path(), folder.path().join("folder")).unwrap();
        symlink(outside.path().join("none"), folder.path().join("none")).unwrap();
        for file in ["a/out", "a/dangling", "folder/theirs", "folder/new", "folder/deep/new"] {
            assert!(reason(write(&store, file, b"ours").await).contains("link"), "{file}");
        }
        assert!(write(&store, "none/new", b"ours").await.is_err());
        let version = super::version(&std::fs::metadata(outside.path().join("theirs")).unwrap());
        for file in ["a/out", "folder/theirs"] {
            assert!(store.remove(&path(file), &version).await.is_err(), "{file}");
        }
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 1);
        assert_eq!(std::fs::read_to_string(outside.path().join("theirs")).unwrap(), "theirs");
    }

    #[tokio::test]
    async fn a_link_within_the_store_stays_one() {
        let (folder, store) = store();
        for name in ["a", "b"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("a/shared"), "old").unwrap();
        symlink("../a/shared", folder.path().join("b/shared")).unwrap();
        write(&store, "b/shared", b"new").await.unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join("a/shared")).unwrap(), "new");
        assert!(folder.path().join("b/shared").is_symlink());
        // Removed is the link alone.
        let version = store.stat(&path("b/shared")).await.unwrap();
        store.remove(&path("b/shared"), &version).await.unwrap();
        assert!(folder.path().join("a/shared").exists() && !folder.path().join("b/shared").is_symlink());
    }

    #[tokio::test]
    async fn who_may_read_a_file_stays_as_it_is() {
        let (folder, store) = store();
        let mode = |file: &str| std::fs::metadata(folder.path().join(file)).unwrap().mode() & 0o777;
        write(&store, "a", b"one").await.unwrap();
        std::fs::write(folder.path().join("by hand"), "").unwrap();
        assert_eq!(mode("a"), mode("by hand"), "a new file has what the process gives all");
        for kept in [0o600, 0o664, 0o444] {
            std::fs::set_permissions(folder.path().join("a"), std::fs::Permissions::from_mode(kept)).unwrap();
            write(&store, "a", b"two").await.unwrap();
            assert_eq!(mode("a"), kept);
        }
    }

    #[tokio::test]
    async fn a_new_content_is_later_even_than_one_from_the_future() {
        let (folder, store) = store();
        write(&store, "a", b"one").await.unwrap();
        let future = UNIX_EPOCH + Duration::from_secs(5_000_000_000);
        File::options().write(true).open(folder.path().join("a")).unwrap().set_modified(future).unwrap();
        for _ in 0..3 {
            let before = std::fs::metadata(folder.path().join("a")).unwrap().modified().unwrap();
            write(&store, "a", b"two").await.unwrap();
            assert!(std::fs::metadata(folder.path().join("a")).unwrap().modified().unwrap() > before);
        }
    }

    #[tokio::test]
    async fn what_cannot_be_is_told_and_leaves_nothing() {
        let (folder, store) = store();
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        std::fs::write(folder.path().join("file"), "x").unwrap();
        assert!(reason(write(&store, "folder", b"x").await).contains("no file"));
        assert!(reason(write(&store, "file/x", b"x").await).contains("a file, not a folder"));
        let aside = folder.path().join(".signalbox/aside");
        assert!(!aside.exists() || std::fs::read_dir(aside).unwrap().count() == 0);
    }

    #[test]
    fn the_machine_s_word_becomes_one_that_helps() {
        let told = |kind: ErrorKind| unwritten(&path("a/b"), kind.into());
        assert!(matches!(told(ErrorKind::ReadOnlyFilesystem), StoreError::ReadOnly { .. }));
        assert!(matches!(told(ErrorKind::StorageFull), StoreError::Full { .. }));
        assert!(told(ErrorKind::PermissionDenied).to_string().contains(".signalbox"));
        assert!(told(ErrorKind::CrossesDevices).to_string().contains("another file system"));
        // Of a file system that takes less than a path of a store may have.
        assert!(told(ErrorKind::InvalidFilename).to_string().contains("too long"));
    }

    #[tokio::test]
    async fn opening_a_store_sweeps_what_the_dead_left_and_nothing_of_the_living() {
        let (folder, store) = store();
        let mut writing = store.write(&path("a"), None).await.unwrap();
        writing.append(Bytes::from_static(b"living")).await.unwrap();
        std::fs::write(folder.path().join(".signalbox/aside/dead"), "x").unwrap();
        LocalStore::open(folder.path()).unwrap();
        assert_eq!(std::fs::read_dir(folder.path().join(".signalbox/aside")).unwrap().count(), 1);
        writing.commit().await.unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join("a")).unwrap(), "living");
    }

    #[test]
    fn a_write_that_was_broken_off_is_not_committed() {
        let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
        runtime.block_on(async {
            let (folder, store) = store();
            let mut writing = store.write(&path("a"), None).await.unwrap();
            // The one thread that could write is taken, so that it is not done at once.
            let (release, released) = std::sync::mpsc::channel::<()>();
            let taken = tokio::task::spawn_blocking(move || released.recv());
            // Polled once and dropped, as when a client goes away: whether the bytes came is not known.
            assert!(futures_util::FutureExt::now_or_never(writing.append(Bytes::from_static(b"12345"))).is_none());
            drop(release);
            assert!(taken.await.unwrap().is_err());
            assert!(writing.append(Bytes::from_static(b"678")).await.is_err());
            assert!(writing.commit().await.is_err());
            assert!(!folder.path().join("a").exists());
        });
    }
}
