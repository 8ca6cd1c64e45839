//! A new track: of a file in the asset's folder, of a file at a URL, or of what is spoken.

use super::answer::{Answer, JSON};
use super::assets::writable_track;
use super::operation::Call;
use super::problem::{FieldError, Kind, Problem};
use super::tracks::shown_at;
use crate::document::track_from_value;
use crate::late::{NewCaptions, NewTrack, bind, fetch, generate};
use crate::track::TrackType;
use hyper::StatusCode;
use serde_json::Value;

/// Where a track comes from.
#[derive(Debug, PartialEq, Eq)]
enum Origin {
    Folder,
    Url(String),
    /// The audio track that is listened to, where it is not the default one.
    Speech(Option<String>),
}

pub(super) async fn post(mut call: Call<'_>) -> Answer {
    call.is_of_type(JSON)?;
    let mut value = call.value().await?;
    writable_track(&mut value);
    let origin = Origin::taken_from(&mut value)?;
    let new = new_track(value, &origin)?;
    let (api, asset, edit) = (call.api, call.asset(), call.edit());
    let bound = match &origin {
        Origin::Folder => bind(&api.catalog, &api.jobs, asset, &edit, &new).await,
        Origin::Url(url) => fetch(&api.catalog, &api.jobs, asset, &edit, url, &new).await,
        Origin::Speech(source) => {
            let captions = captions(&new, source.clone())?;
            generate(&api.catalog, &api.jobs, asset, &edit, &captions).await
        }
    };
    let bound = bound.map_err(|error| Problem::from(error).of_track(new.name.as_deref().unwrap_or_default()))?;
    shown_at(&call, StatusCode::CREATED, &bound.edited.asset, &bound.edited.value.name)
}

impl Origin {
    /// Takes what says where the track comes from out of its description.
    fn taken_from(value: &mut Value) -> Result<Origin, Problem> {
        let Value::Object(fields) = value else { return Ok(Origin::Folder) };
        let mut take = |name: &str| fields.remove(name).filter(|value| !value.is_null());
        match (take("url"), take("transcribe")) {
            (None, None) => Ok(Origin::Folder),
            (Some(Value::String(url)), None) => Ok(Origin::Url(url)),
            (None, Some(Value::Bool(true))) => Ok(Origin::Speech(None)),
            (None, Some(Value::String(source))) => Ok(Origin::Speech(Some(source))),
            (Some(_), Some(_)) => Err(invalid("transcribe", "a track is fetched or transcribed, not both")),
            (Some(_), None) => Err(invalid("url", "expected a string")),
            (None, Some(_)) => Err(invalid("transcribe", "expected true, or the name of an audio track")),
        }
    }
}

/// Reads what is said of a new track, as strictly as a whole one.
fn new_track(mut value: Value, origin: &Origin) -> Result<NewTrack, Problem> {
    let Value::Object(fields) = &mut value else {
        return Err(track_from_value(&value, "")
            .err()
            .map_or_else(|| invalid("", "expected an object"), Problem::from));
    };
    if let Some(field) = ["status", "reason"].iter().find(|field| fields.contains_key(**field)) {
        return Err(invalid(field, "of a new track this follows from its file; leave it out"));
    }
    // What the file will say is filled in for the reader, and left out again.
    let mut filled = |name: &str, word: &str| {
        let is_absent = fields.get(name).is_none_or(Value::is_null);
        if is_absent {
            fields.insert(name.to_owned(), word.into());
        }
        is_absent
    };
    let (without_name, without_type) = (filled("name", "new"), filled("type", "text"));
    let without_file = *origin != Origin::Folder && filled("file", "new");
    let track = track_from_value(&value, "")?;
    Ok(NewTrack {
        file: if without_file { String::new() } else { track.file },
        name: (!without_name).then_some(track.name),
        track_type: (!without_type).then_some(track.track_type),
        track_id: track.track_id,
        language: track.language,
        label: track.label,
        visibility: track.visibility,
        default: track.default,
        forced: track.forced,
        roles: track.roles,
        characteristics: track.characteristics,
    })
}

/// What of a new track means something for captions that are generated. All else is set when they are there.
fn captions(new: &NewTrack, source: Option<String>) -> Result<NewCaptions, Problem> {
    let language = new.language.clone().ok_or_else(|| invalid("language", "it must be said which is spoken"))?;
    let plain = NewTrack {
        name: new.name.clone(),
        label: new.label.clone(),
        language: new.language.clone(),
        track_type: new.track_type,
        ..NewTrack::default()
    };
    if new.track_type.is_some_and(|track_type| track_type != TrackType::Text) {
        return Err(invalid("type", "what is transcribed becomes text"));
    }
    if *new != plain {
        let problem = "of a track that is transcribed only name, language and label are said; edit it when it is there";
        return Err(invalid("transcribe", problem));
    }
    Ok(NewCaptions { language, name: plain.name, label: plain.label, source })
}

fn invalid(field: &str, problem: &str) -> Problem {
    Problem { errors: vec![FieldError::at(field, problem)], ..Problem::new(Kind::Invalid, problem) }
}
