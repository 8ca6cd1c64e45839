//! What a file says of one of its streams, in the units that people use.

use super::{FrameRate, Media, Time, Timing};
use crate::isobmff::{AudioFacts, VideoFacts, WVTT_CODEC};

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

impl Facts {
    pub fn of(media: &Media) -> Facts {
        match media {
            Media::Text(text) => {
                let captions = text.captions();
                let bytes = captions.cues.iter().map(|cue| cue.payload.len() as u64).sum();
                let codec = WVTT_CODEC.to_owned();
                let cues = Some(captions.cues.len());
                Facts { cues, ..Facts::plain(codec, bytes, captions.end() as f64 / 1000.0) }
            }
            Media::Coded(coded) => {
                let track = coded.media();
                let start = track.samples.get(0).map_or(0, |first| first.decode_time);
                let length = track.samples.end_time().saturating_sub(start);
                let seconds = Time::new(length, track.timescale).seconds();
                let timing = Timing::new(track, Time::ZERO).ok().filter(|_| track.codec.video.is_some());
                let seconds_of = |ticks| Time::new(ticks, track.timescale).seconds();
                Facts {
                    sync_spacing: coded.sync_spacing().map(|(least, most)| (seconds_of(least), seconds_of(most))),
                    video: track.codec.video.clone(),
                    frame_rate: timing.and_then(|timing| FrameRate::of(track, &timing)),
                    audio: track.codec.audio.clone(),
                    ..Facts::plain(track.codec.string.clone(), track.samples.total_bytes(), seconds)
                }
            }
        }
    }

    fn plain(codec: String, bytes: u64, seconds: f64) -> Facts {
        Facts {
            codec,
            bytes,
            seconds,
            average_bit_rate: bytes as f64 * 8.0 / seconds.max(0.001),
            sync_spacing: None,
            video: None,
            frame_rate: None,
            audio: None,
            cues: None,
        }
    }
}
