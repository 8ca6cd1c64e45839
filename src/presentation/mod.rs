//! The visible tracks of one asset, joined with what their files say, grouped and timed: all that a manifest needs.
//!
//! Pure: it is computed from the document and the indexes alone, so the same input gives the same manifests, byte for
//! byte.

mod bit_rate;
mod choice;
mod closed_captions;
mod defaults;
mod facts;
mod fragments;
mod frame_rate;
mod grid;
mod kept;
mod plan;
mod rendition;
mod restricted;
mod revision;
mod source;
#[cfg(test)]
pub(crate) mod testing;
mod time;
mod timeline;
mod timing;
mod unplayable;

pub use bit_rate::{BitRate, Rates};
pub use choice::{AudioClass, Choice};
pub use closed_captions::{CaptionChannel, CaptionService};
pub use facts::{Facts, average_bit_rate};
pub use fragments::{Fragment, IFrame, Layout, fragments};
pub use frame_rate::FrameRate;
pub use grid::Grid;
pub use plan::{CodedFacts, CodedTrack, Plan};
pub use rendition::Rendition;
pub(crate) use revision::hexadecimal;
pub use revision::{Form, Identity, revision};
pub use source::{LoadedTrack, Media, Source, TextTrack};
pub use time::Time;
pub use timeline::{SEGMENT_TYPE_SIZE, Segment, Timeline};
pub use timing::Timing;
pub use unplayable::Unplayable;

use crate::track::TrackType;
use std::sync::Arc;
use std::time::Duration;

/// What players are shown of one asset.
#[derive(Debug, Clone)]
pub struct Presentation {
    /// The visible tracks, in document order.
    pub renditions: Vec<Rendition>,
    /// The audio menu.
    pub audio: Vec<Choice>,
    /// The text menu.
    pub text: Vec<Choice>,
    /// Zero, or where it begins as a stretch of another.
    pub start: Time,
    /// From the start to the end of the longest visible video or audio (of the longest text where there is neither).
    pub duration: Time,
    /// The video that players should begin with, by name, where somebody chose.
    pub first_video: Option<String>,
    /// HLS EXT-X-TARGETDURATION of every playlist, in seconds.
    pub target_duration: u32,
    /// The longest segment of any rendition.
    pub longest_segment: Time,
    pub left_out: Vec<LeftOut>,
}

/// A track that should be shown and cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The track's name.
    pub track: String,
    pub reason: Unplayable,
}

/// Why nothing can be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no track of it can be played")]
pub struct NothingToShow {
    pub left_out: Vec<LeftOut>,
}

impl Presentation {
    /// Joins an asset's playable tracks, hidden ones included: those shape the grid but are not shown.
    pub fn new(sources: &[Source], target: Duration) -> Result<Presentation, NothingToShow> {
        let origin = origin(sources);
        let grid = grid(sources, origin, target);
        let text_end = content_end(sources, origin, &grid);
        let (mut renditions, mut left_out) = (Vec::new(), Vec::new());
        for source in sources.iter().filter(|source| source.track.is_visible()) {
            match Rendition::new(source, &grid, origin, text_end) {
                Ok(rendition) => renditions.push(rendition),
                Err(reason) => left_out.push(LeftOut { track: source.track.name.clone(), reason }),
            }
        }
        let coded_end = renditions.iter().filter(|r| r.coded.is_some()).map(Rendition::end).max();
        let duration = coded_end.unwrap_or(text_end);
        let text = grid.text_timeline(text_end, duration);
        for rendition in renditions.iter_mut().filter(|r| r.track_type == TrackType::Text) {
            rendition.timeline = Arc::clone(&text);
        }
        Presentation::of(renditions, Time::ZERO, duration, left_out)
    }

    /// Groups renditions that are cut.
    fn of(
        mut renditions: Vec<Rendition>,
        start: Time,
        duration: Time,
        left_out: Vec<LeftOut>,
    ) -> Result<Presentation, NothingToShow> {
        let Some(longest_segment) = renditions.iter().map(|r| r.timeline.longest()).max() else {
            return Err(NothingToShow { left_out });
        };
        let target_duration = longest_segment.target_duration();
        for rendition in &mut renditions {
            rendition.measured_for = (target_duration, longest_segment);
        }
        Ok(Presentation {
            audio: choice::choices(&renditions, TrackType::Audio, defaults::default_audio(&renditions)),
            text: choice::choices(&renditions, TrackType::Text, defaults::default_text(&renditions)),
            renditions,
            start,
            duration,
            first_video: None,
            target_duration,
            longest_segment,
            left_out,
        })
    }

    pub fn rendition(&self, name: &str) -> Option<&Rendition> {
        self.renditions.iter().find(|rendition| rendition.name == name)
    }

    /// The visible video tracks, in document order.
    pub fn video(&self) -> impl Iterator<Item = &Rendition> {
        self.renditions.iter().filter(|rendition| rendition.track_type == TrackType::Video)
    }

    /// The closed captions inside the pictures of `video`.
    pub fn caption_services<'a>(&self, video: impl Iterator<Item = &'a Rendition>) -> Vec<CaptionService> {
        let default = self.audio.iter().find(|choice| choice.default);
        closed_captions::caption_services(video, default.map(|choice| &self.lead(choice).language))
    }

    /// The rendition that speaks for a choice.
    pub fn lead(&self, choice: &Choice) -> &Rendition {
        &self.renditions[choice.members[0]]
    }
}

/// The moment of the files' timeline that is the presentation's zero: the earliest start of any video or audio, so that
/// a recording whose clock did not start at zero does.
fn origin(sources: &[Source]) -> Time {
    let starts = sources.iter().filter_map(|source| {
        let track = source.media.coded()?;
        let start = Timing::start_in_file(track)?.max(0) as u64;
        Some(Time::new(start, track.timescale))
    });
    starts.min().unwrap_or(Time::ZERO)
}

/// The grid on the reference track: the first video, else the first audio, else even steps as long as the text.
fn grid(sources: &[Source], origin: Time, target: Duration) -> Arc<Grid> {
    for track_type in [TrackType::Video, TrackType::Audio] {
        for source in sources.iter().filter(|source| source.track.track_type == track_type) {
            if let Media::Coded(coded) = &source.media
                && let Ok(grid) = coded.grid(origin, target)
            {
                return grid;
            }
        }
    }
    let text_end = sources.iter().filter_map(|source| source.media.captions()).map(|text| text.end()).max();
    Arc::new(Grid::even(Time::from_millis(text_end.unwrap_or(0)).min(Time::LONGEST), target))
}

/// The end of all content, shown or hidden: so far text has segments, whatever is hidden.
fn content_end(sources: &[Source], origin: Time, grid: &Grid) -> Time {
    let ends = sources.iter().filter_map(|source| {
        let Media::Coded(coded) = &source.media else { return None };
        Some(coded.timing(origin).ok()?.end)
    });
    ends.max().unwrap_or_else(|| grid.end())
}

#[cfg(test)]
mod tests;
