//! The properties of a track: language, label, channels, codecs, range, frame rate, size, trick play.

use super::shelf::{Shelf, base, track, with};
use super::shown::{Shown, bare, quoted};
use dash_mpd_core::{AdaptationSet, Representation};
use serde_json::{Value, json};

fn beside_the_base(tested: Value) -> Vec<Value> {
    [base(), vec![tested]].concat()
}

fn representation<'a>(shown: &'a Shown, track: &str) -> &'a Representation {
    let of_track = |r: &&Representation| r.id.as_deref() == Some(track);
    shown.sets().flat_map(|set| &set.representations).find(of_track).unwrap()
}

fn colours(set: &AdaptationSet) -> (Vec<String>, Vec<String>) {
    let essential = set.essential_property.iter().map(|p| (&p.schemeIdUri, &p.value));
    let supplemental = set.supplemental_property.iter().map(|p| (&p.schemeIdUri, &p.value));
    let cicp = |(scheme, value): (&String, &Option<String>)| {
        Some(format!("{} {}", scheme.strip_prefix("urn:mpeg:mpegB:cicp:")?, value.as_ref()?))
    };
    (essential.filter_map(cicp).collect(), supplemental.filter_map(cicp).collect())
}

/// BCP 47 in its shortest form: registered two-letter codes, no script that goes without saying (RFC 5646 4.1), the
/// replacements of the registry, the usual case (2.1.1).
#[tokio::test]
async fn a_language_has_one_spelling() {
    let shelf = Shelf::new();
    for (number, (given, expected)) in [
        ("en", "en"),
        ("eng", "en"),
        ("EN", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("fre", "fr"),
        ("fra", "fr"),
        ("chi", "zh"),
        ("zho", "zh"),
        ("en-Latn", "en"),
        ("pt_br", "pt-BR"),
        ("ES-419", "es-419"),
        ("zh-hans", "zh-Hans"),
        ("zh-hant-hk", "zh-Hant-HK"),
        ("sr-latn", "sr-Latn"),
        ("zh-cmn", "cmn"),
        ("sgn-US", "ase"),
        ("iw", "he"),
        ("und", "und"),
        ("zxx", "zxx"),
        ("mul", "mul"),
        ("mis", "mis"),
    ]
    .into_iter()
    .enumerate()
    {
        let sound = track("tested", "audio", "radio/radio-96.m4a", given);
        let words = track("words", "text", "harbour/captions-en.vtt", given);
        let shown = shelf.show(&format!("asset-{number}"), &[base(), vec![sound, words]].concat()).await;
        for name in ["tested", "words"] {
            assert_eq!(shown.media(name)[0].language.as_deref(), Some(expected), "{given}");
            assert_eq!(shown.set(name).unwrap().lang.as_deref(), Some(expected), "{given}");
        }
    }
}

/// Where the document says nothing: the file's boxes, then its name, then that nobody knows.
#[tokio::test]
async fn an_unsaid_language_is_the_files() {
    let shelf = Shelf::new();
    for (number, (track_type, file, expected)) in [
        ("audio", "harbour/audio-de.m4a", "de"),
        ("audio", "harbour/audio-fr-commentary.m4a", "fr"),
        ("text", "harbour/captions-en.vtt", "en"),
        ("text", "harbour/subtitles-de.ttml", "de"),
        ("audio", "media/surround.mp4", "und"),
    ]
    .into_iter()
    .enumerate()
    {
        let silent = json!({ "name": "tested", "type": track_type, "file": file });
        let shown = shelf.show(&format!("asset-{number}"), &beside_the_base(silent)).await;
        assert_eq!(shown.media("tested")[0].language.as_deref(), Some(expected), "{file}");
        assert_eq!(shown.set("tested").unwrap().lang.as_deref(), Some(expected), "{file}");
    }
}

/// A picture has a language where there is language in it.
#[tokio::test]
async fn a_picture_that_signs_has_a_language() {
    let shelf = Shelf::new();
    let sign = with(track("tested", "video", "modern/video-360.mp4", "ase"), json!({ "roles": ["sign"] }));
    let shown = shelf.show("asset", &beside_the_base(sign)).await;
    assert_eq!(shown.set("tested").unwrap().lang.as_deref(), Some("ase"));
    assert_eq!(shown.set("picture").unwrap().lang, None);
}

#[tokio::test]
async fn a_label_is_what_the_editor_wrote() {
    let shelf = Shelf::new();
    for (number, (label, name)) in [
        ("Français", "Français"),
        ("日本語", "日本語"),
        ("Hans & Grete <live>, it's", "Hans & Grete <live>, it's"),
        ("The \"long\" version", "The ”long” version"),
        ("A,B=\\C #EXTM3U", "A,B=\\C #EXTM3U"),
        ("]]> &amp; %20", "]]> &amp; %20"),
    ]
    .into_iter()
    .enumerate()
    {
        let sound = track("tested", "audio", "radio/radio-96.m4a", "fr");
        let words = track("words", "text", "harbour/captions-en.vtt", "fr");
        let tracks = [sound, words].map(|track| with(track, json!({ "label": label }))).to_vec();
        let shown = shelf.show(&format!("asset-{number}"), &[base(), tracks].concat()).await;
        for track in ["tested", "words"] {
            assert_eq!(shown.media(track)[0].name, name, "there is no escape in a quoted string");
            assert_eq!(shown.set(track).unwrap().Label[0].content, label);
        }
    }
}

/// The language in itself and what the track is for; a number behind what another has already.
#[tokio::test]
async fn a_track_without_label_is_named_by_language_and_kind() {
    let shelf = Shelf::new();
    let sound = |language, role: &str| {
        let roles: Vec<&str> = [role].into_iter().filter(|role| !role.is_empty()).collect();
        // The base's own file: a track that is not merely another bit rate of it.
        with(track("tested", "audio", "radio/radio-48.m4a", language), json!({ "roles": roles }))
    };
    let words = |language, properties| with(track("tested", "text", "harbour/captions-en.vtt", language), properties);
    for (number, (track, name)) in [
        (sound("fr", ""), "Français"),
        (sound("de", "dub"), "Deutsch"),
        (sound("pt-BR", ""), "Português (Brasil)"),
        (sound("en", "description"), "English (Audio Description)"),
        (sound("en", "commentary"), "English (Commentary)"),
        (sound("en", ""), "English 2"),
        (words("en", json!({})), "English"),
        (words("en", json!({ "roles": ["caption"] })), "English (SDH)"),
        (words("en", json!({ "forced": true })), "English (forced)"),
        (words("und", json!({})), "Subtitles"),
    ]
    .into_iter()
    .enumerate()
    {
        let shown = shelf.show(&format!("asset-{number}"), &beside_the_base(track)).await;
        assert_eq!(shown.media("tested")[0].name, name);
        assert_eq!(shown.set("tested").unwrap().Label[0].content, name);
    }
}

#[tokio::test]
async fn labels_are_on_every_set_of_sound_and_text_and_on_no_picture() {
    let shelf = Shelf::new();
    let words = track("words", "text", "harbour/captions-en.vtt", "en");
    let shown = shelf.show("asset", &beside_the_base(words)).await;
    let labels: Vec<usize> = ["picture", "sound", "words"].map(|track| shown.set(track).unwrap().Label.len()).to_vec();
    assert_eq!(labels, [0, 1, 1]);
}

/// CHANNELS (RFC 8216bis 4.4.6.1), AudioChannelConfiguration in the scheme of the codec (ISO/IEC 23091-3 Table 10;
/// Dolby's bitmap for E-AC-3: F801 is 5.1), sample rate after decoding, codec strings (RFC 6381).
#[tokio::test]
async fn sound_tells_channels_rate_and_codec() {
    const CICP: &str = "urn:mpeg:mpegB:cicp:ChannelConfiguration";
    const DOLBY: &str = "tag:dolby.com,2014:dash:audio_channel_configuration:2011";
    let shelf = Shelf::new();
    for (number, (file, channels, scheme, configuration, rate, codec)) in [
        ("radio/radio-96.m4a", "2", CICP, "2", "48000", "mp4a.40.2"),
        ("modern/audio-en.mp4", "2", CICP, "2", "48000", "opus"),
        ("media/surround.m4a", "6", CICP, "6", "44100", "mp4a.40.2"),
        ("media/surround.mp4", "6", DOLBY, "F801", "48000", "ec-3"),
    ]
    .into_iter()
    .enumerate()
    {
        let sound = track("tested", "audio", file, "fr");
        let shown = shelf.show(&format!("asset-{number}"), &[base().remove(0), sound]).await;
        assert_eq!(shown.media("tested")[0].channels.as_deref(), Some(channels), "{file}");
        let set = shown.set("tested").unwrap();
        let representation = representation(&shown, "tested");
        let said: Vec<_> =
            set.AudioChannelConfiguration.iter().chain(&representation.AudioChannelConfiguration).collect();
        assert_eq!(said.len(), 1, "{file}: at one level only");
        assert_eq!((said[0].schemeIdUri.as_str(), said[0].value.as_deref()), (scheme, Some(configuration)), "{file}");
        assert_eq!(representation.audioSamplingRate.as_deref(), Some(rate), "{file}");
        assert!(representation.codecs.as_deref().unwrap().eq_ignore_ascii_case(codec), "{file}");
        assert_eq!(representation.mimeType.as_deref(), Some("audio/mp4"));
        let codecs = shown.variants("picture")[0].codecs.clone().unwrap();
        assert!(codecs.split(',').any(|word| word.eq_ignore_ascii_case(codec)), "{file}: {codecs}");
        assert_eq!(codecs.split(',').count(), 2);
    }
}

/// What ffprobe says of each file, in the words of each protocol. Frame rates are exact in DASH and have three decimals
/// in HLS; RESOLUTION is the size on a display, width and height are those of the picture (RFC 8216bis 4.4.6.2,
/// ISO/IEC 23009-1 5.3.7.2).
#[tokio::test]
async fn pictures_tell_size_shape_rate_and_codec() {
    struct Case {
        file: &'static str,
        codec: &'static str,
        shown: (u64, u64),
        rate: f64,
        coded: (u64, u64),
        sar: &'static str,
        frame_rate: &'static str,
    }
    let shelf = Shelf::new();
    for (number, case) in [
        Case {
            file: "harbour/video-240.mp4",
            codec: "avc1.4d4015",
            shown: (426, 240),
            rate: 25.0,
            coded: (426, 240),
            sar: "1:1",
            frame_rate: "25",
        },
        Case {
            file: "talk/talk.mp4",
            codec: "avc1.64001e",
            shown: (640, 360),
            rate: 29.97,
            coded: (640, 360),
            sar: "1:1",
            frame_rate: "30000/1001",
        },
        Case {
            file: "media/anamorphic.mp4",
            codec: "avc1.4d400a",
            shown: (160, 90),
            rate: 23.976,
            coded: (120, 90),
            sar: "4:3",
            frame_rate: "24000/1001",
        },
        Case {
            file: "media/hevc-pq.mp4",
            codec: "hvc1.2.4.L30.90",
            shown: (160, 90),
            rate: 24.0,
            coded: (160, 90),
            sar: "1:1",
            frame_rate: "24",
        },
        Case {
            file: "modern/video-360.mp4",
            codec: "av01.0.01M.08",
            shown: (640, 360),
            rate: 25.0,
            coded: (640, 360),
            sar: "1:1",
            frame_rate: "25",
        },
    ]
    .into_iter()
    .enumerate()
    {
        let file = case.file;
        let tracks = [json!({ "name": "tested", "type": "video", "file": file }), base().remove(1)];
        let shown = shelf.show(&format!("asset-{number}"), &tracks).await;
        let (variant, iframes) = (shown.variants("tested")[0], shown.iframes("tested").unwrap());
        for stream in [variant, iframes] {
            let size = stream.resolution.unwrap();
            assert_eq!((size.width, size.height), case.shown, "{file}");
        }
        assert_eq!(variant.codecs.as_deref(), Some(format!("{},mp4a.40.2", case.codec).as_str()), "{file}");
        assert_eq!(iframes.codecs.as_deref(), Some(case.codec), "{file}");
        assert_eq!(variant.frame_rate, Some(case.rate), "{file}");
        assert!(shown.master_text.contains(&format!("FRAME-RATE={:.3},", case.rate)), "{file}: three decimals");
        let (set, representation) = (shown.set("tested").unwrap(), representation(&shown, "tested"));
        assert_eq!((representation.width, representation.height), (Some(case.coded.0), Some(case.coded.1)), "{file}");
        assert_eq!(representation.sar.as_deref(), Some(case.sar), "{file}");
        assert_eq!(representation.frameRate.as_deref(), Some(case.frame_rate), "{file}");
        assert_eq!(representation.codecs.as_deref(), Some(case.codec), "{file}");
        assert_eq!(representation.mimeType.as_deref(), Some("video/mp4"), "{file}");
        assert_eq!(set.par.as_deref(), Some(if file.starts_with("harbour") { "71:40" } else { "16:9" }), "{file}");
        assert_eq!(set.scanType.as_deref().unwrap_or("progressive"), "progressive");
    }
}

/// VIDEO-RANGE on every variant; in DASH a set of its own for each range, which a player that does not know HDR skips.
#[tokio::test]
async fn high_dynamic_range_stands_apart() {
    let shelf = Shelf::new();
    let video = |name: &str, file: &str| json!({ "name": name, "type": "video", "file": file });
    let tracks = [
        video("sdr", "media/anamorphic.mp4"),
        video("pq", "media/hevc-pq.mp4"),
        video("hlg", "media/hevc-hlg.mp4"),
        base().remove(1),
    ];
    let shown = shelf.show("asset", &tracks).await;
    let cicp = |primaries: u8, transfer: u8, matrix: u8| {
        vec![
            format!("ColourPrimaries {primaries}"),
            format!("TransferCharacteristics {transfer}"),
            format!("MatrixCoefficients {matrix}"),
        ]
    };
    for (name, range, essential, supplemental) in [
        ("sdr", "SDR", vec![], cicp(1, 1, 1)),
        ("pq", "PQ", cicp(9, 16, 9), vec![]),
        ("hlg", "HLG", cicp(9, 18, 9), vec![]),
    ] {
        for stream in [shown.variants(name)[0], shown.iframes(name).unwrap()] {
            assert_eq!(bare(&stream.other_attributes, "VIDEO-RANGE").as_deref(), Some(range), "{name}");
        }
        let set = shown.set(name).unwrap();
        assert_eq!((set.representations.len(), colours(set)), (1, (essential, supplemental)), "{name}");
    }
}

/// What every variant of video must say for Apple's players (authoring specification 9.1 to 9.4, 9.14 to 9.16), and
/// what an I-frame stream must not (RFC 8216bis 4.4.6.3).
#[tokio::test]
async fn every_variant_has_its_attributes() {
    let shelf = Shelf::new();
    let rung = json!({ "name": "tested", "type": "video", "file": "modern/video-360.mp4" });
    let shown = shelf.show("asset", &beside_the_base(rung)).await;
    assert!(shown.master.independent_segments);
    for variant in &shown.master.variants {
        assert!(variant.average_bandwidth.is_some_and(|average| average <= variant.bandwidth));
        assert!(variant.codecs.is_some() && variant.resolution.is_some(), "{}", variant.uri);
        assert_eq!(variant.frame_rate.is_some(), !variant.is_i_frame, "{}", variant.uri);
        assert_eq!(variant.audio.is_some(), !variant.is_i_frame, "{}", variant.uri);
        assert_eq!(variant.closed_captions.is_some(), !variant.is_i_frame, "{}", variant.uri);
        assert!(bare(&variant.other_attributes, "VIDEO-RANGE").is_some(), "{}", variant.uri);
        assert!(quoted(&variant.other_attributes, "STABLE-VARIANT-ID").is_some(), "{}", variant.uri);
    }
    let count = |iframes| shown.master.variants.iter().filter(|variant| variant.is_i_frame == iframes).count();
    assert_eq!((count(false), count(true)), (2, 2), "one I-frame stream for each picture");
}

/// Captions as IMSC1 must be named in CODECS (Apple authoring specification 5.10); WebVTT need not.
#[tokio::test]
async fn captions_come_as_webvtt_or_as_imsc() {
    let shelf = Shelf::new();
    let words = track("words", "text", "harbour/captions-en.vtt", "en");
    let web_vtt = shelf.show("asset", &beside_the_base(words)).await;
    let master = shelf.player.text("/asset/master.m3u8?text=imsc").await;
    let mpd = shelf.player.text("/asset/manifest.mpd?text=imsc").await;
    let imsc = Shown::read(master, mpd);
    assert_eq!(web_vtt.media("words")[0].uri.as_deref(), Some("words.m3u8"));
    assert_eq!(imsc.media("words")[0].uri.as_deref(), Some("words.imsc.m3u8"));
    assert_eq!(web_vtt.variants("picture")[0].codecs.as_deref(), Some("av01.0.00M.08,mp4a.40.2"));
    assert_eq!(imsc.variants("picture")[0].codecs.as_deref(), Some("av01.0.00M.08,mp4a.40.2,stpp.ttml.im1t"));
    for (shown, codec) in [(&web_vtt, "wvtt"), (&imsc, "stpp.ttml.im1t")] {
        let representation = representation(shown, "words");
        assert_eq!(representation.codecs.as_deref(), Some(codec));
        assert_eq!(representation.mimeType.as_deref(), Some("application/mp4"));
    }
}
