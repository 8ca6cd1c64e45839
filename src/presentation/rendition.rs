//! One visible track as players meet it.

use super::fragments::iframes;
use super::{BitRate, Form, FrameRate, Grid, IFrame, Media, Source, Time, Timeline, Timing, revision};
use crate::isobmff::{AudioFacts, ClosedCaptions, Codec, SampleDefaults, VideoFacts};
use crate::track::{Language, Signals, TrackType, default_label};
use std::sync::Arc;

/// One visible track: its segments, its signals, its facts.
#[derive(Debug, Clone)]
pub struct Rendition {
    /// The track's name, which names it in URLs.
    pub name: String,
    pub track_type: TrackType,
    /// Source file in the asset's folder.
    pub file: String,
    pub media: Media,
    pub timeline: Timeline,
    /// Of its segments: media as coded, text as WebVTT and `wvtt`.
    pub revision: String,
    /// Of its segments as IMSC1; text only.
    pub imsc_revision: Option<String>,
    pub language: Language,
    /// What the file says, for the init segment.
    pub file_language: Language,
    /// What an editor wrote, else made from language and kind; made distinct per menu by the presentation.
    pub label: String,
    /// An editor flagged it.
    pub flagged_default: bool,
    /// An editor gave it role `main`.
    pub main_is_given: bool,
    pub signals: Signals,
    pub bit_rate: BitRate,
    /// Key frames, for trick play; video only.
    pub iframes: Vec<IFrame>,
    /// Of the key frames alone.
    pub iframe_bit_rate: BitRate,
    pub frame_rate: Option<FrameRate>,
    /// `None` for text.
    pub coded: Option<CodedFacts>,
    /// Inside the pictures.
    pub closed_captions: ClosedCaptions,
}

/// What only coded media has.
#[derive(Debug, Clone, Copy)]
pub struct CodedFacts {
    pub timing: Timing,
    pub defaults: SampleDefaults,
}

impl Rendition {
    /// Puts a source on the grid. `None` where nothing of it is left to play.
    pub fn new(source: &Source, grid: &Grid, origin: Time) -> Option<Rendition> {
        let track = &source.track;
        let (timeline, coded, frame_rate, iframes) = match &source.media {
            Media::Coded(media) => {
                let timing = Timing::new(media, origin)?;
                let defaults = SampleDefaults {
                    duration: media
                        .samples
                        .constant_duration()
                        .or_else(|| Some(media.samples.get(timing.first_sample)?.duration))?,
                    all_sync: media.samples.all_sync(),
                    composition: media.samples.has_composition_offsets(),
                };
                let timeline = Timeline::of_media(media, &timing, &defaults, grid);
                let coded = CodedFacts { timing, defaults };
                match track.track_type {
                    TrackType::Video => {
                        let iframes = iframes(media, &coded, &timeline);
                        (timeline, Some(coded), FrameRate::of(media, &timing), iframes)
                    }
                    _ => (timeline, Some(coded), None, Vec::new()),
                }
            }
            // Text is put on the grid by the presentation, which knows how long it is.
            Media::Text(_) => (Timeline::empty(), None, None, Vec::new()),
        };
        let track_id = source.media.coded().map_or(0, |media| media.id);
        let identity = |form| revision(&source.file_tag, source.file_size, track_id, grid, origin.micros(), form);
        let signals = Signals::of(track);
        let language = track.language.clone().unwrap_or_else(Language::und);
        Some(Rendition {
            name: track.name.clone(),
            track_type: track.track_type,
            file: track.file.clone(),
            revision: identity(Form::Plain),
            imsc_revision: (track.track_type == TrackType::Text).then(|| identity(Form::Imsc)),
            label: track.label.clone().unwrap_or_else(|| default_label(&language, track.track_type, signals.kind)),
            flagged_default: track.default,
            main_is_given: track.roles.contains(&crate::track::Role::Main),
            language,
            file_language: source.file_language.clone(),
            media: on_presentation_clock(source, origin),
            timeline,
            signals,
            bit_rate: BitRate::default(),
            iframes,
            iframe_bit_rate: BitRate::default(),
            frame_rate,
            coded,
            closed_captions: source.closed_captions,
        })
    }

    /// Measures the bit rates, once the presentation knows its target duration (seconds) and buffer (seconds).
    pub(super) fn measure(&mut self, target: u32, buffer: f64) {
        let timescale = self.timeline.timescale;
        let parts = self.timeline.segments.iter().map(|segment| {
            let bytes = match &self.media {
                Media::Coded(_) => segment.bytes,
                Media::Text(captions) => {
                    let millis = |ticks| Time::new(ticks, timescale).millis();
                    text_segment_size(captions, millis(segment.time), millis(segment.end()))
                }
            };
            (bytes, Time::new(segment.duration, timescale))
        });
        self.bit_rate = BitRate::measure(parts, target, buffer);
        let iframes = self.iframes.iter();
        let parts = iframes.map(|i| (i.range.end - i.range.start, Time::new(i.duration, timescale)));
        self.iframe_bit_rate = BitRate::measure(parts, self.longest_iframe_seconds(), buffer);
    }

    /// Target duration of the I-frame playlist, in seconds.
    pub fn longest_iframe_seconds(&self) -> u32 {
        let longest = self.iframes.iter().map(|iframe| iframe.duration).max().unwrap_or(0);
        Time::new(longest, self.timeline.timescale).target_duration()
    }

    pub fn codec(&self) -> Option<Codec> {
        self.media.coded().map(|media| media.codec.codec)
    }

    /// RFC 6381 codec string of coded media; empty for text.
    pub fn codec_string(&self) -> &str {
        self.media.coded().map_or("", |media| media.codec.string.as_str())
    }

    pub fn video(&self) -> Option<&VideoFacts> {
        self.media.coded()?.codec.video.as_ref()
    }

    pub fn audio(&self) -> Option<&AudioFacts> {
        self.media.coded()?.codec.audio.as_ref()
    }

    /// First presentation time and end.
    pub fn end(&self) -> Time {
        self.timeline.end()
    }
}

/// Text that shares a recording's clock starts with it; video and audio carry their shift in [`Timing`].
fn on_presentation_clock(source: &Source, origin: Time) -> Media {
    match &source.media {
        Media::Text(captions) if source.on_file_clock && origin.ticks > 0 => {
            Media::Text(Arc::new(captions.earlier_by(origin.in_timescale(1000))))
        }
        media => media.clone(),
    }
}

/// Bytes of a text segment in its larger form (cues wrapped in MP4 boxes), never less than what is sent.
fn text_segment_size(captions: &crate::text::Captions, start: u64, end: u64) -> u64 {
    const CONTAINER: usize = 320;
    const PER_CUE: usize = 120;
    let blocks: usize = captions.blocks.iter().map(|block| block.len() + 2).sum();
    let size =
        |place: usize| captions.cues.get(place).map_or(0, |cue| cue.payload.len() + cue.settings.len() + PER_CUE);
    let cues: usize = captions.overlapping(start, end).into_iter().map(size).sum();
    (CONTAINER + blocks + cues) as u64
}

#[cfg(test)]
mod tests {
    use super::super::Presentation;
    use super::super::testing::{Described, SIX_SECONDS, media_from, source, text_source};
    use super::*;
    use crate::isobmff::EditList;

    #[test]
    fn text_in_mp4_starts_with_the_recording_it_belongs_to() {
        // A recording whose clock stands at 10 s when it starts.
        let samples: Vec<Described> = (0..500).map(|place| (100, 512, 0, place % 50 == 0)).collect();
        let video = media_from(TrackType::Video, 12_800, EditList::default(), 128_000, &samples);
        let cues = [(4000, 9000, "before"), (9500, 10_500, "at"), (12_000, 13_001, "after")];
        let mut file = text_source("file", &cues);
        file.on_file_clock = false;
        let sources = [source("video", video), text_source("recorded", &cues), file];
        let presentation = Presentation::new(&sources, SIX_SECONDS).unwrap();
        let cues_of = |name| -> Vec<(u64, u64, &str)> {
            let cues = &presentation.rendition(name).unwrap().media.captions().unwrap().cues;
            cues.iter().map(|cue| (cue.start, cue.end, cue.payload.as_str())).collect()
        };
        assert_eq!(cues_of("recorded"), [(0, 500, "at"), (2000, 3001, "after")]);
        assert_eq!(cues_of("file"), cues, "a caption file is written for what the viewer sees");
    }
}
