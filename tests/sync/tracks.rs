//! Sources of every kind as assets: which tracks the catalog finds in them, what it says of them, what it refuses.

use crate::player::{Player, segments_of, source};
use signalbox::isobmff::MediaTrack;
use signalbox::presentation::Rendition;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Codec string, end of the timeline in milliseconds, samples, sync samples.
type Facts = (String, u64, u32, usize);

fn facts(rendition: &Rendition) -> Facts {
    let track: &MediaTrack = rendition.media.coded().unwrap();
    let sync = track.samples.iter_from(0).filter(|sample| sample.sync).count();
    (rendition.codec_string().to_owned(), rendition.end().millis(), track.samples.len(), sync)
}

async fn coded_tracks(name: &str) -> Vec<Facts> {
    let asset = Player::of(name, SECOND).asset().await;
    assert_eq!(asset.unusable, [], "{name}");
    let renditions = &asset.presentation.as_ref().unwrap().renditions;
    renditions.iter().filter(|rendition| rendition.coded.is_some()).map(facts).collect()
}

#[tokio::test]
async fn every_packaging_holds_the_same_tracks() {
    // 100 pictures at 25 per second; 4 s of sound at 48 kHz in frames of 1,024, after one frame of priming.
    let video = || ("avc1.64000A".to_lowercase(), 4000, 100, 4);
    let audio = || ("mp4a.40.2".to_owned(), 4000, 189, 189);
    for name in [
        "avc-aac.mp4",
        "moov-last.mp4",
        "co64.mp4",
        "stz2.mp4",
        "quicktime.mov",
        "fragmented-sidx.mp4",
        "fragmented-runs.mp4",
        "fragmented-tfdt32.mp4",
    ] {
        let tracks = coded_tracks(name).await;
        let lower = |(codec, end, samples, sync): &Facts| (codec.to_lowercase(), *end, *samples, *sync);
        let tracks: Vec<Facts> = tracks.iter().map(lower).collect();
        assert_eq!(tracks, [video(), audio()], "{name}");
    }
}

#[tokio::test]
async fn every_codec_is_named_and_measured() {
    // Codec strings as the encoders' own tools have them; ends in milliseconds; samples; sync samples.
    for (name, codec, end, samples, sync) in [
        ("hevc-open-gop.mp4", "hvc1.1.6.L30.90", 3000, 75, 7),
        ("hev1.mp4", "hev1.1.6.L30.90", 3000, 75, 7),
        ("av1.mp4", "av01.0.00M.08", 3000, 75, 3),
        ("vp9.mp4", "vp09.00.10.08", 3000, 75, 3),
        ("ntsc.mp4", "avc1.64000a", 3003, 90, 4),
        ("he-aac.mp4", "mp4a.40.5", 2000, 48, 48),
        ("mp3.mp4", "mp4a.6B", 2000, 85, 85),
        ("ac-3.mp4", "ac-3", 2000, 63, 63),
        ("ec-3.mp4", "ec-3", 2000, 63, 63),
        ("opus.mp4", "Opus", 2000, 101, 101),
        ("flac.mp4", "fLaC", 2000, 21, 21),
        ("quicktime-sound-1.mov", "mp4a.40.2", 2000, 95, 95),
        ("quicktime-sound-2.mov", "mp4a.40.2", 2000, 189, 189),
    ] {
        let [(found, found_end, found_samples, found_sync)] = &coded_tracks(name).await[..] else { panic!("{name}") };
        assert_eq!(found.to_lowercase(), codec.to_lowercase(), "{name}");
        // The last frame of sound may go on a little past what was recorded.
        assert!((end..end + 30).contains(found_end), "{name}: {found_end} ms");
        assert_eq!((*found_samples, *found_sync), (samples, sync), "{name}");
    }
}

#[tokio::test]
async fn an_unknown_codec_is_named_and_the_rest_plays() {
    let asset = Player::of("unknown-codec.mp4", SECOND).asset().await;
    let [(file, reason)] = &asset.unusable[..] else { panic!("{:?}", asset.unusable) };
    assert_eq!(file, "unknown-codec.mp4");
    assert!(reason.contains("codec 'xyz1'"), "{reason}");
    assert_eq!(coded_codecs(&asset), ["mp4a.40.2"]);
}

fn coded_codecs(asset: &signalbox::catalog::LoadedAsset) -> Vec<String> {
    let renditions = &asset.presentation.as_ref().unwrap().renditions;
    renditions.iter().map(|rendition| rendition.codec_string().to_owned()).collect()
}

#[tokio::test]
async fn several_audio_tracks_of_one_file_are_a_menu() {
    let player = Player::of("two-languages.mp4", SECOND);
    let asset = player.asset().await;
    let presentation = asset.presentation.as_ref().unwrap();
    let menu: Vec<(&str, bool)> =
        presentation.audio.iter().map(|choice| (choice.label.as_str(), choice.default)).collect();
    assert_eq!(menu, [("English", true), ("Deutsch", false)]);
    let languages: Vec<&str> = presentation.audio.iter().map(|c| presentation.lead(c).language.as_str()).collect();
    assert_eq!(languages, ["en", "de"]);
    // Each has its own sound: they are two tones.
    let mut tones = Vec::new();
    for choice in &presentation.audio {
        tones.push(player.play(&presentation.lead(choice).name).await.samples);
    }
    assert_ne!(tones[0], tones[1]);
}

/// EXT-X-VERSION, INSTREAM-IDs, CLOSED-CAPTIONS of all variants, and the Accessibility of the video set.
async fn captions_of(name: &str) -> (String, Vec<String>, Vec<String>, Vec<String>) {
    let mut files = vec![(name, std::fs::read(source(name)).unwrap())];
    // A second rung without captions, and English sound.
    files.push(("rung.mp4", std::fs::read(source("ntsc.mp4")).unwrap()));
    files.push(("audio.mp4", std::fs::read(source("ac-3.mp4")).unwrap()));
    let document = format!(
        r#"{{ "tracks": [
            {{ "name": "low", "type": "video", "file": "{name}" }},
            {{ "name": "high", "type": "video", "file": "rung.mp4" }},
            {{ "name": "en", "type": "audio", "file": "audio.mp4", "language": "en" }} ] }}"#
    );
    files.push(("asset.json", document.into_bytes()));
    let player = Player::of_files(&files, SECOND);
    let playlist = player.text("master.m3u8").await;
    let after = |line: &str, name: &str| {
        let value = line.split_once(&format!("{name}=")).unwrap().1;
        value.split(',').next().unwrap().to_owned()
    };
    let lines =
        |tag: &str| playlist.lines().filter(|line| line.starts_with(tag)).map(str::to_owned).collect::<Vec<_>>();
    let services = lines("#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS");
    assert!(services.iter().all(|line| line.contains("GROUP-ID=\"cc\"") && !line.contains("URI=")));
    assert!(services.iter().all(|line| line.contains("DEFAULT=NO")));
    let autoselect: Vec<bool> = services.iter().map(|line| line.contains("AUTOSELECT=YES")).collect();
    assert!(autoselect.iter().enumerate().all(|(place, auto)| *auto == (place == 0)), "the main service alone");
    let mpd = player.text("manifest.mpd").await;
    (
        lines("#EXT-X-VERSION:").remove(0)[15..].to_owned(),
        services.iter().map(|line| format!("{} {}", after(line, "INSTREAM-ID"), after(line, "LANGUAGE"))).collect(),
        lines("#EXT-X-STREAM-INF").iter().map(|line| after(line, "CLOSED-CAPTIONS")).collect(),
        mpd.lines().filter(|line| line.contains("scte:dash:cc")).map(str::to_owned).collect(),
    )
}

#[tokio::test]
async fn closed_captions_in_the_pictures_are_declared_everywhere() {
    let cea_608 = "<Accessibility schemeIdUri=\"urn:scte:dash:cc:cea-608:2015\" value=\"VALUE\"/>";
    let cea_708 = "<Accessibility schemeIdUri=\"urn:scte:dash:cc:cea-708:2015\" value=\"VALUE\"/>";
    for (name, version, services, scheme, value) in [
        ("captions-avc-1.mp4", "6", vec!["\"CC1\" \"en\""], cea_608, "CC1=eng"),
        ("captions-avc-1p.mp4", "6", vec!["\"CC1\" \"en\""], cea_608, "CC1=eng"),
        ("captions-avc-12.mp4", "6", vec!["\"CC1\" \"en\"", "\"CC3\" \"und\""], cea_608, "CC1=eng;CC3=und"),
        ("captions-hevc-12d.mp4", "6", vec!["\"CC1\" \"en\"", "\"CC3\" \"und\""], cea_608, "CC1=eng;CC3=und"),
        ("captions-avc-d.mp4", "7", vec!["\"SERVICE1\" \"en\""], cea_708, "1=lang:eng"),
    ] {
        let (found_version, found, variants, accessibility) = captions_of(name).await;
        assert_eq!(
            (found_version.as_str(), found),
            (version, services.iter().map(|s| s.to_string()).collect()),
            "{name}"
        );
        assert_eq!(variants, ["\"cc\"", "\"cc\""], "{name}: on every variant, with captions or not");
        assert_eq!(accessibility, [scheme.replace("VALUE", value)], "{name}");
    }
}

#[tokio::test]
async fn without_closed_captions_every_variant_says_so() {
    let expected = ("6".to_owned(), vec![], vec!["NONE".to_owned(), "NONE".to_owned()], vec![]);
    assert_eq!(captions_of("no-captions.mp4").await, expected);
}

#[tokio::test]
async fn sound_of_quicktime_files_is_described_as_iso_readers_expect() {
    use shiguredo_mp4::boxes::SampleEntry;
    for (name, rate) in
        [("quicktime-sound-1.mov", 48_000), ("quicktime-sound-2.mov", 96_000), ("quicktime.mov", 48_000)]
    {
        let player = Player::of(name, SECOND);
        let asset = player.asset().await;
        let renditions = &asset.presentation.as_ref().unwrap().renditions;
        let audio = renditions.iter().find(|rendition| rendition.audio().is_some()).unwrap();
        assert_eq!(audio.audio().unwrap().sample_rate, rate, "{name}");
        let played = player.play(&audio.name).await;
        let entry = &played.moov.trak_boxes[0].mdia_box.minf_box.stbl_box.stsd_box.entries[0];
        let SampleEntry::Mp4a(entry) = entry else { panic!("{name}: {entry:?}") };
        assert_eq!(entry.audio.channelcount, 1, "{name}");
        // Sound description: version 0, and `esds` as its first box.
        let stsd = played.init.windows(4).position(|bytes| bytes == b"stsd").unwrap() + 4;
        let entry = &played.init[stsd + 8..];
        assert_eq!((&entry[4..8], &entry[16..18]), (&b"mp4a"[..], &[0, 0][..]), "{name}");
        assert_eq!(&entry[40..44], b"esds", "{name}");
    }
}

#[tokio::test]
async fn timed_text_of_the_file_is_a_subtitle() {
    let player = Player::of("tx3g.mp4", SECOND);
    let asset = player.asset().await;
    let presentation = asset.presentation.as_ref().unwrap();
    let text = presentation.lead(&presentation.text[0]);
    assert_eq!(text.language.as_str(), "en");
    let playlist = player.text(&format!("{}.m3u8", text.name)).await;
    assert_eq!(segments_of(&playlist).len(), 4, "text is as long as the picture");
}
