use super::super::{read_ttml, read_webvtt};
use super::*;
use proptest::prelude::*;
use quick_xml::events::Event;

fn english() -> Language {
    Language::parse("en").unwrap()
}

fn captions(text: &str) -> Captions {
    read_webvtt(format!("WEBVTT\n\n{text}").as_bytes()).unwrap()
}

fn paragraphs(document: &str) -> Vec<&str> {
    document.lines().filter(|line| line.starts_with("<p ")).collect()
}

/// Reads to the end, attributes and references included, as a strict XML reader would.
fn assert_well_formed(document: &str) {
    let mut reader = quick_xml::NsReader::from_str(document);
    reader.config_mut().enable_all_checks(true);
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                start.attributes().for_each(|attribute| {
                    attribute.unwrap();
                });
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    let allowed =
        |character: char| matches!(character, '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(document.chars().all(allowed), "{document:?}");
}

#[test]
fn the_sample_entry_names_the_namespace() {
    let expected =
        [&[0, 0, 0, 44][..], b"stpp", &[0, 0, 0, 0, 0, 0, 0, 1], b"http://www.w3.org/ns/ttml\0\0\0"].concat();
    assert_eq!(stpp_sample_entry(), expected);
}

#[test]
fn a_document_names_language_profile_and_regions() {
    let document = imsc_document(&captions("00:01.000 --> 00:02.000\na"), &english(), 0..6000);
    assert!(document.contains(r#"xml:lang="en""#));
    assert!(document.contains(r#"ttp:contentProfiles="http://www.w3.org/ns/ttml/profile/imsc1.1/text""#));
    assert!(document.contains(r#"<region xml:id="r0" tts:origin="5% 5%" tts:extent="90% 90%" tts:displayAlign="after" tts:textAlign="center"/>"#));
    assert_well_formed(&document);
}

#[test]
fn times_are_on_the_track_and_within_the_window() {
    let captions = captions("00:01.000 --> 00:09.000\na\n\n00:08.000 --> 00:20.000\nb\n\n00:12.000 --> 00:13.000\nc");
    let document = imsc_document(&captions, &english(), 6000..12_000);
    let expected = [
        r#"<p region="r0" begin="00:00:06.000" end="00:00:09.000"><span style="words">a</span></p>"#,
        r#"<p region="r0" begin="00:00:08.000" end="00:00:12.000"><span style="words">b</span></p>"#,
    ];
    assert_eq!(paragraphs(&document), expected);
}

#[test]
fn cue_text_becomes_spans_and_breaks() {
    let captions = captions("00:01.000 --> 00:02.000\n<v Ann>Say <i>a\n&amp;</i> <c.yellow><b>b</b></c> <u>c</u></v>");
    let document = imsc_document(&captions, &english(), 0..6000);
    let expected = concat!(
        r#"<span style="words">Say <span tts:fontStyle="italic">a<br/>&amp;</span> "#,
        r#"<span tts:fontWeight="bold" tts:color="yellow">b</span> <span tts:textDecoration="underline">c</span></span>"#
    );
    assert!(document.contains(expected), "{document}");
}

#[test]
fn ruby_is_kept() {
    let captions = captions("00:01.000 --> 00:02.000\n<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>。");
    let document = imsc_document(&captions, &english(), 0..6000);
    let expected = concat!(
        r#"<span tts:ruby="container"><span tts:ruby="base">漢</span><span tts:ruby="text">かん</span></span>"#,
        r#"<span tts:ruby="container"><span tts:ruby="base">字</span><span tts:ruby="text">じ</span></span>。"#
    );
    assert!(document.contains(expected), "{document}");
    assert_eq!(read_ttml(document.as_bytes()).unwrap().cues[0].payload, captions.cues[0].payload);
}

#[test]
fn settings_choose_the_region() {
    let captions = captions(
        "00:01.000 --> 00:02.000 line:0\na\n\n00:01.000 --> 00:02.000\nb\n\n00:01.000 --> 00:02.000 line:0\nc",
    );
    let document = imsc_document(&captions, &english(), 0..6000);
    let regions: Vec<&str> = paragraphs(&document).iter().map(|line| &line[3..14]).collect();
    assert_eq!(regions, [r#"region="r0""#, r#"region="r1""#, r#"region="r0""#]);
    assert_eq!(document.matches("<region ").count(), 2);
    let read = read_ttml(document.as_bytes()).unwrap();
    let tops: Vec<&str> = read.cues.iter().map(|cue| cue.settings.as_str()).collect();
    assert_eq!(tops, ["line:5%", "", "line:5%"]);
}

#[test]
fn forced_captions_say_so() {
    let captions = Captions { forced: true, ..captions("00:01.000 --> 00:02.000\na") };
    let document = imsc_document(&captions, &english(), 0..6000);
    assert!(paragraphs(&document)[0].contains(r#"itts:forcedDisplay="true""#));
    assert!(read_ttml(document.as_bytes()).unwrap().forced);
}

#[test]
fn a_window_without_cues_is_a_document_too() {
    let document = imsc_document(&Captions::default(), &english(), 6000..12_000);
    assert_well_formed(&document);
    assert_eq!(read_ttml(document.as_bytes()).unwrap().cues, []);
}

proptest! {
    #[test]
    fn any_cue_makes_a_well_formed_document(
        payload in ".{0,30}|[<>&;/a-c.\u{1}\u{fffe} \"']{0,40}", settings in ".{0,20}", language in "[a-z\"<]{0,5}",
    ) {
        let cue = Cue { id: Some(payload.clone()), start: 500, end: 1500, settings, payload };
        let captions = Captions { cues: vec![cue], ..Captions::default() };
        let language = Language::parse(&language).unwrap_or(Language::und());
        assert_well_formed(&imsc_document(&captions, &language, 0..1000));
    }

    #[test]
    fn what_is_written_reads_the_same(
        cues in prop::collection::vec((0u64..9000, 1u64..4000, "[a-z]{1,5}( <[iub]>[a-z&;<>]{1,5}</[iub]>\n[a-z]{1,5})?"), 0..8),
        start in 0u64..9000,
    ) {
        let cue = |(start, length, payload): (u64, u64, String)| Cue {
            id: None, start, end: start + length, settings: String::new(), payload,
        };
        let captions = Captions { cues: cues.into_iter().map(cue).collect(), ..Captions::default() }.sorted();
        let window = start..start + 6000;
        let read = read_ttml(imsc_document(&captions, &english(), window.clone()).as_bytes()).unwrap();
        let words = |payload: &str| cue_text::plain(payload).split_whitespace().collect::<Vec<_>>().join(" ");
        let clipped = |cue: &Cue| (cue.start.max(window.start), cue.end.min(window.end), words(&cue.payload));
        let mut expected: Vec<_> = captions.cues.iter().filter(|cue| cue.start < window.end && cue.end > window.start).map(clipped).collect();
        expected.sort_by_key(|cue| cue.0);
        let read: Vec<_> = read.cues.iter().map(|cue| (cue.start, cue.end, words(&cue.payload))).collect();
        prop_assert_eq!(read, expected);
    }
}
