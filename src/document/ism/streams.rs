//! What Azure's URLs and its API call the tracks of a server manifest: our vocabulary has one name, they have several.

use std::collections::BTreeMap;

/// By the track's name in the asset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Streams {
    /// How many of Azure's fragments make a segment of MPEG-TS, 1 to 5, where the document says so.
    pub fragments_per_segment: Option<u8>,
    by_name: BTreeMap<String, Stream>,
}

/// One track. In Azure's URLs bit rate and name together tell which is meant: all levels of video are called `video`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// As in `QualityLevels(…)/Fragments({track_name}=…)`.
    pub track_name: String,
    /// As in `QualityLevels({bit_rate})`, in bits per second, where the document says so.
    pub bit_rate: Option<u64>,
    /// The track's name in the Tracks API where the document says so; any text.
    pub arm_id: Option<String>,
    /// The file of which captions were made, as it was brought.
    pub transcript: Option<String>,
}

impl Streams {
    pub(super) fn new(fragments_per_segment: Option<u8>, streams: impl Iterator<Item = (String, Stream)>) -> Streams {
        Streams { fragments_per_segment, by_name: streams.collect() }
    }

    pub fn get(&self, track: &str) -> Option<&Stream> {
        self.by_name.get(track)
    }

    pub fn all(&self) -> impl Iterator<Item = &Stream> {
        self.by_name.values()
    }

    /// Memory held, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.by_name.keys().map(|name| name.len() + size_of::<Stream>() + 200).sum()
    }
}
