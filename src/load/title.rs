//! What a manifest offers a player: menus of choices, each a ladder of streams, each a list of segments in time.

use super::Address;
use crate::track::TrackType;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// More segments than this in one stream are no recording but a mistake: a day in steps of a tenth of a second.
pub(super) const MAX_PARTS: usize = 1_000_000;

/// One request for bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) address: Address,
    /// Bytes, where it is a part of the resource.
    pub(super) range: Option<RangeInclusive<u64>>,
}

/// A segment in time, in seconds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) piece: Piece,
    /// Index of the initialization it needs.
    pub(super) init: Option<usize>,
    pub(super) start: f64,
    pub(super) duration: f64,
}

impl Part {
    pub(super) fn end(&self) -> f64 {
        self.start + self.duration
    }
}

/// The segments of a stream, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Timeline {
    pub(super) inits: Vec<Piece>,
    pub(super) parts: Vec<Part>,
}

impl Timeline {
    /// The index of the part that plays at `time` (seconds), or of the next; the number of parts after the end.
    pub(super) fn at(&self, time: f64) -> usize {
        // Ends are rounded in playlists: a moment less than a millisecond before an end belongs to what follows.
        self.parts.partition_point(|part| part.end() <= time + 0.001)
    }

    /// Seconds.
    pub(super) fn end(&self) -> f64 {
        self.parts.last().map_or(0.0, Part::end)
    }

    /// The longest segment, in seconds.
    pub(super) fn longest(&self) -> f64 {
        self.parts.iter().map(|part| part.duration).fold(0.0, f64::max)
    }
}

/// A rendition: listed in the manifest, or in a playlist of its own.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stream {
    Playlist(Address),
    Listed(Arc<Timeline>),
}

/// A line of a menu: the same content at several bit rates.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) rungs: Vec<Stream>,
    pub(super) default: bool,
}

/// All that can be played.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Title {
    pub(super) video: Vec<Choice>,
    pub(super) audio: Vec<Choice>,
    pub(super) text: Vec<Choice>,
}

impl Title {
    pub(super) fn menu(&self, track_type: TrackType) -> &[Choice] {
        match track_type {
            TrackType::Video => &self.video,
            TrackType::Audio => &self.audio,
            TrackType::Text => &self.text,
        }
    }

    pub(super) fn menu_mut(&mut self, track_type: TrackType) -> &mut Vec<Choice> {
        match track_type {
            TrackType::Video => &mut self.video,
            TrackType::Audio => &mut self.audio,
            TrackType::Text => &mut self.text,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.video.is_empty() && self.audio.is_empty() && self.text.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_finds_its_part() {
        let piece = Piece { address: Address::parse("http://a/b").unwrap(), range: None };
        let part = |start| Part { piece: piece.clone(), init: None, start, duration: 6.0 };
        let timeline = Timeline { inits: Vec::new(), parts: vec![part(0.0), part(6.0), part(12.0)] };
        let found = [0.0, 5.9, 5.9999, 6.0, 17.0, 18.0, 99.0].map(|time| timeline.at(time));
        assert_eq!(found, [0, 0, 1, 1, 2, 3, 3]);
        assert_eq!((timeline.end(), timeline.longest()), (18.0, 6.0));
    }
}
