//! Whatever edits come, in whatever order, the rules hold.

use super::{GONE, as_served, asset, file, settle};
use crate::track::{Asset, AssetKind, Language, Role, Signals, Status, Track, TrackType, Visibility};
use proptest::prelude::*;
use std::collections::HashSet;

/// Whether the rules that bind any state of an asset hold, by the words of the specification alone.
fn in_order(asset: &Asset) -> Result<(), TestCaseError> {
    let names: HashSet<&str> = asset.tracks.iter().map(|track| track.name.as_str()).collect();
    prop_assert_eq!(names.len(), asset.tracks.len(), "names are unique");
    for track in &asset.tracks {
        prop_assert!(crate::track::is_valid_name(&track.name));
        prop_assert!(!track.forced || track.track_type == TrackType::Text);
        prop_assert!(!(track.default && track.track_type == TrackType::Audio && !track.is_visible()));
    }
    for (place, one) in asset.tracks.iter().enumerate() {
        for other in asset.tracks[..place].iter().filter(|other| other.track_type == one.track_type) {
            prop_assert!(!(one.default && other.default), "one default a type");
            let is_form = one.track_type != TrackType::Text
                && (one.language == other.language || one.language.is_none() || other.language.is_none())
                && Signals::of(one) == Signals::of(other);
            prop_assert!(one.label.is_none() || one.label != other.label || is_form, "labels are unique");
        }
    }
    Ok(())
}

/// Whether an edit kept what binds two states.
fn kept(before: &Asset, after: &Asset) -> Result<(), TestCaseError> {
    let plays = |asset: &Asset| asset.tracks.iter().any(|track| track.track_type == TrackType::Audio && track.default);
    prop_assert!(plays(after) || !plays(before), "the default audio is gone");
    for track in &after.tracks {
        let was = before.tracks.iter().find(|other| other.name == track.name);
        prop_assert!(was.is_none_or(|was| was.track_type == track.track_type));
        let same = |other: &Track| {
            (&other.file, other.track_id, other.track_type) == (&track.file, track.track_id, track.track_type)
        };
        let is_there = was.is_some() || before.tracks.iter().any(same);
        prop_assert!(after.kind == AssetKind::Vod || track.track_type == TrackType::Video || is_there);
        prop_assert!(track.status != Status::Ready || !track.file.starts_with(GONE));
    }
    Ok(())
}

fn any_track() -> impl Strategy<Value = Track> {
    let label = prop::sample::select(vec![None, None, Some("A"), Some("B"), Some("")]);
    let language = prop::sample::select(vec![None, Some("en"), Some("de")]);
    let status = prop::sample::select(vec![Status::Ready, Status::Ready, Status::Preparing]);
    (
        prop::sample::select(vec!["a", "b", "c", "d", "e", "a b"]),
        prop::sample::select(vec![TrackType::Video, TrackType::Audio, TrackType::Audio, TrackType::Text]),
        prop::sample::select(vec!["1", "2", GONE]),
        (label, language, status),
        (prop::bool::weighted(0.3), prop::bool::weighted(0.2), prop::bool::weighted(0.1), any::<bool>()),
    )
        .prop_map(|(name, track_type, file, (label, language, status), (default, is_hidden, forced, dub))| Track {
            label: label.map(str::to_owned),
            language: language.map(|tag| Language::parse(tag).unwrap()),
            visibility: if is_hidden { Visibility::Hidden } else { Visibility::Visible },
            default,
            forced,
            roles: if dub { vec![Role::Dub] } else { Vec::new() },
            status,
            ..Track::new(name, track_type, file)
        })
}

/// Any asset, as a document edited by hand may be.
fn any_asset() -> impl Strategy<Value = Asset> {
    prop::collection::vec(any_track(), 0..8).prop_map(asset)
}

/// One step of an edit. Places count from any number.
#[derive(Debug, Clone)]
enum Step {
    Add(usize, Track),
    Remove(usize),
    Replace(usize, Track),
    Move(usize, usize),
    Default(usize, bool),
    Show(usize, bool),
    Kind(AssetKind),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (any::<usize>(), any_track()).prop_map(|(place, track)| Step::Add(place, track)),
        1 => any::<usize>().prop_map(Step::Remove),
        2 => (any::<usize>(), any_track()).prop_map(|(place, track)| Step::Replace(place, track)),
        1 => any::<(usize, usize)>().prop_map(|(from, to)| Step::Move(from, to)),
        2 => any::<(usize, bool)>().prop_map(|(place, flag)| Step::Default(place, flag)),
        2 => any::<(usize, bool)>().prop_map(|(place, shown)| Step::Show(place, shown)),
        1 => any::<bool>().prop_map(|vod| Step::Kind(if vod { AssetKind::Vod } else { AssetKind::LiveArchive })),
    ]
}

fn take(step: &Step, asset: &mut Asset) {
    let count = asset.tracks.len();
    match step {
        Step::Add(place, track) => asset.tracks.insert(place % (count + 1), track.clone()),
        Step::Kind(kind) => asset.kind = *kind,
        _ if count == 0 => {}
        Step::Remove(place) => drop(asset.tracks.remove(place % count)),
        Step::Replace(place, track) => asset.tracks[place % count] = track.clone(),
        Step::Move(from, to) => asset.tracks.swap(from % count, to % count),
        Step::Default(place, flag) => asset.tracks[place % count].default = *flag,
        Step::Show(place, true) => asset.tracks[place % count].visibility = Visibility::Visible,
        Step::Show(place, false) => asset.tracks[place % count].visibility = Visibility::Hidden,
    }
}

proptest! {
    #[test]
    fn no_sequence_of_edits_breaks_a_rule(edits in prop::collection::vec(prop::collection::vec(any_step(), 1..4), 1..40)) {
        let mut asset = Asset::default();
        for steps in edits {
            let mut wished = asset.clone();
            steps.iter().for_each(|step| take(step, &mut wished));
            match settle(Some(&asset), wished, &file) {
                Ok(settled) => {
                    in_order(&settled)?;
                    kept(&asset, &settled)?;
                    prop_assert_eq!(as_served(&settled), (settled.clone(), Vec::new()));
                    asset = settled;
                }
                Err(breaches) => prop_assert!(!breaches.is_empty()),
            }
        }
    }

    #[test]
    fn what_is_served_is_in_order(written in any_asset()) {
        let (served, told) = as_served(&written);
        in_order(&served)?;
        prop_assert_eq!(told.is_empty(), served == written);
        prop_assert_eq!(as_served(&served), (served.clone(), Vec::new()));
        prop_assert_eq!(settle(Some(&written), written.clone(), &|_| Ok(())), Ok(written), "nothing is edited");
    }

    /// To make what is served the document mends it, and is never refused.
    #[test]
    fn what_is_served_can_be_written(written in any_asset()) {
        let (served, _) = as_served(&written);
        prop_assert!(settle(Some(&written), served, &|_| Ok(())).is_ok());
    }
}
