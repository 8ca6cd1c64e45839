//! Assets to be edited.

use signalbox::catalog::{Catalog, CatalogOptions, EditError, EditOf, Edited, Expected};
use signalbox::store::LocalStore;
use signalbox::track::rules::Rule;
use signalbox::track::{Asset, Track, TrackType};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub const CAPTIONS: &str = "WEBVTT\n\n00:00.000 --> 00:01.000\nHm\n";

/// A catalog as one process has it. What it has seen it believes for an hour: an edit must show all the same.
pub fn catalog(folder: &Path) -> Catalog {
    let options = CatalogOptions {
        cache_bytes: 1 << 26,
        max_staleness: Duration::from_secs(3600),
        segment_duration: Duration::from_secs(6),
    };
    Catalog::new(Arc::new(LocalStore::open(folder).unwrap()), None, options)
}

/// A store with the asset `asset` of so many caption files `t0.vtt`, ….
pub fn captions(count: usize) -> tempfile::TempDir {
    let folder = super::memory_disk::folder();
    std::fs::create_dir(folder.path().join("asset")).unwrap();
    for number in 0..count {
        std::fs::write(folder.path().join(format!("asset/t{number}.vtt")), CAPTIONS).unwrap();
    }
    folder
}

/// The list of the asset that [`captions`] makes.
pub fn list(count: usize) -> Asset {
    let track = |number| Track::new(format!("t{number}"), TrackType::Text, format!("t{number}.vtt"));
    Asset { tracks: (0..count).map(track).collect(), ..Asset::default() }
}

pub fn any() -> EditOf {
    EditOf { by: "tester".to_owned(), expected: Expected::Any }
}

pub fn expecting(expected: Expected) -> EditOf {
    EditOf { expected, ..any() }
}

pub async fn set_title(catalog: &Catalog, edit: &EditOf, title: &str) -> Result<Edited<()>, EditError> {
    let set = |asset: &mut Asset| {
        asset.title = Some(title.to_owned());
        Ok(())
    };
    catalog.edit("asset", edit, set).await
}

pub async fn change(catalog: &Catalog, change: impl Fn(&mut Asset) + Send + Sync) -> Result<Edited<()>, EditError> {
    let change = |asset: &mut Asset| {
        change(asset);
        Ok(())
    };
    catalog.edit("asset", &any(), change).await
}

pub fn track<'a>(asset: &'a mut Asset, name: &str) -> Result<&'a mut Track, EditError> {
    let unknown = EditError::UnknownTrack { asset: "asset".to_owned(), track: name.to_owned() };
    asset.tracks.iter_mut().find(|track| track.name == name).ok_or(unknown)
}

/// The rules that a refused edit breaks.
#[track_caller]
pub fn broken<T: std::fmt::Debug>(result: Result<T, EditError>) -> Vec<Rule> {
    match result {
        Err(EditError::Refused(breaches)) => breaches.into_iter().map(|breach| breach.rule).collect(),
        other => panic!("it should be refused: {other:?}"),
    }
}

/// Names of all files in a folder, hidden ones too.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The document as it lies in the folder.
pub fn document(folder: &Path) -> Asset {
    let bytes = std::fs::read(folder.join("asset/asset.json")).unwrap();
    let document = signalbox::document::read(&bytes).unwrap();
    assert_eq!(document.ignored, []);
    document.asset
}
