//! The document's word and the file's: the document's wins, the file's fills what it leaves open.

use super::discovery::{FoundTrack, file_name, kinds};
use crate::track::{Track, TrackType};

/// `track` with the properties that nobody set taken from its file: the language from the file's boxes or header, else
/// from its name; the label; what the track is for, where the document says nothing of that at all.
///
/// The language of a picture is taken from the document alone: a file's word means the sound that belongs to it.
pub fn fill_from_file(track: &Track, found: &FoundTrack) -> Track {
    let mut filled = track.clone();
    if track.track_type != TrackType::Video && filled.language.is_none() {
        let in_file = found.language.clone().filter(|language| !language.is_und());
        filled.language = in_file.or_else(|| file_name::read(&track.file).language);
    }
    if filled.label.is_none() {
        let readable = |label: &&String| !label.trim().is_empty() && !label.contains(char::is_control);
        filled.label = found.label.as_ref().filter(readable).cloned();
    }
    if says_nothing_of_its_kind(track) {
        (filled.roles, filled.characteristics) = kinds::read(&found.kinds);
        filled.forced = found.forced && track.track_type == TrackType::Text;
    }
    filled
}

pub(super) fn says_nothing_of_its_kind(track: &Track) -> bool {
    track.roles.is_empty() && track.characteristics.is_empty() && !track.forced
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::Kind;
    use crate::track::{Language, Role};

    fn language(tag: &str) -> Option<Language> {
        Some(Language::parse(tag).unwrap())
    }

    /// What an audio file says: French, "Son", commentary.
    fn found() -> FoundTrack {
        FoundTrack {
            language: language("fr"),
            label: Some("Son".to_owned()),
            kinds: vec![Kind { scheme: "urn:mpeg:dash:role:2011".to_owned(), value: "commentary".to_owned() }],
            ..FoundTrack::new(TrackType::Audio)
        }
    }

    #[test]
    fn the_file_fills_what_the_document_leaves_open() {
        let filled = fill_from_file(&Track::new("a", TrackType::Audio, "a.m4a"), &found());
        assert_eq!(filled.language, language("fr"));
        assert_eq!(filled.label.as_deref(), Some("Son"));
        assert_eq!(filled.roles, [Role::Commentary]);
    }

    #[test]
    fn a_label_that_is_no_line_of_text_is_left_out() {
        let track = Track::new("a", TrackType::Audio, "a.m4a");
        for label in ["", " ", "a\nb"] {
            let odd = FoundTrack { label: Some(label.to_owned()), ..found() };
            assert_eq!(fill_from_file(&track, &odd).label, None);
        }
    }

    #[test]
    fn the_document_wins() {
        let mut track = Track::new("a", TrackType::Audio, "audio-de.m4a");
        track.language = language("und");
        track.label = Some("Sound".to_owned());
        track.roles = vec![Role::Dub];
        assert_eq!(fill_from_file(&track, &found()), track);
    }

    #[test]
    fn the_file_name_tells_the_language_last() {
        let track = Track::new("a", TrackType::Audio, "audio-de.m4a");
        assert_eq!(fill_from_file(&track, &found()).language, language("fr"));
        let silent = FoundTrack::new(TrackType::Audio);
        assert_eq!(fill_from_file(&track, &silent).language, language("de"));
        let unknown = FoundTrack { language: language("und"), ..silent };
        assert_eq!(fill_from_file(&track, &unknown).language, language("de"));
        assert_eq!(fill_from_file(&Track::new("a", TrackType::Audio, "a.m4a"), &unknown).language, None);
    }

    #[test]
    fn a_picture_takes_no_language_from_its_file() {
        let track = Track::new("v", TrackType::Video, "video-de.mp4");
        let spoken = FoundTrack { language: language("en"), ..FoundTrack::new(TrackType::Video) };
        assert_eq!(fill_from_file(&track, &spoken).language, None);
    }

    #[test]
    fn one_word_of_the_document_about_the_kind_silences_the_file() {
        let mut track = Track::new("t", TrackType::Text, "t.vtt");
        let forced = FoundTrack { forced: true, ..FoundTrack::new(TrackType::Text) };
        assert!(fill_from_file(&track, &forced).forced);
        track.roles = vec![Role::Caption];
        assert!(!fill_from_file(&track, &forced).forced);
        track.roles.clear();
        track.forced = true;
        assert_eq!(fill_from_file(&track, &found()).roles, []);
    }
}
