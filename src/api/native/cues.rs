//! The cues of a text track, to be read and corrected.

use super::answer::{Answer, content, json};
use super::operation::Call;
use super::problem::{FieldError, Kind, Problem};
use super::timeline::{find, shown_to};
use crate::catalog::{Catalog, Expected, LoadedAsset};
use crate::presentation::Rendition;
use crate::store::{FileVersion, StoreError};
use crate::text::{CorrectError, Correctable, Correction, MAX_FILE_BYTES, WrittenCue};
use crate::track::TrackType;
use bytes::Bytes;
use hyper::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The cues of a track.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CueList {
    track: String,
    /// The file that they are in.
    file: String,
    /// Of the file: the numbers of cues hold for it alone.
    revision: String,
    /// Whether `correctCues` takes corrections of this file.
    correctable: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    reason: Option<String>,
    /// In the order of their starts; the place of each is its number.
    cues: Vec<CueResource>,
    /// What of the file is not served.
    warnings: Vec<String>,
}

/// A cue.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Cue")]
pub(super) struct CueResource {
    /// In milliseconds.
    start: u64,
    end: u64,
    /// As the file writes it, where it can be corrected; else as WebVTT has it.
    text: String,
    /// What players show, as WebVTT has it; absent where it is `text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    shown: Option<String>,
    /// As WebVTT writes where on the screen it stands; empty where nothing is said.
    settings: String,
}

/// Corrections of the file at `revision`, all of them or none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Corrections {
    /// That of the list whose numbers are meant.
    revision: String,
    #[schemars(length(min = 1, max = 10000))]
    corrections: Vec<OneCorrection>,
}

/// With `cue` and nothing else, or with what is new of it; without `cue`, a new one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OneCorrection {
    /// The number of a cue; a new one has none.
    cue: Option<usize>,
    /// Takes the cue out.
    #[serde(default)]
    remove: bool,
    /// In milliseconds.
    start: Option<u64>,
    end: Option<u64>,
    /// As the file is to have it, lines joined by `\n`.
    text: Option<String>,
}

/// Of one request.
const MOST_CORRECTIONS: usize = 10_000;

pub(super) async fn list(call: Call<'_>) -> Answer {
    let asset = call.api.catalog.asset(call.asset()).await?;
    let shown = shown_to(&call, &asset)?;
    let track = text_track(&call, find(&call, &shown)?)?;
    content(&call, &cue_list(&call.api.catalog, &asset, track).await?)
}

fn text_track<'a>(call: &Call<'_>, track: &'a Rendition) -> Result<&'a Rendition, Problem> {
    match track.track_type {
        TrackType::Text => Ok(track),
        _ => Err(Problem::new(Kind::NoSuchTrack, format!("{:?} is no text track and has no cues", call.item()))),
    }
}

async fn cue_list(catalog: &Catalog, asset: &LoadedAsset, track: &Rendition) -> Result<CueList, Problem> {
    let version = version(asset, track)?;
    let read = correctable(catalog, asset, track).await?;
    let Some(captions) = track.media.captions() else { return Err(Problem::unknown_track(&asset.name, &track.name)) };
    let (written, reason): (Vec<WrittenCue>, _) = match read {
        Ok(file) => (file.cues().collect(), None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let cues = captions.cues.iter().enumerate().map(|(number, cue)| {
        let written = written.get(number).map(|written| written.text.clone());
        let differs = written.as_ref().is_some_and(|text| *text != cue.payload);
        CueResource {
            start: cue.start,
            end: cue.end,
            text: written.unwrap_or_else(|| cue.payload.clone()),
            shown: differs.then(|| cue.payload.clone()),
            settings: cue.settings.clone(),
        }
    });
    Ok(CueList {
        track: track.name.clone(),
        file: track.file.clone(),
        revision: version.revision(),
        correctable: reason.is_none(),
        reason,
        cues: cues.collect(),
        warnings: captions.warnings.clone(),
    })
}

fn version<'a>(asset: &'a LoadedAsset, track: &Rendition) -> Result<&'a FileVersion, Problem> {
    asset.file_version(&track.file).ok_or_else(|| Problem::unknown_track(&asset.name, &track.name))
}

/// The file of a track, where it is one whose cues can be corrected.
async fn correctable(
    catalog: &Catalog,
    asset: &LoadedAsset,
    track: &Rendition,
) -> Result<Result<Correctable, CorrectError>, Problem> {
    if !crate::document::is_caption_file(&track.file) {
        let reason = "the cues are in a media file; bring the captions as a file of their own to correct them";
        return Ok(Err(CorrectError::File(reason.to_owned())));
    }
    let version = version(asset, track)?;
    let path = asset.folder.join(&track.file).ok_or_else(|| Problem::unknown_track(&asset.name, &track.name))?;
    let size = version.size.min(MAX_FILE_BYTES as u64);
    let bytes = match catalog.store().read(&path, version, 0..size).await {
        Ok(bytes) => bytes,
        Err(StoreError::Changed { .. }) => {
            catalog.doubt(&asset.name);
            return Err(Problem::new(Kind::Conflict, format!("{} is being replaced; ask again", track.file)));
        }
        Err(error) => return Err(error.into()),
    };
    Ok(Correctable::read(&track.file, &bytes))
}

pub(super) async fn correct(mut call: Call<'_>) -> Answer {
    let Corrections { revision, corrections } = call.json().await?;
    let corrections = corrections_of(corrections)?;
    let catalog = std::sync::Arc::clone(&call.api.catalog);
    let asset = catalog.newest(call.asset()).await?;
    let shown = shown_to(&call, &asset)?;
    let track = text_track(&call, find(&call, &shown)?)?;
    let current = version(&asset, track)?.revision();
    if current != revision {
        return Err(Problem::stale(Some(current)));
    }
    let bytes = correctable(&catalog, &asset, track).await?.and_then(|file| file.corrected(&corrections));
    let bytes = bytes.map_err(refusal)?;
    let expected = Expected::OneOf(vec![revision]);
    let mut upload = catalog.upload(call.asset(), &track.file, &expected, call.api.options.max_upload).await?;
    upload.append(Bytes::from(bytes)).await?;
    upload.finish().await?;
    let asset = catalog.newest(call.asset()).await?;
    let shown = shown_to(&call, &asset)?;
    let track = text_track(&call, find(&call, &shown)?)?;
    json(StatusCode::OK, &cue_list(&catalog, &asset, track).await?)
}

fn corrections_of(given: Vec<OneCorrection>) -> Result<Vec<Correction>, Problem> {
    if given.is_empty() || given.len() > MOST_CORRECTIONS {
        return Err(at("corrections", &format!("expected from 1 to {MOST_CORRECTIONS}")));
    }
    let one = |(place, one): (usize, OneCorrection)| {
        let refused = |field: &str, problem: &str| at(&format!("corrections[{place}].{field}"), problem);
        match (one.cue, one.remove) {
            (Some(cue), true) if one.start.is_none() && one.end.is_none() && one.text.is_none() => {
                Ok(Correction::Remove { cue })
            }
            (_, true) => Err(refused("remove", "a cue that is removed is named, and nothing else is said of it")),
            (Some(cue), false) => Ok(Correction::Change { cue, start: one.start, end: one.end, text: one.text }),
            (None, false) => match (one.start, one.end, one.text) {
                (Some(start), Some(end), Some(text)) => Ok(Correction::Add(WrittenCue { start, end, text })),
                _ => Err(refused("cue", "a new cue needs start, end and text; of another the number is missing")),
            },
        }
    };
    given.into_iter().enumerate().map(one).collect()
}

fn at(field: &str, problem: &str) -> Problem {
    let errors = vec![FieldError::at(field, problem)];
    Problem { errors, ..Problem::new(Kind::Invalid, format!("{field}: {problem}")) }
}

fn refusal(error: CorrectError) -> Problem {
    match error {
        CorrectError::File(reason) => Problem::new(Kind::BadFile, reason),
        CorrectError::Correction { place, field, problem } => at(&format!("corrections[{place}].{field}"), &problem),
    }
}
