use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Vec<(u64, u64, String)> {
    let captions = read_srt(text.as_bytes()).unwrap();
    captions.cues.into_iter().map(|cue| (cue.start, cue.end, cue.payload)).collect()
}

fn cue(start: u64, end: u64, payload: &str) -> (u64, u64, String) {
    (start, end, payload.to_owned())
}

#[test]
fn plain_files_of_every_line_ending() {
    let text = "1\n00:00:01,000 --> 00:00:02,000\nOne\nmore\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo\n\n";
    let expected = [cue(1000, 2000, "One\nmore"), cue(3000, 4000, "Two")];
    for end in ["\n", "\r\n", "\r"] {
        assert_eq!(read(&text.replace('\n', end)), expected, "{end:?}");
    }
    assert_eq!(read(&format!("\u{feff}{text}")), expected);
}

#[test]
fn numbers_may_be_missing_or_wrong() {
    let text = "00:00:01,000 --> 00:00:02,000\nOne\n\n7\n00:00:03,000 --> 00:00:04,000\nTwo\n00:00:05,000 --> 00:00:06,000\nThree";
    assert_eq!(read(text), [cue(1000, 2000, "One"), cue(3000, 4000, "Two"), cue(5000, 6000, "Three")]);
}

#[test]
fn a_number_in_a_text_is_text() {
    let text = "1\n00:00:01,000 --> 00:00:02,000\nIn\n1984\n\n00:00:03,000 --> 00:00:04,000\n3\n";
    assert_eq!(read(text), [cue(1000, 2000, "In\n1984"), cue(3000, 4000, "3")]);
}

#[test]
fn blank_lines_within_a_text_do_not_lose_its_end() {
    let text = "1\n00:00:01,000 --> 00:00:02,000\n\nOne\n\n\nmore\n\n\n2\n\n00:00:03,000 --> 00:00:04,000\n\nTwo\n";
    assert_eq!(read(text), [cue(1000, 2000, "One\nmore"), cue(3000, 4000, "Two")]);
}

#[test]
fn cues_without_text_are_no_cues() {
    assert_eq!(read("1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\n<i> </i>\n"), []);
    assert_eq!(read(""), []);
    assert_eq!(read("\n\n"), []);
}

#[test]
fn faulty_cues_are_told_and_their_texts_go() {
    let text = "1\n00:00:xx,000 --> 00:00:02,000\nlost\n\n2\n00:00:04,000 --> 00:00:03,000\nlost too\n\n\
                3\n00:00:05,000 --> 00:00:06,000\nThree\n";
    let captions = read_srt(text.as_bytes()).unwrap();
    assert_eq!(captions.cues.len(), 1);
    assert_eq!(captions.cues[0].payload, "Three");
    let lines: Vec<&str> = captions.warnings.iter().map(|warning| &warning[..7]).collect();
    assert_eq!(lines, ["line 2:", "line 6:"]);
}

#[test]
fn an_arrow_in_a_text_is_escaped() {
    assert_eq!(read("00:00:01,000 --> 00:00:02,000\nA --> B\n"), [cue(1000, 2000, "A --&gt; B")]);
}

#[test]
fn positions_become_settings() {
    let captions = read_srt(b"1\n00:00:01,000 --> 00:00:02,000\n{\\an8}Up\n").unwrap();
    assert_eq!(captions.cues[0].settings, "line:0");
    assert_eq!(captions.cues[0].payload, "Up");
}

#[test]
fn utf16_is_read_and_windows_1252_refused() {
    let text = "\u{feff}1\r\n00:00:01,000 --> 00:00:02,000\r\nÜber\r\n";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read_srt(&bytes).unwrap().cues[0].payload, "Über");
    let error = read_srt(b"1\n00:00:01,000 --> 00:00:02,000\n\xdcber\n").unwrap_err();
    assert!(error.line == 3 && error.problem.contains("byte 32 (0xdc)"), "{error}");
}

#[test]
fn a_text_without_timings_is_no_srt() {
    assert!(read_srt(b"Dear diary\n").unwrap_err().problem.contains("SRT"));
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_srt(&bytes);
    }

    #[test]
    fn any_text_keeps_the_invariants(text in "(\n|\r|[0-9:,>a{}<-]|-->|00:00:0[0-9],0 --> 00:00:0[0-9],0){0,60}") {
        for cue in read_srt(text.as_bytes()).map(|captions| captions.cues).unwrap_or_default() {
            prop_assert!(cue.end > cue.start && !cue.payload.is_empty());
            prop_assert!(!cue.payload.contains("-->") && !cue.payload.contains("\n\n"));
        }
    }
}
