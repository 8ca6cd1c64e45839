//! A track as a client of DatoCMS reads it.

use crate::api::platform::Uid;
use crate::api::platform::tracks::{State, is_inside_video, label_of, language_of, state};
use crate::catalog::LoadedAsset;
use crate::track::{Asset, Kind, Signals, Track, TrackType};
use serde_json::{Value, json};

/// The tracks that are listed: the sound inside the video's own file is the video.
pub(super) fn listed(list: &Asset) -> impl Iterator<Item = &Track> {
    list.tracks.iter().filter(|track| match track.track_type {
        TrackType::Video => false,
        TrackType::Audio => !is_inside_video(list, track),
        TrackType::Text => true,
    })
}

/// The track that has the identifier, or the name.
pub(super) fn find<'a>(loaded: &'a LoadedAsset, id: &str) -> Option<&'a Track> {
    let uid = Uid::parse_base64url(id);
    listed(&loaded.asset).find(|track| track.name == id || uid == Some(Uid::of_track(&loaded.name, &track.name)))
}

/// The resource; `upload` is what the client calls the asset.
pub(super) fn resource(upload: &str, loaded: &LoadedAsset, track: &Track) -> Value {
    let is_text = track.track_type == TrackType::Text;
    let (status, error) = match state(loaded, track) {
        State::Preparing => ("preparing", None),
        State::Ready => ("ready", None),
        State::Failed(reason) => ("errored", Some(reason)),
    };
    json!({
        "type": "upload_track",
        "id": Uid::of_track(&loaded.name, &track.name).base64url(),
        "attributes": {
            "type": if is_text { "subtitles" } else { "audio" },
            "name": label_of(loaded, track),
            "language_code": language_of(loaded, track).as_str(),
            "closed_captions": is_text.then(|| Signals::of(track).kind == Kind::Captions),
            "status": status,
            "error": error,
        },
        "relationships": { "upload": { "data": { "type": "upload", "id": upload } } },
    })
}

pub(super) fn document(upload: &str, loaded: &LoadedAsset, track: &Track) -> Value {
    json!({ "data": resource(upload, loaded, track) })
}
