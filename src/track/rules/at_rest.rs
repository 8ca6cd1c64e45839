//! An asset that is in order, whoever wrote it and however it came to be so.

use super::{Breach, Rule, words};
use crate::track::{Asset, Language, Signals, Status, Track, TrackType, is_valid_name};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// A breach, and where it lies.
#[derive(Debug)]
pub(super) struct Found {
    /// The track's place; `None` for the asset as a whole.
    pub(super) place: Option<usize>,
    /// What was found in the field: a breach with another value is another breach.
    pub(super) value: String,
    pub(super) breach: Breach,
}

impl Found {
    pub(super) fn in_track(asset: &Asset, place: usize, rule: Rule, field: &'static str, problem: String) -> Found {
        let track = asset.tracks.get(place).map(told_name);
        let breach = Breach { rule, track, field, path: path(place, field), problem };
        Found { place: Some(place), value: String::new(), breach }
    }

    fn in_asset(rule: Rule, field: &'static str, problem: String) -> Found {
        let breach = Breach { rule, track: None, field, path: field.to_owned(), problem };
        Found { place: None, value: String::new(), breach }
    }

    /// The breach, where tracks have other places.
    pub(super) fn at(self, place_of: impl Fn(usize) -> usize) -> Breach {
        match self.place {
            Some(place) => Breach { path: path(place_of(place), self.breach.field), ..self.breach },
            None => self.breach,
        }
    }

    fn of(self, value: impl Into<String>) -> Found {
        Found { value: value.into(), ..self }
    }

    /// Whether the track cannot be had at all.
    pub(super) fn leaves_track_out(&self) -> bool {
        matches!(self.breach.rule, Rule::TrackName | Rule::UniqueName | Rule::File | Rule::TrackId)
    }

    /// Alike in two states of one asset.
    pub(super) fn key(&self) -> impl Eq + Hash + use<> {
        (self.breach.rule, self.breach.track.clone(), self.breach.field, self.value.clone())
    }
}

fn path(place: usize, field: &str) -> String {
    format!("tracks[{place}].{field}")
}

/// The tracks of an asset by name: of an edit, those that were there before.
#[derive(Default)]
pub(super) struct Elders<'a> {
    by_name: HashMap<&'a str, Vec<(usize, &'a Track)>>,
}

impl<'a> Elders<'a> {
    pub(super) fn of(asset: &'a Asset) -> Self {
        let mut by_name: HashMap<_, Vec<_>> = HashMap::new();
        for (place, track) in asset.tracks.iter().enumerate() {
            by_name.entry(track.name.as_str()).or_default().push((place, track));
        }
        Elders { by_name }
    }

    /// Names are not unique in a document edited by hand.
    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = (usize, &'a Track)> {
        self.by_name.get(name).into_iter().flatten().copied()
    }

    /// Who comes first where only one can have something: whoever had it before the edit, so that the newcomer is told;
    /// else who is visible; else the first in the document.
    fn rank(&self, place: usize, track: &Track, had_it: impl Fn(&Track) -> bool) -> (bool, bool, usize, usize) {
        match self.named(&track.name).find(|(_, elder)| had_it(elder)) {
            Some((elder_place, elder)) => (false, !elder.is_visible(), elder_place, place),
            None => (true, !track.is_visible(), place, place),
        }
    }
}

/// Everything that is wrong with an asset in itself.
pub(super) fn breaches(asset: &Asset, elders: &Elders) -> Vec<Found> {
    let mut found = of_asset(asset);
    for (place, track) in asset.tracks.iter().enumerate() {
        of_track(asset, place, track, &mut found);
    }
    unique_names(asset, elders, &mut found);
    let mut stays = vec![true; asset.tracks.len()];
    for place in found.iter().filter(|found| found.leaves_track_out()).filter_map(|found| found.place) {
        stays[place] = false;
    }
    for track_type in [TrackType::Video, TrackType::Audio, TrackType::Text] {
        let of_type: Vec<(usize, &Track)> = asset
            .tracks
            .iter()
            .enumerate()
            .filter(|(place, track)| stays[*place] && track.track_type == track_type)
            .collect();
        unique_labels(asset, &of_type, elders, &mut found);
        one_default(asset, track_type, &of_type, elders, &mut found);
    }
    found
}

fn of_asset(asset: &Asset) -> Vec<Found> {
    let title = asset.title.as_deref().map(|title| (title, words::line(title)));
    let title = title.and_then(|(title, read)| Some(Found::in_asset(Rule::Title, "title", read.err()?).of(title)));
    let seconds = asset.segment_duration.map(|duration| duration.as_secs_f64());
    let duration = seconds.and_then(|seconds| words::segment_duration(seconds).err());
    let duration = duration.map(|problem| Found::in_asset(Rule::SegmentDuration, "segment_duration", problem));
    let count = words::track_count(asset.tracks.len()).err();
    let count = count.map(|problem| Found::in_asset(Rule::TrackLimit, "tracks", problem));
    title.into_iter().chain(duration).chain(count).collect()
}

fn of_track(asset: &Asset, place: usize, track: &Track, found: &mut Vec<Found>) {
    let mut add = |rule, field, value: &str, problem: Result<(), String>| {
        found.extend(problem.err().map(|problem| Found::in_track(asset, place, rule, field, problem).of(value)));
    };
    add(Rule::TrackName, "name", &track.name, words::name(&track.name));
    add(Rule::File, "file", &track.file, words::file(&track.file));
    let id = track.track_id.map_or(Ok(1), |id| words::track_id(f64::from(id)));
    add(Rule::TrackId, "track_id", "", id.map(drop));
    let label = track.label.as_deref().unwrap_or("-");
    add(Rule::Label, "label", label, words::line(label));
    let roles: Vec<&str> = track.roles.iter().map(|role| role.as_str()).collect();
    add(Rule::Role, "roles", &roles.join(" "), list(&roles));
    let tags: Vec<&str> = track.characteristics.iter().map(|tag| tag.as_str()).collect();
    add(Rule::Characteristic, "characteristics", &tags.join(" "), list(&tags));
    if let Status::Error(reason) = &track.status {
        add(Rule::Status, "reason", reason, words::line(reason));
    }
    if track.forced && track.track_type != TrackType::Text {
        add(Rule::ForcedText, "forced", "", Err("only a text track can be forced; leave the field out".to_owned()));
    }
}

fn list(words: &[&str]) -> Result<(), String> {
    words::list_length(words.len())?;
    let again = words.iter().enumerate().find(|(place, word)| words.iter().take(*place).any(|other| other == *word));
    again.map_or(Ok(()), |(_, word)| Err(words::repeated(word)))
}

fn unique_names(asset: &Asset, elders: &Elders, found: &mut Vec<Found>) {
    let mut order: Vec<(usize, &Track)> = asset.tracks.iter().enumerate().collect();
    // Of two tracks the first counts, be it hidden: rather none is shown than the wrong one.
    order.sort_by_key(|(place, track)| {
        let (is_new, _, elder_place, place) = elders.rank(*place, track, |_| true);
        (is_new, elder_place, place)
    });
    let mut taken = HashSet::new();
    for (place, track) in order {
        if !taken.insert(track.name.as_str()) {
            let problem = format!("another track has the name \"{}\" already; choose another name", told_name(track));
            found.push(Found::in_track(asset, place, Rule::UniqueName, "name", problem));
        }
    }
}

/// Only labels that somebody wrote are compared: those that are made are made distinct. Tracks that are forms of one
/// content, such as two bit rates, are one line of the menu and share its label.
fn unique_labels(asset: &Asset, of_type: &[(usize, &Track)], elders: &Elders, found: &mut Vec<Found>) {
    let mut labelled = of_type.to_vec();
    labelled.retain(|(_, track)| track.label.is_some());
    labelled.sort_by_key(|(place, track)| elders.rank(*place, track, |elder| elder.label == track.label));
    let mut lines: HashMap<&Option<String>, Line> = HashMap::new();
    for (place, track) in labelled {
        let Some(line) = lines.get_mut(&track.label) else {
            lines.insert(&track.label, Line::of(track));
            continue;
        };
        if line.takes(track) {
            continue;
        }
        let label = track.label.as_deref().unwrap_or_default();
        let problem = format!(
            "\"{}\" is the label of the {} track \"{}\" already; choose another, or leave it out for one that is made of language and purpose",
            words::printable(label),
            track.track_type,
            told_name(line.first)
        );
        found.push(Found::in_track(asset, place, Rule::UniqueLabel, "label", problem).of(label));
    }
}

/// A line of the menu, as far as the document says what is on it.
struct Line<'a> {
    first: &'a Track,
    /// `None` while each of its tracks leaves it to its file.
    language: Option<&'a Language>,
}

impl<'a> Line<'a> {
    fn of(first: &'a Track) -> Self {
        Line { first, language: first.language.as_ref() }
    }

    /// Adds a track that may be another form of the same content. Caption files have no forms: two are two lines.
    fn takes(&mut self, track: &'a Track) -> bool {
        let languages_agree = match (self.language, &track.language) {
            (Some(language), Some(other)) => language == other,
            _ => true,
        };
        let takes =
            track.track_type != TrackType::Text && languages_agree && Signals::of(self.first) == Signals::of(track);
        if takes {
            self.language = self.language.or(track.language.as_ref());
        }
        takes
    }
}

fn one_default(
    asset: &Asset,
    track_type: TrackType,
    of_type: &[(usize, &Track)],
    elders: &Elders,
    found: &mut Vec<Found>,
) {
    let mut flagged = of_type.to_vec();
    flagged.retain(|(_, track)| track.default);
    let was = |elder: &Track| elder.default && elder.track_type == track_type;
    flagged.sort_by_key(|(place, track)| elders.rank(*place, track, was));
    let Some(((place, first), others)) = flagged.split_first() else { return };
    for (place, _) in others {
        let first = told_name(first);
        let problem = format!("\"{first}\" is the default {track_type} track already; let one of them be the default");
        found.push(Found::in_track(asset, *place, Rule::OneDefault, "default", problem));
    }
    if track_type == TrackType::Audio && !first.is_visible() {
        let problem = "the default audio track is hidden; show it, or make another audio track the default first";
        found.push(Found::in_track(asset, *place, Rule::DefaultAudio, "visibility", problem.to_owned()));
    }
}

/// A good name is short and plain.
fn told_name(track: &Track) -> String {
    if is_valid_name(&track.name) { track.name.clone() } else { words::printable(&track.name) }
}
