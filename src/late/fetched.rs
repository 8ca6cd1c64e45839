//! A file from a URL becomes a track: at once in the list, `preparing` until its file is there.

use super::{BindError, Bound, NewTrack, add, free_name};
use crate::catalog::{Catalog, EditError, EditOf};
use crate::document::{FoundFile, FoundTrack, is_caption_file};
use crate::fetch::FetchUrl;
use crate::jobs::{FetchRequest, Jobs};
use crate::track::{Status, TrackType, rules};

/// What a file is called whose URL has no name for it.
const NAMELESS: &str = "fetched";

/// Makes a track of audio or captions that lie at a URL. The file that is made is named after `new.file`, or after the URL
/// where that is empty; what is audio and no MP4 is converted, so an audio file's name ends in `.m4a`.
pub async fn fetch(
    catalog: &Catalog,
    jobs: &Jobs,
    asset: &str,
    edit: &EditOf,
    url: &str,
    new: &NewTrack,
) -> Result<Bound, BindError> {
    let track_type = match new.track_type {
        Some(track_type @ (TrackType::Audio | TrackType::Text)) => track_type,
        _ => {
            let problem = "only audio and captions are fetched; say which it is by type".to_owned();
            return Err(BindError::File { file: FetchUrl::told(url).to_owned(), problem });
        }
    };
    let loaded = catalog.newest(asset).await.map_err(EditError::from)?;
    let wanted = if new.file.is_empty() { name_of(url) } else { new.file.clone() };
    let (stem, suffix) = parts(&wanted, track_type);
    let target = free_name(loaded.file_names(), &loaded.asset.tracks, &stem, &suffix);
    let request = FetchRequest {
        asset: asset.to_owned(),
        track: new.name.clone().unwrap_or_default(),
        url: url.to_owned(),
        file: target.clone(),
        by: edit.by.clone(),
    };
    let prepared = jobs.prepare_fetch(request).await.map_err(BindError::Job)?;
    let found = FoundTrack::new(track_type);
    let file = FoundFile { name: target, tracks: vec![found.clone()] };
    let added = add(catalog, asset, edit, new, &file, &found, Status::Preparing).await;
    super::release(jobs, prepared, added).await
}

/// What the file is called at its URL.
fn name_of(url: &str) -> String {
    FetchUrl::told(url)
        .rsplit('/')
        .next()
        .map_or_else(String::new, |name| percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned())
}

/// The stem and the suffix of the file that is made.
fn parts(wanted: &str, track_type: TrackType) -> (String, String) {
    const LONGEST: usize = 100;
    let (stem, suffix) = wanted.rsplit_once('.').unwrap_or((wanted, ""));
    let stem: String = stem.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let stem = if rules::words::file(&stem).is_ok() { stem } else { NAMELESS.to_owned() };
    let suffix = match track_type {
        TrackType::Text if is_caption_file(wanted) => suffix.to_owned(),
        TrackType::Text => "vtt".to_owned(),
        _ => "m4a".to_owned(),
    };
    (stem, suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_at_its_url() {
        for (url, track_type, stem, suffix) in [
            ("https://a.example/x/audio%20de.mp3?sig=1", TrackType::Audio, "audio de", "m4a"),
            ("https://a.example/captions.srt", TrackType::Text, "captions", "srt"),
            ("https://a.example/captions", TrackType::Text, "captions", "vtt"),
            ("https://a.example/", TrackType::Audio, NAMELESS, "m4a"),
            ("https://a.example/.hidden.mp3", TrackType::Audio, NAMELESS, "m4a"),
            ("https://a.example/%2e%2e%2fetc%2fpasswd.mp3", TrackType::Audio, NAMELESS, "m4a"),
            ("https://a.example/..", TrackType::Audio, NAMELESS, "m4a"),
        ] {
            assert_eq!(parts(&name_of(url), track_type), (stem.to_owned(), suffix.to_owned()), "{url}");
        }
    }
}
