//! One asset, loaded: its document joined with its files, ready to be presented.

use super::media_file::{FileError, MediaFile, aside, find_captions};
use super::parts::Parts;
use crate::document::{
    self, ASSET_JSON, Document, DocumentError, DocumentFiles, Form, FoundFile, FoundTrack, Problem, fill_from_file,
    is_caption_file, is_media_file,
};
use crate::links::StreamNames;
use crate::presentation::{LeftOut, LoadedTrack, Media, NothingToShow, Presentation, Source, hexadecimal};
use crate::sound::is_sound_file;
use crate::store::{FileVersion, Listing, Store, StoreError, StorePath};
use crate::track::rules::Breach;
use crate::track::{Asset, Language, Status, Track, Visibility};
use futures_util::future::join_all;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::OnceCell;

/// An asset at one moment.
#[derive(Debug)]
pub struct LoadedAsset {
    /// Path in the store.
    pub name: String,
    pub folder: StorePath,
    /// The document as it is written, or what was discovered without one.
    pub asset: Asset,
    /// What of the document breaks a rule, and is therefore not served as it is written.
    pub ignored: Vec<Breach>,
    /// Whether there is a document.
    pub has_document: bool,
    /// Every track of the document that may be served, in its order.
    pub tracks: Vec<LoadedTrack>,
    pub presentation: Result<Presentation, NothingToShow>,
    /// Changes whenever the document or a file does.
    pub revision: String,
    /// Changes whenever the track list does: of the document's bytes, or of what was discovered.
    pub list_revision: String,
    /// Files that are of no use, with the reason; only without a document, which names its files.
    pub unusable: Vec<(String, String)>,
    /// Track documents beside the one that counts, which are not read.
    pub passed_over: Vec<String>,
    /// Target duration of its segments.
    pub(super) segment_duration: Duration,
    document: Option<DocumentFile>,
    listing: Listing,
    files: Files,
    /// Set when the pictures have been looked at for closed captions.
    looked_at: OnceCell<()>,
    stream_names: OnceLock<StreamNames>,
    parts: Parts,
}

/// All that an asset is made of, read.
pub(super) struct Contents {
    pub(super) listing: Listing,
    pub(super) document: Option<DocumentFile>,
    pub(super) files: Files,
    /// Files that cannot be used, with the reason.
    pub(super) failed: BTreeMap<String, String>,
}

/// A track document where it lies.
#[derive(Debug, Clone)]
pub struct DocumentFile {
    /// Its name in the asset's folder.
    pub file: String,
    /// Of its bytes.
    pub revision: String,
    pub document: Document,
}

/// The files of an asset that were read, by name.
pub(super) type Files = BTreeMap<String, (FileVersion, Arc<MediaFile>)>;

/// Why an asset cannot be loaded.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LoadError {
    /// No folder of that name holds a track document or media.
    #[error("there is no asset {asset:?}")]
    Unknown { asset: String },
    #[error("{asset}/{file} cannot be used:\n{problem}")]
    Document { asset: String, file: String, problem: DocumentError },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LoadedAsset {
    /// Loads an asset. Files that `previous` holds in the same version are not read again.
    pub async fn load(
        store: &dyn Store,
        name: &str,
        folder: &StorePath,
        segment_duration: Duration,
        previous: Option<&LoadedAsset>,
    ) -> Result<LoadedAsset, LoadError> {
        let listing = match store.list(folder).await {
            Err(StoreError::NotFound { .. }) => return Err(LoadError::Unknown { asset: name.to_owned() }),
            listing => listing?,
        };
        LoadedAsset::load_listed(store, name, folder, listing, segment_duration, previous).await
    }

    /// As [`LoadedAsset::load`], of a folder that was listed just now.
    pub(super) async fn load_listed(
        store: &dyn Store,
        name: &str,
        folder: &StorePath,
        listing: Listing,
        segment_duration: Duration,
        previous: Option<&LoadedAsset>,
    ) -> Result<LoadedAsset, LoadError> {
        let document = read_document(store, name, folder, &listing).await?;
        let wanted = wanted_files(&listing, document.as_ref().map(|found| &found.document.asset));
        if document.is_none() && wanted.is_empty() {
            return Err(LoadError::Unknown { asset: name.to_owned() });
        }
        let (files, failed) = read_files(store, folder, &listing, wanted, |file| previous?.known_file(file)).await?;
        let has_indexes = previous.is_some_and(|previous| previous.has_indexes_of(&files));
        let contents = Contents { listing, document, files, failed };
        if has_indexes {
            // All that takes time was worked out for the state before.
            return Ok(LoadedAsset::of(name.to_owned(), folder.clone(), contents, segment_duration));
        }
        LoadedAsset::joined(name, folder, contents, segment_duration).await.map_err(LoadError::from)
    }

    fn has_indexes_of(&self, files: &Files) -> bool {
        let is_held = |name, file| self.files.get(name).is_some_and(|(_, held)| Arc::ptr_eq(held, file));
        files.iter().all(|(name, (_, file))| is_held(name, file))
    }

    /// Joins what was read, where that may take long.
    pub(super) async fn joined(
        name: &str,
        folder: &StorePath,
        contents: Contents,
        segment_duration: Duration,
    ) -> Result<LoadedAsset, StoreError> {
        let (name, own_folder) = (name.to_owned(), folder.clone());
        aside(folder, move || LoadedAsset::of(name, own_folder, contents, segment_duration)).await
    }

    fn of(name: String, folder: StorePath, contents: Contents, segment_duration: Duration) -> LoadedAsset {
        let Contents { listing, document, files, failed } = contents;
        let has_document = document.is_some();
        let (asset, served, ignored, list_revision) = match &document {
            Some(DocumentFile { revision, document, .. }) => {
                let (served, ignored) = document.served();
                (document.asset.clone(), served, ignored, revision.clone())
            }
            None => {
                let found = discover(&files);
                let revision = list_revision(&document::write(&found));
                (found.clone(), found, Vec::new(), revision)
            }
        };
        let form = document.as_ref().map_or(Form::Json, |found| found.document.form());
        let join = |track| join(track, form, &files, &failed);
        let mut tracks: Vec<LoadedTrack> = served.tracks.iter().map(join).collect();
        let sources: Vec<Source> = tracks.iter().filter_map(|track| track.source.clone().ok()).collect();
        let segment_duration = served.segment_duration.unwrap_or(segment_duration);
        let presentation = Presentation::new(&sources, segment_duration);
        let left_out = presentation.as_ref().map_or_else(|nothing| &nothing.left_out, |shown| &shown.left_out);
        for LeftOut { track: name, reason } in left_out {
            if let Some(track) = tracks.iter_mut().find(|track| track.track.name == *name) {
                track.source = Err(format!("{}: {reason}", track.track.file));
            }
        }
        LoadedAsset {
            name,
            folder,
            revision: revision(&list_revision, &listing),
            unusable: if has_document { Vec::new() } else { unusable(&files, failed, &listing) },
            list_revision,
            asset,
            ignored,
            passed_over: document_files(&listing).others.into_iter().map(str::to_owned).collect(),
            segment_duration,
            document,
            has_document,
            tracks,
            presentation,
            listing,
            files,
            looked_at: OnceCell::new(),
            stream_names: OnceLock::new(),
            parts: Parts::default(),
        }
    }

    /// Looks for closed captions in the pictures that are shown, which only manifests need to know: once, however many
    /// ask at the same time, and not again for another revision of the document.
    pub async fn look_at_pictures(&self, store: &dyn Store) -> Result<(), StoreError> {
        let look = || async {
            for rendition in self.presentation.iter().flat_map(Presentation::video) {
                let Media::Coded(coded) = &rendition.media else { continue };
                let path = self.folder.join(&rendition.file);
                if let (None, Some(path), Some(version)) =
                    (coded.closed_captions(), path, self.file_version(&rendition.file))
                {
                    coded.set_closed_captions(find_captions(store, &path, version, coded.media()).await?);
                }
            }
            Ok(())
        };
        self.looked_at.get_or_try_init(look).await.copied()
    }

    /// What players would be shown if nothing were hidden: so an editor sees and hears what is. The segments of what is
    /// shown are the same, since hidden tracks shape the grid, too.
    pub fn uncovered(&self) -> Result<Presentation, NothingToShow> {
        let sources = self.tracks.iter().filter_map(|track| track.source.clone().ok());
        let uncovered = sources.map(|mut source| {
            source.track.visibility = Visibility::Visible;
            source
        });
        Presentation::new(&uncovered.collect::<Vec<Source>>(), self.segment_duration)
    }

    /// Whether `listing` is what the folder held when the asset was loaded.
    pub(super) fn is_of(&self, listing: &Listing) -> bool {
        self.listing == *listing
    }

    /// The files of its folder, by name.
    pub fn file_names(&self) -> impl Iterator<Item = &str> {
        self.listing.files.iter().map(|file| file.name.as_str())
    }

    /// What was found in the files that were read, each with its file's name.
    pub(super) fn found_tracks(&self) -> impl Iterator<Item = (&str, &FoundTrack)> {
        self.files.iter().flat_map(|(name, (_, file))| file.tracks.iter().map(|track| (name.as_str(), &track.found)))
    }

    /// The version in which a file was read.
    pub fn file_version(&self, file: &str) -> Option<&FileVersion> {
        self.files.get(file).map(|(version, _)| version)
    }

    /// What its tracks are called in the links of Azure Media Services.
    pub fn stream_names(&self) -> &StreamNames {
        let streams = || self.document.as_ref().and_then(|found| found.document.streams());
        self.stream_names.get_or_init(|| StreamNames::of(&self.tracks, streams()))
    }

    /// Parts of its presentation that were asked for.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The track document, where there is one.
    pub fn document(&self) -> Option<&DocumentFile> {
        self.document.as_ref()
    }

    /// The name of the track document; where there is none, of the one that an edit would write.
    pub fn document_file(&self) -> &str {
        self.document.as_ref().map_or(ASSET_JSON, |found| found.file.as_str())
    }

    /// The form of the track document; where there is none, of the one that an edit would write.
    pub(super) fn form(&self) -> Form {
        self.document.as_ref().map_or(Form::Json, |found| found.document.form())
    }

    /// What the document says that an edit of it would drop.
    pub fn unkeepable(&self) -> &[Breach] {
        self.document.as_ref().map_or(&[], |found| found.document.unkeepable())
    }

    /// A file that was read, with its version.
    pub(super) fn known_file(&self, file: &str) -> Option<&(FileVersion, Arc<MediaFile>)> {
        self.files.get(file)
    }

    /// What the folder held when the asset was loaded.
    pub fn listing(&self) -> &Listing {
        &self.listing
    }

    /// Memory held, in bytes, near enough to bound a cache.
    pub fn heap_bytes(&self) -> usize {
        let files: usize = self.files.values().map(|(_, file)| file.heap_bytes()).sum();
        let names: usize = self.listing.files.iter().map(|file| file.name.len() + 160).sum();
        let segments = self
            .presentation
            .iter()
            .flat_map(|presentation| &presentation.renditions)
            .map(|rendition| size_of_val(rendition) + size_of_val(rendition.timeline.segments.as_slice()));
        let ignored = self.ignored.len() * 512;
        let of_document = |found: &DocumentFile| found.document.heap_bytes() + self.asset.tracks.len() * 300;
        let document = self.document.as_ref().map_or(0, of_document);
        size_of::<LoadedAsset>()
            + document
            + files
            + names
            + segments.sum::<usize>()
            + self.tracks.len() * 1024
            + ignored
    }
}

pub(super) async fn read_document(
    store: &dyn Store,
    name: &str,
    folder: &StorePath,
    listing: &Listing,
) -> Result<Option<DocumentFile>, LoadError> {
    match document_files(listing).counts {
        Some(file) => read_document_file(store, name, folder, listing, file).await,
        None => Ok(None),
    }
}

/// Reads one track document of several that a folder may have.
pub(super) async fn read_document_file(
    store: &dyn Store,
    name: &str,
    folder: &StorePath,
    listing: &Listing,
    file: &str,
) -> Result<Option<DocumentFile>, LoadError> {
    let Some(entry) = listing.files.iter().find(|entry| entry.name == file) else { return Ok(None) };
    let Some(path) = folder.join(file) else { return Ok(None) };
    let file = file.to_owned();
    let refused = |problem| LoadError::Document { asset: name.to_owned(), file: file.clone(), problem };
    if entry.version.size > document::MAX_BYTES as u64 {
        let problem = format!("it has {} bytes; at most {} are read", entry.version.size, document::MAX_BYTES);
        return Err(refused(DocumentError { problems: vec![Problem { field: String::new(), problem }] }));
    }
    let bytes = store.read(&path, &entry.version, 0..entry.version.size).await?;
    let document = Document::read(&file, &bytes).map_err(refused)?;
    Ok(Some(DocumentFile { revision: list_revision(&bytes), file, document }))
}

pub(super) fn document_files(listing: &Listing) -> DocumentFiles<'_> {
    DocumentFiles::among(listing.files.iter().map(|file| file.name.as_str()))
}

/// The files that the document names and the folder has; without a document, all that look like media or captions.
pub(super) fn wanted_files<'a>(listing: &'a Listing, document: Option<&Asset>) -> Vec<&'a str> {
    let names = listing.files.iter().map(|file| file.name.as_str());
    match document {
        Some(asset) => names.filter(|name| asset.tracks.iter().any(|track| track.file == *name)).collect(),
        None => names.filter(|name| is_media_file(name) || is_caption_file(name)).collect(),
    }
}

/// Reads files, each once, all at the same time; not those that are `known` in the same version. A file that cannot be
/// used is listed with the reason; only a store that fails ends the load.
pub(super) async fn read_files<'a>(
    store: &dyn Store,
    folder: &StorePath,
    listing: &Listing,
    wanted: Vec<&str>,
    known: impl Fn(&str) -> Option<&'a (FileVersion, Arc<MediaFile>)>,
) -> Result<(Files, BTreeMap<String, String>), StoreError> {
    let reads = wanted.into_iter().filter_map(|name| {
        let version = &listing.files.iter().find(|file| file.name == name)?.version;
        let path = folder.join(name)?;
        let known = known(name).filter(|(held, _)| held == version);
        let known = known.map(|(_, file)| Arc::clone(file));
        Some(async move {
            let file = match known {
                Some(file) => Ok(file),
                None if is_caption_file(name) => {
                    MediaFile::read_captions(store, &path, version, name).await.map(Arc::new)
                }
                None => MediaFile::read_movie(store, &path, version).await.map(Arc::new),
            };
            (name, version, file)
        })
    });
    let (mut files, mut failed) = (Files::new(), BTreeMap::new());
    for (name, version, file) in join_all(reads).await {
        match file {
            Ok(file) => drop(files.insert(name.to_owned(), (version.clone(), file))),
            Err(FileError::Content(problem)) => drop(failed.insert(name.to_owned(), problem)),
            Err(FileError::Store(error)) => return Err(error),
        }
    }
    Ok((files, failed))
}

fn discover(files: &Files) -> Asset {
    let found: Vec<FoundFile> = files
        .iter()
        .map(|(name, (_, file))| FoundFile {
            name: name.clone(),
            tracks: file.tracks.iter().map(|track| track.found.clone()).collect(),
        })
        .collect();
    document::discover(&found)
}

/// Without a document nobody names the tracks that cannot be played, so they are reported by file.
fn unusable(files: &Files, failed: BTreeMap<String, String>, listing: &Listing) -> Vec<(String, String)> {
    let refused = files.iter().flat_map(|(name, (_, file))| {
        let reasons = reasons(file);
        reasons.into_iter().map(|reason| (name.clone(), reason))
    });
    let sounds = listing.files.iter().filter(|file| is_sound_file(&file.name)).map(|file| {
        let advice =
            "it is audio that must be converted; `signalbox tracks <folder> <asset> add <file>` makes a track of it";
        (file.name.clone(), advice.to_owned())
    });
    failed.into_iter().chain(refused).chain(sounds).collect()
}

/// Why not all of a file can be played. Tracks that carry no media (timecode, metadata) are missed only where nothing
/// else is there.
pub(super) fn reasons(file: &MediaFile) -> Vec<String> {
    /// A damaged file may have thousands of tracks, and one complaint each.
    const TOLD: usize = 10;
    let of_media = file.refused.iter().filter(|track| track.track_type.is_some()).count();
    if file.tracks.is_empty() && file.refused.is_empty() {
        return vec!["it has no tracks".to_owned()];
    }
    let told = file.refused.iter().filter(|track| match of_media {
        0 => file.tracks.is_empty(),
        _ => track.track_type.is_some(),
    });
    let mut reasons: Vec<String> =
        told.clone().take(TOLD).map(|track| format!("track {}: {}", track.id, track.reason)).collect();
    let more = told.count().saturating_sub(TOLD);
    if more > 0 {
        reasons.push(format!("{more} more tracks of it cannot be played either"));
    }
    reasons
}

/// Finds the stream that a track names and fills in what only the file says. Of several that it may mean a server
/// manifest means the first.
pub(super) fn join(track: &Track, form: Form, files: &Files, failed: &BTreeMap<String, String>) -> LoadedTrack {
    let refused = |reason: String| LoadedTrack { track: track.clone(), source: Err(reason) };
    match &track.status {
        Status::Ready => {}
        Status::Preparing => return refused("it is being prepared".to_owned()),
        Status::Error(reason) => return refused(reason.clone()),
    }
    if let Some(problem) = failed.get(&track.file) {
        return refused(format!("{}: {problem}", track.file));
    }
    let Some((version, file)) = files.get(&track.file) else {
        return refused(format!("the asset's folder has no file {:?}", track.file));
    };
    let matching = |candidate: &&super::media_file::FileTrack| {
        candidate.found.track_type == track.track_type
            && track.track_id.is_none_or(|id| candidate.found.track_id == Some(id))
    };
    let candidates: Vec<_> = file.tracks.iter().filter(matching).collect();
    match candidates.as_slice() {
        [] => refused(why_missing(track, file)),
        [one, others @ ..] if others.is_empty() || form == Form::Ism => {
            let filled = fill_from_file(track, &one.found);
            let source = Source {
                track: filled.clone(),
                file_language: one.found.language.clone().unwrap_or_else(Language::und),
                file_tag: version.tag.clone(),
                file_size: version.size,
                media: one.media.clone(),
                on_file_clock: one.found.track_id.is_some(),
            };
            LoadedTrack { track: filled, source: Ok(source) }
        }
        several => {
            let ids: Vec<String> =
                several.iter().filter_map(|track| track.found.track_id).map(|id| id.to_string()).collect();
            refused(format!(
                "{} has several {} tracks; say which with track_id: {}",
                track.file,
                track.track_type,
                ids.join(", ")
            ))
        }
    }
}

fn why_missing(track: &Track, file: &MediaFile) -> String {
    let same_type = file.refused.iter().filter(|refused| {
        refused.track_type.is_none_or(|refused_type| refused_type == track.track_type)
            && track.track_id.is_none_or(|id| refused.id == id)
    });
    let reasons: Vec<&str> =
        same_type.filter(|refused| refused.track_type.is_some()).map(|r| r.reason.as_str()).collect();
    match (reasons.is_empty(), track.track_id) {
        (false, _) => format!("{}: {}", track.file, reasons.join("; ")),
        (true, Some(id)) => format!("{} has no {} track with id {id}", track.file, track.track_type),
        (true, None) => format!("{} has no {} track", track.file, track.track_type),
    }
}

/// Opaque word for this state of the asset: for its track list and the contents of its files, from which all else follows.
fn revision(list_revision: &str, listing: &Listing) -> String {
    let mut hash = Sha256::new();
    hash.update(list_revision);
    for file in &listing.files {
        for word in [file.name.as_bytes(), &file.version.size.to_be_bytes(), file.version.tag.as_bytes()] {
            hash.update(word);
            hash.update([0]);
        }
    }
    short(hash)
}

/// Opaque word for a track list, from the bytes of its document.
pub(super) fn list_revision(document: &[u8]) -> String {
    short(Sha256::new().chain_update(document))
}

fn short(hash: Sha256) -> String {
    hexadecimal(&hash.finalize()[..8])
}
