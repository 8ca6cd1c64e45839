//! What a file says of one of its streams, in the units that people use.

use super::{FrameRate, Media, Time, Timing};
use crate::isobmff::{AudioFacts, MediaTrack, VideoFacts, WVTT_CODEC};
use crate::text::Captions;

/// The facts of one stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// RFC 6381 codec string.
    pub codec: String,
    /// Of its samples or cues, without containers.
    pub bytes: u64,
    pub seconds: f64,
    /// Bits per second.
    pub average_bit_rate: f64,
    /// Seconds from one sync sample to the next: shortest and longest; only where not every sample is one.
    pub sync_spacing: Option<(f64, f64)>,
    /// Video only.
    pub video: Option<VideoFacts>,
    pub frame_rate: Option<FrameRate>,
    /// Audio only.
    pub audio: Option<AudioFacts>,
    /// Text only.
    pub cues: Option<usize>,
}

/// Bits per second of the samples or cues, without containers.
pub fn average_bit_rate(media: &Media) -> f64 {
    let (bytes, seconds) = match media {
        Media::Text(text) => size_of_text(text.captions()),
        Media::Coded(coded) => (coded.media().samples.total_bytes(), length(coded.media())),
    };
    rate(bytes, seconds)
}

fn rate(bytes: u64, seconds: f64) -> f64 {
    bytes as f64 * 8.0 / seconds.max(0.001)
}

/// Bytes and seconds.
fn size_of_text(captions: &Captions) -> (u64, f64) {
    let bytes = captions.cues.iter().map(|cue| cue.payload.len() as u64).sum();
    (bytes, captions.end() as f64 / 1000.0)
}

/// Seconds from the first sample to the end of the last.
fn length(track: &MediaTrack) -> f64 {
    let start = track.samples.get(0).map_or(0, |first| first.decode_time);
    Time::new(track.samples.end_time().saturating_sub(start), track.timescale).seconds()
}

impl Facts {
    pub fn of(media: &Media) -> Facts {
        match media {
            Media::Text(text) => {
                let captions = text.captions();
                let (bytes, seconds) = size_of_text(captions);
                let cues = Some(captions.cues.len());
                Facts { cues, ..Facts::plain(WVTT_CODEC.to_owned(), bytes, seconds) }
            }
            Media::Coded(coded) => {
                let track = coded.media();
                let timing = Timing::new(track, Time::ZERO).ok().filter(|_| track.codec.video.is_some());
                let seconds_of = |ticks| Time::new(ticks, track.timescale).seconds();
                Facts {
                    sync_spacing: coded.sync_spacing().map(|(least, most)| (seconds_of(least), seconds_of(most))),
                    video: track.codec.video.clone(),
                    frame_rate: timing.and_then(|timing| FrameRate::of(track, &timing)),
                    audio: track.codec.audio.clone(),
                    ..Facts::plain(track.codec.string.clone(), track.samples.total_bytes(), length(track))
                }
            }
        }
    }

    fn plain(codec: String, bytes: u64, seconds: f64) -> Facts {
        Facts {
            codec,
            bytes,
            seconds,
            average_bit_rate: rate(bytes, seconds),
            sync_spacing: None,
            video: None,
            frame_rate: None,
            audio: None,
            cues: None,
        }
    }
}
