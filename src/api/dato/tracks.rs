//! Tracks of an upload: listed, brought by URL or upload request, generated, destroyed. What needs no look at the media
//! is refused at once; what is wrong with that is the failure of a job.

use super::answer::{Answer, ok};
use super::document::attributes;
use super::{Asked, results, track_view, transfer};
use crate::api::incoming::Incoming;
use crate::api::platform::tracks::label_holder;
use crate::api::platform::{
    Brought, Coming, Failed, Kind, Refusal, Wrong, check_label, fetch, flag, generate as transcribe, is_url, remove,
    text,
};
use crate::catalog::LoadedAsset;
use crate::late::GENERATED;
use crate::track::{Kind as TrackKind, Language, Role, TrackType, default_label};
use serde_json::{Map, Value, json};
use std::sync::Arc;

const OF_CREATION: &[&str] = &["url_or_upload_request_id", "type", "name", "language_code", "closed_captions"];
const OF_GENERATION: &[&str] = &["name", "language_code"];
pub(super) async fn list(asked: &Asked<'_>, id: &str) -> Answer {
    let loaded = asked.upload(id).await?;
    let tracks = track_view::listed(&loaded.asset).map(|track| track_view::resource(id, &loaded, track));
    ok(&json!({ "data": tracks.collect::<Vec<_>>() }))
}

/// The upload, which must be a video.
async fn video(asked: &Asked<'_>, id: &str) -> Result<Arc<LoadedAsset>, Refusal> {
    let loaded = asked.upload(id).await?;
    match loaded.asset.tracks.iter().any(|track| track.track_type == TrackType::Video) {
        true => Ok(loaded),
        false => Err(Refusal::new(Kind::NotVideo, "tracks are for videos, and this upload has no picture")),
    }
}

pub(super) async fn create(asked: &Asked<'_>, id: &str, body: Incoming) -> Answer {
    let attributes = attributes(asked, body, &["upload_track"], OF_CREATION).await?;
    let loaded = video(asked, id).await?;
    let coming = coming(&loaded, &attributes)?;
    check_label(&loaded.asset, None, coming.track_type, coming.label.as_deref())?;
    let source = text(&attributes, "url_or_upload_request_id", "url")?.ok_or_else(|| missing("url"))?;
    let made = match is_url(&source) {
        true => fetch(&asked.call, &loaded, &coming, &source, Failed::Goes).await,
        false => transfer::bring(asked, &loaded, &coming, &source).await,
    };
    answered(asked, id, &loaded, made).await
}

/// The answer to a change that may have failed for what is in a file.
async fn answered(asked: &Asked<'_>, id: &str, loaded: &LoadedAsset, made: Result<Brought, Refusal>) -> Answer {
    match made {
        Ok(brought) => results::brought(asked, id, &brought).await,
        Err(refusal) if refusal.kind == Kind::Media => results::failed(asked, &loaded.name, &refusal).await,
        Err(refusal) => Err(refusal),
    }
}

fn missing(field: &'static str) -> Refusal {
    Refusal::invalid(field, Wrong::Missing, "it is missing")
}

/// The track that is asked for.
fn coming(loaded: &LoadedAsset, attributes: &Map<String, Value>) -> Result<Coming, Refusal> {
    let track_type = match text(attributes, "type", "type")?.ok_or_else(|| missing("type"))?.as_str() {
        "audio" => TrackType::Audio,
        "subtitles" => TrackType::Text,
        other => {
            let problem = format!("a track is audio or subtitles, not {other:?}");
            return Err(Refusal::invalid("type", Wrong::NoneOfThese, problem));
        }
    };
    let language = language(attributes)?;
    let for_the_deaf = flag(attributes, "closed_captions", "closed_captions")?.unwrap_or_default();
    if for_the_deaf && track_type == TrackType::Audio {
        let problem = "closed captions are subtitles, and no audio";
        return Err(Refusal::invalid("closed_captions", Wrong::Value, problem));
    }
    let kind = match track_type {
        TrackType::Text if for_the_deaf => TrackKind::Captions,
        TrackType::Text => TrackKind::Subtitles,
        _ => TrackKind::Main,
    };
    let label = match text(attributes, "name", "label")? {
        Some(name) => name,
        None => free_label(loaded, track_type, &default_label(&language, track_type, kind)),
    };
    Ok(Coming {
        language: Some(language),
        label: Some(label),
        roles: if for_the_deaf { vec![Role::Caption] } else { Vec::new() },
        ..Coming::new(track_type)
    })
}

fn language(attributes: &Map<String, Value>) -> Result<Language, Refusal> {
    let tag = text(attributes, "language_code", "language")?.ok_or_else(|| missing("language"))?;
    Language::parse(&tag).map_err(|error| Refusal::invalid("language", Wrong::Form, error.to_string()))
}

/// The label, or with a number the first of it that no track of the type has.
fn free_label(loaded: &LoadedAsset, track_type: TrackType, label: &str) -> String {
    let is_free = |label: &String| label_holder(&loaded.asset, None, track_type, label).is_none();
    let mut numbered = (1u32..).map(|number| match number {
        1 => label.to_owned(),
        number => format!("{label} {number}"),
    });
    numbered.find(is_free).unwrap_or_else(|| label.to_owned())
}

pub(super) async fn generate(asked: &Asked<'_>, id: &str, body: Incoming) -> Answer {
    let attributes = attributes(asked, body, &["subtitles_generation", "upload_track"], OF_GENERATION).await?;
    let loaded = video(asked, id).await?;
    let language = language(&attributes)?;
    let label = match text(&attributes, "name", "label")? {
        Some(name) => name,
        None => free_label(&loaded, TrackType::Text, &format!("{}{GENERATED}", language.autonym())),
    };
    let coming = Coming::generated(&asked.call, &language, label);
    check_label(&loaded.asset, None, TrackType::Text, coming.label.as_deref())?;
    let made = transcribe(&asked.call, &loaded, &coming, Failed::Goes, |_| Ok(())).await?;
    results::brought(asked, id, &made).await
}

pub(super) async fn destroy(asked: &Asked<'_>, id: &str, track: &str) -> Answer {
    let loaded = asked.upload(id).await?;
    let track = track_view::find(&loaded, track).ok_or_else(|| Refusal::unknown("the upload has no such track"))?;
    let destroyed = track_view::document(id, &loaded, track);
    remove(&asked.call, &loaded, &track.name).await?;
    results::done(asked, &loaded.name, &destroyed).await
}
