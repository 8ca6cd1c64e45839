//! What a file of an asset's folder holds, also one that no track uses yet.

use super::loaded::{read_files, reasons};
use super::standing::Standing;
use super::{Catalog, EditError, Shared};
use crate::document::{FoundFile, is_caption_file, is_media_file};
use crate::sound::{Sound, is_sound_file};
use crate::store::{FileVersion, Listing, StoreError, StorePath};

/// A file, looked into.
#[derive(Debug, Clone)]
pub struct Looked {
    pub path: StorePath,
    pub version: FileVersion,
    pub holds: Holds,
    /// The names of all files of the folder.
    pub neighbours: Vec<String>,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// Tracks that can be played.
    Tracks(FoundFile),
    /// Audio that must be converted first.
    Sound(Sound),
    /// Nothing that can be used, and why.
    Nothing(String),
}

impl Catalog {
    /// Looks into `file` in the folder of asset `name`, which need not be one yet.
    pub async fn look_into(&self, name: &str, file: &str) -> Result<Looked, EditError> {
        let standing = Standing::of(&self.shared, name).await?;
        let neighbours = standing.listing.files.iter().map(|entry| entry.name.clone()).collect();
        let entry = standing.listing.files.iter().find(|entry| entry.name == file);
        let (Some(entry), Some(path)) = (entry, standing.folder.join(file)) else {
            return Err(EditError::UnknownFile { asset: name.to_owned(), file: file.to_owned() });
        };
        let version = entry.version.clone();
        let holds = match self.shared.sound(&path, &version).await? {
            Some(sound) => Holds::Sound(sound),
            None => self.shared.tracks(&standing, file).await?,
        };
        Ok(Looked { path, version, holds, neighbours })
    }
}

impl Shared {
    /// The sound that a file is, where it is no MP4.
    async fn sound(&self, path: &StorePath, version: &FileVersion) -> Result<Option<Sound>, StoreError> {
        let read = |start: u64| {
            let end = (start + Sound::HEAD as u64).min(version.size);
            self.store.read(path, version, start.min(end)..end)
        };
        let head = read(0).await?;
        let start = Sound::tag_len(&head);
        let head = if start > 0 { read(start).await? } else { head };
        Ok(Sound::of(&head, version.size.saturating_sub(start)))
    }

    async fn tracks(&self, standing: &Standing, file: &str) -> Result<Holds, StoreError> {
        if !is_media_file(file) && !is_caption_file(file) {
            return Ok(Holds::Nothing(match is_sound_file(file) {
                true => "its bytes are none of ADTS, MP3, FLAC, Ogg or WAV; bring the file anew".to_owned(),
                false => "its name is not that of a media or caption file, such as .m4a, .mp4, .vtt, .srt or .ttml"
                    .to_owned(),
            }));
        }
        let listing: &Listing = &standing.listing;
        let known = |file: &str| standing.loaded()?.known_file(file);
        let (mut files, mut failed) =
            read_files(self.store.as_ref(), &standing.folder, listing, vec![file], known).await?;
        if let Some(problem) = failed.remove(file) {
            return Ok(Holds::Nothing(problem));
        }
        let Some((_, read)) = files.remove(file) else { return Ok(Holds::Nothing("it went away".to_owned())) };
        if read.tracks.is_empty() {
            return Ok(Holds::Nothing(reasons(&read).join("; ")));
        }
        let tracks = read.tracks.iter().map(|track| track.found.clone()).collect();
        Ok(Holds::Tracks(FoundFile { name: file.to_owned(), tracks }))
    }
}
