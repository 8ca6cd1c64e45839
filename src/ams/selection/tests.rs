//! Filters as tables: what each is, and the tracks and segments that it leaves.

use super::*;
use crate::presentation::testing::{SIX_SECONDS, aac, source, video_with_b_frames};
use crate::presentation::{LoadedTrack, Source};
use crate::text::Captions;
use serde_json::{Value, json};

/// A ladder of video, sounds of three languages, captions; called as a server manifest of old would.
struct Stage {
    shown: Presentation,
    names: StreamNames,
}

const TRACKS: &[(&str, TrackType, &str, u64, &str)] = &[
    ("low", TrackType::Video, "video", 381_027, "und"),
    ("middle", TrackType::Video, "video", 2_210_000, "und"),
    ("high", TrackType::Video, "video", 3_450_000, "und"),
    ("en", TrackType::Audio, "aac_eng_2", 128_041, "en"),
    ("de", TrackType::Audio, "aac_deu_2", 194_000, "de"),
    ("de-AT", TrackType::Audio, "aac_at_2", 64_000, "de-AT"),
    ("captions", TrackType::Text, "subt_en-us", 52, "en-US"),
];

fn stage() -> Stage {
    let sources: Vec<Source> = TRACKS
        .iter()
        .map(|(name, track_type, _, _, language)| {
            let mut made = match track_type {
                TrackType::Video => source(name, video_with_b_frames(12_800, 512, 50, 900)),
                TrackType::Audio => source(name, aac(1690)),
                TrackType::Text => {
                    let captions = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n";
                    Source { media: read(captions).into(), ..source(name, aac(1)) }
                }
            };
            made.track.track_type = *track_type;
            made.track.language = Some(Language::parse(language).unwrap());
            made
        })
        .collect();
    let elements = TRACKS.iter().map(|(name, track_type, called, bit_rate, _)| {
        let element = if *track_type == TrackType::Text { "textstream" } else { track_type.as_str() };
        format!(
            r#"<{element} src="{name}.mp4" systemBitrate="{bit_rate}"><param name="trackName" value="{called}"/><param name="armId" value="{name}"/></{element}>"#
        )
    });
    let ism = format!("<smil><body><switch>{}</switch></body></smil>", elements.collect::<String>());
    let document = crate::document::Document::read("a.ism", ism.as_bytes()).unwrap();
    let tracks = sources.iter().map(|source| LoadedTrack { track: source.track.clone(), source: Ok(source.clone()) });
    let names = StreamNames::of(&tracks.collect::<Vec<_>>(), document.streams());
    Stage { shown: Presentation::new(&sources, SIX_SECONDS).unwrap(), names }
}

fn read(web_vtt: &str) -> Captions {
    crate::text::read_file("a.vtt", web_vtt.as_bytes()).unwrap()
}

fn named(place: usize, filter: &Value) -> Named {
    Named { name: format!("f{place}"), filter: serde_json::from_value(filter.clone()).unwrap() }
}

/// All of them in the URL.
fn selection(filters: &[Value]) -> Result<Selection, LinkError> {
    Selection::of(Vec::new(), filters.iter().enumerate().map(|(place, filter)| named(place, filter)).collect())
}

impl Stage {
    fn left(&self, filters: &[Value]) -> Result<Presentation, LinkError> {
        selection(filters)?.apply(&self.shown, &self.names, "film")
    }

    fn names_left(&self, filters: &[Value]) -> Result<Vec<String>, &'static str> {
        let left = self.left(filters).map_err(|error| error.code())?;
        Ok(left.renditions.iter().map(|rendition| rendition.name.clone()).collect())
    }
}

fn condition(property: &str, operation: &str, value: &str) -> Value {
    json!({ "property": property, "operation": operation, "value": value })
}

/// Of each entry the conditions.
fn tracks(entries: &[&[(&str, &str, &str)]]) -> Value {
    let entry = |conditions: &&[(&str, &str, &str)]| {
        let conditions: Vec<Value> = conditions.iter().map(|(p, o, v)| condition(p, o, v)).collect();
        json!({ "trackSelections": conditions })
    };
    json!({ "tracks": entries.iter().map(entry).collect::<Vec<_>>() })
}

const REMOVED: &str = "MPE_FILTER_REMOVED_ALL_STREAMS";

#[test]
fn tracks_that_are_left() {
    let stage = stage();
    let equal = "Equal";
    let not = "NotEqual";
    let video: &[_] = &[("Type", equal, "Video")];
    let audio: &[_] = &[("Type", equal, "Audio")];
    let all = "low middle high en de de-AT captions";
    for (filters, expected) in [
        (vec![], Ok(all)),
        (vec![json!({})], Ok(all)),
        // Entries are joined by OR; a type that no entry wants is dropped.
        (vec![tracks(&[video])], Ok("low middle high")),
        (vec![tracks(&[video, audio])], Ok("low middle high en de de-AT")),
        (vec![tracks(&[&[("type", "equal", "TEXT")]])], Ok("captions")),
        // Conditions of an entry are joined by AND.
        (vec![tracks(&[video, &[("Type", equal, "Audio"), ("Language", equal, "en")]])], Ok("low middle high en")),
        (vec![tracks(&[&[("Type", equal, "Audio"), ("Type", equal, "Video")]])], Err(REMOVED)),
        // The published example: sound that is not English and no EC-3, video of a range of bit rates.
        (
            vec![tracks(&[
                &[("Type", equal, "Audio"), ("Language", not, "en"), ("FourCC", not, "EC-3")],
                &[("Type", equal, "Video"), ("Bitrate", equal, "3000000-5000000")],
            ])],
            Ok("high de de-AT"),
        ),
        // Both ends of a range are in it; a number alone is a bit rate.
        (vec![tracks(&[&[("Bitrate", equal, "0-2210000"), ("Type", equal, "video")]])], Ok("low middle")),
        (vec![tracks(&[&[("Bitrate", equal, "0-2209999"), ("Type", equal, "video")]])], Ok("low")),
        (vec![tracks(&[&[("Bitrate", equal, "381027")]])], Ok("low")),
        (vec![tracks(&[&[("Bitrate", not, "0-200000")]])], Ok("low middle high")),
        // FourCC in any case; of text in either form.
        (vec![tracks(&[&[("FourCC", equal, "AVC1")]])], Ok("low middle high")),
        (vec![tracks(&[&[("FourCC", equal, "mp4a")]])], Ok("en de de-AT")),
        (vec![tracks(&[&[("FourCC", equal, "stpp")]])], Ok("captions")),
        // Languages are the same however they are spelt, and others with a region.
        (vec![tracks(&[&[("Language", equal, "eng")]])], Ok("en")),
        (vec![tracks(&[&[("Language", equal, "ger")]])], Ok("de")),
        (vec![tracks(&[&[("Language", equal, "de-at")]])], Ok("de-AT")),
        (vec![tracks(&[&[("Language", not, "de"), ("Type", equal, "audio")]])], Ok("en de-AT")),
        (vec![tracks(&[&[("Language", equal, "no language")]])], Err(REMOVED)),
        // Names are those of URLs, or the house's.
        (vec![tracks(&[&[("Name", equal, "AAC_eng_2")]])], Ok("en")),
        (vec![tracks(&[&[("Name", equal, "captions")]])], Ok("captions")),
        (vec![tracks(&[&[("Name", equal, "video")]])], Ok("low middle high")),
        // Of several filters all must want a track.
        (vec![tracks(&[video, audio]), tracks(&[&[("Bitrate", equal, "0-2300000")]])], Ok("low middle en de de-AT")),
        (vec![tracks(&[video]), tracks(&[audio])], Err(REMOVED)),
        (vec![json!({}), json!({}), tracks(&[video])], Ok("low middle high")),
        (vec![json!({}), json!({}), json!({}), json!({})], Err("MPE_FILTER_COMPOSITION_FILTER_COUNT_OVER_LIMIT")),
    ] {
        let expected = expected.map(|names| names.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(stage.names_left(&filters), expected, "{filters:?}");
    }
}

fn range(start: Option<u64>, end: Option<u64>, timescale: Option<u64>) -> Value {
    json!({ "presentationTimeRange": { "startTimestamp": start, "endTimestamp": end, "timescale": timescale } })
}

/// Segments of six seconds, a key frame every two.
#[test]
fn segments_that_are_left() {
    let stage = stage();
    let second = 10_000_000;
    for (filters, expected) in [
        (vec![range(Some(6 * second), Some(18 * second), None)], Ok(vec![6, 12])),
        // The published example: 4 to 10 seconds; segments that lie across are there as a whole.
        (vec![range(Some(4 * second), Some(10 * second), None)], Ok(vec![0, 6])),
        (vec![range(Some(5 * second), Some(13 * second), None)], Ok(vec![6, 12])),
        (vec![range(None, Some(1), None)], Ok(vec![0])),
        (vec![range(Some(540_000), None, Some(90_000))], Ok(vec![6, 12, 18, 24, 30])),
        (vec![range(Some(24_000_000_000), None, Some(1_000_000_000))], Ok(vec![24, 30])),
        (vec![range(Some(0), Some(u64::MAX), Some(u64::MAX))], Ok(vec![0])),
        (vec![range(Some(0), Some(u64::MAX), Some(1))], Ok(vec![0, 6, 12, 18, 24, 30])),
        // Of several the part that all have.
        (vec![range(Some(6 * second), None, None), range(None, Some(18 * second), None)], Ok(vec![6, 12])),
        (vec![range(Some(0), Some(6 * second), None), range(Some(18 * second), None, None)], Err(REMOVED)),
        (vec![range(Some(100 * second), None, None)], Err(REMOVED)),
        // What is for live streams alone changes nothing here.
        (
            vec![json!({ "presentationTimeRange": {
                "startTimestamp": 0, "endTimestamp": 170_000_000, "presentationWindowDuration": 9_223_372_036_854_776_000_u64,
                "liveBackoffDuration": 0, "timescale": 10_000_000, "forceEndTimestamp": false
            }})],
            Ok(vec![0, 6, 12]),
        ),
    ] {
        let left = stage.left(&filters).map_err(|error| error.code());
        let starts = left.map(|left| {
            let timeline = &left.rendition("low").unwrap().timeline;
            let seconds = |ticks: u64| ticks / u64::from(timeline.timescale);
            timeline.segments.iter().map(|segment| seconds(segment.time)).collect::<Vec<_>>()
        });
        assert_eq!(starts, expected, "{filters:?}");
    }
}

#[test]
fn players_begin_with_the_nearest_quality() {
    let stage = stage();
    let first = |bitrate: u64| json!({ "firstQuality": { "bitrate": bitrate } });
    for (filters, expected) in [
        (vec![], None),
        (vec![first(128_000)], Some("low")),
        (vec![first(2_500_000)], Some("middle")),
        (vec![first(u64::MAX)], Some("high")),
        (vec![first(u64::MAX), tracks(&[&[("Bitrate", "Equal", "0-2300000")]])], Some("middle")),
        (vec![first(1), tracks(&[&[("Type", "Equal", "Audio")]])], None),
    ] {
        assert_eq!(stage.left(&filters).unwrap().first_video.as_deref(), expected, "{filters:?}");
    }
    let code = selection(&[first(1), first(1)]).unwrap_err().code();
    assert_eq!(code, "MPE_FILTER_COMPOSITION_MULTIPLE_FIRST_QUALITY_OPERATOR_NOT_ALLOWED");
}

#[test]
fn filters_of_a_locator_are_there_besides_those_of_the_url() {
    let (audio, english) = (
        tracks(&[&[("Type", "Equal", "Audio")]]),
        tracks(&[&[("Language", "Equal", "en")], &[("Language", "Equal", "de")]]),
    );
    let stage = stage();
    let both = Selection::of(vec![named(0, &audio)], vec![named(1, &english)]).unwrap();
    let left = both.apply(&stage.shown, &stage.names, "film").unwrap();
    assert_eq!(left.renditions.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["en", "de"]);
    // One that both name counts once, so that what may be said once may be.
    let first = json!({ "firstQuality": { "bitrate": 1 } });
    assert!(Selection::of(vec![named(0, &first)], vec![named(0, &first)]).is_ok());
    let many = |count| (0..count).map(|place| named(place, &json!({}))).collect::<Vec<_>>();
    assert!(Selection::of(many(10), Vec::new()).is_ok());
    assert_eq!(Selection::of(many(11), Vec::new()), Err(LinkError::FilterCount));
}

#[test]
fn a_filter_that_cannot_be_meant_is_refused() {
    let code = selection(&[range(Some(5), Some(5), None)]).unwrap_err().code();
    assert_eq!(code, "MPE_FILTER_INVALID");
}

#[test]
fn the_same_selection_has_the_same_key() {
    let key = |filters: &[Value]| selection(filters).unwrap().key();
    let (video, audio) = (tracks(&[&[("Type", "Equal", "Video")]]), tracks(&[&[("Type", "Equal", "Audio")]]));
    assert_eq!(key(std::slice::from_ref(&video)), key(std::slice::from_ref(&video)));
    assert_ne!(key(&[video]), key(&[audio]));
}
