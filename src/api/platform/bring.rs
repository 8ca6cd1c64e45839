//! Tracks that come by the API of another platform, and go by it: whoever uses one sees tracks, never files, so the
//! file of such a track comes with it and goes with it. A file that lay in the folder before stays.

use super::receiving::suffix_of_url;
use super::tracks::{change, has_other_audio, label_holder, place};
use super::{Call, Kind, Refusal, Wrong, made};
use crate::catalog::{Holds, LoadedAsset, Looked};
use crate::jobs::{FetchRequest, Prepared, TranscribeRequest, Work};
use crate::presentation::LoadedTrack;
use crate::track::{Asset, Characteristic, Language, Role, Status, Track, TrackType, Visibility};
use std::sync::Arc;

/// A track that is to come, as far as it is known.
#[derive(Debug, Clone)]
pub(in crate::api) struct Coming {
    pub(in crate::api) track_type: TrackType,
    pub(in crate::api) language: Option<Language>,
    pub(in crate::api) label: Option<String>,
    pub(in crate::api) roles: Vec<Role>,
    pub(in crate::api) characteristics: Vec<Characteristic>,
    pub(in crate::api) visibility: Visibility,
}

/// A track that came.
pub(in crate::api) struct Brought {
    /// The asset with it.
    pub(in crate::api) loaded: Arc<LoadedAsset>,
    pub(in crate::api) track: Track,
    /// What its file is made by, where that is still to come.
    pub(in crate::api) job: Option<String>,
}

impl Coming {
    pub(in crate::api) fn new(track_type: TrackType) -> Coming {
        Coming {
            track_type,
            language: None,
            label: None,
            roles: Vec::new(),
            characteristics: Vec::new(),
            visibility: Visibility::Visible,
        }
    }

    /// Text that a machine is to make.
    pub(in crate::api) fn generated(call: &Call<'_>, language: &Language, label: String) -> Coming {
        let is_hidden = call.api.jobs.hides_generated();
        Coming {
            language: Some(language.clone()),
            label: Some(label),
            characteristics: Characteristic::parse(Characteristic::MACHINE_GENERATED).into_iter().collect(),
            visibility: if is_hidden { Visibility::Hidden } else { Visibility::Visible },
            ..Coming::new(TrackType::Text)
        }
    }

    /// A new name for it: that of its language says most.
    pub(in crate::api) fn name(&self) -> Result<String, Refusal> {
        let word = self.language.as_ref().map(Language::as_str).or(self.label.as_deref()).unwrap_or_default();
        made::make(word, self.track_type.as_str()).map_err(|problem| Refusal::new(Kind::Unavailable, problem))
    }

    fn track(&self, name: &str, file: &str, status: Status) -> Track {
        Track {
            language: self.language.clone(),
            label: self.label.clone(),
            roles: self.roles.clone(),
            characteristics: self.characteristics.clone(),
            visibility: self.visibility,
            status,
            ..Track::new(name, self.track_type, file)
        }
    }
}

/// What becomes of a track whose job fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum Failed {
    /// It stays, and says why.
    Stays,
    /// It goes: the client is told by the job.
    Goes,
}

/// Adds a track whose file is fetched from `url`.
pub(in crate::api) async fn fetch(
    call: &Call<'_>,
    loaded: &LoadedAsset,
    coming: &Coming,
    url: &str,
    failed: Failed,
) -> Result<Brought, Refusal> {
    let name = coming.name()?;
    let file = format!("{name}.{}", suffix_of_url(url, coming.track_type));
    let request = FetchRequest {
        asset: loaded.name.clone(),
        track: name.clone(),
        url: url.to_owned(),
        file: file.clone(),
        by: call.caller.name().to_owned(),
    };
    let prepared = call.api.jobs.prepare_fetch(request).await?;
    let track = coming.track(&name, &file, Status::Preparing);
    begin(call, loaded, track, prepared, failed, |_| Ok(())).await
}

/// Adds a text track that a transcriber makes of what is said in the asset. `check` is of the list that it is added to.
pub(in crate::api) async fn generate(
    call: &Call<'_>,
    loaded: &LoadedAsset,
    coming: &Coming,
    failed: Failed,
    check: impl Fn(&Asset) -> Result<(), Refusal> + Send + Sync,
) -> Result<Brought, Refusal> {
    let is_sound = |track: &LoadedTrack| track.track.track_type == TrackType::Audio && track.source.is_ok();
    if !loaded.tracks.iter().any(is_sound) {
        return Err(Refusal::new(Kind::NoAudio, "there is no audio that could be listened to"));
    }
    let name = coming.name()?;
    let file = format!("{name}.vtt");
    let request = TranscribeRequest {
        asset: loaded.name.clone(),
        track: name.clone(),
        file: file.clone(),
        source: None,
        language: coming.language.clone().unwrap_or_else(Language::und),
        by: call.caller.name().to_owned(),
    };
    let prepared = call.api.jobs.prepare_transcription(request).await?;
    let track = coming.track(&name, &file, Status::Preparing);
    begin(call, loaded, track, prepared, failed, check).await
}

/// Adds a track, and lets the job that makes its file be begun.
async fn begin(
    call: &Call<'_>,
    loaded: &LoadedAsset,
    track: Track,
    prepared: Prepared,
    failed: Failed,
    check: impl Fn(&Asset) -> Result<(), Refusal> + Send + Sync,
) -> Result<Brought, Refusal> {
    let jobs = &call.api.jobs;
    let prepared = if failed == Failed::Goes { prepared.taking_its_track() } else { prepared };
    match add(call, loaded, &track, check).await {
        Ok(loaded) => {
            let job = jobs.release(prepared, &track.name).await?;
            Ok(Brought { loaded, track, job: Some(job) })
        }
        Err(refusal) => {
            jobs.withdraw(prepared).await;
            Err(refusal)
        }
    }
}

/// Adds a track to the list.
async fn add(
    call: &Call<'_>,
    loaded: &LoadedAsset,
    track: &Track,
    check: impl Fn(&Asset) -> Result<(), Refusal> + Send + Sync,
) -> Result<Arc<LoadedAsset>, Refusal> {
    let added = |list: &mut Asset| {
        check(list)?;
        check_label(list, None, track.track_type, track.label.as_deref())?;
        list.tracks.push(track.clone());
        Ok::<_, Refusal>(())
    };
    Ok(change(&call.api.catalog, loaded, &call.edit(), added).await?.0)
}

/// Errs where another track of that type has the label.
pub(in crate::api) fn check_label(
    list: &Asset,
    own: Option<usize>,
    track_type: TrackType,
    label: Option<&str>,
) -> Result<(), Refusal> {
    match label.filter(|label| label_holder(list, own, track_type, label).is_some()) {
        None => Ok(()),
        Some(label) => {
            let message = format!("another {track_type} track is called {label:?} already; choose another name");
            Err(Refusal::invalid("label", Wrong::Taken, message))
        }
    }
}

/// Removes a track, and the file that was brought for it. The default audio stays until another is the default,
/// unless there is no other.
pub(in crate::api) async fn remove(call: &Call<'_>, loaded: &LoadedAsset, name: &str) -> Result<(), Refusal> {
    let is_default = |list: &Asset| {
        let flagged = |track: &Track| track.track_type == TrackType::Audio && track.default && track.is_visible();
        list.tracks.iter().any(|track| track.name == name && flagged(track))
    };
    // Where nobody flagged one, the one that players are given is flagged before.
    let removed = |list: &mut Asset| {
        if is_default(list) && has_other_audio(list, name) {
            let message = "this is the default audio track; make another one the default first";
            return Err(Refusal::invalid("default", Wrong::Value, message));
        }
        let place = place(list, name).ok_or_else(|| Refusal::unknown("the track has just been removed"))?;
        Ok(list.tracks.remove(place).file)
    };
    let (loaded, file) = change(&call.api.catalog, loaded, &call.edit(), removed).await?;
    sweep(call, &loaded.name, &file).await;
    Ok(())
}

/// Gives a track another file, which came for it, and what else `edit` says; the file that came for it before goes.
pub(in crate::api) async fn put_in_place(
    call: &Call<'_>,
    loaded: &LoadedAsset,
    name: &str,
    file: &str,
    edit: impl Fn(&mut Track) + Send + Sync,
) -> Result<(Arc<LoadedAsset>, Track), Refusal> {
    let replaced = |list: &mut Asset| {
        let track = list.tracks.iter_mut().find(|track| track.name == name);
        let track = track.ok_or_else(|| Refusal::unknown("the track has just been removed"))?;
        let before = std::mem::replace(&mut track.file, file.to_owned());
        (track.track_id, track.status) = (None, Status::Ready);
        edit(track);
        Ok((before, track.clone()))
    };
    match change(&call.api.catalog, loaded, &call.edit(), replaced).await {
        Ok((loaded, (before, track))) => {
            sweep(call, &loaded.name, &before).await;
            Ok((loaded, track))
        }
        Err(refusal) => {
            sweep(call, &loaded.name, file).await;
            Err(refusal)
        }
    }
}

/// Removes a file that came for a track, and what it was made of, unless a track uses it.
async fn sweep(call: &Call<'_>, asset: &str, file: &str) {
    let stem = stem(file);
    if !made::is_made(stem) {
        return;
    }
    let Ok(Some((_, listing))) = call.api.catalog.folder(asset).await else { return };
    for entry in listing.files.iter().filter(|entry| self::stem(&entry.name) == stem) {
        if let Err(error) = call.api.catalog.remove_file(asset, &entry.name, &call.edit()).await {
            tracing::debug!(asset, file = entry.name, %error, "the file stays");
        }
    }
}

fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// Makes a track of a file that came for it, called as the track is to be. `check` is of the list that it is added to.
pub(in crate::api) async fn bind(
    call: &Call<'_>,
    loaded: &LoadedAsset,
    coming: &Coming,
    file: &str,
    failed: Failed,
    check: impl Fn(&Asset) -> Result<(), Refusal> + Send + Sync,
) -> Result<Brought, Refusal> {
    let bound = match call.api.catalog.look_into(&loaded.name, file).await {
        Ok(looked) => bind_looked(call, loaded, coming, &looked, file, failed, check).await,
        Err(error) => Err(error.into()),
    };
    if bound.is_err() {
        sweep(call, &loaded.name, file).await;
    }
    bound
}

async fn bind_looked(
    call: &Call<'_>,
    loaded: &LoadedAsset,
    coming: &Coming,
    looked: &Looked,
    file: &str,
    failed: Failed,
    check: impl Fn(&Asset) -> Result<(), Refusal> + Send + Sync,
) -> Result<Brought, Refusal> {
    let name = stem(file);
    match &looked.holds {
        Holds::Tracks(found) => {
            let mut of_type = found.tracks.iter().filter(|track| track.track_type == coming.track_type);
            let first = of_type
                .next()
                .ok_or_else(|| Refusal::new(Kind::Media, format!("the file holds no {} track", coming.track_type)))?;
            let mut track = coming.track(name, file, Status::Ready);
            track.track_id = first.track_id.filter(|_| of_type.next().is_some());
            let loaded = add(call, loaded, &track, check).await?;
            Ok(Brought { loaded, track, job: None })
        }
        Holds::Sound(sound) if coming.track_type == TrackType::Audio => {
            let jobs = &call.api.jobs;
            jobs.can_convert().map_err(|reason| {
                let problem = format!("{} audio must be converted: {reason}", sound.format.name());
                Refusal::new(Kind::Media, problem)
            })?;
            let target = format!("{name}.m4a");
            let language = coming.language.as_ref().map(ToString::to_string);
            let work = Work::Convert { source: file.to_owned(), target: target.clone(), language };
            let prepared = jobs.prepare_conversion(&loaded.name, name, work).await?;
            let track = coming.track(name, &target, Status::Preparing);
            begin(call, loaded, track, prepared, failed, check).await
        }
        Holds::Sound(sound) => {
            let problem = format!("the file is {} audio, and no text", sound.format.name());
            Err(Refusal::new(Kind::Media, problem))
        }
        Holds::Nothing(problem) => Err(Refusal::new(Kind::Media, problem.clone())),
    }
}
