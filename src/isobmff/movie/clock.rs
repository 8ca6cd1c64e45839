//! What times a track may claim. One damaged number moves all that follows it by years; segments laid on such times are
//! of use to nobody, and so many that they fill the memory.

use super::{EditList, Refusal};
use crate::isobmff::SampleIndex;
use std::time::Duration;

const DAY: u64 = 24 * 3600;

/// No track lasts longer. The moment at which it starts is free, since recorders count from 1970.
pub const LONGEST: Duration = Duration::from_secs(30 * DAY);

/// No sample lasts longer, nor is there a longer gap behind one, in seconds: a still picture may stand for hours.
const LONGEST_SAMPLE: u64 = DAY;

/// Refuses a track whose times cannot be meant, or cannot be written: a fragment says how long a sample lasts in 32 bits
/// (ISO/IEC 14496-12 8.8.8).
pub(super) fn check(track: u32, timescale: u32, samples: &SampleIndex, edits: &EditList) -> Result<(), Refusal> {
    let ticks = |seconds: u64| seconds * u64::from(timescale);
    let seconds = |ticks: u64| ticks / u64::from(timescale.max(1));
    let start = samples.get(0).map_or(0, |first| first.decode_time);
    let length = samples.end_time().max(samples.composition_end()).saturating_sub(start);
    for (what, length) in [("the media", length), ("the empty edit at the start", edits.delay)] {
        if length > ticks(LONGEST.as_secs()) {
            return Err(Refusal(format!(
                "{what} of track {track} is {} days long; at most {} can be served, so its times are taken for damaged: \
                 write the file anew",
                seconds(length) / DAY,
                LONGEST.as_secs() / DAY
            )));
        }
    }
    let (longest, most) = (samples.longest(), ticks(LONGEST_SAMPLE).min(u64::from(u32::MAX)));
    if longest.duration > most {
        return Err(Refusal(format!(
            "from sample {} of track {track} to the next {} s go by; at most {} can be served, so its times are taken for \
             damaged: write the file anew",
            u64::from(longest.number) + 1,
            seconds(longest.duration),
            seconds(most)
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::{Sample, SampleIndexBuilder};

    /// Samples that start at these times, each 10 ticks long.
    fn problem(timescale: u32, starts: &[u64], delay: u64) -> Option<String> {
        let mut builder = SampleIndexBuilder::default();
        for &decode_time in starts {
            builder.push(Sample { offset: 0, size: 1, decode_time, duration: 10, composition_offset: 0, sync: true });
        }
        let edits = EditList { delay, ..EditList::default() };
        check(7, timescale, &builder.finish(), &edits).err().map(|Refusal(reason)| reason)
    }

    #[test]
    fn a_recording_whose_clock_is_the_time_of_day_is_served() {
        let now = 1_700_000_000 * 90_000;
        assert_eq!(problem(90_000, &[now, now + 3000, now + 6000], 0), None);
    }

    #[test]
    fn a_gap_is_named_by_the_sample_before_it() {
        assert_eq!(problem(1000, &[0, 10, 10 + 86_400_000], 0), None, "a day");
        let reason = problem(1000, &[0, 10, 10 + 86_401_000], 0).unwrap();
        assert!(reason.starts_with("from sample 2 of track 7 to the next 86401 s go by"), "{reason}");
    }

    #[test]
    fn a_duration_that_a_fragment_cannot_say_is_refused() {
        let second = 1_000_000_000;
        assert_eq!(problem(second, &[0, u64::from(u32::MAX)], 0), None);
        let reason = problem(second, &[0, u64::from(u32::MAX) + 1], 0).unwrap();
        assert!(reason.contains("at most 4 can be served"), "{reason}");
    }

    #[test]
    fn what_lasts_for_months_is_refused() {
        let days = |count: u64| (0..=count).map(|day| day * 86_400).collect::<Vec<_>>();
        assert_eq!(problem(1, &days(29), 0), None);
        let reason = problem(1, &days(31), 0).unwrap();
        assert!(reason.starts_with("the media of track 7 is 31 days long; at most 30"), "{reason}");
        let reason = problem(1, &[0], 86_400 * 400).unwrap();
        assert!(reason.starts_with("the empty edit at the start of track 7 is 400 days long"), "{reason}");
    }
}
