//! An edit: taken whole, or refused whole.

use super::at_rest::{Elders, Found, breaches};
use super::{Breach, Rule, as_served};
use crate::track::{Asset, AssetKind, Status, Track, TrackType};
use std::collections::{HashMap, HashSet};

const TYPES: [TrackType; 3] = [TrackType::Video, TrackType::Audio, TrackType::Text];

/// What an edit makes of an asset: `after`, with the consequences of the edit drawn, or all that it breaks. `before` is
/// `None` for an asset that had no track list. `file` tells whether a track's file is there, can be read and holds a
/// track of its type and id, else why not and what to do; it is asked of ready tracks that the edit brings.
///
/// A track that becomes the default takes that from the others of its type. What was broken before in the same way is
/// not the edit's fault.
pub fn settle(
    before: Option<&Asset>,
    mut after: Asset,
    file: &dyn Fn(&Track) -> Result<(), String>,
) -> Result<Asset, Vec<Breach>> {
    let elders = before.map(Elders::of).unwrap_or_default();
    pass_default_on(&mut after, &elders);
    let mut found = breaches(&after, &elders);
    if let Some(before) = before {
        forgive(before, &mut found);
        keep_default_audio(before, &after, &mut found);
        keep_types(&after, &elders, &mut found);
        add_only_to_vod(before, &after, &mut found);
    }
    ask_for_files(&after, &elders, file, &mut found);
    if found.is_empty() { Ok(after) } else { Err(found.into_iter().map(|found| found.breach).collect()) }
}

/// One newly set default clears the others of its type; two are left for the rule to find.
fn pass_default_on(after: &mut Asset, elders: &Elders) {
    for track_type in TYPES {
        let was = |track: &Track| elders.named(&track.name).any(|(_, e)| e.default && e.track_type == track_type);
        let is_new = |track: &Track| track.default && track.track_type == track_type && !was(track);
        let mut new = after.tracks.iter().enumerate().filter(|(_, track)| is_new(track)).map(|(place, _)| place);
        let (Some(only), None) = (new.next(), new.next()) else { continue };
        let of_type = after.tracks.iter_mut().enumerate().filter(|(_, track)| track.track_type == track_type);
        of_type.filter(|(place, _)| *place != only).for_each(|(_, track)| track.default = false);
    }
}

/// Takes out what was so before.
fn forgive(before: &Asset, found: &mut Vec<Found>) {
    let mut old: HashMap<_, usize> = HashMap::new();
    for breach in breaches(before, &Elders::of(before)) {
        *old.entry(breach.key()).or_default() += 1;
    }
    found.retain(|found| match old.get_mut(&found.key()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
}

/// The audio track that was the default stays so until another is.
fn keep_default_audio(before: &Asset, after: &Asset, found: &mut Vec<Found>) {
    let default = |asset: &Asset| {
        let plays = |track: &&Track| track.track_type == TrackType::Audio && track.default && track.is_visible();
        asset.tracks.iter().find(plays).map(|track| track.name.clone())
    };
    let is_told = found.iter().any(|found| found.breach.rule == Rule::DefaultAudio);
    let (Some(name), None, false) = (default(&as_served(before).0), default(after), is_told) else { return };
    let remedy = "make another visible audio track the default first, or in the same edit";
    let rule = Rule::DefaultAudio;
    let place = after.tracks.iter().position(|track| track.name == name && track.track_type == TrackType::Audio);
    found.push(match place {
        Some(place) => {
            let problem = format!("\"{name}\" is the default audio track and cannot cease to be; {remedy}");
            Found::in_track(after, place, rule, "default", problem)
        }
        None => {
            let problem = format!("\"{name}\" is the default audio track and cannot be removed; {remedy}");
            let breach = Breach { rule, track: Some(name), field: "tracks", path: "tracks".to_owned(), problem };
            Found { place: None, value: String::new(), breach }
        }
    });
}

fn keep_types(after: &Asset, elders: &Elders, found: &mut Vec<Found>) {
    for (place, track) in after.tracks.iter().enumerate() {
        let mut was = elders.named(&track.name).map(|(_, elder)| elder.track_type).peekable();
        if let Some(first) = was.peek().copied()
            && was.all(|track_type| track_type != track.track_type)
        {
            let problem = format!("a track stays of its type, and this is {first}; remove it and add another");
            found.push(Found::in_track(after, place, Rule::TrackType, "type", problem));
        }
    }
}

/// A new name for a stream that is there adds nothing.
fn add_only_to_vod(before: &Asset, after: &Asset, found: &mut Vec<Found>) {
    if after.kind == AssetKind::Vod {
        return;
    }
    let names: HashSet<&str> = before.tracks.iter().map(|track| track.name.as_str()).collect();
    let streams: HashSet<_> = before.tracks.iter().map(stream).collect();
    let is_added = |track: &Track| !names.contains(track.name.as_str()) && !streams.contains(&stream(track));
    for (place, track) in after.tracks.iter().enumerate() {
        if track.track_type != TrackType::Video && is_added(track) {
            let problem = format!(
                "{} can be added only to an asset of kind \"{}\", and this is \"{}\"; change its kind first",
                track.track_type,
                AssetKind::Vod,
                after.kind
            );
            found.push(Found::in_track(after, place, Rule::VodOnly, "type", problem));
        }
    }
}

fn stream(track: &Track) -> (TrackType, &str, Option<u32>) {
    (track.track_type, track.file.as_str(), track.track_id)
}

fn ask_for_files(after: &Asset, elders: &Elders, file: &dyn Fn(&Track) -> Result<(), String>, found: &mut Vec<Found>) {
    let left_out: HashSet<_> = found.iter().filter(|found| found.leaves_track_out()).map(|found| found.place).collect();
    for (place, track) in after.tracks.iter().enumerate() {
        let plays = |elder: &Track| elder.status == Status::Ready && stream(elder) == stream(track);
        let is_known = elders.named(&track.name).any(|(_, elder)| plays(elder));
        if track.status == Status::Ready && !is_known && !left_out.contains(&Some(place)) {
            let problem = file(track).err();
            found.extend(problem.map(|problem| Found::in_track(after, place, Rule::File, "file", problem)));
        }
    }
}
