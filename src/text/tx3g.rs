//! 3GPP timed text (3GPP TS 26.245): a length, the text, then boxes that style it.
//!
//! Italic, bold, underline and plain colours are kept; fonts, sizes, highlights, scrolling and text boxes are not, so
//! cues stand where the player puts them.

use super::boxes;
use super::runs::{self, Colour, Run, Style};
use super::timed_text::Piece;

/// What the sample entry says for all samples (TS 26.245 5.16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Defaults {
    /// Display flag 0x80000000 of QuickTime: all samples are forced.
    pub(super) forced: bool,
    style: Style,
}

impl Defaults {
    /// Of a whole `tx3g` box; an entry that is too short says nothing.
    pub(super) fn of(sample_entry: &[u8]) -> Self {
        const ALL_FORCED: u8 = 0x80;
        // After the flags: justification (2), background (4), default box (8), then the default style record.
        const STYLE_AT: usize = 18;
        let fields = boxes::sample_entry_fields(sample_entry);
        let record = fields.get(STYLE_AT..).and_then(|rest| rest.first_chunk());
        Defaults {
            forced: fields.first().is_some_and(|flags| flags & ALL_FORCED != 0),
            style: record.map(|record| StyleRecord::read(record).style).unwrap_or_default(),
        }
    }
}

/// The cue of a sample; none for a gap, which is a sample without text.
pub(super) fn read(sample: &[u8], defaults: &Defaults) -> Result<Vec<Piece>, String> {
    if sample.is_empty() {
        return Ok(Vec::new());
    }
    let (length, rest) = sample.split_first_chunk().ok_or("the sample ends in its text length")?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (text, modifiers) = rest
        .split_at_checked(length)
        .ok_or_else(|| format!("the sample promises {length} bytes of text and has {}", rest.len()))?;
    let records: Vec<StyleRecord> = boxes::child(modifiers, b"styl").map(style_records).unwrap_or_default();
    let payload = runs::to_payload(&styled(&decoded(text), &records, defaults.style));
    Ok((!payload.is_empty()).then(|| Piece::plain(payload)).into_iter().collect())
}

/// UTF-8, or UTF-16 after a byte order mark (TS 26.245 5.17).
fn decoded(text: &[u8]) -> String {
    let units = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.as_chunks().0.iter().map(|&pair| unit(pair)).collect();
        String::from_utf16_lossy(&units)
    };
    match text {
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        _ => String::from_utf8_lossy(text).trim_start_matches('\u{feff}').to_owned(),
    }
}

/// Style of the characters from `start` up to `end` (TS 26.245 5.17.1.1).
struct StyleRecord {
    start: usize,
    end: usize,
    style: Style,
}

impl StyleRecord {
    const SIZE: usize = 12;

    fn read(record: &[u8; Self::SIZE]) -> Self {
        const BOLD: u8 = 1;
        const ITALIC: u8 = 2;
        const UNDERLINE: u8 = 4;
        const OPAQUE: u8 = 255;
        let &[start_high, start_low, end_high, end_low, _, _, face, _, red, green, blue, alpha] = record;
        // Black text is a default that was never set, on a background that is not drawn.
        let colour = Colour::from_rgb([red, green, blue])
            .filter(|&colour| alpha == OPAQUE && !matches!(colour, Colour::White | Colour::Black));
        let style = Style {
            italic: face & ITALIC != 0,
            bold: face & BOLD != 0,
            underline: face & UNDERLINE != 0,
            colour,
            ..Style::default()
        };
        let place = |high, low| usize::from(u16::from_be_bytes([high, low]));
        StyleRecord { start: place(start_high, start_low), end: place(end_high, end_low), style }
    }
}

fn style_records(body: &[u8]) -> Vec<StyleRecord> {
    let Some((count, records)) = body.split_first_chunk() else { return Vec::new() };
    let count = usize::from(u16::from_be_bytes(*count));
    records.as_chunks().0.iter().take(count).map(StyleRecord::read).collect()
}

/// The text in runs. Records are in order and do not overlap, so that one pass suffices.
fn styled(text: &str, records: &[StyleRecord], default: Style) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut records = records.iter().peekable();
    for (place, character) in text.chars().enumerate() {
        while records.next_if(|record| record.end <= place).is_some() {}
        let style = records.peek().filter(|record| record.start <= place).map_or(default, |record| record.style);
        match runs.last_mut().filter(|run| run.style == style) {
            Some(run) => run.text.push(character),
            None => runs.push(Run { style, text: character.to_string() }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &[u8], modifiers: &[u8]) -> Vec<u8> {
        let length = u16::try_from(text.len()).unwrap().to_be_bytes();
        [&length, text, modifiers].concat()
    }

    fn record(start: u16, end: u16, face: u8, rgba: [u8; 4]) -> Vec<u8> {
        [&start.to_be_bytes()[..], &end.to_be_bytes(), &[0, 1, face, 18], &rgba].concat()
    }

    fn styl(records: &[Vec<u8>]) -> Vec<u8> {
        let mut out = Vec::new();
        let count = u16::try_from(records.len()).unwrap().to_be_bytes();
        boxes::push(&mut out, b"styl", &[&count[..], &records.concat()].concat());
        out
    }

    fn payload(sample: &[u8]) -> String {
        read(sample, &Defaults::default()).unwrap().into_iter().map(|piece| piece.payload).collect()
    }

    #[test]
    fn text_in_both_encodings() {
        assert_eq!(payload(&sample("Hé <you>\rthere".as_bytes(), &[])), "Hé &lt;you&gt;\nthere");
        assert_eq!(payload(&sample(&[0xfe, 0xff, 0, b'a', 0x20, 0xac], &[])), "a€");
    }

    #[test]
    fn gaps_have_no_cue() {
        assert_eq!(read(&[], &Defaults::default()), Ok(vec![]));
        assert_eq!(read(&[0, 0], &Defaults::default()), Ok(vec![]));
        assert_eq!(read(&sample(b" \n", &[]), &Defaults::default()), Ok(vec![]));
    }

    #[test]
    fn styles_count_characters_not_bytes() {
        let white = [255; 4];
        let modifiers = styl(&[record(1, 2, 2, white), record(3, 5, 5, [255, 255, 0, 255])]);
        assert_eq!(payload(&sample("éàbcde".as_bytes(), &modifiers)), "é<i>à</i>b<c.yellow><b><u>cd</u></b></c>e");
    }

    #[test]
    fn other_boxes_are_ignored_and_a_count_is_not_trusted() {
        let mut modifiers = Vec::new();
        boxes::push(&mut modifiers, b"hlit", &[0, 0, 0, 1]);
        boxes::push(&mut modifiers, b"styl", &[&[0xff, 0xff][..], &record(0, 1, 1, [255; 4])].concat());
        assert_eq!(payload(&sample(b"ab", &modifiers)), "<b>a</b>b");
    }

    #[test]
    fn a_sample_that_lies_about_its_length() {
        assert!(read(&[0], &Defaults::default()).is_err());
        assert!(read(&[0, 3, b'a'], &Defaults::default()).unwrap_err().contains("3 bytes"));
    }

    #[test]
    fn the_sample_entry_tells_of_forced_and_of_style() {
        let fields = [&[0x80, 0, 0, 0, 1, 0xff, 0, 0, 0, 0][..], &[0; 8], &record(0, 0, 2, [255; 4])].concat();
        let defaults = Defaults::of(&boxes::sample_entry(b"tx3g", &fields));
        assert!(defaults.forced);
        assert_eq!(read(&sample(b"a", &[]), &defaults).unwrap()[0].payload, "<i>a</i>");
        assert_eq!(Defaults::of(&[]), Defaults::default());
    }
}
