//! The media and caption files of an asset, brought and taken away by editors.
//!
//! A file is written aside and looked at by the readers that will serve it; only one that is whole and readable is put
//! in its place, so no manifest ever names half a file.

use super::draft::Draft;
use super::edit::to_its_end;
use super::loaded::join;
use super::media_file::{FileError, MediaFile};
use super::standing::Standing;
use super::{Catalog, EditError, EditOf, Expected, LoadError, LoadedAsset, Shared};
use crate::document::{ASSET_JSON, Document, Form, is_caption_file, is_media_file};
use crate::sound::{Sound, is_sound_file};
use crate::store::{FileVersion, StoreError, StorePath};
use crate::track::{Status, TrackType, rules};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A file on its way into an asset's folder. Dropped before it is finished it leaves nothing.
pub struct FileUpload {
    shared: Arc<Shared>,
    asset: String,
    file: String,
    path: StorePath,
    expected: Expected,
    limit: u64,
    taking: Taking,
    holding: Option<TrackType>,
    draft: Draft,
}

/// Which files are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taking {
    /// Those of media and captions that can be used.
    Usable,
    /// All, but in the place of a file that tracks play: it is for those who bring it to say what it is.
    Anything,
}

/// What a file holds, or why no track can play it.
type Content = Result<MediaFile, String>;

/// Why an upload failed. Nothing is left of it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    #[error("there is no asset {asset:?}")]
    UnknownAsset { asset: String },
    /// The name cannot be one, or is not that of a media or caption file.
    #[error("{0}")]
    Name(String),
    #[error("the file has more than the {limit} bytes that are allowed")]
    TooLarge { limit: u64 },
    /// The bytes are whole and cannot be used.
    #[error("{0}")]
    Content(String),
    /// It is a server manifest, and cannot be read.
    #[error("{0}")]
    Document(String),
    /// The file is another than the one that the upload was made for.
    #[error("the file is at {}", current.as_ref().map_or("no version".to_owned(), FileVersion::revision))]
    Stale { current: Option<FileVersion> },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<FileError> for UploadError {
    fn from(error: FileError) -> UploadError {
        match error {
            FileError::Store(error) => UploadError::Store(error),
            FileError::Content(problem) => UploadError::Content(problem),
        }
    }
}

impl FileUpload {
    /// Adds bytes at the end.
    pub async fn append(&mut self, bytes: Bytes) -> Result<(), UploadError> {
        if self.draft.writing.size().saturating_add(bytes.len() as u64) > self.limit {
            return Err(UploadError::TooLarge { limit: self.limit });
        }
        Ok(self.draft.writing.append(bytes).await?)
    }

    /// The same upload, of a file that must hold a track of this type.
    pub(crate) fn holding(self, track_type: TrackType) -> FileUpload {
        FileUpload { holding: Some(track_type), ..self }
    }

    /// In bytes, so far.
    pub(crate) fn size(&self) -> u64 {
        self.draft.writing.size()
    }

    /// What was appended so far.
    pub(crate) async fn read(&self, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.draft.writing.read(range).await
    }

    /// Looks whether the file is one that can be read, and puts it in its place. The next manifest has it.
    pub async fn finish(self) -> Result<FileVersion, UploadError> {
        let content = match (self.look().await, self.taking) {
            (Err(UploadError::Content(problem)), Taking::Anything) => Err(problem),
            (content, _) => content?,
        };
        if let (Some(wanted), Ok(file)) = (self.holding, &content)
            && !file.tracks.iter().any(|track| track.found.track_type == wanted)
        {
            return Err(UploadError::Content(format!("it holds no {wanted}")));
        }
        let turn = self.shared.clear_turn(&self.asset).await;
        to_its_end(turn, self.put(content)).await
    }

    async fn look(&self) -> Result<Content, UploadError> {
        let version = self.draft.version();
        if Form::of(&self.file).is_some() {
            return self.look_at_document(version.size).await;
        }
        if is_caption_file(&self.file) {
            return Ok(Ok(MediaFile::read_captions(&self.draft, &self.path, &version, &self.file).await?));
        }
        match (self.sound().await?, is_media_file(&self.file)) {
            (Some(_), false) => Ok(Err("the new file must be converted first".to_owned())),
            (Some(sound), true) => {
                let problem = format!("{} is no MP4 file but {}; name it so", self.file, sound.format.name());
                Err(UploadError::Content(problem))
            }
            (None, true) => {
                let movie = MediaFile::read_movie(&self.draft, &self.path, &version).await?;
                match movie.tracks.is_empty() {
                    true => Err(UploadError::Content(format!("{}: {}", self.file, nothing_to_play(&movie)))),
                    false => Ok(Ok(movie)),
                }
            }
            (None, false) => {
                let problem = format!(
                    "{} is none of ADTS, MP3, FLAC, Ogg and WAV by its content, so it cannot be converted; bring sound in \
                     one of these, or in MP4 as .m4a",
                    self.file
                );
                Err(UploadError::Content(problem))
            }
        }
    }

    /// A server manifest may be what an asset is served by, so it must be one that can be read.
    async fn look_at_document(&self, size: u64) -> Result<Content, UploadError> {
        let most = crate::document::MAX_BYTES as u64;
        let bytes = self.draft.writing.read(0..size.min(most.saturating_add(1))).await?;
        match Document::read(&self.file, &bytes) {
            Ok(_) => Ok(Err("it is a track document".to_owned())),
            Err(problem) => Err(UploadError::Document(format!("{}: {problem}", self.file))),
        }
    }

    /// What the file is, where it is sound without MP4 around it.
    pub(crate) async fn sound(&self) -> Result<Option<Sound>, StoreError> {
        let size = self.draft.version().size;
        let head = |from: u64| self.draft.writing.read(from..from.saturating_add(Sound::HEAD as u64).min(size));
        let begin = head(0).await?;
        let tag = Sound::tag_len(&begin);
        match tag {
            0 => Ok(Sound::of(&begin, size)),
            tag if tag >= size => Ok(None),
            tag => Ok(Sound::of(&head(tag).await?, size)),
        }
    }

    async fn put(self, content: Content) -> Result<FileVersion, UploadError> {
        let FileUpload { shared, asset, file, path, expected, draft: Draft { mut writing }, .. } = self;
        let current = present(&shared, &path).await?;
        meets(&expected, current.as_ref())?;
        match shared.newest(&asset).await {
            Ok(loaded) => stays_playable(&loaded, &file, content)?,
            // Whoever lost the asset meanwhile will miss the file least.
            Err(LoadError::Unknown { .. } | LoadError::Document { .. }) => {}
            Err(LoadError::Store(error)) => return Err(error.into()),
        }
        writing.replace(current);
        let version = writing.commit().await?;
        shared.follow(&asset).await;
        Ok(version)
    }
}

/// Why none of the tracks of a movie can be played.
fn nothing_to_play(movie: &MediaFile) -> String {
    match movie.refused.as_slice() {
        [] => "it has no tracks".to_owned(),
        refused => {
            let reasons: Vec<String> =
                refused.iter().take(5).map(|track| format!("track {}: {}", track.id, track.reason)).collect();
            reasons.join("; ")
        }
    }
}

/// A file that tracks play is replaced only by one that they can play.
fn stays_playable(loaded: &LoadedAsset, file: &str, content: Content) -> Result<(), UploadError> {
    let version = FileVersion { size: 0, tag: String::new(), instance: 0 };
    let (files, failed) = match content {
        Ok(content) => (BTreeMap::from([(file.to_owned(), (version, Arc::new(content)))]), BTreeMap::new()),
        Err(problem) => (BTreeMap::new(), BTreeMap::from([(file.to_owned(), problem)])),
    };
    let played = loaded.tracks.iter().filter(|track| {
        loaded.has_document && track.track.file == file && track.track.status == Status::Ready && track.source.is_ok()
    });
    for track in played {
        if let Err(problem) = join(&track.track, loaded.form(), &files, &failed).source {
            let name = &track.track.name;
            return Err(UploadError::Content(format!("the track {name:?} could not be played any more: {problem}")));
        }
    }
    Ok(())
}

fn meets(expected: &Expected, current: Option<&FileVersion>) -> Result<(), UploadError> {
    let is_met = match expected {
        Expected::Any => true,
        Expected::Absent => current.is_none(),
        Expected::OneOf(revisions) => current.is_some_and(|current| revisions.contains(&current.revision())),
    };
    if is_met { Ok(()) } else { Err(UploadError::Stale { current: current.cloned() }) }
}

async fn present(shared: &Shared, path: &StorePath) -> Result<Option<FileVersion>, StoreError> {
    match shared.store.stat(path).await {
        Ok(version) => Ok(Some(version)),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a file of this name may be brought, whatever it is. The track document is edited, not brought.
fn check_any_name(file: &str) -> Result<(), UploadError> {
    if file == ASSET_JSON {
        return Err(UploadError::Name(format!("{file} is the asset's track document; edit the tracks instead")));
    }
    rules::words::file(file).map_err(UploadError::Name)
}

/// Whether a media or caption file of this name may be brought.
fn check_name(file: &str) -> Result<(), UploadError> {
    rules::words::file(file).map_err(UploadError::Name)?;
    if is_media_file(file) || is_caption_file(file) || is_sound_file(file) {
        return Ok(());
    }
    Err(UploadError::Name(format!(
        "{file:?} is no media or caption file by its name; use .mp4 or .m4a, .vtt, .srt or .ttml, or .aac, .mp3, .flac, \
         .ogg or .wav for sound that is to be converted"
    )))
}

impl Shared {
    /// The folder of an asset, or one that may become an asset.
    async fn folder_of(self: &Arc<Self>, name: &str) -> Result<StorePath, EditError> {
        let standing = Standing::of(self, name).await?;
        let is_there = standing.loaded().is_some() || self.store.list(&standing.folder).await.is_ok();
        match is_there {
            true => Ok(standing.folder),
            false => Err(EditError::UnknownAsset { asset: name.to_owned() }),
        }
    }

    async fn begin_upload(
        self: &Arc<Self>,
        name: &str,
        folder: &StorePath,
        file: &str,
        expected: &Expected,
        limit: u64,
        taking: Taking,
    ) -> Result<FileUpload, UploadError> {
        let path = folder.join(file).ok_or_else(|| UploadError::Name(format!("{file:?} makes too long a path")))?;
        let current = present(self, &path).await?;
        meets(expected, current.as_ref())?;
        let writing = self.store.write(&path, current.as_ref()).await?;
        Ok(FileUpload {
            shared: Arc::clone(self),
            asset: name.to_owned(),
            file: file.to_owned(),
            path,
            expected: expected.clone(),
            limit,
            taking,
            holding: None,
            draft: Draft { writing },
        })
    }

    /// A file of an asset has changed: lets everybody know.
    pub(super) async fn follow(self: &Arc<Self>, asset: &str) {
        self.loads.leave(&asset.to_owned());
        // What is wrong with the asset, whoever asks for it is told.
        let _ = self.newest(asset).await;
        self.metrics.edited(1);
        self.tell(asset, Vec::new());
    }
}

impl Catalog {
    /// Begins the upload of `file` into the folder of asset `name`; at most `limit` bytes. `expected` is of the file's
    /// [revision](FileVersion::revision).
    pub async fn upload(
        &self,
        name: &str,
        file: &str,
        expected: &Expected,
        limit: u64,
    ) -> Result<FileUpload, UploadError> {
        check_name(file)?;
        let unknown = || UploadError::UnknownAsset { asset: name.to_owned() };
        let folder = self.shared.folder_of(name).await.map_err(|error| match error {
            EditError::Store(error) => UploadError::Store(error),
            _ => unknown(),
        })?;
        let most = if is_caption_file(file) { crate::text::MAX_FILE_BYTES as u64 } else { u64::MAX };
        self.shared.begin_upload(name, &folder, file, expected, limit.min(most), Taking::Usable).await
    }

    /// The same for a file of any name and content, into a folder that may be made for it. A file that tracks play is
    /// replaced only by one that they can play.
    pub async fn upload_anything(
        &self,
        name: &str,
        file: &str,
        expected: &Expected,
        limit: u64,
    ) -> Result<FileUpload, UploadError> {
        check_any_name(file)?;
        let folder = match Standing::of(&self.shared, name).await {
            Ok(standing) => standing.folder,
            Err(EditError::Store(error)) => return Err(error.into()),
            Err(_) => return Err(UploadError::UnknownAsset { asset: name.to_owned() }),
        };
        self.shared.begin_upload(name, &folder, file, expected, limit, Taking::Anything).await
    }

    /// Removes a media or caption file that no track uses.
    pub async fn remove_file(&self, name: &str, file: &str, edit: &EditOf) -> Result<(), EditError> {
        let unknown = |_| EditError::UnknownFile { asset: name.to_owned(), file: file.to_owned() };
        check_name(file).map_err(unknown)?;
        self.remove_anything(name, file, edit).await
    }

    /// Removes a file of any name that no track uses.
    pub async fn remove_anything(&self, name: &str, file: &str, edit: &EditOf) -> Result<(), EditError> {
        let unknown = || EditError::UnknownFile { asset: name.to_owned(), file: file.to_owned() };
        check_any_name(file).map_err(|_| unknown())?;
        let turn = self.shared.clear_turn(name).await;
        let standing = Standing::of(&self.shared, name).await?;
        if standing.foreign() == Some(file) {
            return Err(EditError::Foreign { asset: name.to_owned(), file: file.to_owned() });
        }
        let in_use = |track: String| EditError::FileInUse { file: file.to_owned(), track };
        if standing.loaded().is_none() && standing.document().is_some() {
            standing.editable()?;
        }
        let users = standing.before().map(|list| list.tracks.as_slice()).unwrap_or_default();
        if let Some(track) = users.iter().find(|track| track.file == file) {
            return Err(in_use(track.name.clone()));
        }
        let path = standing.folder.join(file).ok_or_else(unknown)?;
        let version = present(&self.shared, &path).await?.ok_or_else(unknown)?;
        meets(&edit.expected, Some(&version)).map_err(|_| EditError::Stale { current: version.revision() })?;
        let shared = Arc::clone(&self.shared);
        let asset = name.to_owned();
        let removal = async move {
            shared.store.remove(&path, &version).await?;
            shared.follow(&asset).await;
            Ok(())
        };
        to_its_end(turn, removal).await
    }
}
