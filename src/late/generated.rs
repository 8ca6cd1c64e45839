//! Captions that a program makes of what is spoken: marked as such, until somebody corrects them.

use super::{BindError, Bound, NewTrack, add, free_name};
use crate::catalog::{Catalog, EditError, EditOf, Edited, Expected};
use crate::document::{FoundFile, FoundTrack};
use crate::jobs::{Jobs, TranscribeRequest};
use crate::track::{Asset, Characteristic, Language, Status, Track, TrackType, Visibility};

/// What the label of a generated track ends with.
pub const GENERATED: &str = " (auto-generated)";

/// What is asked of generated captions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCaptions {
    /// That is spoken.
    pub language: Language,
    /// Made from the language where it is absent.
    pub name: Option<String>,
    /// Made from the language where it is absent. That they are generated is said behind it.
    pub label: Option<String>,
    /// The audio track that is listened to; the default one where it is absent.
    pub source: Option<String>,
}

/// Adds captions that are yet to be generated. They are hidden until they are corrected, or shown by an edit, where the
/// server is configured so.
pub async fn generate(
    catalog: &Catalog,
    jobs: &Jobs,
    asset: &str,
    edit: &EditOf,
    new: &NewCaptions,
) -> Result<Bound, BindError> {
    let loaded = catalog.newest(asset).await.map_err(EditError::from)?;
    let stem = format!("auto-{}", new.language.as_str().to_ascii_lowercase());
    let target = free_name(loaded.file_names(), &loaded.asset.tracks, &stem, "vtt");
    let request = TranscribeRequest {
        asset: asset.to_owned(),
        track: new.name.clone().unwrap_or_default(),
        file: target.clone(),
        source: new.source.clone(),
        language: new.language.clone(),
        by: edit.by.clone(),
    };
    let prepared = jobs.prepare_transcription(request).await.map_err(BindError::Job)?;
    let label = new.label.clone().unwrap_or_else(|| new.language.autonym());
    let track = NewTrack {
        name: new.name.clone(),
        track_type: Some(TrackType::Text),
        language: Some(new.language.clone()),
        label: Some(format!("{}{GENERATED}", label.strip_suffix(GENERATED).unwrap_or(&label))),
        visibility: if jobs.hides_generated() { Visibility::Hidden } else { Visibility::Visible },
        characteristics: machine().into_iter().collect(),
        ..NewTrack::new(target.clone())
    };
    let found = FoundTrack::new(TrackType::Text);
    let file = FoundFile { name: target, tracks: vec![found.clone()] };
    let added = add(catalog, asset, edit, &track, &file, &found, Status::Preparing).await;
    super::release(jobs, prepared, added).await
}

/// Somebody has brought `file`: what a program had made of speech there is theirs now. The marks of the machine go, and
/// what was hidden until then is shown. `None` where no track of the file is one that was generated here: those say so in
/// their label, too, or have a file whose name was made here, as `is_made` knows.
pub async fn corrected(
    catalog: &Catalog,
    jobs: &Jobs,
    asset: &str,
    by: &str,
    (file, is_made): (&str, bool),
) -> Result<Option<Edited<()>>, EditError> {
    let is_labelled = |track: &Track| track.label.as_ref().is_some_and(|label| label.ends_with(GENERATED));
    let is_meant = |track: &&Track| track.file == file && is_generated(track) && (is_made || is_labelled(track));
    if !catalog.newest(asset).await?.asset.tracks.iter().any(|track| is_meant(&track)) {
        return Ok(None);
    }
    let edit = EditOf { by: by.to_owned(), expected: Expected::Any };
    let change = |list: &mut Asset| {
        for track in list.tracks.iter_mut().filter(|track| is_meant(&&**track)) {
            unmark(track);
            if jobs.hides_generated() {
                track.visibility = Visibility::Visible;
            }
        }
        Ok(())
    };
    catalog.edit(asset, &edit, change).await.map(Some)
}

/// Whether a track was made by a program of what is spoken.
pub fn is_generated(track: &Track) -> bool {
    let machine = machine();
    track.track_type == TrackType::Text && track.characteristics.iter().any(|tag| Some(tag) == machine.as_ref())
}

/// Takes the marks of the machine from a track, whose file is somebody's own.
pub fn unmark(track: &mut Track) {
    let machine = machine();
    track.characteristics.retain(|tag| Some(tag) != machine.as_ref());
    let label = track.label.take();
    track.label = label.map(|label| label.strip_suffix(GENERATED).map(str::to_owned).unwrap_or(label));
    // One that could not be generated can be brought all the same.
    track.status = Status::Ready;
}

fn machine() -> Option<Characteristic> {
    Characteristic::parse(Characteristic::MACHINE_GENERATED).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marks_of_the_machine_go() {
        let mut track = Track::new("en", TrackType::Text, "auto-en.vtt");
        track.label = Some("English (auto-generated)".to_owned());
        track.characteristics =
            machine().into_iter().chain(Characteristic::parse("public.easy-to-read").ok()).collect();
        track.status = Status::Error("no words".to_owned());
        assert!(is_generated(&track));
        unmark(&mut track);
        assert_eq!(
            (track.label.as_deref(), track.characteristics.len(), &track.status),
            (Some("English"), 1, &Status::Ready)
        );
        assert!(!is_generated(&track));
        track.label = Some("By hand".to_owned());
        unmark(&mut track);
        assert_eq!(track.label.as_deref(), Some("By hand"));
    }
}
