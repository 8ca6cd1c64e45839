//! What a single property may hold.

use crate::track::{RESERVED_NAMES, is_valid_name, is_xml_character};
use std::time::Duration;

pub(crate) const MOST_TRACKS: usize = 2000;
/// Elements of a list of words; each is compared with those before it.
pub(crate) const LONGEST_LIST: usize = 64;
/// Of a track that is in error, where nobody gave one.
pub(crate) const NO_REASON: &str = "no reason is given";
/// Seconds.
pub(crate) const SEGMENT_DURATIONS: std::ops::RangeInclusive<f64> = 1.0..=60.0;

/// A track's name.
pub(crate) fn name(word: &str) -> Result<(), String> {
    if is_valid_name(word) {
        return Ok(());
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
pub(crate) fn file(name: &str) -> Result<(), String> {
    let problem = if name.is_empty() {
        "is empty; name a file of the asset's folder"
    } else if name.contains(['/', '\\']) {
        "is not the name of a file that lies directly in the asset's folder; move or link the file there"
    } else if name.contains(char::is_control) {
        "has a control character; rename the file"
    } else if name.starts_with('.') {
        "starts with a dot; such files are not served, rename the file"
    } else {
        return Ok(());
    };
    Err(format!("\"{}\" {problem}", printable(name)))
}

/// A line that a person reads. A byte order mark is as invisible as a space, and one to the schema.
pub(crate) fn line(text: &str) -> Result<(), String> {
    if text.chars().all(|c| c.is_whitespace() || c == '\u{feff}') {
        return Err("is empty; leave the field out instead".to_owned());
    }
    if let Some(control) = text.chars().find(|c| c.is_control()) {
        return Err(format!("has the control character {control:?}; write one line of plain text"));
    }
    match text.chars().find(|&c| !is_xml_character(c)) {
        Some(character) => {
            Err(format!("has {character:?}, which is no character and cannot be written in an MPD; leave it out"))
        }
        None => Ok(()),
    }
}

pub(crate) fn segment_duration(seconds: f64) -> Result<Duration, String> {
    let duration = Duration::try_from_secs_f64(seconds).ok().filter(|_| SEGMENT_DURATIONS.contains(&seconds));
    duration.ok_or_else(|| {
        let (least, most) = (SEGMENT_DURATIONS.start(), SEGMENT_DURATIONS.end());
        format!("{seconds} is not between {least} and {most} seconds; leave it out for the server's own")
    })
}

pub(crate) fn track_id(number: f64) -> Result<u32, String> {
    if number.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&number) {
        return Ok(number as u32);
    }
    Err(format!(
        "{number} is not an MP4 track id, a whole number from 1; leave it out where the file has one such track"
    ))
}

pub(crate) fn track_count(count: usize) -> Result<(), String> {
    match count > MOST_TRACKS {
        true => Err(format!("{count} are more tracks than an asset may have ({MOST_TRACKS}); remove some")),
        false => Ok(()),
    }
}

pub(crate) fn list_length(count: usize) -> Result<(), String> {
    match count > LONGEST_LIST {
        true => Err(format!("has more than {LONGEST_LIST} elements; leave some out")),
        false => Ok(()),
    }
}

/// The word for an element that its list has already.
pub(crate) fn repeated(word: &str) -> String {
    format!("{word:?} is there already; say it once")
}

/// A word for a message: control characters escaped, cut off where it is very long.
pub(crate) fn printable(word: &str) -> String {
    word.chars().take(60).flat_map(char::escape_debug).collect()
}
