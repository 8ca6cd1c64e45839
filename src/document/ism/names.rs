//! Names for the tracks of a server manifest, which itself calls all levels of video `video`.
//!
//! `armId`, the track's name in the Tracks API, is ours. Where there is none the name is made of what the document says
//! of the track alone, so that it stays when others come and go: the server's name for it, except of video; else type
//! and bit rate; else the file.

use crate::document::discovery::{file_name::stem, sanitised};
use crate::track::{TrackType, is_valid_name};
use std::collections::{HashMap, HashSet};

/// What a name is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Called {
    pub(super) arm_id: Option<String>,
    pub(super) track_name: Option<String>,
    pub(super) bit_rate: Option<u64>,
    pub(super) track_type: TrackType,
    pub(super) file: String,
}

/// A name for each, valid and different from the others. An `armId` that can be a name is the name of the first that has
/// it, whoever else would like it.
pub(super) fn assign(called: &[Called]) -> Vec<String> {
    let mut taken = Taken::default();
    let mut names: Vec<Option<String>> = called
        .iter()
        .map(|called| called.arm_id.clone().filter(|id| is_valid_name(id) && taken.names.insert(id.clone())))
        .collect();
    for wants_arm_id in [true, false] {
        for (name, called) in names.iter_mut().zip(called) {
            if name.is_none() && called.arm_id.is_some() == wants_arm_id {
                *name = Some(taken.next(called));
            }
        }
    }
    names.into_iter().flatten().collect()
}

/// The names given so far, and the last number behind each wish.
#[derive(Default)]
struct Taken {
    names: HashSet<String>,
    numbers: HashMap<String, u32>,
}

impl Taken {
    /// The name that the track would have alone; with its bit rate, or its type, or the first free number.
    fn next(&mut self, called: &Called) -> String {
        let word = called.track_type.as_str();
        let wish = Some(wish(called)).filter(|wish| !wish.is_empty()).unwrap_or_else(|| word.to_owned());
        let with_bit_rate = called.bit_rate.map(|rate| format!("{wish}-{rate}"));
        for name in [Some(wish.clone()), with_bit_rate, Some(format!("{wish}-{word}"))].into_iter().flatten() {
            if is_valid_name(&name) && self.names.insert(name.clone()) {
                return name;
            }
        }
        let number = self.numbers.entry(wish.clone()).or_insert(1);
        loop {
            *number += 1;
            let name = format!("{wish}-{word}-{number}");
            if self.names.insert(name.clone()) {
                return name;
            }
        }
    }
}

fn wish(called: &Called) -> String {
    let Called { arm_id, track_name, bit_rate, track_type, file } = called;
    let is_video = *track_type == TrackType::Video;
    let word = track_type.as_str();
    match (arm_id, track_name, bit_rate) {
        (Some(id), ..) => sanitised(id),
        (None, Some(name), _) if !is_video => sanitised(name),
        (None, name, Some(rate)) => format!("{}-{rate}", name.as_deref().map_or(word.to_owned(), sanitised)),
        (None, Some(name), None) if !name.eq_ignore_ascii_case(word) => sanitised(name),
        (None, ..) => sanitised(stem(file)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn called(track_type: TrackType, arm_id: &str, track_name: &str, bit_rate: u64, file: &str) -> Called {
        let given = |word: &str| (!word.is_empty()).then(|| word.to_owned());
        let bit_rate = (bit_rate > 0).then_some(bit_rate);
        Called { arm_id: given(arm_id), track_name: given(track_name), bit_rate, track_type, file: file.to_owned() }
    }

    #[test]
    fn a_track_is_named_by_what_is_said_of_it() {
        use TrackType::{Audio, Text, Video};
        for (called, name) in [
            (called(Text, "English", "subt_en-us", 52, "a.cmft"), "English"),
            (called(Text, "Español (España)", "subt", 52, "a.cmft"), "Espa-ol-Espa-a"),
            (called(Audio, "", "aac_eng_2", 128_041, "a.mp4"), "aac_eng_2"),
            (called(Video, "", "video", 381_027, "a.mp4"), "video-381027"),
            (called(Video, "", "", 381_027, "a.mp4"), "video-381027"),
            (called(Audio, "", "", 128_000, "a.mp4"), "audio-128000"),
            (called(Video, "", "video", 0, "a b.mp4"), "a-b"),
            (called(Video, "", "angle2", 0, "a.mp4"), "angle2"),
            (called(Audio, "", "", 0, "日本.mp4"), "audio"),
            (called(Audio, "", "manifest", 7, "a.mp4"), "manifest-7"),
            (called(Audio, "", "master", 0, "a.mp4"), "master-audio"),
        ] {
            assert_eq!(assign(std::slice::from_ref(&called)), [name], "{called:?}");
        }
    }

    #[test]
    fn the_api_s_name_goes_first() {
        let wishes = [
            called(TrackType::Audio, "", "English", 5, "a.mp4"),
            called(TrackType::Text, "English!", "", 0, "a.vtt"),
            called(TrackType::Text, "English", "", 0, "b.vtt"),
            called(TrackType::Text, "English", "", 0, "c.vtt"),
        ];
        assert_eq!(assign(&wishes), ["English-5", "English-text", "English", "English-text-2"]);
    }

    prop_compose! {
        fn any_called()(
            arm_id in prop::option::of("[ab!é]{0,2}|master"),
            track_name in prop::option::of("[ab!é]{0,2}|video|\\PC{0,9}"),
            bit_rate in prop::option::of(0..3_u64),
            track_type in prop::sample::select(vec![TrackType::Video, TrackType::Audio, TrackType::Text]),
            file in "[ab]{1,2}\\.mp4",
        ) -> Called {
            Called { arm_id, track_name, bit_rate, track_type, file }
        }
    }

    proptest! {
        #[test]
        fn names_are_valid_and_different(called in prop::collection::vec(any_called(), 0..20)) {
            let names = assign(&called);
            prop_assert_eq!(names.len(), called.len());
            prop_assert!(names.iter().all(|name| is_valid_name(name)), "{:?}", names);
            prop_assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        }
    }
}
