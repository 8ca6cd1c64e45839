//! What is worked out of the samples of a track: once per file, and again only where the asset's clock or grid moves.
//!
//! An edit of the document rarely does that, so the next revision of an asset finds all of it here.

use super::kept::Kept;
use super::rendition::RatesKey;
use super::{FrameRate, Grid, Rates, Time, Timeline, Timing, Unplayable};
use crate::isobmff::{ClosedCaptions, MediaTrack, SampleDefaults};
use crate::track::TrackType;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A track of coded media, and what was worked out of it.
#[derive(Debug)]
pub struct CodedTrack {
    media: MediaTrack,
    timing: Kept<Time, Result<Timing, Unplayable>>,
    /// For the asset of which it is the reference track.
    grid: Kept<(Time, Duration), Arc<Grid>>,
    plan: Kept<(Time, [u8; 32]), Arc<Plan>>,
    pub(super) rates: Kept<RatesKey, Rates>,
    closed_captions: OnceLock<ClosedCaptions>,
    sync_spacing: OnceLock<Option<(u64, u64)>>,
}

/// A track on the clock and the grid of its asset.
#[derive(Debug)]
pub struct Plan {
    pub coded: CodedFacts,
    pub timeline: Arc<Timeline>,
    /// Video only.
    pub frame_rate: Option<FrameRate>,
}

/// What only coded media has.
#[derive(Debug, Clone, Copy)]
pub struct CodedFacts {
    pub timing: Timing,
    pub defaults: SampleDefaults,
}

impl CodedTrack {
    pub fn media(&self) -> &MediaTrack {
        &self.media
    }

    /// What caption data its pictures carry; `None` until somebody has looked, which only manifests need.
    pub fn closed_captions(&self) -> Option<ClosedCaptions> {
        self.closed_captions.get().copied()
    }

    /// Notes what a look at the pictures found. The first to look is believed: all look at the same bytes.
    pub fn set_closed_captions(&self, found: ClosedCaptions) {
        let _ = self.closed_captions.set(found);
    }

    /// Ticks from one sync sample to the next: shortest and longest; only where not every sample is one.
    pub(super) fn sync_spacing(&self) -> Option<(u64, u64)> {
        *self.sync_spacing.get_or_init(|| sync_spacing(&self.media))
    }

    /// On the clock of an asset that starts at `origin`.
    pub(super) fn timing(&self, origin: Time) -> Result<Timing, Unplayable> {
        self.timing.of(origin, || Timing::new(&self.media, origin))
    }

    /// The grid that this track gives to its asset.
    pub(super) fn grid(&self, origin: Time, target: Duration) -> Result<Arc<Grid>, Unplayable> {
        let timing = self.timing(origin)?;
        Ok(self.grid.of((origin, target), || Arc::new(Grid::on(&self.media, &timing, target))))
    }

    pub(super) fn plan(&self, origin: Time, grid: &Grid) -> Result<Arc<Plan>, Unplayable> {
        let timing = self.timing(origin)?;
        Ok(self.plan.of((origin, *grid.fingerprint()), || Arc::new(Plan::new(&self.media, timing, grid))))
    }
}

impl From<MediaTrack> for CodedTrack {
    fn from(media: MediaTrack) -> Self {
        CodedTrack {
            media,
            timing: Kept::default(),
            grid: Kept::default(),
            plan: Kept::default(),
            rates: Kept::default(),
            closed_captions: OnceLock::new(),
            sync_spacing: OnceLock::new(),
        }
    }
}

impl Plan {
    fn new(media: &MediaTrack, timing: Timing, grid: &Grid) -> Plan {
        let first = media.samples.get(timing.first_sample).map_or(0, |first| first.duration);
        let defaults = SampleDefaults {
            duration: media.samples.constant_duration().unwrap_or(first),
            all_sync: media.samples.all_sync(),
            composition: media.samples.has_composition_offsets(),
        };
        let is_video = media.track_type == TrackType::Video;
        Plan {
            coded: CodedFacts { timing, defaults },
            timeline: Arc::new(Timeline::of_media(media, &timing, grid)),
            frame_rate: if is_video { FrameRate::of(media, &timing) } else { None },
        }
    }
}

fn sync_spacing(track: &MediaTrack) -> Option<(u64, u64)> {
    if track.samples.all_sync() {
        return None;
    }
    let mut times = track.samples.iter_from(0).filter(|sample| sample.sync).map(|sample| sample.decode_time);
    let mut start = times.next()?;
    let (mut shortest, mut longest) = (u64::MAX, 0);
    for end in times.chain([track.samples.end_time()]) {
        let span = end.saturating_sub(start);
        (shortest, longest, start) = (shortest.min(span), longest.max(span), end);
    }
    Some((shortest, longest))
}
