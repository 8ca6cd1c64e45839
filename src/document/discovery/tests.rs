//! Whole folders, discovered.

use super::*;
use crate::track::{Role, is_valid_name};
use proptest::prelude::*;
use std::collections::HashSet;

fn language(tag: &str) -> Option<Language> {
    Some(Language::parse(tag).unwrap())
}

fn file(name: &str, tracks: &[FoundTrack]) -> FoundFile {
    FoundFile { name: name.to_owned(), tracks: tracks.to_vec() }
}

fn found(track_type: TrackType, id: u32, tag: &str) -> FoundTrack {
    FoundTrack { track_id: Some(id), language: Language::parse(tag).ok(), ..FoundTrack::new(track_type) }
}

fn names(asset: &Asset) -> Vec<&str> {
    asset.tracks.iter().map(|track| track.name.as_str()).collect()
}

#[test]
fn a_film_with_its_sound_and_a_caption_file() {
    let asset = discover(&[
        file("talk.en.vtt", &[FoundTrack::new(TrackType::Text)]),
        file("talk.mp4", &[found(TrackType::Video, 1, "eng"), found(TrackType::Audio, 2, "eng")]),
    ]);
    assert_eq!(names(&asset), ["talk-video", "talk-audio", "talk.en"]);
    let [video, audio, text] = asset.tracks.as_slice() else { panic!("{asset:?}") };
    assert_eq!((video.language.clone(), video.track_id, video.default), (None, None, false));
    assert_eq!((audio.language.clone(), audio.track_id, audio.default), (language("en"), None, true));
    assert_eq!((text.language.clone(), text.file.as_str(), text.default), (language("en"), "talk.en.vtt", false));
    assert_eq!(asset.tracks.iter().map(|track| track.label.clone()).collect::<Vec<_>>(), [None, None, None]);
}

#[test]
fn one_file_for_each_track() {
    let audio = || vec![FoundTrack { track_id: Some(1), ..FoundTrack::new(TrackType::Audio) }];
    let text = || vec![FoundTrack::new(TrackType::Text)];
    let asset = discover(&[
        file("video-720.mp4", &[found(TrackType::Video, 1, "und")]),
        file("video-360.mp4", &[found(TrackType::Video, 1, "und")]),
        file("forced-en.vtt", &text()),
        file("captions-en.vtt", &text()),
        file("audio-en-description.m4a", &audio()),
        file("audio-en.m4a", &audio()),
        file("audio-de.m4a", &audio()),
    ]);
    assert_eq!(
        names(&asset),
        ["video-360", "video-720", "audio-de", "audio-en-description", "audio-en", "captions-en", "forced-en"]
    );
    let by_name = |name: &str| asset.tracks.iter().find(|track| track.name == name).unwrap();
    assert!(by_name("audio-de").default, "the first main audio track by file name");
    assert_eq!(by_name("audio-en-description").roles, [Role::Description]);
    assert_eq!(by_name("captions-en").roles, [Role::Caption]);
    assert!(by_name("forced-en").forced);
    assert!(asset.tracks.iter().filter(|track| track.track_type != TrackType::Video).all(|t| t.language.is_some()));
}

#[test]
fn several_tracks_of_a_type_in_one_file() {
    let commentary = isobmff::Kind { scheme: "urn:mpeg:dash:role:2011".to_owned(), value: "commentary".to_owned() };
    let asset = discover(&[file(
        "film.mp4",
        &[
            found(TrackType::Video, 1, "und"),
            FoundTrack { enabled: false, ..found(TrackType::Audio, 2, "en") },
            found(TrackType::Audio, 3, "de"),
            FoundTrack { kinds: vec![commentary], label: Some("Regie".to_owned()), ..found(TrackType::Audio, 4, "de") },
            found(TrackType::Audio, 5, "und"),
        ],
    )]);
    assert_eq!(names(&asset), ["film-video", "film-audio-en", "film-audio-3", "film-audio-4", "film-audio-5"]);
    assert_eq!(
        asset.tracks.iter().map(|track| track.track_id).collect::<Vec<_>>(),
        [None, Some(2), Some(3), Some(4), Some(5)]
    );
    assert_eq!(asset.tracks[3].roles, [Role::Commentary]);
    assert_eq!(asset.tracks[3].label.as_deref(), Some("Regie"));
    let defaults: Vec<_> = asset.tracks.iter().filter(|track| track.default).map(|track| &track.name).collect();
    assert_eq!(defaults, ["film-audio-3"], "a disabled track is an alternate");
}

#[test]
fn the_files_own_word_beats_its_name() {
    let kind = isobmff::Kind { scheme: "about:html-kind".to_owned(), value: "commentary".to_owned() };
    let own = FoundTrack { kinds: vec![kind], ..found(TrackType::Audio, 1, "fr") };
    let asset = discover(&[file("audio-en-description.m4a", &[own])]);
    assert_eq!(asset.tracks[0].language, language("fr"));
    assert_eq!(asset.tracks[0].roles, [Role::Commentary]);
    assert!(!asset.tracks[0].default);
}

#[test]
fn the_name_of_a_film_with_its_sound_is_a_title() {
    let both = [found(TrackType::Video, 1, "und"), found(TrackType::Audio, 2, "und")];
    let asset = discover(&[file("captains-commentary.mp4", &both)]);
    assert!(asset.tracks.iter().all(|track| track.roles.is_empty()));
}

#[test]
fn names_never_clash_nor_break_the_url_grammar() {
    let text = [FoundTrack::new(TrackType::Text)];
    let asset = discover(&[
        file("a.mp4", &[found(TrackType::Video, 1, "und")]),
        file("a.m4a", &[found(TrackType::Audio, 1, "und")]),
        file("a.vtt", &text),
        file("a.srt", &text),
        file("a.ttml", &text),
        file("master.vtt", &text),
        file("x.iframes.vtt", &text),
        file("日本.vtt", &text),
    ]);
    assert_eq!(names(&asset), ["a", "a-audio", "a-text", "a-2", "a-3", "master-text", "x.iframes-text", "text"]);
}

#[test]
fn long_names_and_tags_are_cut_to_fit() {
    let long = format!("x-{}", ["abcdefgh"; 10].join("-"));
    let audio = |id, tag: &str| found(TrackType::Audio, id, tag);
    let name = format!("{}.mp4", "n".repeat(240));
    let asset = discover(&[
        file(&name, &[audio(u32::MAX, &long), audio(1, "de")]),
        file(&name, &[audio(1, "de"), audio(1, "de")]),
    ]);
    assert!(asset.tracks.iter().all(|track| is_valid_name(&track.name)), "{:?}", names(&asset));
    assert_eq!(names(&asset).iter().collect::<HashSet<_>>().len(), 4);
}

#[test]
fn tells_files_by_their_extension() {
    for name in ["a.mp4", "A.MP4", "a.m4v", "a.m4a", "a.mov", "a.cmfv", "a.cmfa", "a.cmft", "a.ismv", "a.isma"] {
        assert!(is_media_file(name) && !is_caption_file(name), "{name}");
    }
    for name in ["a.vtt", "a.WEBVTT", "a.srt", "a.ttml", "a.dfxp", "a.imsc", "subtitles.xml", "talk.de.xml"] {
        assert!(is_caption_file(name) && !is_media_file(name), "{name}");
    }
    for name in ["asset.json", "a.m4s", "config.xml", ".hidden.mp4", ".a.vtt", "mp4", "a", "a.txt", ""] {
        assert!(!is_caption_file(name) && !is_media_file(name), "{name}");
    }
}

proptest! {
    /// Whatever lies in a folder, the result is a document that could be written and read again.
    #[test]
    fn what_is_discovered_is_a_valid_document(
        files in prop::collection::btree_map(
            "[a-zA-Zé0-9 -]{1,6}([-._][a-z]{2}){0,2}\\.(mp4|vtt)",
            prop::collection::vec((0..3_u8, prop::sample::select(vec!["und", "en", "de"]), any::<bool>()), 1..4),
            0..6,
        ),
    ) {
        let types = [TrackType::Video, TrackType::Audio, TrackType::Text];
        let files: Vec<FoundFile> = files
            .iter()
            .map(|(name, tracks)| {
                let tracks = tracks.iter().zip(1..).map(|((kind, tag, enabled), id)| FoundTrack {
                    enabled: *enabled,
                    ..found(types[usize::from(*kind)], id, tag)
                });
                file(name, &tracks.collect::<Vec<_>>())
            })
            .collect();
        let asset = discover(&files);
        prop_assert_eq!(asset.tracks.len(), files.iter().map(|file| file.tracks.len()).sum::<usize>());
        prop_assert!(asset.tracks.iter().all(|track| is_valid_name(&track.name)));
        prop_assert_eq!(names(&asset).iter().collect::<HashSet<_>>().len(), asset.tracks.len());
        prop_assert!(asset.tracks.is_sorted_by_key(|track| (track.track_type, track.file.clone())));
        let (served, broken) = crate::track::rules::as_served(&asset);
        prop_assert_eq!((served, broken), (asset.clone(), Vec::new()));
let read = crate::document::read(&crate::document::write(&asset)).unwrap();
        prop_assert_eq!((read.asset, read.ignored), (asset, Vec::new()));
    }
}
