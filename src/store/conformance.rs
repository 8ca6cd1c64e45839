//! What every store must do, whatever lies behind it. A new store runs [`check`] from its own tests.

use super::{FileEntry, FileVersion, Listing, Store, StoreError, StorePath};
use bytes::Bytes;
use std::ops::Range;
use std::sync::Arc;

/// A store, empty at first, whose content a test may change from outside.
pub(super) trait Fixture {
    fn store(&self) -> &dyn Store;

    /// Makes `path` hold `bytes`, with the folders it needs; a later version where it exists.
    fn put(&self, path: &str, bytes: &[u8]);

    fn remove(&self, path: &str);
}

pub(super) async fn check(fixture: &impl Fixture) {
    lists(fixture).await;
    tells_versions(fixture).await;
    reads_ranges(fixture).await;
    refuses_ranges_beyond_the_end(fixture).await;
    notices_change(fixture).await;
    names_the_file_in_errors(fixture).await;
    writes(fixture).await;
    writes_only_over_the_version_that_is_named(fixture).await;
    leaves_nothing_of_what_is_not_committed(fixture).await;
    removes(fixture).await;
    never_gives_a_version_twice(fixture).await;
    keeps_its_own_folder_out_of_listings(fixture).await;
    loses_no_write_among_many(fixture).await;
}

fn path(path: &str) -> StorePath {
    StorePath::parse(path).unwrap()
}

async fn lists(fixture: &impl Fixture) {
    let store = fixture.store();
    assert_eq!(store.list(&StorePath::root()).await.unwrap(), Listing::default(), "an empty store has an empty root");
    for name in ["shows/s01/e01/b.mp4", "shows/s01/e01/a.vtt", "shows/s01/e01/.hidden", "shows/s01/e01/deep/x.mp4"] {
        fixture.put(name, b"12345");
    }
    let root = store.list(&StorePath::root()).await.unwrap();
    assert_eq!((root.files.len(), root.folders), (0, vec!["shows".to_owned()]));
    let listing = store.list(&path("shows/s01/e01")).await.unwrap();
    let names: Vec<_> = listing.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["a.vtt", "b.mp4"], "sorted, without names that start with a dot");
    assert_eq!(listing.folders, ["deep"]);
    for file in &listing.files {
        let stat = store.stat(&path("shows/s01/e01").join(&file.name).unwrap()).await.unwrap();
        assert_eq!(file.version, stat, "a listing and a stat say the same");
    }
    for absent in ["none", "shows/none", "shows/s01/e01/a.vtt"] {
        let listing = store.list(&path(absent)).await;
        assert!(matches!(listing, Err(StoreError::NotFound { .. })), "{absent} is no folder: {listing:?}");
    }
}

async fn tells_versions(fixture: &impl Fixture) {
    let store = fixture.store();
    fixture.put("versions/a.mp4", b"12345");
    let first = store.stat(&path("versions/a.mp4")).await.unwrap();
    assert_eq!(first.size, 5);
    assert_eq!(store.stat(&path("versions/a.mp4")).await.unwrap(), first, "a version stays while the bytes stay");
    fixture.put("versions/a.mp4", b"54321");
    let second = store.stat(&path("versions/a.mp4")).await.unwrap();
    assert_ne!(first, second, "other bytes of the same length are another version");
    for absent in ["versions/none.mp4", "versions", "versions/a.mp4/x"] {
        let stat = store.stat(&path(absent)).await;
        assert!(matches!(stat, Err(StoreError::NotFound { .. })), "{absent} is no file: {stat:?}");
    }
}

async fn reads_ranges(fixture: &impl Fixture) {
    let store = fixture.store();
    let content: Vec<u8> = (0..700_000u32).map(|n| (n % 251) as u8).collect();
    fixture.put("ranges/a.mp4", &content);
    let file = path("ranges/a.mp4");
    let version = store.stat(&file).await.unwrap();
    let expected = |range: Range<u64>| &content[range.start as usize..range.end as usize];
    for range in [0..0, 0..1, 0..700_000, 699_999..700_000, 700_000..700_000, 12_345..345_678] {
        let bytes = store.read(&file, &version, range.clone()).await.unwrap();
        assert!(bytes == expected(range.clone()), "{range:?}");
    }
    let scattered = [500_000..500_100, 0..10, 0..10, 7..7, 699_990..700_000];
    let bytes = store.gather(&file, &version, &scattered).await.unwrap();
    assert!(bytes == scattered.map(expected).concat(), "ranges are gathered in the order asked");
    assert!(store.gather(&file, &version, &[]).await.unwrap().is_empty());
    // A store need not lend.
    if let Some(mapped) = store.map(&file, &version) {
        for range in [0..700_000, 12_345..345_678, 699_999..700_000] {
            assert!(mapped.lend(range.clone(), &Arc::default()) == expected(range));
        }
    }
}

async fn refuses_ranges_beyond_the_end(fixture: &impl Fixture) {
    let store = fixture.store();
    fixture.put("beyond/a.mp4", b"12345");
    let file = path("beyond/a.mp4");
    let version = store.stat(&file).await.unwrap();
    for range in [0..6, 5..6, 6..7, u64::MAX - 1..u64::MAX] {
        assert!(store.read(&file, &version, range.clone()).await.is_err(), "{range:?}: fewer bytes are not an answer");
        assert!(store.gather(&file, &version, &[0..1, range.clone()]).await.is_err(), "{range:?}");
    }
}

async fn notices_change(fixture: &impl Fixture) {
    let store = fixture.store();
    let file = path("change/a.mp4");
    let changes: [(&str, &dyn Fn()); 4] = [
        ("replaced", &|| fixture.put("change/a.mp4", b"54321")),
        ("cut short", &|| fixture.put("change/a.mp4", b"123")),
        ("grown", &|| fixture.put("change/a.mp4", b"1234567")),
        ("removed", &|| fixture.remove("change/a.mp4")),
    ];
    for (what, change) in changes {
        fixture.put("change/a.mp4", b"12345");
        let version = store.stat(&file).await.unwrap();
        assert_eq!(store.read(&file, &version, 0..5).await.unwrap(), "12345");
        change();
        let read = store.read(&file, &version, 0..3).await;
        assert!(matches!(read, Err(StoreError::Changed { .. })), "{what}: {read:?}");
        assert!(store.map(&file, &version).is_none_or(|mapped| !mapped.is_current()), "{what}");
        let nothing = store.read(&file, &version, 0..0).await;
        assert!(matches!(nothing, Err(StoreError::Changed { .. })), "{what}: also who asks for nothing learns it");
    }
    fixture.put("change/a.mp4", b"12345");
    let made_up = FileVersion { size: 5, tag: "made up".to_owned(), instance: 0 };
    assert!(matches!(store.read(&file, &made_up, 0..5).await, Err(StoreError::Changed { .. })));
}

async fn names_the_file_in_errors(fixture: &impl Fixture) {
    let store = fixture.store();
    let error = store.stat(&path("shows/s01/lost.mp4")).await.unwrap_err();
    assert!(error.to_string().contains("shows/s01/lost.mp4"), "{error}");
}

/// Writes `bytes` at `file`, over what is `replaced`.
async fn write(
    store: &dyn Store,
    file: &StorePath,
    replaced: Option<&FileVersion>,
    bytes: &[u8],
) -> Result<FileVersion, StoreError> {
    let mut writing = store.write(file, replaced).await?;
    for piece in bytes.chunks(7) {
        writing.append(Bytes::copy_from_slice(piece)).await?;
    }
    writing.commit().await
}

async fn content(store: &dyn Store, file: &StorePath) -> Bytes {
    let version = store.stat(file).await.unwrap();
    store.read(file, &version, 0..version.size).await.unwrap()
}

async fn writes(fixture: &impl Fixture) {
    let store = fixture.store();
    let file = path("writes/in/new/folders/a.json");
    let mut writing = store.write(&file, None).await.unwrap();
    writing.append(Bytes::from_static(b"12345")).await.unwrap();
    writing.append(Bytes::from_static(b"67")).await.unwrap();
    assert_eq!((writing.size(), writing.read(3..6).await.unwrap()), (7, Bytes::from_static(b"456")));
    assert!(writing.read(3..8).await.is_err() && writing.read(8..9).await.is_err());
    assert!(
        store.stat(&file).await.is_err() && store.list(&path("writes")).await.is_err(),
        "not seen before it is whole"
    );
    let version = writing.commit().await.unwrap();
    assert_eq!(store.stat(&file).await.unwrap(), version);
    assert_eq!(content(store, &file).await, "1234567");
    let later = write(store, &file, Some(&version), b"other").await.unwrap();
    assert_eq!(store.stat(&file).await.unwrap(), later);
    assert_eq!(content(store, &file).await, "other");
    assert!(matches!(store.read(&file, &version, 0..1).await, Err(StoreError::Changed { .. })));
    let empty = write(store, &path("writes/empty"), None, b"").await.unwrap();
    assert_eq!(empty.size, 0);
}

async fn writes_only_over_the_version_that_is_named(fixture: &impl Fixture) {
    let store = fixture.store();
    let file = path("expected/a.json");
    let is_changed = |result| matches!(result, Err(StoreError::Changed { .. }));
    let absent = FileVersion { size: 5, tag: "made up".to_owned(), instance: 0 };
    assert!(is_changed(write(store, &file, Some(&absent), b"x").await), "there is nothing to replace");
    let first = write(store, &file, None, b"first").await.unwrap();
    assert!(is_changed(write(store, &file, None, b"x").await), "there is something");
    let second = write(store, &file, Some(&first), b"second").await.unwrap();
    assert!(is_changed(write(store, &file, Some(&first), b"x").await), "what was there is not any more");
    fixture.put("expected/a.json", b"by hand");
    assert!(is_changed(write(store, &file, Some(&second), b"x").await));
    assert_eq!(content(store, &file).await, "by hand");
    // What is replaced may be named when all is there.
    let mut writing = store.write(&file, Some(&second)).await.unwrap();
    writing.append(Bytes::from_static(b"third")).await.unwrap();
    writing.replace(Some(store.stat(&file).await.unwrap()));
    writing.commit().await.unwrap();
    assert_eq!(content(store, &file).await, "third");
}

async fn leaves_nothing_of_what_is_not_committed(fixture: &impl Fixture) {
    let store = fixture.store();
    for name in ["dropped/a.json", "dropped-new/folder/a.json"] {
        let mut writing = store.write(&path(name), None).await.unwrap();
        writing.append(Bytes::from_static(b"12345")).await.unwrap();
    }
    let file = path("dropped/b.json");
    let version = write(store, &file, None, b"kept").await.unwrap();
    drop(store.write(&file, Some(&version)).await.unwrap());
    assert_eq!(store.stat(&file).await.unwrap(), version);
    let names: Vec<_> = store.list(&path("dropped")).await.unwrap().files.into_iter().map(|file| file.name).collect();
    assert_eq!(names, ["b.json"]);
    assert!(store.list(&path("dropped-new")).await.is_err());
}

async fn removes(fixture: &impl Fixture) {
    let store = fixture.store();
    let file = path("removed/a.json");
    let first = write(store, &file, None, b"first").await.unwrap();
    let second = write(store, &file, Some(&first), b"second").await.unwrap();
    assert!(matches!(store.remove(&file, &first).await, Err(StoreError::Changed { .. })));
    assert_eq!(content(store, &file).await, "second");
    store.remove(&file, &second).await.unwrap();
    assert!(matches!(store.stat(&file).await, Err(StoreError::NotFound { .. })));
    assert!(matches!(store.remove(&file, &second).await, Err(StoreError::Changed { .. })));
}

async fn never_gives_a_version_twice(fixture: &impl Fixture) {
    let store = fixture.store();
    let file = path("again/a.json");
    let mut versions = Vec::new();
    for number in 0..60u8 {
        let replaced = versions.last().filter(|_| number % 5 != 0);
        if let (Some(last), None) = (versions.last(), replaced) {
            store.remove(&file, last).await.unwrap();
        }
        let version = write(store, &file, replaced, &[number; 5]).await.unwrap();
        assert!(!versions.contains(&version), "{version:?}");
        versions.push(version);
    }
}

async fn keeps_its_own_folder_out_of_listings(fixture: &impl Fixture) {
    let store = fixture.store();
    let file = StorePath::own("test/a.json").unwrap();
    let version = write(store, &file, None, b"own").await.unwrap();
    assert_eq!(content(store, &file).await, "own");
    let listing = store.list(&StorePath::own("test").unwrap()).await.unwrap();
    assert_eq!(listing.files, [FileEntry { name: "a.json".to_owned(), version }]);
    assert!(store.list(&StorePath::root()).await.unwrap().folders.iter().all(|name| !name.starts_with('.')));
}

async fn loses_no_write_among_many(fixture: &impl Fixture) {
    const WRITERS: usize = 8;
    const EACH: u32 = 10;
    let store = fixture.store();
    let file = path("many/count");
    write(store, &file, None, b"0").await.unwrap();
    let count_up = || async {
        let mut done = 0;
        while done < EACH {
            let version = store.stat(&file).await.unwrap();
            let Ok(bytes) = store.read(&file, &version, 0..version.size).await else { continue };
            let count: u32 = std::str::from_utf8(&bytes).unwrap().parse().unwrap();
            match write(store, &file, Some(&version), (count + 1).to_string().as_bytes()).await {
                Ok(_) => done += 1,
                Err(StoreError::Changed { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    };
    futures_util::future::join_all((0..WRITERS).map(|_| count_up())).await;
    assert_eq!(content(store, &file).await, (WRITERS as u32 * EACH).to_string());
}
