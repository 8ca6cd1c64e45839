//! Late binding: a file in an asset's folder becomes one of its tracks by one call, however long the asset has been out.
//!
//! What the call does not say is taken from the file, as where tracks are discovered. Audio that cannot be served as it
//! is becomes a job, and its track is `preparing` until that is done; the file itself is kept.

mod fetched;
mod generated;

pub use fetched::fetch;
pub use generated::{GENERATED, NewCaptions, corrected, generate, is_generated, unmark};

use crate::catalog::{Catalog, EditError, EditOf, Edited, Expected, Holds, Looked};
use crate::document::{FoundFile, FoundTrack, describe_new};
use crate::jobs::{JobError, Jobs, NoConverter, Prepared, Work};
use crate::sound::Sound;
use crate::track::{Asset, Characteristic, Language, Role, Status, Track, TrackType, Visibility};

use std::collections::HashSet;

/// Names that somebody else took meanwhile are chosen anew so often.
const ATTEMPTS: u32 = 20;

/// What is asked of a new track. What is not said is taken from the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewTrack {
    /// In the asset's folder.
    pub file: String,
    /// Made from the file's where it is absent.
    pub name: Option<String>,
    /// Where the file holds several.
    pub track_type: Option<TrackType>,
    pub track_id: Option<u32>,
    pub language: Option<Language>,
    pub label: Option<String>,
    pub visibility: Visibility,
    pub default: bool,
    pub forced: bool,
    pub roles: Vec<Role>,
    pub characteristics: Vec<Characteristic>,
}

impl NewTrack {
    /// A track of which nothing is said but its file.
    pub fn new(file: impl Into<String>) -> NewTrack {
        NewTrack { file: file.into(), ..NewTrack::default() }
    }
}

/// A track that was added.
#[derive(Debug)]
pub struct Bound {
    pub edited: Edited<Track>,
    /// The job that makes its file, where one must be made.
    pub job: Option<String>,
}

/// Why a file did not become a track. Nothing was changed.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The file holds nothing that can be a track, or not what was asked for.
    #[error("{file}: {problem}")]
    File { file: String, problem: String },
    /// It must be converted, and cannot be.
    #[error("{file} is {format} audio, which players do not take as it is: {reason}")]
    NoConverter { file: String, format: &'static str, reason: NoConverter },
    #[error(transparent)]
    Job(JobError),
}

/// Makes a track of a file that lies in the asset's folder.
pub async fn bind(
    catalog: &Catalog,
    jobs: &Jobs,
    asset: &str,
    edit: &EditOf,
    new: &NewTrack,
) -> Result<Bound, BindError> {
    let looked = catalog.look_into(asset, &new.file).await?;
    match &looked.holds {
        Holds::Nothing(problem) => Err(BindError::File { file: new.file.clone(), problem: problem.clone() }),
        Holds::Tracks(file) => {
            let found = choose(new, file).map_err(|problem| BindError::File { file: new.file.clone(), problem })?;
            let edited = add(catalog, asset, edit, new, file, found, Status::Ready).await?;
            Ok(Bound { edited, job: None })
        }
        Holds::Sound(sound) => convert(catalog, jobs, asset, edit, new, &looked, sound).await,
    }
}

/// The one track of a file that is meant.
fn choose<'a>(new: &NewTrack, file: &'a FoundFile) -> Result<&'a FoundTrack, String> {
    let is_meant = |found: &&FoundTrack| {
        new.track_type.is_none_or(|wanted| found.track_type == wanted)
            && new.track_id.is_none_or(|wanted| found.track_id == Some(wanted))
    };
    let told = |tracks: &mut dyn Iterator<Item = &FoundTrack>| -> String {
        let words = tracks.map(|found| match found.track_id {
            Some(id) => format!("{} (track_id {id})", found.track_type),
            None => found.track_type.to_string(),
        });
        words.collect::<Vec<_>>().join(", ")
    };
    let meant: Vec<&FoundTrack> = file.tracks.iter().filter(is_meant).collect();
    match meant.as_slice() {
        [one] => Ok(one),
        [] => Err(format!("it holds no such track; it holds {}", told(&mut file.tracks.iter()))),
        several => {
            let told = told(&mut several.iter().copied());
            Err(format!("it holds several tracks; say which by type and track_id: {told}"))
        }
    }
}

/// Adds the track that the request and its file make together.
async fn add(
    catalog: &Catalog,
    asset: &str,
    edit: &EditOf,
    new: &NewTrack,
    file: &FoundFile,
    found: &FoundTrack,
    status: Status,
) -> Result<Edited<Track>, EditError> {
    let mut said = Track::new(new.name.clone().unwrap_or_default(), found.track_type, file.name.clone());
    let alike = file.tracks.iter().filter(|other| other.track_type == found.track_type).count();
    said.track_id = found.track_id.filter(|_| alike > 1 || new.track_id.is_some());
    (said.language, said.visibility) = (new.language.clone(), new.visibility);
    (said.default, said.forced, said.status) = (new.default, new.forced, status);
    (said.roles, said.characteristics) = (new.roles.clone(), new.characteristics.clone());
    let made = |others: &[Track]| {
        let mut track = describe_new(&said, file, found, others);
        // What the file calls itself stays the file's word: another track may have the same.
        track.label = new.label.clone();
        track
    };
    let mut attempt = 0;
    loop {
        let has_document = match catalog.newest(asset).await {
            Ok(loaded) => loaded.has_document,
            Err(crate::catalog::LoadError::Unknown { .. }) => {
                return begin(catalog, asset, edit, made(&[])).await;
            }
            Err(error) => return Err(error.into()),
        };
        // Where there is no document the track may have been discovered, and this call is what makes it a written one.
        let expected = match &edit.expected {
            Expected::Any if !has_document => Expected::Absent,
            expected => expected.clone(),
        };
        let change = |list: &mut Asset| Ok(if has_document { push(list, &made) } else { replace(list, &said, &made) });
        match catalog.edit(asset, &EditOf { expected, by: edit.by.clone() }, change).await {
            Err(EditError::Stale { .. }) if edit.expected == Expected::Any && attempt < ATTEMPTS => attempt += 1,
            edited => return edited,
        }
    }
}

fn push(list: &mut Asset, made: &impl Fn(&[Track]) -> Track) -> Track {
    let track = made(&list.tracks);
    list.tracks.push(track.clone());
    track
}

/// Puts the track in the place of the discovered one that plays the same.
fn replace(list: &mut Asset, said: &Track, made: &impl Fn(&[Track]) -> Track) -> Track {
    let same = |track: &Track| {
        track.file == said.file
            && track.track_type == said.track_type
            && (track.track_id == said.track_id || track.track_id.is_none() || said.track_id.is_none())
    };
    let Some(place) = list.tracks.iter().position(same) else { return push(list, made) };
    let discovered = list.tracks.remove(place);
    let mut track = made(&list.tracks);
    track.default |= discovered.default;
    list.tracks.insert(place, track.clone());
    track
}

/// The first track of an asset that was none.
async fn begin(catalog: &Catalog, asset: &str, edit: &EditOf, track: Track) -> Result<Edited<Track>, EditError> {
    let list = Asset { tracks: vec![track.clone()], ..Asset::default() };
    let Edited { asset, changed, .. } = catalog.put_asset(asset, edit, list).await?;
    Ok(Edited { asset, value: track, changed })
}

/// Adds a track whose file is yet to be made.
async fn convert(
    catalog: &Catalog,
    jobs: &Jobs,
    asset: &str,
    edit: &EditOf,
    new: &NewTrack,
    looked: &Looked,
    sound: &Sound,
) -> Result<Bound, BindError> {
    let source = new.file.clone();
    let format = sound.format.name();
    if new.track_type.is_some_and(|wanted| wanted != TrackType::Audio) || new.track_id.is_some_and(|id| id != 1) {
        let problem = format!("it is {format} audio, one track, and nothing else");
        return Err(BindError::File { file: source, problem });
    }
    jobs.can_convert().map_err(|reason| BindError::NoConverter { file: source.clone(), format, reason })?;
    let target = free_target(catalog, asset, looked, &source).await;
    let found = FoundTrack::new(TrackType::Audio);
    let file = FoundFile { name: target.clone(), tracks: vec![found.clone()] };
    // The track that would be made, to know its language; its name may become another.
    let outline = Track { language: new.language.clone(), ..Track::new("track", TrackType::Audio, target.clone()) };
    let language = describe_new(&outline, &file, &found, &[]).language.map(|language| language.to_string());
    let name = new.name.clone().unwrap_or_default();
    let prepared = jobs.prepare_conversion(asset, &name, Work::Convert { source, target, language }).await;
    let prepared = prepared.map_err(BindError::Job)?;
    let added = add(catalog, asset, edit, new, &file, &found, Status::Preparing).await;
    release(jobs, prepared, added).await
}

/// Lets the job of a track that was added be begun, or takes it away.
async fn release(jobs: &Jobs, prepared: Prepared, added: Result<Edited<Track>, EditError>) -> Result<Bound, BindError> {
    match added {
        Ok(edited) => {
            let job = jobs.release(prepared, &edited.value.name).await.map_err(BindError::Job)?;
            Ok(Bound { edited, job: Some(job) })
        }
        Err(error) => {
            jobs.withdraw(prepared).await;
            Err(error.into())
        }
    }
}

/// A name for the converted file that neither the folder nor a track has.
async fn free_target(catalog: &Catalog, asset: &str, looked: &Looked, source: &str) -> String {
    let tracks = catalog.newest(asset).await.map(|loaded| loaded.asset.tracks.clone()).unwrap_or_default();
    let stem = source.rsplit_once('.').map_or(source, |(stem, _)| stem);
    free_name(looked.neighbours.iter().map(String::as_str), &tracks, stem, "m4a")
}

/// A name for a file that is made, which neither the folder nor a track has.
fn free_name<'a>(folder: impl Iterator<Item = &'a str>, tracks: &'a [Track], stem: &str, suffix: &str) -> String {
    let taken: HashSet<&str> = folder.chain(tracks.iter().map(|track| track.file.as_str())).collect();
    let names = (1u32..).map(|number| match number {
        1 => format!("{stem}.{suffix}"),
        number => format!("{stem}-{number}.{suffix}"),
    });
    let mut names = names.skip_while(|name| taken.contains(name.as_str()));
    names.next().unwrap_or_else(|| format!("{stem}.{suffix}"))
}
