//! Names for discovered tracks: readable, unique, and the same again for the same files.

use super::file_name::stem;
use super::{FoundFile, FoundTrack};
use crate::track::{Language, Track, TrackType, is_valid_name};
use std::collections::{HashMap, HashSet};

/// Characters; with those of a type, a language and a number they fit a name.
const LONGEST_STEM: usize = 80;
const LONGEST_LANGUAGE: usize = 20;

/// How many tracks of a file and type have a language.
type WithLanguage<'a> = HashMap<(&'a str, TrackType, &'a Language), usize>;

/// Names each track by its file: `audio-en`; the tracks of a file with several by their type, `talk-video`, and where
/// that is not enough by language or track id, `talk-audio-de`. What is taken or reserved gets type, then a number.
pub(super) fn assign(tracks: &mut [Track], found: &[(&FoundFile, &FoundTrack)]) {
    let mut with_language = WithLanguage::new();
    for track in tracks.iter() {
        if let Some(language) = &track.language {
            *with_language.entry((&track.file, track.track_type, language)).or_default() += 1;
        }
    }
    let in_file = found.iter().map(|(file, _)| file.tracks.len());
    let wishes: Vec<String> =
        tracks.iter().zip(in_file).map(|(track, in_file)| wish(track, in_file, &with_language)).collect();
    let mut taken = Taken::default();
    for (track, wish) in tracks.iter_mut().zip(wishes) {
        track.name = taken.next(wish, track.track_type);
    }
}

/// A name for one track more.
pub(super) fn free_beside(track: &Track, in_file: usize, others: &[Track]) -> String {
    let mut taken = Taken::default();
    taken.names.extend(others.iter().map(|other| other.name.clone()));
    let language = track.language.as_ref().map(|language| ((track.file.as_str(), track.track_type, language), 1));
    taken.next(wish(track, in_file, &language.into_iter().collect()), track.track_type)
}

/// The name that the track would have alone in the asset. A track has an id where its file has several of its type.
fn wish(track: &Track, in_file: usize, with_language: &WithLanguage) -> String {
    let base = base(track);
    if in_file == 1 {
        return base;
    }
    let base = format!("{base}-{}", track.track_type);
    let tells_apart = |language: &&Language| {
        language.as_str().len() <= LONGEST_LANGUAGE
            && with_language.get(&(&track.file, track.track_type, *language)) == Some(&1)
    };
    match (track.track_id, track.language.as_ref().filter(tells_apart)) {
        (None, _) => base,
        (Some(_), Some(language)) => format!("{base}-{language}"),
        (Some(id), None) => format!("{base}-{id}"),
    }
}

/// The stem of the track's file, else the word of its type.
fn base(track: &Track) -> String {
    match sanitised(stem(&track.file)) {
        empty if empty.is_empty() => track.track_type.to_string(),
        base => base,
    }
}

/// The names given so far, and the last number behind each wish.
#[derive(Default)]
struct Taken {
    names: HashSet<String>,
    numbers: HashMap<String, u32>,
}

impl Taken {
    /// The wish itself, with its type, or with the first free number.
    fn next(&mut self, wish: String, track_type: TrackType) -> String {
        for name in [wish.clone(), format!("{wish}-{track_type}")] {
            if is_valid_name(&name) && self.names.insert(name.clone()) {
                return name;
            }
        }
        let number = self.numbers.entry(wish.clone()).or_insert(1);
        loop {
            *number += 1;
            let name = format!("{wish}-{number}");
            if self.names.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// The stem in the characters of a name: all others become one `-`.
pub(in crate::document) fn sanitised(stem: &str) -> String {
    let mut name = String::new();
    for c in stem.chars() {
        let c = if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') { c } else { '-' };
        let repeats = matches!(c, '-' | '.') && name.ends_with(c);
        if !repeats && name.len() < LONGEST_STEM {
            name.push(c);
        }
    }
    name.trim_matches(['-', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_become_names() {
        for (stem, name) in [
            ("video-720", "video-720"),
            ("talk.en", "talk.en"),
            ("My talk (final)", "My-talk-final"),
            ("Zoë..x", "Zo-.x"),
            ("..a--b", "a-b"),
            ("日本語", ""),
        ] {
            assert_eq!(sanitised(stem), name);
            assert!(name.is_empty() || is_valid_name(name));
        }
        assert!(is_valid_name(&sanitised(&"x".repeat(1000))));
    }
}
