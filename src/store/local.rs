//! A local folder as a store.
//!
//! The version of a file is its size, modification time and inode, so a file that is replaced, cut short or written
//! anew is another version. Every read compares before and after: a server that runs while files are exchanged under
//! it answers with an error, never with the bytes of one file at the places of another. Size and modification time
//! alone stand for the content: a copy on another machine that keeps the time (`rsync -a`) is the same content.

mod aside;
mod beneath;
mod lock;
mod quick;
mod write;

use super::blocks::Blocks;
use super::handles::Handles;
use super::open_file::{OpenFile, Patience, Read, Stamp};
use super::{FileEntry, FileVersion, Listing, Mapped, Store, StoreError, StorePath, Writing};
use beneath::{Names, open_file, open_folder, open_place};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use quick::Quick;
use rustix::fs::{AtFlags, Dir, FileType, statat};
use std::fs::{File, Metadata};
use std::io::{Error, ErrorKind};
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use write::LocalWriting;

/// Files up to this size, in bytes, are no media that is read again and again.
const READ_ONCE: u64 = 256 << 10;

/// A folder of this machine. A symbolic link that leads out of it is treated as absent.
#[derive(Debug, Clone)]
pub struct LocalStore {
    folder: Arc<Folder>,
}

#[derive(Debug)]
struct Folder {
    /// Absolute and free of symbolic links.
    root: PathBuf,
    handles: Handles,
    blocks: Arc<Blocks>,
    /// Folders that are listed in no time.
    quick: Quick,
}

impl LocalStore {
    /// Opens the folder at `path`, which must exist and be readable.
    pub fn open(path: impl AsRef<Path>) -> Result<LocalStore, StoreError> {
        let path = path.as_ref();
        let failed = |reason: String| StoreError::Failed { path: path.display().to_string(), reason };
        let root = path.canonicalize().map_err(|error| match error.kind() {
            ErrorKind::NotFound => StoreError::NotFound { path: path.display().to_string() },
            _ => failed(error.to_string()),
        })?;
        match std::fs::read_dir(&root) {
            Ok(_) => {
                aside::sweep(&root);
                let folder = Folder { root, handles: Handles::new(), blocks: Arc::default(), quick: Quick::new() };
                Ok(LocalStore { folder: Arc::new(folder) })
            }
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                Err(failed("it is not a folder; name the folder that holds the assets".to_owned()))
            }
            Err(error) => Err(failed(error.to_string())),
        }
    }

    /// Runs `work` where it may block.
    fn run<T: Send + 'static>(
        &self,
        path: &StorePath,
        work: impl FnOnce(&Folder, &StorePath) -> Result<T, StoreError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, StoreError>> {
        let (folder, path) = (self.folder.clone(), path.clone());
        async move {
            let name = path.clone();
            let done = tokio::task::spawn_blocking(move || work(&folder, &path));
            done.await.unwrap_or_else(|error| Err(failed(&name, error)))
        }
        .boxed()
    }
}

impl Store for LocalStore {
    fn list<'a>(&'a self, folder: &'a StorePath) -> BoxFuture<'a, Result<Listing, StoreError>> {
        async move {
            match self.folder.list_at_once(folder) {
                Some(listing) => Ok(listing),
                None => self.run(folder, |shared, folder| shared.list(folder, Names::OfTheDisk)).await,
            }
        }
        .boxed()
    }

    fn stat<'a>(&'a self, file: &'a StorePath) -> BoxFuture<'a, Result<FileVersion, StoreError>> {
        self.run(file, |folder, file| Ok(version(&folder.locate(file)?.1)))
    }

    fn read<'a>(
        &'a self,
        file: &'a StorePath,
        version: &'a FileVersion,
        range: Range<u64>,
    ) -> BoxFuture<'a, Result<Bytes, StoreError>> {
        async move { self.read_ranges(file, version, &[range]).await }.boxed()
    }

    fn gather<'a>(
        &'a self,
        file: &'a StorePath,
        version: &'a FileVersion,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Bytes, StoreError>> {
        self.read_ranges(file, version, ranges).boxed()
    }

    fn map(&self, file: &StorePath, version: &FileVersion) -> Option<Mapped> {
        self.folder.handles.get(file, version, Instant::now())?.map()
    }

    fn write<'a>(
        &'a self,
        file: &'a StorePath,
        replaces: Option<&'a FileVersion>,
    ) -> BoxFuture<'a, Result<Box<dyn Writing>, StoreError>> {
        let (folder, replaces) = (Arc::clone(&self.folder), replaces.cloned());
        self.run(file, move |_, file| Ok(Box::new(LocalWriting::begin(folder, file, replaces)?) as Box<dyn Writing>))
    }

    fn remove<'a>(&'a self, file: &'a StorePath, version: &'a FileVersion) -> BoxFuture<'a, Result<(), StoreError>> {
        let version = version.clone();
        self.run(file, move |folder, file| folder.remove(file, &version))
    }
}

impl LocalStore {
    /// Reads at once what is in memory; what is not, where it may wait.
    async fn read_ranges(
        &self,
        file: &StorePath,
        version: &FileVersion,
        ranges: &[Range<u64>],
    ) -> Result<Bytes, StoreError> {
        if let Some(done) = self.folder.read_at_once(file, version, ranges) {
            return done;
        }
        let (version, ranges) = (version.clone(), ranges.to_vec());
        self.run(file, move |folder, file| folder.read(file, &version, &ranges)).await
    }
}

impl Folder {
    /// Lists a folder that was listed in no time a moment ago, where the kernel still knows its name. No call says whether
    /// the entries are in memory as well.
    fn list_at_once(&self, path: &StorePath) -> Option<Listing> {
        if !self.quick.has(path, Instant::now()) {
            return None;
        }
        self.list(path, Names::InMemory).ok()
    }

    fn list(&self, path: &StorePath, names: Names) -> Result<Listing, StoreError> {
        let start = Instant::now();
        let folder = match (open_folder(&self.root, path, names), names) {
            (Ok(folder), _) => folder,
            (Err(error), Names::InMemory) => return Err(from_io(path, error.into())),
            (Err(_), Names::OfTheDisk) => {
                open_place(&self.resolve(path)?).map_err(|error| from_io(path, error.into()))?
            }
        };
        let listing = self.listing(path, folder).map_err(|error| from_io(path, error))?;
        self.quick.note(path, start, Instant::now());
        Ok(listing)
    }

    fn listing(&self, path: &StorePath, folder: OwnedFd) -> std::io::Result<Listing> {
        let mut listing = Listing::default();
        let mut folder = Dir::new(folder)?;
        while let Some(entry) = folder.read() {
            let entry = entry?;
            if entry.file_name().to_bytes().starts_with(b".") {
                continue;
            }
            let Some((name, child)) = entry.file_name().to_str().ok().and_then(|name| Some((name, path.join(name)?)))
            else {
                // At every listing: a folder is listed for as long as its asset is played.
                tracing::debug!(folder = path.as_str(), name = ?entry.file_name(), "left out: the name cannot be part of a path");
                continue;
            };
            let found = match statat(folder.fd()?, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW) {
                Ok(found) => found,
                // Gone since its name was read.
                Err(error) if is_absent(&error.into()) => continue,
                Err(error) => return Err(error.into()),
            };
            match FileType::from_raw_mode(found.st_mode) {
                FileType::Directory => listing.folders.push(name.to_owned()),
                FileType::RegularFile => {
                    listing.files.push(FileEntry { name: name.to_owned(), version: Stamp::of_stat(&found).version() });
                }
                FileType::Symlink => listing.files.extend(self.linked(name, &child)?),
                _ => {}
            }
        }
        listing.files.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        listing.folders.sort_unstable();
        Ok(listing)
    }

    /// The file that the link at `path` leads to; not a folder, nor what lies outside of the store or nowhere.
    fn linked(&self, name: &str, path: &StorePath) -> std::io::Result<Option<FileEntry>> {
        let target = match self.resolve(path) {
            Ok(target) => target,
            Err(error) => {
                tracing::debug!(path = path.as_str(), %error, "link left out");
                return Ok(None);
            }
        };
        match std::fs::metadata(target) {
            Ok(metadata) if metadata.is_file() => {
                Ok(Some(FileEntry { name: name.to_owned(), version: version(&metadata) }))
            }
            Ok(_) => Ok(None),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What can be read without waiting: what is in memory, of a file that is open, or of one that is read whole and once.
    /// The name of an open file was looked up lately, so that looking again takes no disk.
    fn read_at_once(
        &self,
        path: &StorePath,
        expected: &FileVersion,
        ranges: &[Range<u64>],
    ) -> Option<Result<Bytes, StoreError>> {
        if let Some(file) = self.handles.get(path, expected, Instant::now()) {
            return self.read_open(path, &file, ranges, Patience::AtOnce).transpose();
        }
        if !is_read_once(expected, ranges) {
            return None;
        }
        let file = open_file(&self.root, path, Names::InMemory).ok()?;
        let file = OpenFile::of(File::from(file), self.root.join(path.as_str())).ok()?;
        // What is not as expected is told by the way that looks at everything.
        let size = total(ranges, file.stamp().size()).ok().filter(|_| file.stamp().is(expected))?;
        match file.read(ranges, size, &self.blocks, Patience::AtOnce).ok()? {
            Read::Bytes(bytes) => Some(Ok(bytes)),
            Read::Changed | Read::NotInMemory => None,
        }
    }

    fn read(&self, path: &StorePath, expected: &FileVersion, ranges: &[Range<u64>]) -> Result<Bytes, StoreError> {
        let file = match self.handles.get(path, expected, Instant::now()) {
            Some(file) => file,
            None => {
                let file = self.open(path, expected)?;
                if !is_read_once(expected, ranges) {
                    self.handles.put(path, expected, &file);
                }
                file
            }
        };
        let read = self.read_open(path, &file, ranges, Patience::Waits)?;
        read.ok_or_else(|| failed(path, "it cannot be waited for"))
    }

    /// The bytes of a file that is as it was when it was opened; `None` where they would have to be waited for.
    fn read_open(
        &self,
        path: &StorePath,
        file: &OpenFile,
        ranges: &[Range<u64>],
        patience: Patience,
    ) -> Result<Option<Bytes>, StoreError> {
        let size = total(ranges, file.stamp().size()).map_err(|reason| failed(path, reason))?;
        if !file.is_in_place().map_err(|error| from_io(path, error))? {
            return Err(self.changed(path));
        }
        match file.read(ranges, size, &self.blocks, patience).map_err(|error| from_io(path, error))? {
            Read::Bytes(bytes) => Ok(Some(bytes)),
            Read::NotInMemory => Ok(None),
            Read::Changed => Err(self.changed(path)),
        }
    }

    /// Opens the file at `path` if it is of the `expected` version.
    fn open(&self, path: &StorePath, expected: &FileVersion) -> Result<Arc<OpenFile>, StoreError> {
        let target = match self.locate(path) {
            Ok((target, metadata)) if Stamp::of(&metadata).is(expected) => target,
            Ok(_) | Err(StoreError::NotFound { .. }) => return Err(self.changed(path)),
            Err(error) => return Err(error),
        };
        let opened = OpenFile::open(self.root.join(path.as_str()), target);
        match opened {
            Ok(file) if file.stamp().is(expected) => Ok(Arc::new(file)),
            Ok(_) => Err(self.changed(path)),
            Err(error) if is_absent(&error) => Err(self.changed(path)),
            Err(error) => Err(failed(path, error)),
        }
    }

    fn changed(&self, path: &StorePath) -> StoreError {
        self.handles.forget(path);
        StoreError::Changed { path: path.to_string() }
    }

    /// Where the file at `path` lies. Only a regular file is one: opening a named pipe would wait for ever.
    fn locate(&self, path: &StorePath) -> Result<(PathBuf, Metadata), StoreError> {
        let place = self.resolve(path)?;
        let metadata = std::fs::metadata(&place).map_err(|error| from_io(path, error))?;
        if metadata.is_file() { Ok((place, metadata)) } else { Err(not_found(path)) }
    }

    /// `path` with all symbolic links followed; not found where that leads out of the store.
    fn resolve(&self, path: &StorePath) -> Result<PathBuf, StoreError> {
        let place = self.root.join(path.as_str()).canonicalize().map_err(|error| from_io(path, error))?;
        if place.starts_with(&self.root) { Ok(place) } else { Err(not_found(path)) }
    }
}

/// Whether a whole small file is read, such as a document: of those no handle is kept.
fn is_read_once(expected: &FileVersion, ranges: &[Range<u64>]) -> bool {
    expected.size <= READ_ONCE && matches!(ranges, [range] if range.start == 0 && range.end == expected.size)
}

/// Sum of `ranges` in bytes, if all lie within a file of `size` bytes.
fn total(ranges: &[Range<u64>], size: u64) -> Result<usize, String> {
    let mut sum = 0u64;
    for range in ranges {
        if range.start > range.end || range.end > size {
            return Err(format!("bytes {} to {} were asked of a file of {size} bytes", range.start, range.end));
        }
        sum = sum.saturating_add(range.end - range.start);
    }
    usize::try_from(sum).ok().filter(|&sum| sum <= isize::MAX as usize).ok_or_else(|| "too many bytes".to_owned())
}

fn version(metadata: &Metadata) -> FileVersion {
    Stamp::of(metadata).version()
}

fn is_absent(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn from_io(path: &StorePath, error: Error) -> StoreError {
    if is_absent(&error) { not_found(path) } else { failed(path, error) }
}

fn not_found(path: &StorePath) -> StoreError {
    StoreError::NotFound { path: path.to_string() }
}

fn failed(path: &StorePath, reason: impl std::fmt::Display) -> StoreError {
    StoreError::Failed { path: path.to_string(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::super::conformance::{self, Fixture};
    use super::*;
    use std::fs::File;
    use std::os::unix::fs::FileExt;
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::{Duration, UNIX_EPOCH};

    struct Temporary {
        folder: tempfile::TempDir,
        store: LocalStore,
        puts: AtomicU64,
    }

    impl Temporary {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let store = LocalStore::open(folder.path()).unwrap();
            Temporary { folder, store, puts: AtomicU64::new(0) }
        }

        fn at(&self, path: &str) -> PathBuf {
            self.folder.path().join(path)
        }
    }

    impl Fixture for Temporary {
        fn store(&self) -> &dyn Store {
            &self.store
        }

        /// By rename, as a careful writer does. Each file is a second younger than the one before: a coarse clock and
        /// an inode that is used again could make two files of one moment look the same.
        fn put(&self, path: &str, bytes: &[u8]) {
            std::fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
            std::fs::write(self.at(".new"), bytes).unwrap();
            let time = UNIX_EPOCH + Duration::from_secs(self.puts.fetch_add(1, Ordering::Relaxed));
            File::options().write(true).open(self.at(".new")).unwrap().set_modified(time).unwrap();
            std::fs::rename(self.at(".new"), self.at(path)).unwrap();
        }

        fn remove(&self, path: &str) {
            std::fs::remove_file(self.at(path)).unwrap();
        }
    }

    fn path(path: &str) -> StorePath {
        StorePath::parse(path).unwrap()
    }

    fn is_not_found<T: std::fmt::Debug>(result: Result<T, StoreError>) -> bool {
        matches!(result, Err(StoreError::NotFound { .. }))
    }

    fn is_changed<T: std::fmt::Debug>(result: Result<T, StoreError>) -> bool {
        matches!(result, Err(StoreError::Changed { .. }))
    }

    #[tokio::test]
    async fn behaves_as_every_store() {
        conformance::check(&Temporary::new()).await;
    }

    #[test]
    fn opens_a_readable_folder_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        assert!(matches!(LocalStore::open(folder.path().join("none")), Err(StoreError::NotFound { .. })));
        let error = LocalStore::open(&file).unwrap_err().to_string();
        assert!(error.contains("not a folder") && error.contains(&file.display().to_string()), "{error}");
    }

    #[tokio::test]
    async fn a_link_is_followed_within_the_store_only() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.mp4"), "secret").unwrap();
        let fixture = Temporary::new();
        fixture.put("a/in.mp4", b"inside");
        symlink(fixture.at("a/in.mp4"), fixture.at("a/link.mp4")).unwrap();
        symlink(outside.path().join("secret.mp4"), fixture.at("a/out.mp4")).unwrap();
        symlink("../../../../../../etc", fixture.at("a/etc")).unwrap();
        symlink(outside.path(), fixture.at("out")).unwrap();
        symlink("../a", fixture.at("a/again")).unwrap();
        symlink("loop", fixture.at("a/loop")).unwrap();
        symlink("nowhere", fixture.at("a/dangling")).unwrap();

        let listing = fixture.store.list(&path("a")).await.unwrap();
        let names: Vec<_> = listing.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["in.mp4", "link.mp4"]);
        assert!(listing.folders.is_empty(), "a link to a folder could have no end: {:?}", listing.folders);
        assert_eq!(fixture.store.list(&path("a/again")).await.unwrap(), listing, "whoever knows its name may use it");
        assert_eq!(fixture.store.list(&StorePath::root()).await.unwrap().folders, ["a"]);

        let version = fixture.store.stat(&path("a/link.mp4")).await.unwrap();
        assert_eq!(fixture.store.read(&path("a/link.mp4"), &version, 0..6).await.unwrap(), "inside");
        for absent in ["a/out.mp4", "a/etc/passwd", "out/secret.mp4", "a/dangling"] {
            assert!(is_not_found(fixture.store.stat(&path(absent)).await), "{absent}");
        }
        for absent in ["out", "a/etc"] {
            assert!(is_not_found(fixture.store.list(&path(absent)).await), "{absent}");
        }
        assert!(matches!(fixture.store.stat(&path("a/loop")).await, Err(StoreError::Failed { .. })));
        // Even who knows the version does not get the bytes.
        let known = super::version(&std::fs::metadata(outside.path().join("secret.mp4")).unwrap());
        for outside in ["a/out.mp4", "out/secret.mp4"] {
            assert!(is_changed(fixture.store.read(&path(outside), &known, 0..6).await), "{outside}");
        }
    }

    #[tokio::test]
    async fn leaves_out_names_that_no_path_can_have() {
        use std::os::unix::ffi::OsStrExt;
        let fixture = Temporary::new();
        fixture.put("a/ok.mp4", b"x");
        std::fs::write(fixture.at("a").join(std::ffi::OsStr::from_bytes(b"caf\xe9.mp4")), "x").unwrap();
        std::fs::write(fixture.at("a/back\\slash.mp4"), "x").unwrap();
        let listing = fixture.store.list(&path("a")).await.unwrap();
        assert_eq!(listing.files.len(), 1);
    }

    #[tokio::test]
    async fn a_folder_or_a_pipe_is_no_file() {
        let fixture = Temporary::new();
        std::fs::create_dir(fixture.at("folder.mp4")).unwrap();
        assert!(is_not_found(fixture.store.stat(&path("folder.mp4")).await));
        let _socket = std::os::unix::net::UnixListener::bind(fixture.at("socket.mp4")).unwrap();
        assert!(is_not_found(fixture.store.stat(&path("socket.mp4")).await));
        assert!(fixture.store.list(&StorePath::root()).await.unwrap().files.is_empty());
    }

    #[tokio::test]
    async fn writing_in_place_is_noticed() {
        let fixture = Temporary::new();
        fixture.put("a.mp4", b"first");
        let version = fixture.store.stat(&path("a.mp4")).await.unwrap();
        assert_eq!(fixture.store.read(&path("a.mp4"), &version, 0..5).await.unwrap(), "first");
        let file = File::options().write(true).open(fixture.at("a.mp4")).unwrap();
        file.write_all_at(b"other", 0).unwrap();
        drop(file);
        assert!(is_changed(fixture.store.read(&path("a.mp4"), &version, 0..5).await));
    }

    #[tokio::test]
    async fn a_kept_handle_does_not_hide_a_replaced_or_removed_file() {
        let fixture = Temporary::new();
        fixture.put("a.mp4", b"first");
        let version = fixture.store.stat(&path("a.mp4")).await.unwrap();
        fixture.store.read(&path("a.mp4"), &version, 0..4).await.unwrap();
        assert!(fixture.store.folder.handles.get(&path("a.mp4"), &version, Instant::now()).is_some());
        fixture.put("a.mp4", b"other");
        assert!(is_changed(fixture.store.read(&path("a.mp4"), &version, 0..4).await));
        assert!(fixture.store.folder.handles.get(&path("a.mp4"), &version, Instant::now()).is_none());
    }

    #[tokio::test]
    async fn a_copy_has_the_same_content_and_is_another_file() {
        let [one, other] = [Temporary::new(), Temporary::new()];
        for fixture in [&one, &other] {
            fixture.put("a.mp4", b"first");
        }
        let versions = [one.store.stat(&path("a.mp4")).await.unwrap(), other.store.stat(&path("a.mp4")).await.unwrap()];
        assert_eq!((versions[0].size, &versions[0].tag), (versions[1].size, &versions[1].tag));
        assert_ne!(versions[0], versions[1]);
        assert!(is_changed(one.store.read(&path("a.mp4"), &versions[1], 0..5).await));
    }

    #[tokio::test]
    async fn a_file_is_opened_once_for_many_reads() {
        let fixture = Temporary::new();
        fixture.put("a.mp4", b"first");
        let version = fixture.store.stat(&path("a.mp4")).await.unwrap();
        fixture.store.read(&path("a.mp4"), &version, 0..4).await.unwrap();
        let opened = fixture.store.folder.handles.get(&path("a.mp4"), &version, Instant::now()).unwrap();
        fixture.store.read(&path("a.mp4"), &version, 0..4).await.unwrap();
        let kept = fixture.store.folder.handles.get(&path("a.mp4"), &version, Instant::now()).unwrap();
        assert!(Arc::ptr_eq(&opened, &kept));
    }

    #[tokio::test]
    async fn a_small_file_that_is_read_whole_is_not_kept_open_and_never_of_another_version() {
        let fixture = Temporary::new();
        fixture.put("asset.json", b"first");
        let file = path("asset.json");
        let version = fixture.store.stat(&file).await.unwrap();
        for _ in 0..2 {
            assert_eq!(fixture.store.read(&file, &version, 0..5).await.unwrap(), "first");
            assert!(fixture.store.folder.handles.get(&file, &version, Instant::now()).is_none());
        }
        fixture.put("asset.json", b"other");
        assert!(is_changed(fixture.store.read(&file, &version, 0..5).await));
        let version = fixture.store.stat(&file).await.unwrap();
        assert_eq!(fixture.store.read(&file, &version, 0..5).await.unwrap(), "other");
        fixture.remove("asset.json");
        assert!(is_changed(fixture.store.read(&file, &version, 0..5).await));
    }

    #[tokio::test]
    async fn a_folder_that_is_listed_at_once_is_seen_as_it_is() {
        let fixture = Temporary::new();
        for n in 0..20u8 {
            fixture.put(&format!("a/{n:02}"), &[n]);
            let listing = fixture.store.list(&path("a")).await.unwrap();
            let newest = listing.files.last().unwrap();
            assert_eq!((listing.files.len(), newest.name.as_str()), (usize::from(n) + 1, format!("{n:02}").as_str()));
            assert_eq!(newest.version, fixture.store.stat(&path(&format!("a/{n:02}"))).await.unwrap());
        }
        std::fs::remove_dir_all(fixture.at("a")).unwrap();
        assert!(is_not_found(fixture.store.list(&path("a")).await));
    }

    #[test]
    fn a_range_beyond_the_file_is_refused_before_memory_is_taken() {
        assert_eq!(total(&[0..5, 5..5], 5), Ok(5));
        assert!(total(&[0..5, 0..6], 5).is_err());
        #[expect(clippy::reversed_empty_ranges)]
        let reversed = 4..3;
        assert!(total(&[reversed], 5).is_err());
        assert!(total(&[0..u64::MAX, 0..u64::MAX], u64::MAX).is_err());
    }

    #[tokio::test]
    async fn many_readers_while_the_file_is_replaced_see_one_version_or_an_error() {
        let fixture = Temporary::new();
        let content = |n: u8| vec![n; 100_000];
        fixture.put("a.mp4", &content(0));
        let version = fixture.store.stat(&path("a.mp4")).await.unwrap();
        let readers: Vec<_> = (0..8)
            .map(|_| {
                let (store, version) = (fixture.store.clone(), version.clone());
                tokio::spawn(async move {
                    for _ in 0..50 {
                        match store.read(&path("a.mp4"), &version, 0..100_000).await {
                            Ok(bytes) => assert!(bytes.iter().all(|&byte| byte == 0)),
                            Err(StoreError::Changed { .. }) => return,
                            Err(error) => panic!("{error}"),
                        }
                    }
                })
            })
            .collect();
        for n in 1..20 {
            fixture.put("a.mp4", &content(n));
            tokio::task::yield_now().await;
        }
        for reader in readers {
            reader.await.unwrap();
        }
    }
}
