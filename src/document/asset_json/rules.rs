//! What the fields of a track document may hold, and what its tracks must be to each other.

use super::super::json::{Problems, printable};
use crate::track::{RESERVED_NAMES, Track, is_valid_name, is_xml_character, nearest};
use std::collections::HashMap;

/// A track's name.
pub(super) fn name(word: &str) -> Result<String, String> {
    if is_valid_name(word) {
        return Ok(word.to_owned());
    }
    let word = printable(word);
    if RESERVED_NAMES.contains(&word.as_str()) {
        return Err(format!("\"{word}\" is a word of the URL grammar; choose another name"));
    }
    Err(format!(
        "\"{word}\" cannot be a name: it takes 1 to 128 letters a-z A-Z, digits, \"_\", \"-\" and \".\", the dot not first nor twice in a row, and does not end in .iframes or .imsc"
    ))
}

/// A file's name in the asset's folder. What lies in folders below belongs to other assets.
pub(super) fn file(name: &str) -> Result<String, String> {
    let problem = if name.is_empty() {
        "is empty"
    } else if name.contains(['/', '\\']) {
        "is not the name of a file that lies directly in the asset's folder; move or link the file there"
    } else if name.contains(char::is_control) {
        "has a control character"
    } else if name.starts_with('.') {
        "starts with a dot; such files are not served"
    } else {
        return Ok(name.to_owned());
    };
    Err(format!("\"{}\" {problem}", printable(name)))
}

/// A line that a person reads. A byte order mark is as invisible as a space, and one to the schema.
pub(super) fn line(text: &str) -> Result<String, String> {
    if text.chars().all(|c| c.is_whitespace() || c == '\u{feff}') {
        return Err("is empty; leave the field out instead".to_owned());
    }
    if let Some(control) = text.chars().find(|c| c.is_control()) {
        return Err(format!("has the control character {control:?}; write one line of plain text"));
    }
    match text.chars().find(|&c| !is_xml_character(c)) {
        Some(character) => Err(format!("has {character:?}, which is no character and cannot be written in an MPD")),
        None => Ok(text.to_owned()),
    }
}

/// One of a few words.
pub(super) fn one_of<T: Clone>(word: &str, words: &[(&str, T)]) -> Result<T, String> {
    if let Some((_, value)) = words.iter().find(|(known, _)| *known == word) {
        return Ok(value.clone());
    }
    let hint = match nearest(word, words.iter().map(|(known, _)| *known)) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => format!("expected {}", words.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ")),
    };
    Err(format!("unknown word \"{}\", {hint}", printable(word)))
}

/// Names are unique; a type has one default. `None` stands for a track that could not be read.
pub(super) fn across_tracks(tracks: &[Option<Track>], problems: &mut Problems) {
    let mut names = HashMap::new();
    let mut defaults = HashMap::new();
    for (number, track) in tracks.iter().enumerate().filter_map(|(number, track)| Some((number, track.as_ref()?))) {
        if let Some(first) = names.insert(track.name.as_str(), number) {
            let problem = format!("tracks[{first}] has the name \"{}\" already", track.name);
            problems.add(format!("tracks[{number}].name"), problem);
        }
        if !track.default {
            continue;
        }
        if let Some(first) = defaults.insert(track.track_type, number) {
            let problem = format!("tracks[{first}] is the default {} track already", track.track_type);
            problems.add(format!("tracks[{number}].default"), problem);
        }
    }
}
