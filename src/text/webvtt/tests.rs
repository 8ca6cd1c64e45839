use super::*;
use crate::text::Backwards;
use proptest::prelude::*;

fn read(text: &str) -> Captions {
    read_webvtt(text.as_bytes()).unwrap()
}

fn times(captions: &Captions) -> Vec<(u64, u64)> {
    captions.cues.iter().map(|cue| (cue.start, cue.end)).collect()
}

fn payloads(captions: &Captions) -> Vec<&str> {
    captions.cues.iter().map(|cue| cue.payload.as_str()).collect()
}

#[test]
fn plain_cues() {
    let captions = read("WEBVTT\n\n00:01.000 --> 00:02.500\nHello\nworld\n\n1:00:00.000 --> 1:00:01.000\nBye");
    assert_eq!(times(&captions), [(1000, 2500), (3_600_000, 3_601_000)]);
    assert_eq!(payloads(&captions), ["Hello\nworld", "Bye"]);
    assert_eq!(captions.warnings, Vec::<String>::new());
}

#[test]
fn every_line_ending() {
    for end in ["\n", "\r\n", "\r"] {
        let text = "WEBVTT\n\nid\n00:01.000 --> 00:02.000\na\nb\n\n00:03.000 --> 00:04.000\nc\n".replace('\n', end);
        let captions = read(&text);
        assert_eq!(payloads(&captions), ["a\nb", "c"], "{end:?}");
        assert_eq!(captions.cues[0].id.as_deref(), Some("id"));
    }
}

#[test]
fn byte_order_mark_and_header_text() {
    assert_eq!(times(&read("\u{feff}WEBVTT\n\n00:01.000 --> 00:02.000\nx")), [(1000, 2000)]);
    assert_eq!(times(&read("WEBVTT - of the harbour\n\n00:01.000 --> 00:02.000\nx")), [(1000, 2000)]);
    assert_eq!(times(&read("WEBVTT\tx\n\n00:01.000 --> 00:02.000\nx")), [(1000, 2000)]);
}

#[test]
fn header_lines() {
    let captions = read("WEBVTT\nKind: captions\nLanguage: en\n\n00:01.000 --> 00:02.000\nx");
    assert_eq!(captions.language.unwrap().as_str(), "en");
    assert_eq!(captions.cues.len(), 1);
}

#[test]
fn a_cue_right_after_the_signature() {
    assert_eq!(payloads(&read("WEBVTT\n00:01.000 --> 00:02.000\nx")), ["x"]);
    assert_eq!(payloads(&read("WEBVTT\nLanguage: en\n00:01.000 --> 00:02.000\nx")), ["x"]);
}

#[test]
fn settings_are_verbatim() {
    let captions = read("WEBVTT\n\n00:01.000 --> 00:02.000 \t position:10%,line-left  align:left size:35%\t\nx");
    assert_eq!(captions.cues[0].settings, "position:10%,line-left  align:left size:35%");
}

#[test]
fn blocks_are_kept_and_notes_go() {
    let text = "WEBVTT\n\nSTYLE\n::cue {\n  color: red;\n}\n\nREGION\nid:fred\nlines:3\n\nNOTE one line\n\nNOTE\nmany\nlines\n\n\
                1\n00:01.000 --> 00:02.000\nx\n\nNOTE end\n";
    let captions = read(text);
    assert_eq!(captions.blocks, ["STYLE\n::cue {\n  color: red;\n}", "REGION\nid:fred\nlines:3"]);
    assert_eq!(captions.cues.len(), 1);
    assert_eq!(captions.warnings, Vec::<String>::new());
}

#[test]
fn a_style_after_a_cue_is_left_out() {
    let captions = read("WEBVTT\n\n00:01.000 --> 00:02.000\nx\n\nSTYLE\n::cue { color: red }\n");
    assert_eq!(captions.blocks, Vec::<String>::new());
    assert!(captions.warnings[0].starts_with("line 6: STYLE"), "{:?}", captions.warnings);
}

#[test]
fn hours_beyond_two_digits() {
    assert_eq!(times(&read("WEBVTT\n\n100:00:00.000 --> 1000:00:00.001\nx")), [(360_000_000, 3_600_000_001)]);
}

#[test]
fn a_bad_cue_does_not_hurt_its_neighbours() {
    let captions = read(
        "WEBVTT\n\n00:01.000 --> 00:02.000\na\n\nbad\n00:03.00 --> 00:04.000\nlost\n\n00:05.000 --> 00:06.000\nb\n",
    );
    assert_eq!(payloads(&captions), ["a", "b"]);
    assert_eq!(captions.warnings.len(), 1);
    assert!(captions.warnings[0].starts_with("line 7: cue left out"), "{:?}", captions.warnings);
}

#[test]
fn a_cue_must_end_after_it_starts() {
    let captions =
        read("WEBVTT\n\n00:02.000 --> 00:02.000\na\n\n00:03.000 --> 00:01.000\nb\n\n00:04.000 --> 00:04.001\nc");
    assert_eq!(payloads(&captions), ["c"]);
    assert!(captions.warnings[0].starts_with("line 3:") && captions.warnings[1].starts_with("line 6:"));
}

#[test]
fn a_missing_blank_line_ends_the_cue_at_the_next_timing() {
    // W3C WebVTT 6.2 "collect a block": what looks like an id belongs to the cue before.
    let captions = read("WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:03.000 --> 00:04.000\nb");
    assert_eq!(payloads(&captions), ["a", "b"]);
}

#[test]
fn an_unreadable_timing_gives_way_to_the_next() {
    let captions = read("WEBVTT\n\nnot --> a time\n00:03.000 --> 00:04.000\nb");
    assert_eq!(payloads(&captions), ["b"]);
}

#[test]
fn empty_files_and_empty_cues() {
    assert_eq!(read("WEBVTT"), Captions::default());
    assert_eq!(read("WEBVTT\n\n\n\n"), Captions::default());
    assert_eq!(payloads(&read("WEBVTT\n\n00:01.000 --> 00:02.000\n\n00:03.000 --> 00:04.000\nx")), ["", "x"]);
}

#[test]
fn arrows_without_spaces_are_read() {
    assert_eq!(times(&read("WEBVTT\n\n00:01.000-->00:02.000\nx")), [(1000, 2000)]);
    assert_eq!(times(&read("WEBVTT\n\n00:01.000\t-->\t00:02.000\talign:start\nx")), [(1000, 2000)]);
}

#[test]
fn nul_becomes_the_replacement_character() {
    assert_eq!(payloads(&read("WEBVTT\n\n00:01.000 --> 00:02.000\na\0b")), ["a\u{fffd}b"]);
}

#[test]
fn cues_are_sorted_and_stable() {
    let captions =
        read("WEBVTT\n\n00:05.000 --> 00:06.000\nc\n\n00:01.000 --> 00:09.000\na\n\n00:01.000 --> 00:02.000\nb\n");
    assert_eq!(payloads(&captions), ["a", "b", "c"]);
}

#[test]
fn text_without_timing_is_told() {
    let captions = read("WEBVTT\n\nJust words\nand more\n\n00:01.000 --> 00:02.000\nx");
    assert_eq!(payloads(&captions), ["x"]);
    assert!(captions.warnings[0].contains("line 3") && captions.warnings[0].contains("Just words"));
}

#[test]
fn the_timestamp_map_of_a_packager_shifts_nothing() {
    for map in ["MPEGTS:900000,LOCAL:00:00:00.000", "LOCAL:00:00:00.000,MPEGTS:0", "MPEGTS:900000,LOCAL:00:00:10.000"] {
        let captions = read(&format!("WEBVTT\nX-TIMESTAMP-MAP={map}\n\n00:01.000 --> 00:02.000\nx"));
        assert_eq!(times(&captions), [(1000, 2000)], "{map}");
        assert_eq!(captions.warnings, Vec::<String>::new());
    }
}

#[test]
fn the_local_moment_of_a_timestamp_map_is_zero() {
    let captions = read(
        "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:01:00:00.000,MPEGTS:900000\n\n59:59.000 --> 01:00:01.000\na\n\n\
         01:00:05.000 --> 01:00:06.000\nb\n\n00:00:05.000 --> 00:00:06.000\nlost",
    );
    assert_eq!(times(&captions), [(0, 1000), (5000, 6000)]);
    assert_eq!(captions.warnings.len(), 1);
}

#[test]
fn a_bad_timestamp_map_is_told() {
    for map in ["", "MPEGTS:x,LOCAL:00:00:00.000", "MPEGTS:1", "LOCAL:00:00:00.000x,MPEGTS:0"] {
        let captions = read(&format!("WEBVTT\nX-TIMESTAMP-MAP={map}\n\n00:01.000 --> 00:02.000\nx"));
        assert_eq!(times(&captions), [(1000, 2000)]);
        assert_eq!(captions.warnings.len(), 1, "{map}");
    }
}

#[test]
fn a_file_without_signature_says_what_to_do() {
    for text in ["", "1\n00:00:01,000 --> 00:00:02,000\nx\n", "WEBVTTX\n", "webvtt\n", "\nWEBVTT\n"] {
        let error = read_webvtt(text.as_bytes()).unwrap_err();
        assert_eq!(error.line, 1);
        assert!(error.problem.contains("starts without WEBVTT") && error.problem.contains(".srt"), "{error}");
    }
}

#[test]
fn a_file_in_another_encoding_is_refused() {
    let error = read_webvtt(b"WEBVTT\n\n00:01.000 --> 00:02.000\ncaf\xe9\n").unwrap_err();
    assert_eq!(error.line, 4);
    assert!(error.problem.contains("0xe9") && error.problem.contains("convert"), "{error}");
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_webvtt(&bytes);
    }

    #[test]
    fn any_text_keeps_the_invariants(text in "(\n|\r|[0-9:. >\0a-]|-->|00:0[0-9]\\.000|STYLE|NOTE){0,80}") {
        let captions = read(&format!("WEBVTT\n\n{text}"));
        for cue in &captions.cues {
            prop_assert!(cue.end > cue.start);
            prop_assert!(!cue.payload.contains("-->") && !cue.payload.contains("\n\n"));
            prop_assert!(!cue.settings.contains("-->") && !cue.settings.contains('\n'));
            prop_assert!(!cue.id.as_deref().unwrap_or_default().contains(['\n', '>']) || cue.id.as_deref().is_some_and(|id| !id.contains("-->") && !id.contains('\n')));
        }
        prop_assert!(captions.cues.is_sorted_by_key(|cue| cue.start));
    }
}

#[test]
fn cues_that_run_backwards_are_taken_down() {
    let file = |starts: &[u64]| {
        let cues = starts.iter().map(|start| format!("00:{start:02}.000 --> 00:59.000\nx\n\n")).collect::<String>();
        read(&format!("WEBVTT\n\n{cues}")).backwards
    };
    assert_eq!(file(&[1, 2, 2, 3]), None);
    assert_eq!(file(&[5, 2, 3, 1]), Some(Backwards { count: 2, first: 2000 }));
    let srt = b"1\n00:00:09,000 --> 00:00:10,000\na\n\n2\n00:00:01,000 --> 00:00:02,000\nb\n";
    assert_eq!(crate::text::read_srt(srt).unwrap().backwards, Some(Backwards { count: 1, first: 1000 }));
}
