//! Audio tracks. The sound inside the video's own file is not among them: to Cloudflare it is the video.

use super::answer::{Answer, ok};
use crate::api::incoming::Incoming;
use crate::api::platform::tracks::{
    State, change, default_audio, has_other_audio, is_inside_video, label_of, place, state,
};
use crate::api::platform::{
    Brought, Call, Coming, Failed, Form, Kind, Receiving, Refusal, Uid, Wrong, bind, check_label, fetch, flag, is_url,
    remove, text,
};
use crate::catalog::LoadedAsset;
use crate::origin::Body;
use crate::track::{Asset, Track, TrackType};
use hyper::Response;
use hyper::http::request::Parts;
use serde_json::{Map, Value, json};

/// The largest file that is brought in a form, as upstream has it.
const MOST_BYTES: u64 = 200_000_000;
/// The bytes of a form beside its file.
const FORM_BYTES: u64 = 64 << 10;
const LABEL_BYTES: usize = 4096;

fn listed(list: &Asset) -> impl Iterator<Item = &Track> {
    let is_listed = |track: &&Track| track.track_type == TrackType::Audio && !is_inside_video(list, track);
    list.tracks.iter().filter(is_listed)
}

/// The name of the track that has the identifier, or the name.
fn find(loaded: &LoadedAsset, id: &str) -> Result<String, Refusal> {
    let uid = Uid::parse_hex(id);
    let is_it = |track: &&Track| track.name == id || uid == Some(Uid::of_track(&loaded.name, &track.name));
    let found = listed(&loaded.asset).find(is_it).map(|track| track.name.clone());
    found.ok_or_else(|| Refusal::unknown(format!("the video has no audio track {id:?}")))
}

/// Whether it is the default. A track that came is not until somebody makes it so, though players have no other.
fn is_default(loaded: &LoadedAsset, track: &Track) -> bool {
    let is_chosen = track.default || has_other_audio(&loaded.asset, &track.name);
    is_chosen && default_audio(loaded) == Some(track.name.as_str())
}

fn value(loaded: &LoadedAsset, track: &Track, status: &str) -> Value {
    json!({
        "uid": Uid::of_track(&loaded.name, &track.name).hex(),
        "label": label_of(loaded, track),
        "default": is_default(loaded, track),
        "status": status,
    })
}

fn status(loaded: &LoadedAsset, track: &Track) -> &'static str {
    match state(loaded, track) {
        State::Preparing => "queued",
        State::Ready => "ready",
        State::Failed(_) => "error",
    }
}

pub(super) fn list(loaded: &LoadedAsset) -> Response<Body> {
    let tracks = listed(&loaded.asset).map(|track| value(loaded, track, status(loaded, track)));
    ok(&json!({ "audio": tracks.collect::<Vec<_>>() }))
}

/// The answer to what brought a track, which is `queued` at first however soon it is ready.
fn brought(brought: &Brought) -> Response<Body> {
    ok(&value(&brought.loaded, &brought.track, "queued"))
}

pub(super) async fn copy(call: &Call<'_>, loaded: &LoadedAsset, body: Incoming) -> Answer {
    let body = call.object(body).await?;
    are_among(&body, &["label", "url"])?;
    let label = text(&body, "label", "label")?.ok_or_else(|| missing("label"))?;
    let url = body.get("url").and_then(Value::as_str).ok_or_else(|| missing("url"))?;
    if !is_url(url) {
        return Err(Refusal::invalid("url", Wrong::Form, "url must be one of http or https"));
    }
    let coming = Coming { label: Some(label), ..Coming::new(TrackType::Audio) };
    Ok(brought(&fetch(call, loaded, &coming, url, Failed::Stays).await?))
}

fn missing(field: &'static str) -> Refusal {
    // Only a URL that is one in part is "invalid"; one that is not there is a bad request.
    let told = if field == "url" { "file" } else { field };
    Refusal::invalid(told, Wrong::Missing, format!("{field} is missing"))
}

fn are_among(body: &Map<String, Value>, known: &[&str]) -> Result<(), Refusal> {
    match body.keys().find(|field| !known.contains(&field.as_str())) {
        None => Ok(()),
        Some(unknown) => {
            let problem = format!("there is no field {unknown:?}; there are {}", known.join(", "));
            Err(Refusal::invalid("body", Wrong::NoneOfThese, problem))
        }
    }
}

/// A file in a form. Its label may come before or after it.
pub(super) async fn upload(call: &Call<'_>, loaded: &LoadedAsset, head: &Parts, body: Incoming) -> Answer {
    let mut form = Form::read(head, body, MOST_BYTES + FORM_BYTES, call.api.options.stall)?;
    let mut coming = Coming::new(TrackType::Audio);
    // Until the whole form is there nothing is put into the folder.
    let (name, mut file) = (coming.name()?, None);
    while let Some(mut part) = form.next().await? {
        match part.name() {
            "label" => {
                let text = part.whole(LABEL_BYTES).await?;
                let text = String::from_utf8(text.into())
                    .map_err(|_| Refusal::new(Kind::Undecodable, "the label is no UTF-8"))?;
                check_label(&loaded.asset, None, TrackType::Audio, Some(&text))?;
                coming.label = Some(text).filter(|text| !text.trim().is_empty());
            }
            "file" if file.is_none() => {
                let said = part.file_name().map(str::to_owned);
                let mut arriving =
                    Receiving::new(call, &loaded.name, &name, TrackType::Audio, said.as_deref(), MOST_BYTES);
                while let Some(bytes) = part.next().await? {
                    arriving.append(bytes).await?;
                }
                file = Some(arriving);
            }
            _ => {}
        }
    }
    let Some(file) = file else { return Err(missing("file")) };
    if coming.label.is_none() {
        return Err(missing("label"));
    }
    let file = file.finish().await?;
    Ok(brought(&bind(call, loaded, &coming, &file, Failed::Stays, |_| Ok(())).await?))
}

pub(super) async fn edit(call: &Call<'_>, loaded: &LoadedAsset, id: &str, body: Incoming) -> Answer {
    let name = find(loaded, id)?;
    let body = call.object(body).await?;
    are_among(&body, &["label", "default"])?;
    let (label, default) = (text(&body, "label", "label")?, flag(&body, "default", "default")?);
    let (loaded, track) = change(&call.api.catalog, loaded, &call.edit(), |list| {
        let own = place(list, &name).ok_or_else(|| Refusal::unknown("the track has just been removed"))?;
        check_label(list, Some(own), TrackType::Audio, label.as_deref())?;
        if default == Some(false) {
            hand_back_default(list, &name);
        }
        let track = list.tracks.get_mut(own).ok_or_else(|| Refusal::unknown("the track has just been removed"))?;
        track.label = label.clone().or(track.label.take());
        track.default |= default == Some(true);
        Ok::<_, Refusal>(track.clone())
    })
    .await?;
    Ok(ok(&value(&loaded, &track, status(&loaded, &track))))
}

/// The track is the default no more: the sound inside the video is. Where there is none, the rules tell that one is
/// needed.
fn hand_back_default(list: &mut Asset, name: &str) {
    let is_inside = |track: &Track| track.track_type == TrackType::Audio && is_inside_video(list, track);
    let inside = list.tracks.iter().position(is_inside);
    let is_default = list.tracks.iter().any(|track| track.name == name && track.default);
    if !is_default {
        return;
    }
    list.tracks.iter_mut().filter(|track| track.name == name).for_each(|track| track.default = false);
    if let Some(track) = inside.and_then(|place| list.tracks.get_mut(place)) {
        track.default = true;
    }
}

pub(super) async fn delete(call: &Call<'_>, loaded: &LoadedAsset, id: &str) -> Answer {
    remove(call, loaded, &find(loaded, id)?).await?;
    Ok(ok(&"ok".into()))
}
