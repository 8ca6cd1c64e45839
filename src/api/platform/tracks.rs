//! Track lists as other platforms have them: what they show of a track, and edits of the catalog under what they
//! promise beside the rules of the house.

use crate::catalog::{Catalog, EditError, EditOf, Expected, LoadError, LoadedAsset};
use crate::track::{Asset, Language, Signals, Status, Track, TrackType, default_label};
use std::sync::Arc;

/// Whether a track can be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::api) enum State {
    Preparing,
    Ready,
    /// It cannot, and why.
    Failed(String),
}

pub(in crate::api) fn state(loaded: &LoadedAsset, track: &Track) -> State {
    let source = loaded.tracks.iter().find(|loaded| loaded.track.name == track.name).map(|loaded| &loaded.source);
    match (&track.status, source) {
        (Status::Preparing, _) => State::Preparing,
        (Status::Error(reason), _) => State::Failed(reason.clone()),
        (Status::Ready, Some(Err(reason))) => State::Failed(reason.clone()),
        (Status::Ready, Some(Ok(_))) => State::Ready,
        (Status::Ready, None) => State::Failed("it cannot be served".to_owned()),
    }
}

/// The audio track that plays unless the viewer chooses another: the flagged one, else the one that players are shown
/// so.
pub(in crate::api) fn default_audio(loaded: &LoadedAsset) -> Option<&str> {
    let is_flagged = |track: &&Track| track.track_type == TrackType::Audio && track.default && track.is_visible();
    let flagged = loaded.asset.tracks.iter().find(is_flagged).map(|track| track.name.as_str());
    flagged.or_else(|| {
        let shown = loaded.presentation.as_ref().ok()?;
        let choice = shown.audio.iter().find(|choice| choice.default)?;
        Some(shown.lead(choice).name.as_str())
    })
}

/// Whether audio is there to be heard beside the track of that name. Where there is none, nothing could be the default
/// in its place.
pub(in crate::api) fn has_other_audio(list: &Asset, name: &str) -> bool {
    let is_heard = |track: &Track| track.is_visible() && track.status == Status::Ready;
    list.tracks.iter().any(|track| track.track_type == TrackType::Audio && track.name != name && is_heard(track))
}

/// Whether a track is the sound, or the text, inside the video's own file: platforms that were given the video as one
/// file do not list it.
pub(in crate::api) fn is_inside_video(list: &Asset, track: &Track) -> bool {
    list.tracks.iter().any(|other| other.track_type == TrackType::Video && other.file == track.file)
}

/// The label of a track; what players are shown, where nobody wrote one.
pub(in crate::api) fn label_of(loaded: &LoadedAsset, track: &Track) -> String {
    let shown = || {
        let presentation = loaded.presentation.as_ref().ok()?;
        presentation.rendition(&track.name).map(|rendition| rendition.label.clone())
    };
    let made = || default_label(&language_of(loaded, track), track.track_type, Signals::of(track).kind);
    track.label.clone().or_else(shown).unwrap_or_else(made)
}

/// The language of a track; what its file says, where nobody wrote one.
pub(in crate::api) fn language_of(loaded: &LoadedAsset, track: &Track) -> Language {
    let found = loaded.tracks.iter().find(|loaded| loaded.track.name == track.name);
    let files = || found.and_then(|found| found.track.language.clone());
    track.language.clone().or_else(files).unwrap_or_else(Language::und)
}

/// Changes the track list; what the change says against itself is the answer, and then nothing was changed. The default
/// that players have, and nobody wrote down, is written down where there is other audio: or that might take its place.
pub(in crate::api) async fn change<T: Send, E: From<EditError> + Send>(
    catalog: &Catalog,
    loaded: &LoadedAsset,
    edit: &EditOf,
    change: impl Fn(&mut Asset) -> Result<T, E> + Send + Sync,
) -> Result<(Arc<LoadedAsset>, T), E> {
    let default = default_audio(loaded).map(str::to_owned);
    let pinned = |asset: &mut Asset| {
        let mut changed = asset.clone();
        let is_flagged = defaults(&changed).next().is_some();
        let unwritten = default.as_ref().filter(|_| !is_flagged);
        let is_beside_others = |list: &Asset| unwritten.is_some_and(|name| has_other_audio(list, name));
        let was_beside_others = is_beside_others(&changed);
        if was_beside_others {
            flag(&mut changed, unwritten, true);
        }
        change(&mut changed).inspect(|_| {
            let flagged = defaults(&changed).count();
            match (was_beside_others, is_beside_others(&changed)) {
                // The change may flag another, which is then the one; or leave no other.
                (true, others) if flagged > 1 || !others => flag(&mut changed, unwritten, false),
                (false, true) if flagged == 0 => flag(&mut changed, unwritten, true),
                _ => {}
            }
            *asset = changed;
        })
    };
    let edited = catalog.edit(&loaded.name, edit, |asset| Ok(pinned(asset))).await?;
    Ok((edited.asset, edited.value?))
}

/// An asset without a document takes every file for a track. Before files come that are to be tracks only once they are
/// registered, what it has is written down.
pub(in crate::api) async fn write_down(catalog: &Catalog, asset: &str, by: &str) -> Result<(), EditError> {
    let loaded = match catalog.newest(asset).await {
        Ok(loaded) if !loaded.has_document => loaded,
        Ok(_) | Err(LoadError::Unknown { .. } | LoadError::Document { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let edit = EditOf { by: by.to_owned(), expected: Expected::Absent };
    match catalog.put_asset(asset, &edit, loaded.asset.clone()).await {
        // Somebody else did.
        Ok(_) | Err(EditError::Stale { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn defaults(asset: &Asset) -> impl Iterator<Item = &Track> {
    asset.tracks.iter().filter(|track| track.track_type == TrackType::Audio && track.default)
}

fn flag(asset: &mut Asset, name: Option<&String>, default: bool) {
    let mut audio = asset.tracks.iter_mut().filter(|track| track.track_type == TrackType::Audio);
    if let Some(track) = name.and_then(|name| audio.find(|track| track.name == *name)) {
        track.default = default;
    }
}

/// Where the track of that name is.
pub(in crate::api) fn place(list: &Asset, name: &str) -> Option<usize> {
    list.tracks.iter().position(|track| track.name == name)
}

/// The other track that has a label. To platforms a label is given to one track of a type, whatever its case; the rules
/// of the house let two forms of one content share one, but there each is a track that somebody named. A track that had
/// the label before keeps it.
pub(in crate::api) fn label_holder<'a>(
    list: &'a Asset,
    own: Option<usize>,
    track_type: TrackType,
    label: &str,
) -> Option<&'a Track> {
    let wanted = label.to_lowercase();
    let has = |track: &Track| track.label.as_ref().is_some_and(|label| label.to_lowercase() == wanted);
    if own.and_then(|own| list.tracks.get(own)).is_some_and(has) {
        return None;
    }
    list.tracks.iter().find(|track| track.track_type == track_type && has(track))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::track::Visibility;

    fn labelled(name: &str, track_type: TrackType, label: &str) -> Track {
        Track { label: Some(label.to_owned()), ..Track::new(name, track_type, "a.m4a") }
    }

    #[test]
    fn a_label_is_given_once_in_a_type_whatever_its_case() {
        let tracks = vec![labelled("one", TrackType::Audio, "Español"), labelled("two", TrackType::Text, "English")];
        let list = Asset { tracks, ..Asset::default() };
        let holder =
            |own, track_type, label| label_holder(&list, own, track_type, label).map(|track| track.name.as_str());
        assert_eq!(holder(None, TrackType::Audio, "ESPAÑOL"), Some("one"));
        assert_eq!(holder(Some(0), TrackType::Audio, "español"), None, "its own");
        assert_eq!(holder(None, TrackType::Text, "Español"), None);
        assert_eq!(holder(None, TrackType::Audio, "English"), None);
    }

    #[test]
    fn other_audio_is_what_can_be_heard() {
        let audio = |name: &str| Track::new(name, TrackType::Audio, "a.m4a");
        let list = |other: Track| Asset { tracks: vec![audio("one"), other], ..Asset::default() };
        assert!(has_other_audio(&list(audio("two")), "one"));
        for other in [
            Track { visibility: Visibility::Hidden, ..audio("two") },
            Track { status: Status::Preparing, ..audio("two") },
            Track { status: Status::Error("broken".to_owned()), ..audio("two") },
            Track::new("two", TrackType::Text, "a.vtt"),
        ] {
            assert!(!has_other_audio(&list(other.clone()), "one"), "{other:?}");
        }
    }

    #[test]
    fn what_is_inside_the_video_is_in_its_file() {
        let track = |name: &str, track_type, file: &str| Track::new(name, track_type, file);
        let tracks = vec![
            track("v", TrackType::Video, "talk.mp4"),
            track("a", TrackType::Audio, "talk.mp4"),
            track("b", TrackType::Audio, "b.m4a"),
        ];
        let list = Asset { tracks, ..Asset::default() };
        assert!(is_inside_video(&list, &list.tracks[1]) && !is_inside_video(&list, &list.tracks[2]));
    }
}
