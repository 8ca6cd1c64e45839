//! Names for discovered tracks: readable, unique, and the same again for the same files.

use super::file_name::stem;
use super::{FoundFile, FoundTrack};
use crate::track::{Track, is_valid_name};
use std::collections::HashSet;

/// Characters; leaves room for what makes a name distinct.
const LONGEST_STEM: usize = 100;

/// Names each track by its file: `audio-en`; the tracks of a file with several by their type, `talk-video`, and where
/// that is not enough by language or track id, `talk-audio-de`. What is taken or reserved gets type, then a number.
pub(super) fn assign(tracks: &mut [Track], found: &[(&FoundFile, &FoundTrack)]) {
    let wished: Vec<String> =
        tracks.iter().zip(found).map(|(track, (file, own))| wish(file, own, track, tracks)).collect();
    let mut taken = HashSet::new();
    for (track, wish) in tracks.iter_mut().zip(wished) {
        let with_type = format!("{wish}-{}", track.track_type);
        let numbered = (2_u32..).map(|number| format!("{wish}-{number}"));
        let mut candidates = [wish.clone(), with_type].into_iter().chain(numbered);
        let free = candidates.find(|name| is_valid_name(name) && !taken.contains(name)).unwrap_or_default();
        taken.insert(free.clone());
        track.name = free;
    }
}

fn wish(file: &FoundFile, own: &FoundTrack, track: &Track, all: &[Track]) -> String {
    let base = match sanitised(stem(&file.name)) {
        empty if empty.is_empty() => track.track_type.to_string(),
        base => base,
    };
    if file.tracks.len() == 1 {
        return base;
    }
    let base = format!("{base}-{}", track.track_type);
    if file.tracks.iter().filter(|other| other.track_type == own.track_type).count() == 1 {
        return base;
    }
    let siblings = all.iter().filter(|other| other.file == track.file && other.track_type == track.track_type);
    match (&track.language, own.track_id) {
        (Some(language), _) if siblings.filter(|other| other.language == track.language).count() == 1 => {
            format!("{base}-{language}")
        }
        (_, Some(id)) => format!("{base}-{id}"),
        (_, None) => base,
    }
}

/// The stem in the characters of a name: all others become one `-`.
fn sanitised(stem: &str) -> String {
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
