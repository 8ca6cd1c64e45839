//! One visible track as players meet it.

use super::revision::Identity;
use super::{
    BitRate, CodedFacts, Form, FrameRate, Grid, IFrame, Layout, Media, Rates, Source, Time, Timeline, Unplayable,
    revision,
};
use crate::isobmff::{AudioFacts, ClosedCaptions, Codec, VideoFacts};
use crate::text::Captions;
use crate::track::{Language, Signals, TrackType, default_label};
use std::sync::{Arc, OnceLock};

/// One visible track: its segments, its signals, its facts.
#[derive(Debug, Clone)]
pub struct Rendition {
    /// The track's name, which names it in URLs.
    pub name: String,
    pub track_type: TrackType,
    /// Source file in the asset's folder.
    pub file: String,
    pub media: Media,
    /// All text of a presentation has one.
    pub timeline: Arc<Timeline>,
    /// Of its segments: media as coded, text as WebVTT and `wvtt`.
    pub revision: String,
    /// Of its segments as IMSC1; text only.
    pub imsc_revision: Option<String>,
    pub language: Language,
    /// What the file says, for the init segment.
    pub file_language: Language,
    /// What an editor wrote, else made from language and kind; made distinct per menu by the presentation.
    pub label: String,
    /// An editor wrote the label.
    pub label_is_given: bool,
    /// An editor flagged it.
    pub flagged_default: bool,
    /// An editor gave it role `main`.
    pub main_is_given: bool,
    pub signals: Signals,
    /// Where its presentation starts, which is zero unless that is a stretch of another.
    pub start: Time,
    /// The target duration of the playlists (seconds) and the buffer for which bit rates are measured.
    pub(super) measured_for: (u32, Time),
    pub(super) rates: OnceLock<Rates>,
    pub frame_rate: Option<FrameRate>,
    /// `None` for text.
    pub coded: Option<CodedFacts>,
}

/// What bit rates depend on: the revision, which names the content and its cuts, where the first segment starts and the
/// last one ends, and what they are measured for.
pub(super) type RatesKey = (String, (Time, Time), (u32, Time));

impl Rendition {
    /// Puts a source on the grid; text, whose segments end at `text_end`, is still to be cut by the presentation.
    pub(super) fn new(source: &Source, grid: &Grid, origin: Time, text_end: Time) -> Result<Rendition, Unplayable> {
        let track = &source.track;
        let (media, timeline, coded, frame_rate) = match &source.media {
            Media::Coded(media) => {
                let plan = media.plan(origin, grid)?;
                (source.media.clone(), Arc::clone(&plan.timeline), Some(plan.coded), plan.frame_rate)
            }
            Media::Text(text) => {
                // Text that shares a recording's clock starts with it; video and audio carry their shift in their timing.
                let text = if source.on_file_clock { text.starting_at(origin) } else { Arc::clone(text) };
                check_text(text.captions(), text_end)?;
                (Media::Text(text), Arc::new(Timeline::empty()), None, None)
            }
        };
        let identity = Identity {
            file_tag: &source.file_tag,
            file_size: source.file_size,
            track_id: media.coded().map_or(0, |media| media.id),
            grid,
            origin,
            text_end: media.captions().map(|_| text_end),
        };
        let signals = Signals::of(track);
        let language = track.language.clone().unwrap_or_else(Language::und);
        Ok(Rendition {
            name: track.name.clone(),
            track_type: track.track_type,
            file: track.file.clone(),
            revision: revision(&identity, Form::Plain),
            imsc_revision: (track.track_type == TrackType::Text).then(|| revision(&identity, Form::Imsc)),
            label_is_given: track.label.is_some(),
            label: track.label.clone().unwrap_or_else(|| default_label(&language, track.track_type, signals.kind)),
            flagged_default: track.default,
            main_is_given: track.roles.contains(&crate::track::Role::Main),
            language,
            file_language: source.file_language.clone(),
            media,
            timeline,
            signals,
            start: Time::ZERO,
            measured_for: (0, Time::ZERO),
            rates: OnceLock::new(),
            frame_rate,
            coded,
        })
    }

    /// Over its segments.
    pub fn bit_rate(&self) -> BitRate {
        self.rates().segments
    }

    /// Over its key frames alone.
    pub fn iframe_bit_rate(&self) -> BitRate {
        self.rates().iframes
    }

    /// Measured when a manifest asks: nothing else needs the size of every sample.
    fn rates(&self) -> &Rates {
        self.rates.get_or_init(|| {
            let key = (self.revision.clone(), (self.timeline.start(), self.end()), self.measured_for);
            self.media.rates(key, || self.measure())
        })
    }

    fn measure(&self) -> Rates {
        let (target, buffer) = self.measured_for;
        let layout = self.layout();
        let length = |ticks| Time::new(ticks, self.timeline.timescale);
        let segments = self.timeline.segments.iter().map(|segment| length(segment.duration));
        let iframes = layout.iframes.iter().map(|i| (i.range.end - i.range.start, length(i.duration)));
        let iframe_target = self.longest_iframe_seconds(&layout.iframes);
        Rates {
            segments: BitRate::measure(layout.segments.iter().copied().zip(segments), target, buffer.seconds()),
            iframes: BitRate::measure(iframes, iframe_target, buffer.seconds()),
        }
    }

    /// The sizes of its segments, of text in its larger form, and its key frames. Looks at every sample.
    pub fn layout(&self) -> Layout {
        match (&self.media, &self.coded) {
            (Media::Coded(media), Some(coded)) => Layout::of(media.media(), coded, &self.timeline),
            (media, _) => {
                let sizes = media.captions().map(|captions| text_segment_sizes(captions, &self.timeline));
                Layout { segments: sizes.unwrap_or_default(), iframes: Vec::new() }
            }
        }
    }

    /// Target duration of the I-frame playlist, in seconds.
    pub fn longest_iframe_seconds(&self, iframes: &[IFrame]) -> u32 {
        let longest = iframes.iter().map(|iframe| iframe.duration).max().unwrap_or(0);
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

    /// Inside the pictures, as far as these were looked at.
    pub fn closed_captions(&self) -> ClosedCaptions {
        match &self.media {
            Media::Coded(coded) => coded.closed_captions().unwrap_or_default(),
            Media::Text(_) => ClosedCaptions::default(),
        }
    }

    /// When its last segment ends.
    pub fn end(&self) -> Time {
        self.timeline.end()
    }
}

/// Whether any of the text can be shown in an asset that ends at `text_end`.
fn check_text(captions: &Captions, text_end: Time) -> Result<(), Unplayable> {
    if text_end == Time::ZERO {
        return Err(Unplayable::NoCues);
    }
    captions.cues.first().map_or(Ok(()), |first| Time::from_millis(first.start).in_bounds())
}

/// Bytes of each text segment in its larger form (cues wrapped in MP4 boxes), never less than what is sent. Each cue is
/// looked at once, however many segments it is in.
fn text_segment_sizes(captions: &Captions, timeline: &Timeline) -> Vec<u64> {
    const CONTAINER: usize = 320;
    const PER_CUE: usize = 120;
    let segments = &timeline.segments;
    // What each segment has more than the one before it, and has no longer.
    let (mut more, mut less) = (vec![0; segments.len() + 1], vec![0; segments.len() + 1]);
    for cue in &captions.cues {
        let size = (cue.payload.len() + cue.settings.len() + PER_CUE) as u64;
        let first =
            segments.partition_point(|s| Time::new(s.end(), timeline.timescale).in_timescale_up(1000) <= cue.start);
        let end = segments.partition_point(|s| Time::new(s.time, timeline.timescale).millis() < cue.end);
        more[first] += size;
        less[end] += size;
    }
    let blocks: usize = captions.blocks.iter().map(|block| block.len() + 2).sum();
    let changes = more.iter().zip(&less).take(segments.len());
    let sizes = changes.scan((CONTAINER + blocks) as u64, |size, (more, less)| {
        *size = *size + more - less;
        Some(*size)
    });
    sizes.collect()
}

#[cfg(test)]
mod tests {
    use super::super::Presentation;
    use super::super::testing::{Described, SIX_SECONDS, media_from, source, text_source};
    use super::*;
    use crate::isobmff::EditList;
    use proptest::prelude::*;

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
    #[test]
    fn cues_that_stay_for_hours_are_measured_in_a_moment() {
        let hours = 3_600_000;
        let cues: Vec<_> = (0..100_000).map(|number| (number, 3 * hours - number, "stays")).collect();
        let begin = std::time::Instant::now();
        let presentation = Presentation::new(&[text_source("text", &cues)], SIX_SECONDS).unwrap();
        assert!(begin.elapsed().as_secs() < 5, "{:?}", begin.elapsed());
        assert!(presentation.renditions[0].bit_rate().average > 100_000 * 8 * 100 / 6);
    }

    proptest! {
        /// A segment is announced with what the cues shown in it take.
        #[test]
        fn text_is_measured_by_the_cues_in_each_segment(
            cues in prop::collection::vec((0u64..40_000, 1u64..30_000), 1..30),
        ) {
            let mut cues: Vec<_> = cues.into_iter().map(|(start, length)| (start, start + length, "text")).collect();
            cues.sort();
            let presentation = Presentation::new(&[text_source("text", &cues)], SIX_SECONDS).unwrap();
            let rendition = &presentation.renditions[0];
            let captions = rendition.media.captions().unwrap();
            let sizes = text_segment_sizes(captions, &rendition.timeline);
            prop_assert_eq!(sizes.len(), rendition.timeline.segments.len());
            for (segment, size) in rendition.timeline.segments.iter().zip(sizes) {
                let millis = |ticks| Time::new(ticks, rendition.timeline.timescale).millis();
                let shown = captions.overlapping(millis(segment.time), millis(segment.end())).len() as u64;
                prop_assert_eq!(size, 320 + shown * 124);
            }
        }
    }
}
