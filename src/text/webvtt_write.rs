//! Writes WebVTT: the segments of HLS (RFC 8216bis 3.1.4), and whole files.

use super::{Captions, Cue, timestamp};
use crate::track::Language;

/// The WebVTT segment for `start..end` milliseconds of the presentation: a whole file with every cue shown at some
/// moment of it. Cues over a border keep their full times, so that neighbours repeat them unchanged and players
/// recognise them.
///
/// The map says that WebVTT time zero is media time zero, which holds beside fragmented MP4, where presentation starts
/// at zero.
pub fn webvtt_segment(captions: &Captions, start: u64, end: u64) -> String {
    let mut out = String::from("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n");
    blocks(&mut out, captions);
    let places = captions.overlapping(start, end);
    places.into_iter().filter_map(|place| captions.cues.get(place)).for_each(|shown| cue(&mut out, shown));
    out
}

/// All captions as a WebVTT file, in `language` where it is known.
pub fn webvtt_file(captions: &Captions, language: Option<&Language>) -> String {
    let mut out = String::from("WEBVTT\n");
    if let Some(language) = language.filter(|language| !language.is_und()) {
        out.push_str(&format!("Language: {language}\n"));
    }
    blocks(&mut out, captions);
    captions.cues.iter().for_each(|shown| cue(&mut out, shown));
    out
}

fn blocks(out: &mut String, captions: &Captions) {
    for block in &captions.blocks {
        out.push('\n');
        out.push_str(block);
        out.push('\n');
    }
}

fn cue(out: &mut String, cue: &Cue) {
    out.push('\n');
    if let Some(id) = &cue.id {
        out.push_str(id);
        out.push('\n');
    }
    out.push_str(&timestamp::format(cue.start));
    out.push_str(" --> ");
    out.push_str(&timestamp::format(cue.end));
    if !cue.settings.is_empty() {
        out.push(' ');
        out.push_str(&cue.settings);
    }
    out.push('\n');
    out.push_str(&cue.payload);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::super::read_webvtt;
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = "WEBVTT\n\nSTYLE\n::cue(b) { color: lime }\n\nREGION\nid:r\nwidth:40%\n\n\
                        long\n00:00:01.000 --> 00:00:20.000 line:0 region:r\nStays <b>on</b>\n\n\
                        00:00:06.000 --> 00:00:08.500\nShort\ntwo lines\n";

    #[test]
    fn a_segment_is_a_whole_file() {
        let captions = read_webvtt(FILE.as_bytes()).unwrap();
        let expected = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\nSTYLE\n::cue(b) { color: lime }\n\n\
                        REGION\nid:r\nwidth:40%\n\n\
                        long\n00:00:01.000 --> 00:00:20.000 line:0 region:r\nStays <b>on</b>\n";
        assert_eq!(webvtt_segment(&captions, 12_000, 18_000), expected);
    }

    #[test]
    fn a_segment_without_cues_is_a_header() {
        let captions = read_webvtt(b"WEBVTT\n\n00:01.000 --> 00:02.000\nx\n").unwrap();
        let expected = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n";
        assert_eq!(webvtt_segment(&captions, 6000, 12_000), expected);
    }

    #[test]
    fn a_file_is_written_as_it_was_read() {
        let captions = read_webvtt(FILE.as_bytes()).unwrap();
        assert_eq!(webvtt_file(&captions, None), FILE);
        let german = webvtt_file(&captions, Some(&Language::parse("de").unwrap()));
        assert_eq!(read_webvtt(german.as_bytes()).unwrap().language, Language::parse("de").ok());
    }

    #[test]
    fn a_segment_of_all_time_is_the_file() {
        let segment = webvtt_segment(&read_webvtt(FILE.as_bytes()).unwrap(), 0, u64::MAX);
        assert_eq!(segment.replacen("X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n", "", 1), FILE);
    }

    fn captions() -> impl Strategy<Value = Captions> {
        let id = prop::option::of("[a-z0-9 ]{0,6}[a-z0-9]");
        let payload = "[a-z<>/&;]{1,9}(\n[a-z -]{1,9}){0,2}";
        let cue = (id, 0u64..30_000, 1u64..15_000, "(line:[0-9]{1,2}%)?", payload).prop_map(
            |(id, start, length, settings, payload)| Cue { id, start, end: start + length, settings, payload },
        );
        let blocks = prop::collection::vec("(STYLE|REGION)\n[a-z:;{} ]{1,20}", 0..3);
        (prop::collection::vec(cue, 0..20), blocks)
            .prop_map(|(cues, blocks)| Captions { cues, blocks, ..Captions::default() }.sorted())
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(captions in captions()) {
            prop_assert_eq!(read_webvtt(webvtt_segment(&captions, 0, u64::MAX).as_bytes()).unwrap(), captions);
        }

        #[test]
        fn a_segment_has_the_cues_of_its_window(captions in captions(), start in 0u64..40_000, length in 1u64..9000) {
            let segment = webvtt_segment(&captions, start, start + length);
            let read = read_webvtt(segment.as_bytes()).unwrap();
            let shown = |cue: &&Cue| cue.start < start + length && cue.end > start;
            let expected: Vec<Cue> = captions.cues.iter().filter(shown).cloned().collect();
            prop_assert_eq!(read.cues, expected);
            prop_assert_eq!(read.warnings, Vec::<String>::new());
        }
    }
}
