//! The Tracks API: an asset's tracks listed, added, changed and removed, all of it as edits of the catalog.
//!
//! A file comes first, by a SAS URL; then it is registered. What is wrong with a request is told at once; what is wrong
//! inside a file is the failure of the operation, and the track says so until it is replaced or deleted.

use super::answer::{Answer, nothing, ok};
use super::call::Call;
use super::fault::{Fault, NO_FILE};
use super::names::{self, Found};
use super::operation::{Outcome, started};
use super::track_body::TrackBody;
use super::track_view::{find, name_here, of_state, value};
use crate::ams::Timestamp;
use crate::api::platform::tracks::{self, default_audio, has_other_audio, label_holder, place};
use crate::catalog::{EditError, Holds, LoadError, LoadedAsset};
use crate::document::{FoundTrack, is_caption_file, is_media_file};
use crate::track::{Asset, AssetKind, Language, Status, Track, TrackType, free_name, name_of_free};
use hyper::StatusCode;
use serde_json::json;
use std::sync::Arc;

const IN_PROGRESS: &str = "InProgress";

pub(super) async fn list(call: &Call<'_>, asset: &str) -> Answer {
    let loaded = loaded(call, asset).await?;
    let tracks: Vec<_> = loaded.asset.tracks.iter().map(|track| value(call, &loaded, track)).collect();
    ok(&json!({ "value": tracks }))
}

pub(super) async fn get(call: &Call<'_>, asset: &str, name: &str) -> Answer {
    let loaded = loaded(call, asset).await?;
    let track = find(&loaded, name).ok_or_else(|| unknown(name))?;
    ok(&value(call, &loaded, track))
}

fn unknown(name: &str) -> Fault {
    Fault::unknown(&format!("there is no track {name:?}"))
}

/// The asset with its tracks.
async fn loaded(call: &Call<'_>, asset: &str) -> Result<Arc<LoadedAsset>, Fault> {
    let found: Found = call.asset(asset).await?;
    match call.api.catalog.newest(&found.path).await {
        Ok(loaded) => Ok(loaded),
        // There is such an asset, and nothing in it.
        Err(LoadError::Unknown { .. }) => {
            Err(Fault::bad("The server manifest (.ism) file is not found in the asset, nor is there any media."))
        }
        Err(error) => Err(error.into()),
    }
}

/// Changes the track list.
async fn change<T: Send>(
    call: &Call<'_>,
    loaded: &LoadedAsset,
    change: impl Fn(&mut Asset) -> Result<T, Fault> + Send + Sync,
) -> Result<(Arc<LoadedAsset>, T), Fault> {
    tracks::change(&call.api.catalog, loaded, &call.edit(), change).await
}

/// What a file was found to be good for.
enum Bound {
    /// It has the track that is meant, and says of its language what it says.
    Good(Option<Language>),
    Broken(String),
}

/// Looks into the file of a track. Errs where the file is not there or cannot be meant.
async fn look(call: &Call<'_>, path: &str, file: &str, track_type: TrackType, id: Option<u32>) -> Result<Bound, Fault> {
    let is_right = match track_type {
        TrackType::Text => is_caption_file(file) || is_media_file(file),
        _ => is_media_file(file),
    };
    let looked = match call.api.catalog.look_into(path, file).await {
        Err(EditError::UnknownFile { .. }) => return Err(Fault::bad(NO_FILE)),
        looked => looked?,
    };
    if !is_right {
        return Err(Fault::bad(match track_type {
            TrackType::Text => format!("{file} is no text file by its name: it must end in .vtt or .ttml."),
            _ => format!("{file} is no audio file by its name: it must end in .mp4, .m4a or .mp4a."),
        }));
    }
    let broken = |problem: String| {
        Ok(Bound::Broken(match file.rsplit_once('.').map(|(_, suffix)| suffix.to_ascii_lowercase()).as_deref() {
            Some("vtt") => format!("Error while parsing WEBVTT file and creating CMFT header. {problem}"),
            _ => format!("Error while parsing the file. {problem}"),
        }))
    };
    match looked.holds {
        Holds::Nothing(problem) => broken(problem),
        Holds::Sound(sound) => broken(format!("It is {}, and not MP4.", sound.format.name())),
        Holds::Tracks(found) => {
            let is_meant =
                |track: &&FoundTrack| track.track_type == track_type && id.is_none_or(|id| track.track_id == Some(id));
            match found.tracks.iter().find(is_meant) {
                Some(track) => Ok(Bound::Good(track.language.clone().filter(|language| !language.is_und()))),
                None => broken(format!("It holds no such {track_type} track.")),
            }
        }
    }
}

pub(super) async fn put(call: &Call<'_>, asset: &str, name: &str) -> Answer {
    let begun = Timestamp::now();
    call.asset(asset).await?;
    let body = TrackBody::read(call.properties()?)?;
    let loaded = loaded(call, asset).await?;
    let old = find(&loaded, name);
    if old.is_none() {
        names::check(name)?;
    }
    check(&loaded, old, &body)?;
    let own = old.map(|old| old.name.clone()).or_else(|| name_of_free(name)).ok_or_else(|| {
        Fault::bad(format!(
            "The name {name:?} is too long, as characters other than a-z, 0-9, _ and - take four each or more."
        ))
    })?;
    let file = match (&body.file, old) {
        (Some(file), _) => file.clone(),
        (None, Some(old)) => old.file.clone(),
        (None, None) => return Err(Fault::bad("properties.track.fileName can not be null.")),
    };
    let bound = look(call, &loaded.name, &file, body.track_type, body.track_id).await?;
    let (loaded, (track, is_new)) = change(call, &loaded, |list| {
        let place = place(list, &own);
        check_label(list, place, &body)?;
        let (mut track, is_new) = match place.and_then(|place| list.tracks.get(place)) {
            Some(old) => {
                check_same(old, &body)?;
                (old.clone(), false)
            }
            None => (Track::new(own.clone(), body.track_type, file.clone()), true),
        };
        body.apply(&mut track, true);
        track.status = match &bound {
            Bound::Good(_) => Status::Ready,
            Bound::Broken(problem) => Status::Error(problem.clone()),
        };
        if let (Bound::Good(language), TrackType::Text, true) =
            (&bound, body.track_type, is_new || track.language.is_none())
        {
            track.language = language.clone();
        }
        match place.and_then(|place| list.tracks.get_mut(place)) {
            Some(old) => *old = track.clone(),
            None => list.tracks.push(track.clone()),
        }
        Ok((track.name, is_new))
    })
    .await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    answered(call, status, &loaded, &track, begun, bound).await
}

/// The answer to PUT and PATCH: the track, as if it were still being made.
async fn answered(
    call: &Call<'_>,
    status: StatusCode,
    loaded: &LoadedAsset,
    track: &str,
    begun: Timestamp,
    bound: Bound,
) -> Answer {
    let problem = if let Bound::Broken(problem) = bound { Some(problem) } else { None };
    let track = loaded.asset.tracks.iter().find(|other| other.name == track);
    let name = track.map(|track| name_here(loaded, track)).unwrap_or_default();
    let body = track.map(|track| of_state(call, loaded, track, IN_PROGRESS));
    started(call, status, &loaded.name, &name, &Outcome::now(begun, problem), body).await
}

/// Whether the asset and the track may be changed so.
fn check(loaded: &LoadedAsset, old: Option<&Track>, body: &TrackBody) -> Result<(), Fault> {
    let is_added = old.is_none();
    if loaded.asset.kind != AssetKind::Vod && (is_added || body.track_type == TrackType::Text) {
        return Err(Fault::bad("Tracks can be added to VOD assets only, and text tracks changed in them alone."));
    }
    old.map_or(Ok(()), |old| check_same(old, body))
}

fn check_same(old: &Track, body: &TrackBody) -> Result<(), Fault> {
    if old.track_type != body.track_type {
        return Err(Fault::bad(format!("The track is {}, and its type cannot change.", old.track_type)));
    }
    match &body.file {
        Some(file) if *file != old.file => {
            Err(Fault::bad("The fileName of a track cannot change; overwrite the file and call updateTrackData."))
        }
        _ => Ok(()),
    }
}

fn check_label(list: &Asset, own: Option<usize>, body: &TrackBody) -> Result<(), Fault> {
    let holder = body.label().and_then(|label| label_holder(list, own, body.track_type, label));
    holder.map_or(Ok(()), |holder| {
        let name = free_name(&holder.name);
        Err(Fault::conflict(format!("The track {name:?} has that displayName already; choose another.")))
    })
}

pub(super) async fn patch(call: &Call<'_>, asset: &str, name: &str) -> Answer {
    let begun = Timestamp::now();
    let loaded = loaded(call, asset).await?;
    let old = find(&loaded, name).ok_or_else(|| unknown(name))?;
    let body = TrackBody::read(call.properties()?)?;
    check(&loaded, Some(old), &body)?;
    let own = old.name.clone();
    let (loaded, track) = change(call, &loaded, |list| {
        let place = place(list, &own);
        check_label(list, place, &body)?;
        let track = place.and_then(|place| list.tracks.get_mut(place)).ok_or_else(|| unknown(name))?;
        check_same(track, &body)?;
        body.apply(track, false);
        Ok(track.name.clone())
    })
    .await?;
    answered(call, StatusCode::ACCEPTED, &loaded, &track, begun, Bound::Good(None)).await
}

pub(super) async fn delete(call: &Call<'_>, asset: &str, name: &str) -> Answer {
    let begun = Timestamp::now();
    let loaded = loaded(call, asset).await?;
    let Some(track) = find(&loaded, name) else { return nothing(StatusCode::NO_CONTENT) };
    if track.track_type == TrackType::Video {
        return Err(Fault::bad("A video track cannot be deleted."));
    }
    let is_default = track.track_type == TrackType::Audio && default_audio(&loaded) == Some(track.name.as_str());
    if is_default && has_other_audio(&loaded.asset, &track.name) {
        return Err(Fault::conflict("This is the default audio track; make another one the default first."));
    }
    let (free, own) = (name_here(&loaded, track), track.name.clone());
    let (loaded, _) = change(call, &loaded, |list| {
        let place = place(list, &own).ok_or_else(|| unknown(name))?;
        Ok(list.tracks.remove(place))
    })
    .await?;
    started(call, StatusCode::ACCEPTED, &loaded.name, &free, &Outcome::now(begun, None), None).await
}

/// Reads the file of a track again: whether it can be used, and what it says of its language.
pub(super) async fn update_data(call: &Call<'_>, asset: &str, name: &str) -> Answer {
    let begun = Timestamp::now();
    let loaded = loaded(call, asset).await?;
    let track = find(&loaded, name).ok_or_else(|| unknown(name))?;
    let bound = look(call, &loaded.name, &track.file, track.track_type, track.track_id).await?;
    let (free, own) = (name_here(&loaded, track), track.name.clone());
    let (loaded, ()) = change(call, &loaded, |list| {
        let track = place(list, &own).and_then(|place| list.tracks.get_mut(place)).ok_or_else(|| unknown(name))?;
        match &bound {
            Bound::Good(language) => {
                track.status = Status::Ready;
                if let (TrackType::Text, Some(language)) = (track.track_type, language) {
                    track.language = Some(language.clone());
                }
            }
            Bound::Broken(problem) => track.status = Status::Error(problem.clone()),
        }
        Ok(())
    })
    .await?;
    let problem = if let Bound::Broken(problem) = bound { Some(problem) } else { None };
    started(call, StatusCode::ACCEPTED, &loaded.name, &free, &Outcome::now(begun, problem), None).await
}
