//! An asset that breaks rules is served as far as it makes sense.

use super::at_rest::{Elders, breaches};
use super::{Breach, Rule, words};
use crate::track::{Asset, Status, Track};

/// The asset as it is served: what breaks a rule is left aside, and told. Of two that cannot both be, the first counts;
/// for a label or the default, the first that is visible. A track that cannot be told from another, or whose file
/// cannot be named, is left out.
pub fn as_served(asset: &Asset) -> (Asset, Vec<Breach>) {
    as_served_from(asset, |place| place)
}

/// As [`as_served`], for an asset of whose document some tracks could not be read: `in_document` gives the place there
/// of the track at a place in the asset.
pub(crate) fn as_served_from(asset: &Asset, in_document: impl Fn(usize) -> usize) -> (Asset, Vec<Breach>) {
    let found = breaches(asset, &Elders::default());
    let mut served = asset.clone();
    let mut stays = vec![true; served.tracks.len()];
    for found in &found {
        match found.place {
            None => leave_aside(&mut served, found.breach.rule),
            Some(place) if found.leaves_track_out() => stays[place] = false,
            Some(place) => served.tracks.get_mut(place).into_iter().for_each(|track| mend(track, found.breach.rule)),
        }
    }
    let mut stays = stays.into_iter();
    served.tracks.retain(|_| stays.next().unwrap_or(false));
    served.tracks.truncate(words::MOST_TRACKS);
    (served, found.into_iter().map(|found| found.at(&in_document)).collect())
}

fn leave_aside(asset: &mut Asset, rule: Rule) {
    match rule {
        Rule::Title => asset.title = None,
        Rule::SegmentDuration => asset.segment_duration = None,
        Rule::Dialect => asset.dialect = None,
        _ => {}
    }
}

fn mend(track: &mut Track, rule: Rule) {
    match rule {
        Rule::Label | Rule::UniqueLabel => track.label = None,
        Rule::OneDefault | Rule::DefaultAudio => track.default = false,
        Rule::ForcedText => track.forced = false,
        Rule::Role => once(&mut track.roles),
        Rule::Characteristic => once(&mut track.characteristics),
        Rule::Status => track.status = Status::Error(words::NO_REASON.to_owned()),
        _ => {}
    }
}

/// The first of each, and no more than are read.
fn once<T: PartialEq>(list: &mut Vec<T>) {
    list.truncate(words::LONGEST_LIST);
    let mut kept: Vec<T> = Vec::new();
    for item in std::mem::take(list) {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    *list = kept;
}
