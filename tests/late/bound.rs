//! What a track is made of: the request, then the file.

use super::samples::samples;
use super::support::{House, by};
use signalbox::catalog::{EditOf, Expected};
use signalbox::jobs::ConvertOptions;
use signalbox::late::{BindError, NewTrack, bind};
use signalbox::track::{Language, Role, Status, TrackType, Visibility};
use std::collections::BTreeMap;
use std::time::Duration;

fn language(tag: &str) -> Option<Language> {
    Some(Language::parse(tag).unwrap())
}

#[tokio::test]
async fn a_caption_file_says_its_language_and_its_name_what_it_is_for() {
    let (house, vtt) = (House::new(), "WEBVTT\nLanguage: de\n\n00:01.000 --> 00:02.000\nHallo\n");
    let ttml = "<tt xmlns=\"http://www.w3.org/ns/ttml\" xml:lang=\"sv\"><body><div><p begin=\"1s\" end=\"2s\">Hej</p></div></body></tt>";
    std::fs::write(house.file("asset.json"), "{\"tracks\": []}").unwrap();
    for (file, text, track, tag, roles) in [
        ("a.captions.vtt", vtt, "a.captions", "de", &[Role::Caption][..]),
        ("a.ttml", ttml, "a", "sv", &[]),
        ("subs.fr.srt", "1\n00:00:01,000 --> 00:00:02,000\nSalut\n", "subs.fr", "fr", &[]),
    ] {
        std::fs::write(house.file(file), text).unwrap();
        let bound = house.process().bind(&NewTrack::new(file)).await.unwrap();
        assert_eq!((bound.job, bound.edited.changed), (None, true));
        let made = bound.edited.value;
        assert_eq!((made.name.as_str(), made.track_type, made.file.as_str()), (track, TrackType::Text, file));
        assert_eq!((made.language.clone(), made.status.clone()), (language(tag), Status::Ready), "{file}");
        assert_eq!(made.roles, roles, "{file}");
        assert_eq!(house.process().track(track).await, Some(made));
    }
}

#[tokio::test]
async fn the_request_goes_before_the_file() {
    let house = House::new();
    std::fs::write(house.file("a.captions.vtt"), "WEBVTT\nLanguage: de\n\n00:01.000 --> 00:02.000\nHallo\n").unwrap();
    let new = NewTrack {
        name: Some("mine".to_owned()),
        language: language("gsw"),
        label: Some("Mundart".to_owned()),
        roles: vec![Role::EasyReader],
        default: true,
        ..NewTrack::new("a.captions.vtt")
    };
    let made = house.process().bind(&new).await.unwrap().edited.value;
    assert_eq!((made.name.as_str(), made.label.as_deref(), made.default), ("mine", Some("Mundart"), true));
    assert_eq!((made.language, made.roles), (language("gsw"), vec![Role::EasyReader]));
}

#[tokio::test]
async fn mp4_audio_is_a_track_as_it_is_and_says_its_language() {
    let house = House::new();
    std::fs::copy(samples().join("harbour/audio-de.m4a"), house.file("narration.m4a")).unwrap();
    std::fs::write(house.file("asset.json"), "{\"tracks\": []}").unwrap();
    let bound = house.process().bind(&NewTrack::new("narration.m4a")).await.unwrap();
    let made = bound.edited.value;
    assert_eq!((made.track_type, made.language, made.status), (TrackType::Audio, language("de"), Status::Ready));
    assert!(
        bound.edited.asset.presentation.as_ref().unwrap().rendition("narration").is_some(),
        "it is offered at once"
    );
}

#[tokio::test]
async fn names_are_free() {
    let house = House::new();
    let process = house.process();
    // A track that is discovered is what was asked for; said anew it takes the place of the discovered one.
    let same = process.bind(&NewTrack::new("talk.en.vtt")).await.unwrap().edited;
    assert_eq!((same.value.name.as_str(), same.changed), ("talk.en", false));
    let hidden = NewTrack { visibility: Visibility::Hidden, ..NewTrack::new("talk.en.vtt") };
    assert_eq!(process.bind(&hidden).await.unwrap().edited.value.name, "talk.en");
    // In a list that is written, each call adds one.
    for name in ["talk.en-text", "talk.en-2", "talk.en-3"] {
        let bound = process.bind(&NewTrack::new("talk.en.vtt")).await.unwrap().edited;
        assert_eq!(bound.value.name, name);
    }
    let asset = process.catalog.newest("talk").await.unwrap();
    assert_eq!(asset.asset.tracks.iter().filter(|track| track.file == "talk.en.vtt").count(), 4);
    std::fs::copy(house.file("talk.en.vtt"), house.file("Größe & Maß.vtt")).unwrap();
    let made = process.bind(&NewTrack::new("Größe & Maß.vtt")).await.unwrap().edited.value;
    assert!(signalbox::track::is_valid_name(&made.name), "{}", made.name);
    let taken = NewTrack { name: Some("talk.en".to_owned()), ..NewTrack::new("talk.en.vtt") };
    assert!(process.refusal(&taken).await.contains("talk.en"));
}

#[tokio::test]
async fn a_discovered_default_stays_the_default() {
    let house = House::new();
    let process = house.process();
    let new =
        NewTrack { track_type: Some(TrackType::Audio), label: Some("Ton".to_owned()), ..NewTrack::new("talk.mp4") };
    let made = process.bind(&new).await.unwrap().edited;
    assert!(made.value.default && made.value.label.as_deref() == Some("Ton"));
    assert_eq!(made.asset.asset.tracks.iter().filter(|track| track.track_type == TrackType::Audio).count(), 1);
}

#[tokio::test]
async fn what_is_meant_must_be_said() {
    let house = House::new();
    let process = house.process();
    let refusal = process.refusal(&NewTrack::new("talk.mp4")).await;
    assert!(refusal.contains("say which") && refusal.contains("video (track_id 1)"), "{refusal}");
    let text = NewTrack { track_type: Some(TrackType::Text), ..NewTrack::new("talk.mp4") };
    assert!(process.refusal(&text).await.contains("it holds video"), "{}", process.refusal(&text).await);
    assert!(!house.file("asset.json").exists(), "a refusal changes nothing");
}

#[tokio::test]
async fn what_cannot_be_a_track_is_refused() {
    let house = House::new();
    std::fs::write(house.file("page.mp3"), "<!DOCTYPE html><title>404</title>").unwrap();
    std::fs::write(house.file("empty.vtt"), "").unwrap();
    std::fs::write(house.file("notes.txt"), "x").unwrap();
    let process = house.process();
    for (file, words) in [
        ("page.mp3", &["page.mp3", "none of ADTS, MP3, FLAC, Ogg"][..]),
        ("empty.vtt", &["empty.vtt", "WEBVTT"]),
        ("notes.txt", &["notes.txt", ".vtt"]),
        ("none.vtt", &["no file", "none.vtt"]),
        ("../talk/talk.en.vtt", &["no file"]),
        ("", &["no file"]),
    ] {
        let refusal = process.refusal(&NewTrack::new(file)).await;
        assert!(words.iter().all(|word| refusal.contains(word)), "{file}: {refusal}");
    }
    assert!(!house.file("asset.json").exists());
    assert_eq!(process.jobs.list().await.unwrap(), []);
}

#[tokio::test]
async fn without_ffmpeg_it_is_said_how_to_get_it() {
    let house = House::new();
    house.tone("tone.wav", 1);
    let nowhere = ConvertOptions { ffmpeg: Some("/no/such/ffmpeg".into()), ..ConvertOptions::default() };
    let refusal = house.process_with(nowhere).refusal(&NewTrack::new("tone.wav")).await;
    for word in ["tone.wav is WAV audio", "/no/such/ffmpeg", "install ffmpeg"] {
        assert!(refusal.contains(word), "{refusal}");
    }
    assert!(!house.file("asset.json").exists());
}

#[tokio::test]
async fn a_refused_track_leaves_no_job() {
    let house = House::new();
    house.tone("tone.wav", 1);
    let process = house.process_with(house.converter());
    let bad = NewTrack { name: Some("no/name".to_owned()), ..NewTrack::new("tone.wav") };
    assert!(matches!(process.bind(&bad).await, Err(BindError::Edit(_))));
    let stale = EditOf { expected: Expected::OneOf(vec!["other".to_owned()]), ..by("test") };
    assert!(bind(&process.catalog, &process.jobs, "talk", &stale, &NewTrack::new("tone.wav")).await.is_err());
    assert_eq!(process.jobs.list().await.unwrap(), []);
}

#[tokio::test]
async fn a_folder_without_a_document_tells_what_to_do_with_its_audio() {
    let house = House::new();
    house.tone("tone.wav", 1);
    let asset = house.process().catalog.newest("talk").await.unwrap();
    let (_, advice) = asset.unusable.iter().find(|(file, _)| file == "tone.wav").unwrap();
    assert!(advice.contains("signalbox tracks <folder> <asset> add <file>"), "{advice}");
    assert_eq!(asset.tracks.len(), 3, "and the others play");
}

/// A server that would not look at the folder for an hour.
#[tokio::test]
async fn a_file_that_is_replaced_is_in_the_next_manifest_under_new_urls() {
    let house = House::new();
    let process = house.process_that_looks_every(Duration::from_secs(3600));
    std::fs::copy(samples().join("harbour/audio-de.m4a"), house.file("narration.m4a")).unwrap();
    process.bind(&NewTrack { name: Some("narration".to_owned()), ..NewTrack::new("narration.m4a") }).await.unwrap();
    let revisions = async || {
        let asset = process.catalog.asset("talk").await.unwrap();
        let shown = asset.presentation.as_ref().unwrap();
        shown.renditions.iter().map(|shown| (shown.name.clone(), shown.revision.clone())).collect::<BTreeMap<_, _>>()
    };
    let before = revisions().await;
    let bytes = std::fs::read(samples().join("harbour/audio-en.m4a")).unwrap();
    let mut upload = process.catalog.upload("talk", "narration.m4a", &Expected::Any, u64::MAX).await.unwrap();
    upload.append(bytes.into()).await.unwrap();
    upload.finish().await.unwrap();
    let after = revisions().await;
    assert_ne!(before["narration"], after["narration"]);
    let others = |all: &BTreeMap<String, String>| {
        all.iter().filter(|(name, _)| *name != "narration").map(|(_, revision)| revision.clone()).collect::<Vec<_>>()
    };
    assert_eq!(others(&before), others(&after), "no other URL is new");
}
