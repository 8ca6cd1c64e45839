//! Captions: one for each language. Of several text tracks of a language it is the first that is shown and not forced,
//! else the first that is hidden: one that waits for somebody to look through it.

use super::answer::{Answer, ok};
use super::caption_label;
use crate::api::incoming::Incoming;
use crate::api::native::answer::text;
use crate::api::platform::tracks::{State, state};
use crate::api::platform::{
    Call, Coming, Failed, Form, Kind, Receiving, Refusal, Wrong, bind, generate as transcribe, put_in_place, remove,
};
use crate::api::token::Scope;
use crate::catalog::LoadedAsset;
use crate::late::{is_generated, unmark};
use crate::origin::Body;
use crate::presentation::LoadedTrack;
use crate::store::StoreError;
use crate::text::{read_webvtt, webvtt_file};
use crate::track::{Asset, Language, Track, TrackType, Visibility};
use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

/// The largest caption file, as upstream has it.
const MOST_BYTES: usize = 10_000_000;
/// The bytes of a form beside its file.
const FORM_BYTES: u64 = 64 << 10;
/// The languages that upstream generates captions in.
const GENERATED: &[&str] = &["cs", "nl", "en", "fr", "de", "it", "ja", "ko", "pl", "pt", "ru", "es"];
const VTT: &str = "text/vtt";
/// There are captions in the language.
const TAKEN: Kind = Kind::Invalid("language", Wrong::Taken);

/// The language of a path.
fn language(tag: &str) -> Result<Language, Refusal> {
    Language::parse(tag).map_err(|error| Refusal::invalid("language", Wrong::Form, error.to_string()))
}

/// The captions, each with its language: the one that is written, or the file's own.
fn all(loaded: &LoadedAsset) -> Vec<(Language, &LoadedTrack)> {
    let is_caption = |track: &&LoadedTrack| track.track.track_type == TrackType::Text && !track.track.forced;
    let mut found: Vec<(Language, &LoadedTrack)> = Vec::new();
    for track in loaded.tracks.iter().filter(is_caption) {
        let language = track.track.language.clone().unwrap_or_else(Language::und);
        match found.iter_mut().find(|(known, _)| *known == language) {
            None => found.push((language, track)),
            Some((_, held)) if !held.track.is_visible() && track.track.is_visible() => *held = track,
            Some(_) => {}
        }
    }
    found
}

fn find<'a>(loaded: &'a LoadedAsset, language: &Language) -> Option<&'a LoadedTrack> {
    all(loaded).into_iter().find(|(known, _)| known == language).map(|(_, track)| track)
}

fn known<'a>(loaded: &'a LoadedAsset, language: &Language) -> Result<&'a LoadedTrack, Refusal> {
    find(loaded, language).ok_or_else(|| Refusal::unknown(format!("the video has no captions in {language}")))
}

fn value(loaded: &LoadedAsset, language: &Language, track: &Track) -> Value {
    let is_generated = is_generated(track);
    json!({
        "language": language.as_str(),
        "label": track.label.clone().unwrap_or_else(|| caption_label::of(language, is_generated)),
        "generated": is_generated,
        "status": match state(loaded, track) {
            State::Preparing => "inprogress",
            State::Ready => "ready",
            State::Failed(_) => "error",
        },
    })
}

pub(super) fn list(loaded: &LoadedAsset) -> Response<Body> {
    let captions = all(loaded).into_iter().map(|(language, track)| value(loaded, &language, &track.track));
    ok(&captions.collect())
}

pub(super) fn get(loaded: &LoadedAsset, tag: &str) -> Answer {
    let language = language(tag)?;
    Ok(ok(&value(loaded, &language, &known(loaded, &language)?.track)))
}

/// The captions as WebVTT: the very file where it is that, else what is read of it, written anew.
pub(super) async fn vtt(call: &Call<'_>, loaded: &LoadedAsset, tag: &str) -> Answer {
    let language = language(tag)?;
    let track = known(loaded, &language)?;
    // What viewers do not get is for those who may show it.
    if !track.track.is_visible() {
        call.may(Scope::Write)?;
    }
    let unknown = || Refusal::unknown(format!("the captions in {language} cannot be had now"));
    let source = track.source.as_ref().map_err(|_| unknown())?;
    let captions = source.media.captions().ok_or_else(unknown)?;
    if let Some(bytes) = file(call, loaded, &track.track.file).await?
        && read_webvtt(&bytes).is_ok()
    {
        return Ok(text(StatusCode::OK, VTT, bytes));
    }
    Ok(text(StatusCode::OK, VTT, webvtt_file(captions, Some(&language))))
}

/// The bytes of a caption file; `None` where it is too large to be one.
async fn file(call: &Call<'_>, loaded: &LoadedAsset, name: &str) -> Result<Option<Bytes>, Refusal> {
    let most = crate::text::MAX_FILE_BYTES as u64;
    let Some(version) = loaded.file_version(name).filter(|version| version.size <= most) else { return Ok(None) };
    let Some(path) = loaded.folder.join(name) else { return Ok(None) };
    match call.api.catalog.store().read(&path, version, 0..version.size).await {
        Err(StoreError::Changed { .. } | StoreError::NotFound { .. }) => Ok(None),
        bytes => Ok(Some(bytes?)),
    }
}

/// Puts captions in the place of those of the same language, also of those that a machine made or is making.
pub(super) async fn put(call: &Call<'_>, loaded: &LoadedAsset, tag: &str, head: &Parts, body: Incoming) -> Answer {
    let language = language(tag)?;
    let bytes = webvtt(call, head, body).await?;
    // Another may bring captions in the language at the same time: then these are put in the place of those.
    match put_once(call, loaded, &language, bytes.clone()).await {
        Err(refusal) if refusal.kind == TAKEN => {
            let newest = call.api.catalog.newest(&loaded.name).await?;
            put_once(call, &newest, &language, bytes).await
        }
        answer => answer,
    }
}

/// Errs with [`TAKEN`] where there are captions in the language by now, and were none in the asset as `loaded`.
async fn put_once(call: &Call<'_>, loaded: &LoadedAsset, language: &Language, bytes: Bytes) -> Answer {
    let coming = Coming { language: Some(language.clone()), ..Coming::new(TrackType::Text) };
    let mut arriving =
        Receiving::new(call, &loaded.name, &coming.name()?, TrackType::Text, Some("captions.vtt"), MOST_BYTES as u64);
    arriving.append(bytes).await?;
    let file = arriving.finish().await?;
    let (loaded, track) = match find(loaded, language) {
        Some(old) => {
            let is_generated = is_generated(&old.track);
            let by_hand = |track: &mut Track| {
                track.language = Some(language.clone());
                if is_generated {
                    unmark(track);
                    track.visibility = Visibility::Visible;
                }
            };
            put_in_place(call, loaded, &old.track.name, &file, by_hand).await?
        }
        None => {
            let check = |list: &Asset| none_came(loaded, list, language);
            let brought = bind(call, loaded, &coming, &file, Failed::Stays, check).await?;
            (brought.loaded, brought.track)
        }
    };
    Ok(ok(&value(&loaded, language, &track)))
}

/// The file of a form, which must be WebVTT.
async fn webvtt(call: &Call<'_>, head: &Parts, body: Incoming) -> Result<Bytes, Refusal> {
    let mut form = Form::read(head, body, MOST_BYTES as u64 + FORM_BYTES, call.api.options.stall)?;
    while let Some(mut part) = form.next().await? {
        if part.name() != "file" {
            continue;
        }
        let bytes = part.whole(MOST_BYTES).await?;
        return match read_webvtt(&bytes) {
            Ok(_) => Ok(bytes),
            Err(error) => Err(Refusal::new(Kind::Media, format!("the file is no WebVTT file: {error}"))),
        };
    }
    Err(Refusal::invalid("file", Wrong::Missing, "the form has no part named \"file\""))
}

fn taken(language: &Language) -> Refusal {
    let problem = format!("there are captions in {language} already; delete them first");
    Refusal::new(TAKEN, problem)
}

/// Errs where captions in the language came to the list since it was `loaded`.
fn none_came(loaded: &LoadedAsset, list: &Asset, language: &Language) -> Result<(), Refusal> {
    let is_in_it = |track: &Track| {
        track.track_type == TrackType::Text && !track.forced && track.language.as_ref() == Some(language)
    };
    let was_there = |track: &Track| loaded.asset.tracks.iter().any(|old| old.name == track.name && is_in_it(old));
    match list.tracks.iter().any(|track| is_in_it(track) && !was_there(track)) {
        true => Err(taken(language)),
        false => Ok(()),
    }
}

pub(super) async fn delete(call: &Call<'_>, loaded: &LoadedAsset, tag: &str) -> Answer {
    let language = language(tag)?;
    remove(call, loaded, &known(loaded, &language)?.track.name).await?;
    Ok(ok(&"".into()))
}

pub(super) async fn generate(call: &Call<'_>, loaded: &LoadedAsset, tag: &str) -> Answer {
    let language = language(tag)?;
    if !GENERATED.contains(&language.as_str()) {
        let problem = format!("captions are generated in {}; not in {language}", GENERATED.join(", "));
        return Err(Refusal::invalid("language", Wrong::NoneOfThese, problem));
    }
    if find(loaded, &language).is_some() {
        return Err(taken(&language));
    }
    let coming = Coming::generated(call, &language, caption_label::of(&language, true));
    let check = |list: &Asset| none_came(loaded, list, &language);
    let brought = transcribe(call, loaded, &coming, Failed::Stays, check).await?;
    Ok(ok(&value(&brought.loaded, &language, &brought.track)))
}
