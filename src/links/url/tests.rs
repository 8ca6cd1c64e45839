//! The grammar by example, and as a property.

use super::*;
use percent_encoding::percent_decode_str;
use proptest::prelude::*;

const GUID: &str = "571544ac-e084-40ea-b436-b7792f1495d2";

#[track_caller]
fn parsed(path: &str) -> Link<'_> {
    Link::parse(path).unwrap_or_else(|| panic!("{path} is no link")).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn with_format(format: &str) -> Options<'_> {
    Options { format: Some(format), ..Options::default() }
}

#[test]
fn manifests_are_read_as_they_are_written_everywhere() {
    let path = format!("/{GUID}/ignite.ism/");
    for (rest, format) in [
        ("manifest(format=m3u8-cmaf)", Some("m3u8-cmaf")),
        ("Manifest(format=m3u8-cmaf)", Some("m3u8-cmaf")),
        ("MANIFEST(FORMAT=mpd-time-csf)", Some("mpd-time-csf")),
        ("manifest(format=m3u8-cmaf).m3u8", Some("m3u8-cmaf")),
        ("manifest(format=mpd-time-cmaf).mpd", Some("mpd-time-cmaf")),
        ("manifest(format=mpd-time-cmaf).MPD", Some("mpd-time-cmaf")),
        ("manifest( format = m3u8-cmaf , )", Some("m3u8-cmaf")),
        ("manifest", None),
        ("manifest()", None),
    ] {
        let path = format!("{path}{rest}");
        let link = parsed(&path);
        assert_eq!((link.target, link.name), (GUID, "ignite"), "{path}");
        assert_eq!(link.object, Object::Manifest(Options { format, ..Options::default() }), "{path}");
    }
    let path = "/shows/s01/My film.ISM/manifest(format=m3u8-cmaf,filter=a;b,encryption=cbcs-aapl)";
    let options = Options { filters: vec!["a", "b"], encryption: Some("cbcs-aapl"), ..with_format("m3u8-cmaf") };
    let object = Object::Manifest(options);
    assert_eq!(parsed(path), Link { target: "shows/s01", name: "My film", object });
}

#[test]
fn children_are_read() {
    let options = with_format("m3u8-cmaf");
    for (rest, object) in [
        (
            "QualityLevels(128041)/Manifest(aac_eng_2_128041_2_1,format=m3u8-cmaf)",
            Object::Playlist {
                bit_rate: 128_041,
                track: "aac_eng_2_128041_2_1",
                key_frames: false,
                options: options.clone(),
            },
        ),
        (
            "qualitylevels(5)/manifest(video,format=m3u8-cmaf,type=keyframes,encryption=cbcs-aapl)",
            Object::Playlist {
                bit_rate: 5,
                track: "video",
                key_frames: true,
                options: Options { encryption: Some("cbcs-aapl"), ..options.clone() },
            },
        ),
        (
            "QualityLevels(5)/Fragments(video=1499940,format=m3u8-cmaf)",
            Object::Fragment { bit_rate: 5, track: "video", at: At::Time(1_499_940), options: options.clone() },
        ),
        (
            "QualityLevels(5)/Fragments(a=b=i,format=m3u8-cmaf)",
            Object::Fragment { bit_rate: 5, track: "a=b", at: At::Init, options: options.clone() },
        ),
        (
            "QualityLevels(5)/KeyFrames(video=0,format=m3u8-cmaf)",
            Object::KeyFrame { bit_rate: 5, track: "video", time: 0, options: options.clone() },
        ),
        (
            "QualityLevels(5)/Fragments(video=0)",
            Object::Fragment { bit_rate: 5, track: "video", at: At::Time(0), options: Options::default() },
        ),
        ("segments/en/a1b2/0.m4s", Object::Segment("en/a1b2/0.m4s")),
    ] {
        let path = format!("/{GUID}/x.ism/{rest}");
        assert_eq!(parsed(&path).object, object, "{path}");
    }
}

#[test]
fn other_paths_are_none() {
    for path in [
        "",
        "/",
        "harbour/x.ism/manifest",
        "/x.ism/manifest",
        "/harbour/master.m3u8",
        "/harbour/x.ism/master.m3u8",
        "/harbour/x.ism/manifest.mpd",
        "/harbour/x.ism/manifest.m3u8",
        "/harbour/.ism/manifest",
        "/harbour/x.ism",
        "/harbour/x.ism/",
        "/harbour/x.ism/segments",
        "/harbour/x.ism/segments.m3u8",
        "/harbour/x.ism/QualityLevels.m3u8",
        "/harbour/x.ism/media/en/r/0.m4s",
        "/harbour/x.isml/manifest",
    ] {
        assert_eq!(Link::parse(path), None, "{path}");
    }
}

#[test]
fn what_is_meant_as_one_and_is_none_is_told() {
    for rest in [
        "manifest(",
        "manifest(format=m3u8-cmaf",
        "manifest(format=m3u8-cmaf).ts",
        "manifest(m3u8-cmaf)",
        "manifest(format=)",
        "manifest(format=m3u8-cmaf)/x",
        "QualityLevels(5)",
        "QualityLevels(5)/",
        "QualityLevels()/Manifest(video)",
        "QualityLevels(-5)/Manifest(video)",
        "QualityLevels(+5)/Manifest(video)",
        "QualityLevels(99999999999999999999)/Manifest(video)",
        "QualityLevels(5)/Manifest()",
        "QualityLevels(5)/Manifest(video,type=other)",
        "QualityLevels(5)/Fragments(video)",
        "QualityLevels(5)/Fragments(=0)",
        "QualityLevels(5)/Fragments(video=x)",
        "QualityLevels(5)/Fragments(video=-1)",
        "QualityLevels(5)/KeyFrames(video=i)",
        "QualityLevels(5)/Segments(video=0)",
        "QualityLevels(5)/Fragments(video=0)/x",
        "Fragments(video=0)",
        "segments/en/a",
        "segments/en/a/b/c",
    ] {
        let path = format!("/harbour/x.ism/{rest}");
        let error = Link::parse(&path).unwrap().unwrap_err();
        assert_eq!((error.status(), error.code()), (400, "MPE_BAD_URL_SYNTAX"), "{path}: {error}");
    }
}

/// Words as they come in names and options.
fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9_-]{1,12}", "[A-Za-zäöü日 .~%$&+'!]{0,6}[a-z0-9]"].prop_map(|word| word.trim().to_owned())
}

prop_compose! {
    fn any_options()(
        format in prop::option::of(word()),
        encryption in prop::option::of(word()),
        filters in prop::collection::btree_set("[a-z0-9_-]{1,8}", 0..=MOST),
        audio_only in any::<bool>(),
        audio_track in prop::option::of(word()),
    ) -> OwnedOptions {
        OwnedOptions { format, encryption, filters: filters.into_iter().collect(), audio_only, audio_track }
    }
}

const MOST: usize = super::super::MOST_FILTERS;

#[derive(Debug, Clone)]
struct OwnedOptions {
    format: Option<String>,
    encryption: Option<String>,
    filters: Vec<String>,
    audio_only: bool,
    audio_track: Option<String>,
}

impl OwnedOptions {
    fn lent(&self) -> Options<'_> {
        Options {
            format: self.format.as_deref(),
            encryption: self.encryption.as_deref(),
            filters: self.filters.iter().map(String::as_str).collect(),
            audio_only: self.audio_only,
            audio_track: self.audio_track.as_deref(),
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        target in prop::collection::vec(word(), 1..4),
        (name, track) in (word(), word()),
        options in any_options(),
        (bit_rate, time, of_key_frames) in (any::<u64>(), any::<u64>(), any::<bool>()),
        kind in 0..6,
        also in prop::sample::select(vec!["", "(),=;"]),
    ) {
        let (target, options) = (target.join("/"), options.lent());
        let track = track.as_str();
        let object = match kind {
            0 => Object::Manifest(options),
            1 => Object::Playlist { bit_rate, track, key_frames: of_key_frames, options },
            2 => Object::Fragment { bit_rate, track, at: At::Time(time), options },
            3 => Object::Fragment { bit_rate, track, at: At::Init, options },
            4 => Object::KeyFrame { bit_rate, track, time, options },
            _ => Object::Segment("en/a1b2/0.vtt"),
        };
        let link = Link { target: &target, name: &name, object };
        // As written, or with all that a careful client encodes encoded.
        let mut path = link.to_string();
        for c in also.chars() {
            path = path.replace(c, &format!("%{:02x}", c as u32));
        }
        let decoded = percent_decode_str(&path).decode_utf8().unwrap();
        prop_assert_eq!(Link::parse(&decoded), Some(Ok(link.clone())), "{}", path);
    }

    #[test]
    fn any_path_is_read_or_refused(
        path in "(/[a-z]{0,3}){0,2}/x\\.ism/(manifest|QualityLevels\\(5\\)/|segments/)?[a-z0-9(),=;/.é-]{0,30}|\\PC{0,40}",
    ) {
        let _ = Link::parse(&path);
    }
}
