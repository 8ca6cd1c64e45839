//! A track as a client of Azure reads it.

use super::call::Call;
use super::track_body::type_word;
use crate::ams::name_of;
use crate::api::platform::tracks::{self, State, default_audio};
use crate::catalog::LoadedAsset;
use crate::presentation::Facts;
use crate::track::{Language, Track, TrackType, free_name};
use serde_json::{Map, Value, json};

const TYPE: &str = "Microsoft.Media/mediaservices/assets/tracks";

/// What the track is called here: as a server manifest says, else by the free name that the house's stands for.
pub(super) fn name_here(loaded: &LoadedAsset, track: &Track) -> String {
    let streams = loaded.document().and_then(|found| found.document.streams());
    let said = streams.and_then(|streams| streams.get(&track.name)).and_then(|stream| stream.arm_id.as_deref());
    free_name(said.filter(|said| !said.is_empty()).unwrap_or(&track.name))
}

/// The track that is called `name` here, in any case where no other is.
pub(super) fn find<'a>(loaded: &'a LoadedAsset, name: &str) -> Option<&'a Track> {
    let tracks = || loaded.asset.tracks.iter();
    let wanted = name.to_lowercase();
    let exact = tracks().find(|track| name_here(loaded, track) == name);
    let similar = || tracks().find(|track| name_here(loaded, track).to_lowercase() == wanted);
    // Where two are called the same, the house's names tell them apart.
    exact.or_else(similar).or_else(|| tracks().find(|track| free_name(&track.name).to_lowercase() == wanted))
}

/// The resource.
pub(super) fn value(call: &Call<'_>, loaded: &LoadedAsset, track: &Track) -> Value {
    of_state(call, loaded, track, state(loaded, track))
}

/// The resource, said to be in another state: one that was only just asked for is in progress.
pub(super) fn of_state(call: &Call<'_>, loaded: &LoadedAsset, track: &Track, state: &str) -> Value {
    let name = name_here(loaded, track);
    json!({
        "name": name,
        "id": call.id(&format!("/assets/{}/tracks/{name}", name_of(&loaded.name))),
        "type": TYPE,
        "properties": { "track": properties(loaded, track), "provisioningState": state },
    })
}

fn state(loaded: &LoadedAsset, track: &Track) -> &'static str {
    match tracks::state(loaded, track) {
        State::Preparing => "InProgress",
        State::Ready => "Succeeded",
        State::Failed(_) => "Failed",
    }
}

fn properties(loaded: &LoadedAsset, track: &Track) -> Value {
    let mut fields = Map::from_iter([("@odata.type".to_owned(), Value::from(type_word(track.track_type)))]);
    if track.track_type == TrackType::Video {
        return fields.into();
    }
    let mut add = |name: &str, value: Option<Value>| drop(value.map(|value| fields.insert(name.to_owned(), value)));
    let played = loaded.tracks.iter().find(|loaded| loaded.track.name == track.name);
    // What the document does not say, the file does.
    let language = track.language.as_ref().or_else(|| played.and_then(|played| played.track.language.as_ref()));
    add("fileName", Some(track.file.as_str().into()));
    add("displayName", track.label.as_deref().map(Value::from));
    add("languageCode", language.filter(|language| !language.is_und()).map(Language::as_str).map(Value::from));
    if track.track_type == TrackType::Text {
        add("playerVisibility", Some(if track.is_visible() { "Visible" } else { "Hidden" }.into()));
    }
    add("hlsSettings", Some(hls_settings(loaded, track)));
    if track.track_type == TrackType::Audio {
        add("dashSettings", track.roles.first().map(|role| json!({ "role": role.as_str() })));
        add("mpeg4TrackId", track.track_id.map(Value::from));
        let source = played.and_then(|played| played.source.as_ref().ok());
        add("bitRate", source.map(|source| (Facts::of(&source.media).average_bit_rate.round() as u64).into()));
    }
    fields.into()
}

fn hls_settings(loaded: &LoadedAsset, track: &Track) -> Value {
    let is_default = match track.track_type {
        TrackType::Audio => default_audio(loaded) == Some(track.name.as_str()),
        _ => track.default,
    };
    let tags: Vec<&str> = track.characteristics.iter().map(|tag| tag.as_str()).collect();
    let mut settings = json!({ "default": is_default, "forced": track.forced });
    if let (false, Some(settings)) = (tags.is_empty(), settings.as_object_mut()) {
        settings.insert("characteristics".to_owned(), tags.join(",").into());
    }
    settings
}
