use super::*;
use proptest::prelude::*;

const NAMESPACES: &str = "xmlns=\"http://www.w3.org/ns/ttml\" xmlns:tts=\"http://www.w3.org/ns/ttml#styling\" \
                          xmlns:ttp=\"http://www.w3.org/ns/ttml#parameter\" \
                          xmlns:itts=\"http://www.w3.org/ns/ttml/profile/imsc1#styling\" xml:lang=\"en\"";

fn read(text: &str) -> Captions {
    read_ttml(text.as_bytes()).unwrap()
}

fn body(content: &str) -> Captions {
    read(&format!("<tt {NAMESPACES}>{content}</tt>"))
}

fn cues(captions: &Captions) -> Vec<(u64, u64, &str)> {
    captions.cues.iter().map(|cue| (cue.start, cue.end, cue.payload.as_str())).collect()
}

#[test]
fn imsc1_text() {
    let captions = read(
        r##"<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"
    xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xml:lang="pt-BR" ttp:contentProfiles="http://www.w3.org/ns/ttml/profile/imsc1.1/text">
  <head>
    <metadata><ttm:title>The harbour</ttm:title></metadata>
    <styling><style xml:id="base" tts:textAlign="center" tts:color="white"/><style xml:id="ann" tts:color="#ffff00"/></styling>
    <layout>
      <region xml:id="bottom" tts:origin="10% 10%" tts:extent="80% 80%" tts:displayAlign="after"/>
      <region xml:id="top" tts:origin="10% 5%" tts:extent="80% 40%" tts:displayAlign="before"/>
    </layout>
  </head>
  <body style="base"><div>
    <p xml:id="c1" region="bottom" begin="00:00:01.000" end="00:00:03.500">
      <span style="ann">Ahoy!<br/>Who</span>
      <span tts:fontStyle="italic">goes</span> there?
    </p>
    <p region="top" begin="00:00:04.000" end="00:00:05.000"><metadata>not shown</metadata>A &amp; B</p>
  </div></body>
</tt>"##,
    );
    let expected = [(1000, 3500, "<c.yellow>Ahoy!\nWho</c> <i>goes</i> there?"), (4000, 5000, "A &amp; B")];
    assert_eq!(cues(&captions), expected);
    assert_eq!(captions.cues[0].settings, "");
    assert_eq!(captions.cues[1].settings, "line:5%");
    assert_eq!(captions.language.as_ref().unwrap().as_str(), "pt-BR");
    assert_eq!(captions.warnings, Vec::<String>::new());
    assert!(!captions.forced);
}

#[test]
fn ebu_tt_d() {
    let captions = read(
        r##"<?xml version="1.0" encoding="UTF-8"?>
<tt:tt xmlns:tt="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xmlns:tts="http://www.w3.org/ns/ttml#styling"
  xmlns:ebutts="urn:ebu:tt:style" xmlns:ebuttm="urn:ebu:tt:metadata" ttp:timeBase="media" ttp:cellResolution="50 30" xml:lang="de">
  <tt:head><tt:metadata><ebuttm:documentMetadata/></tt:metadata>
    <tt:styling><tt:style xml:id="s1" tts:textAlign="center" ebutts:linePadding="0.5c"/><tt:style xml:id="white" tts:color="#FFFFFF" tts:backgroundColor="#000000"/></tt:styling>
    <tt:layout><tt:region xml:id="r1" tts:origin="10% 10%" tts:extent="80% 80%" tts:displayAlign="after" tts:overflow="visible"/></tt:layout></tt:head>
  <tt:body><tt:div style="s1">
    <tt:p xml:id="sub1" region="r1" begin="00:00:12.720" end="00:00:14.240"><tt:span style="white">Grüß Gott</tt:span><tt:br/><tt:span style="white">und guten Tag.</tt:span></tt:p>
  </tt:div></tt:body>
</tt:tt>"##,
    );
    assert_eq!(cues(&captions), [(12_720, 14_240, "Grüß Gott\nund guten Tag.")]);
    assert_eq!(captions.language.unwrap().as_str(), "de");
}

#[test]
fn dfxp_of_old() {
    let captions = read(
        r#"<tt xmlns="http://www.w3.org/2006/10/ttaf1" xmlns:tts="http://www.w3.org/2006/10/ttaf1#style" xml:lang="">
        <head><styling><style id="b1" tts:fontWeight="bold"/></styling></head><body><div xml:lang="en">
        <p begin="00:00:02:15" dur="2s" style="b1">Bold</p><p begin="5.00s" end="7.00s">Plain</p></div></body></tt>"#,
    );
    assert_eq!(cues(&captions), [(2500, 4500, "<b>Bold</b>"), (5000, 7000, "Plain")]);
    assert_eq!(captions.language, None);
}

#[test]
fn ticks_as_in_films() {
    let captions = read(
        r#"<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xmlns:tts="http://www.w3.org/ns/ttml#styling"
        ttp:tickRate="10000000" ttp:timeBase="media" xml:lang="en"><head><layout><region xml:id="r0"><style tts:textAlign="center"/>
        <style tts:displayAlign="before"/></region></layout></head>
        <body region="r0"><div><p begin="15000000t" end="30000000t">Up</p></div></body></tt>"#,
    );
    assert_eq!(cues(&captions), [(1500, 3000, "Up")]);
    assert_eq!(captions.cues[0].settings, "line:0");
}

#[test]
fn no_namespace_at_all() {
    let captions = read("<tt><body><div><p begin=\"1s\" end=\"2s\" tts:fontStyle=\"italic\">a</p></div></body></tt>");
    assert_eq!(cues(&captions), [(1000, 2000, "<i>a</i>")]);
    assert!(captions.warnings[0].contains("namespace"));
}

#[test]
fn times_are_relative_to_their_container() {
    let captions = body(
        "<body begin=\"10s\"><div begin=\"5s\" end=\"20s\"><p begin=\"1s\" end=\"2s\">a</p>\
         <p begin=\"1s\" dur=\"60s\">b</p><p begin=\"30s\">c</p><p>d</p></div></body>",
    );
    assert_eq!(cues(&captions), [(15_000, 30_000, "d"), (16_000, 17_000, "a"), (16_000, 30_000, "b")]);
    assert_eq!(captions.warnings.len(), 1, "{:?}", captions.warnings);
}

#[test]
fn the_shorter_of_end_and_duration_counts() {
    let captions = body(
        "<body><div><p begin=\"1s\" end=\"9s\" dur=\"2s\">a</p><p begin=\"1s\" end=\"2s\" dur=\"5s\">b</p></div></body>",
    );
    assert_eq!(cues(&captions), [(1000, 3000, "a"), (1000, 2000, "b")]);
}

#[test]
fn sequential_containers() {
    let captions = body(
        "<body timeContainer=\"seq\"><div timeContainer=\"seq\"><p dur=\"2s\">a</p><p begin=\"1s\" dur=\"2s\">b</p></div>\
         <div><p begin=\"1s\" end=\"2s\">c</p><p end=\"4s\">d</p></div><div><p dur=\"1s\">e</p></div></body>",
    );
    let expected = [(0, 2000, "a"), (3000, 5000, "b"), (5000, 9000, "d"), (6000, 7000, "c"), (9000, 10_000, "e")];
    assert_eq!(cues(&captions), expected);
}

#[test]
fn what_never_ends_lets_nothing_follow_it() {
    let captions =
        body("<body timeContainer=\"seq\" dur=\"9s\"><div><p>a</p></div><div><p dur=\"1s\">b</p></div></body>");
    assert_eq!(cues(&captions), [(0, 9000, "a")]);
    let endless = body("<body timeContainer=\"seq\"><div><p>a</p></div><div><p>b</p></div></body>");
    assert_eq!(cues(&endless), [(0, 5000, "a")]);
}

#[test]
fn times_beyond_all_reason_are_left_out() {
    let late = "<div begin=\"999999999h\">".repeat(90) + "<p>a</p>" + &"</div>".repeat(90);
    assert_eq!(cues(&body(&format!("<body>{late}</body>"))), []);
}

#[test]
fn spans_with_their_own_times() {
    let captions = body(
        "<body><div><p begin=\"10s\" end=\"20s\"><span begin=\"0s\">One</span> <span begin=\"3s\" end=\"6s\">two</span></p></div></body>",
    );
    assert_eq!(cues(&captions), [(10_000, 13_000, "One"), (13_000, 16_000, "One two"), (16_000, 20_000, "One")]);
}

#[test]
fn a_paragraph_of_timed_spans_needs_no_time() {
    let captions = body(
        "<body><div><p>\n<span begin=\"1s\" end=\"2s\">a</span>\n<span begin=\"2s\" end=\"3s\">b</span>\n</p></div></body>",
    );
    assert_eq!(cues(&captions), [(1000, 2000, "a"), (2000, 3000, "b")]);
}

#[test]
fn cues_without_end_last_until_the_next() {
    let captions = body("<body><div><p begin=\"1s\">a</p><p begin=\"1s\">b</p><p begin=\"4s\">c</p></div></body>");
    assert_eq!(cues(&captions), [(1000, 4000, "a"), (1000, 4000, "b"), (4000, 9000, "c")]);
    assert!(captions.warnings[0].contains("3 cues have no end"), "{:?}", captions.warnings);
}

#[test]
fn a_region_may_be_on_the_words() {
    let captions = body(
        "<head><layout><region xml:id=\"r\" tts:origin=\"3% 5%\" tts:extent=\"97% 50%\"/></layout></head><body><div>\
         <p begin=\"1s\" end=\"2s\"> <span region=\"r\">a</span></p><p begin=\"2s\" end=\"3s\">b<span region=\"r\">c</span></p></div></body>",
    );
    let settings: Vec<&str> = captions.cues.iter().map(|cue| cue.settings.as_str()).collect();
    assert_eq!(settings, ["line:5%", ""]);
}

#[test]
fn white_space_collapses_or_stays() {
    let text = "<p begin=\"1s\" end=\"2s\">  a\n   b <br/>  c </p>";
    assert_eq!(body(&format!("<body><div>{text}</div></body>")).cues[0].payload, "a b\nc");
    assert_eq!(body(&format!("<body xml:space=\"preserve\"><div>{text}</div></body>")).cues[0].payload, "a\nb\nc");
}

#[test]
fn what_is_hidden_is_not_shown() {
    let captions = body(
        "<body><div><p begin=\"1s\" end=\"2s\">a<span tts:visibility=\"hidden\">b<span tts:visibility=\"visible\">c</span></span>\
         <span tts:display=\"none\">d<span>e</span></span><set begin=\"0s\" tts:color=\"red\"/></p></div></body>",
    );
    assert_eq!(captions.cues[0].payload, "ac");
}

#[test]
fn forced_all_or_some() {
    let p = "<p begin=\"1s\" end=\"2s\">a</p>";
    assert!(body(&format!("<body itts:forcedDisplay=\"true\"><div>{p}</div></body>")).forced);
    let some = body(&format!("<body><div>{p}</div><div itts:forcedDisplay=\"true\">{p}</div></body>"));
    assert!(!some.forced && some.warnings[0].contains("1 of 2"), "{:?}", some.warnings);
    assert!(!body("<body itts:forcedDisplay=\"true\"/>").forced);
}

#[test]
fn an_arrow_is_escaped() {
    assert_eq!(body("<body><div><p begin=\"1s\" end=\"2s\">a --&gt; b</p></div></body>").cues[0].payload, "a --&gt; b");
    assert_eq!(
        body("<body><div><p begin=\"1s\" end=\"2s\"><![CDATA[a --> b]]></p></div></body>").cues[0].payload,
        "a --&gt; b"
    );
}

#[test]
fn bad_times_are_told_with_their_line() {
    let captions = body(
        "<body>\n<div>\n<p begin=\"soon\" end=\"2s\">a</p>\n<p begin=\"3s\" end=\"2s\">b</p>\n<p begin=\"3s\" end=\"4s\">c</p></div></body>",
    );
    assert_eq!(cues(&captions), [(3000, 4000, "c")]);
    assert!(captions.warnings[0].starts_with("line 3:") && captions.warnings[0].contains("soon"));
    assert!(captions.warnings[1].starts_with("line 4:"), "{:?}", captions.warnings);
}

#[test]
fn pictures_are_refused() {
    let smpte = "xmlns:smpte=\"http://www.smpte-ra.org/schemas/2052-1/2010/smpte-tt\"";
    let images = [
        format!("<body><div {smpte} begin=\"1s\" end=\"2s\" smpte:backgroundImage=\"#a\"/></body>"),
        "<body><div begin=\"1s\" end=\"2s\"><image src=\"a.png\"/></div></body>".to_owned(),
    ];
    for content in images {
        let error = read_ttml(format!("<tt {NAMESPACES}>{content}</tt>").as_bytes()).unwrap_err();
        assert!(error.problem.contains("image subtitles are not served"), "{error}");
    }
    let profile = "ttp:profile=\"http://www.w3.org/ns/ttml/profile/imsc1/image\"";
    assert!(read_ttml(format!("<tt {NAMESPACES} {profile}><body/></tt>").as_bytes()).is_err());
    let both = body("<body><div><image/><p begin=\"1s\" end=\"2s\">a</p></div></body>");
    assert_eq!((both.cues.len(), both.warnings.len()), (1, 1));
}

#[test]
fn other_documents_are_refused() {
    for (text, hint) in [
        ("", "no element"),
        ("<html/>", "not tt"),
        ("<tt><body></tt>", "well-formed"),
        ("<tt><body>", "complete"),
        ("plain", "no element"),
    ] {
        let error = read_ttml(text.as_bytes()).unwrap_err();
        assert!(error.problem.contains(hint), "{text}: {error}");
    }
}

#[test]
fn a_sample_clips_its_document() {
    let text = format!(
        "<tt {NAMESPACES}><body><div><p begin=\"5s\" end=\"8s\">a</p><p>b</p><p begin=\"20s\" end=\"21s\">c</p></div></body></tt>"
    );
    let captions = read_within(text.as_bytes(), 6000..12_000).unwrap();
    assert_eq!(cues(&captions), [(6000, 12_000, "b"), (6000, 8000, "a")]);
    assert_eq!(captions.warnings, Vec::<String>::new());
    let text = text.replace("<p>b</p>", "");
    let elsewhere = read_within(text.as_bytes(), 30_000..36_000).unwrap();
    assert!(elsewhere.cues.is_empty() && elsewhere.warnings[0].contains("outside"), "{:?}", elsewhere.warnings);
}

#[test]
fn utf16_documents() {
    let text = format!("\u{feff}<tt {NAMESPACES}><body><div><p begin=\"1s\" end=\"2s\">é</p></div></body></tt>");
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(read_ttml(&bytes).unwrap().cues[0].payload, "é");
}

#[test]
fn spans_that_all_overlap_cost_no_square() {
    let spans: String = (0..5000).map(|n| format!("<span begin=\"{n}ms\">word </span>")).collect();
    let captions = body(&format!("<body><div><p begin=\"0s\" end=\"60s\">{spans}</p></div></body>"));
    assert_eq!(captions.cues.len(), 1);
    assert!(captions.warnings[0].contains("spans"), "{:?}", captions.warnings);
}

fn any_markup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<body>",
        "<body timeContainer=\"seq\">",
        "</body>",
        "<div>",
        "<div timeContainer=\"seq\">",
        "</div>",
        "<p>",
        "<p begin=\"1s\" end=\"3s\">",
        "<p dur=\"2s\" region=\"r\">",
        "</p>",
        "<span>",
        "<span begin=\"500ms\" style=\"s\">",
        "<span tts:ruby=\"text\">",
        "</span>",
        "<br/>",
        "text",
        " \n",
        "&amp;",
        "&x;",
        "&#0;",
        "-->",
        "<![CDATA[x]]>",
        "<head>",
        "</head>",
        "<styling><style xml:id=\"s\" style=\"s t\"/></styling>",
        "<layout><region xml:id=\"r\"/></layout>",
        "<!-- -->",
        "<image/>",
        "<metadata>",
        "</metadata>",
        "<!DOCTYPE a>",
        "<?a b?>",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_ttml(&bytes);
    }

    #[test]
    fn any_markup_keeps_the_invariants(markup in any_markup(), start in 0u64..4000) {
        let text = format!("<tt {NAMESPACES}>{markup}</tt>");
        for read in [read_ttml(text.as_bytes()), read_within(text.as_bytes(), start..start + 1000)] {
            let captions = read.unwrap_or_default();
            prop_assert!(captions.cues.is_sorted_by_key(|cue| cue.start));
            for cue in captions.cues {
                prop_assert!(cue.end > cue.start && !cue.payload.is_empty());
                prop_assert!(!cue.payload.contains("-->") && !cue.payload.contains("\n\n"));
            }
        }
    }
}
