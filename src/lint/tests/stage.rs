//! An asset made of numbers, to be bent until a rule speaks.

use crate::isobmff::{EditList, MediaTrack};
use crate::lint::{Finding, Fix, Subject, lint};
use crate::presentation::testing::{self, Described, SIX_SECONDS};
use crate::presentation::{LeftOut, LoadedTrack, Presentation, Source};
use crate::text::Captions;
use crate::track::rules::Breach;
use crate::track::{Asset, Characteristic, Language, Role, Track, TrackType, Visibility};

/// All that lint is given.
#[derive(Debug, Clone, Default)]
pub(super) struct Stage {
    pub(super) asset: Asset,
    pub(super) tracks: Vec<LoadedTrack>,
    pub(super) ignored: Vec<Breach>,
    pub(super) unusable: Vec<(String, String)>,
    pub(super) passed_over: Vec<String>,
    pub(super) unused: Vec<String>,
}

/// Length of the stage's film, in seconds.
pub(super) const LENGTH: u32 = 100;

/// 25 pictures a second, a key frame every `key_frames` pictures, all of `size` bytes.
pub(super) fn video(size: u32, key_frames: u32, seconds: u32) -> MediaTrack {
    let samples: Vec<Described> = (0..25 * seconds).map(|n| (size, 40, 0, n % key_frames == 0)).collect();
    testing::media(TrackType::Video, 1000, no_edits(), &samples)
}

/// AAC frames of `size` bytes.
pub(super) fn audio(size: u32, seconds: u32) -> MediaTrack {
    let samples = vec![(size, 1024, 0, true); (48_000 * u64::from(seconds) / 1024) as usize];
    testing::media(TrackType::Audio, 48_000, no_edits(), &samples)
}

pub(super) fn no_edits() -> EditList {
    EditList { delay: 0, media_time: 0, duration: None }
}

/// A cue every four seconds to the end of the film.
fn cues() -> Vec<(u64, u64, &'static str)> {
    (0..u64::from(LENGTH) / 4).map(|n| (n * 4000, n * 4000 + 3000, "x")).collect()
}

fn loaded(source: Source) -> LoadedTrack {
    LoadedTrack { track: source.track.clone(), source: Ok(source) }
}

impl Stage {
    /// A film in two sizes with audio, audio description, captions and forced subtitles in English, and German audio
    /// and subtitles.
    pub(super) fn good() -> Stage {
        let mut stage = Stage::default();
        for (name, size, width, height) in [("low", 4000, 640, 360), ("high", 8000, 1280, 720)] {
            let mut media = video(size, 50, LENGTH);
            if let Some(video) = &mut media.codec.video {
                (video.width, video.height) = (width, height);
            }
            stage.add(testing::source(name, media), None, &[]);
        }
        stage.add(testing::source("en", audio(340, LENGTH)), Some("en"), &[]);
        stage.add(testing::source("en-description", audio(340, LENGTH)), Some("en"), &[Role::Description]);
        stage.add(testing::source("de", audio(340, LENGTH)), Some("de"), &[Role::Dub]);
        stage.add(testing::text_source("en-captions", &cues()), Some("en"), &[Role::Caption]);
        stage.add(testing::text_source("de-subtitles", &cues()), Some("de"), &[]);
        stage.add(testing::text_source("en-forced", &cues()[3..5]), Some("en"), &[]);
        stage.track("en").default = true;
        stage.track("en-forced").forced = true;
        stage
    }

    pub(super) fn with(mut self, bend: impl FnOnce(&mut Stage)) -> Stage {
        bend(&mut self);
        self
    }

    pub(super) fn add(&mut self, mut source: Source, language: Option<&str>, roles: &[Role]) {
        source.track.language = language.map(|tag| Language::parse(tag).unwrap());
        source.track.roles = roles.to_vec();
        self.tracks.push(loaded(source));
    }

    /// Another track of an asset with the media of one that it has.
    pub(super) fn copy(&mut self, of: &str, name: &str) {
        let mut source = self.loaded(of).source.clone().unwrap();
        source.track = Track { name: name.to_owned(), file: format!("{name}.mp4"), ..self.loaded(of).track.clone() };
        self.tracks.push(loaded(source));
    }

    pub(super) fn loaded(&mut self, name: &str) -> &mut LoadedTrack {
        self.tracks.iter_mut().find(|loaded| loaded.track.name == name).unwrap()
    }

    pub(super) fn track(&mut self, name: &str) -> &mut Track {
        &mut self.loaded(name).track
    }

    pub(super) fn source(&mut self, name: &str) -> &mut Source {
        self.loaded(name).source.as_mut().unwrap()
    }

    pub(super) fn tag(&mut self, name: &str, tag: &str) {
        self.track(name).characteristics.push(Characteristic::parse(tag).unwrap());
    }

    pub(super) fn hide(&mut self, name: &str) {
        self.track(name).visibility = Visibility::Hidden;
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.tracks.retain(|loaded| loaded.track.name != name);
    }

    pub(super) fn media(&mut self, name: &str, media: MediaTrack) {
        self.source(name).media = testing::source("", media).media;
    }

    /// Changes what the file of a coded track says.
    pub(super) fn coded(&mut self, name: &str, change: impl FnOnce(&mut MediaTrack)) {
        let mut media = self.source(name).media.coded().unwrap().clone();
        change(&mut media);
        self.media(name, media);
    }

    pub(super) fn text(&mut self, name: &str, cues: &[(u64, u64, &str)]) {
        self.source(name).media = testing::text_source("", cues).media;
    }

    /// Changes what was read of a caption file.
    pub(super) fn captions(&mut self, name: &str, change: impl FnOnce(&mut Captions)) {
        let mut captions = self.source(name).media.captions().unwrap().clone();
        change(&mut captions);
        captions.index = Default::default();
        self.source(name).media = captions.into();
    }

    /// Makes the edit that a finding offers.
    pub(super) fn apply(&mut self, fix: &Fix) {
        let track = self.track(&fix.track);
        for (property, value) in &fix.set {
            let words = || value.as_array().unwrap().iter().map(|word| word.as_str().unwrap());
            match property.as_str() {
                "default" => track.default = value.as_bool().unwrap(),
                "visibility" => {
                    track.visibility = if value == "hidden" { Visibility::Hidden } else { Visibility::Visible }
                }
                "roles" => track.roles = words().map(|word| word.parse().unwrap()).collect(),
                "characteristics" => track.characteristics = words().map(|word| word.parse().unwrap()).collect(),
                other => panic!("no fix sets {other:?}"),
            }
        }
        // One default per type, as an edit draws the consequence.
        let (name, track_type, default) = (track.name.clone(), track.track_type, track.default);
        let others = self.tracks.iter_mut().map(|loaded| &mut loaded.track);
        others
            .filter(|other| default && other.track_type == track_type && other.name != name)
            .for_each(|other| other.default = false);
    }

    /// Joins the tracks as the catalog does.
    pub(super) fn lint(&self) -> Vec<Finding> {
        let mut tracks = self.tracks.clone();
        for loaded in &mut tracks {
            if let Ok(source) = &mut loaded.source {
                source.track = loaded.track.clone();
            }
        }
        let sources: Vec<Source> = tracks.iter().filter_map(|loaded| loaded.source.clone().ok()).collect();
        let presentation = Presentation::new(&sources, self.asset.segment_duration.unwrap_or(SIX_SECONDS));
        let left_out = presentation.as_ref().map_or_else(|nothing| &nothing.left_out, |shown| &shown.left_out);
        for LeftOut { track, reason } in left_out {
            tracks.iter_mut().find(|loaded| loaded.track.name == *track).unwrap().source = Err(reason.to_string());
        }
        lint(&Subject {
            asset: &self.asset,
            segment_duration: self.asset.segment_duration.unwrap_or(SIX_SECONDS),
            tracks: &tracks,
            presentation: presentation.as_ref().ok(),
            ignored: &self.ignored,
            unusable: &self.unusable,
            document: "asset.json",
            passed_over: &self.passed_over,
            unused: &self.unused,
        })
    }
}
