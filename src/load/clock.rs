//! The playback clock of a virtual player: runs while there is something to show, stands while there is not.

use std::time::{Duration, Instant};

/// Where playback is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// Seconds of the title at `since`.
    at: f64,
    /// Runs since then; stands where it is `None`.
    since: Option<Instant>,
}

impl Clock {
    /// Stands at `at` seconds.
    pub(super) fn standing(at: f64) -> Clock {
        Clock { at, since: None }
    }

    /// Seconds of the title.
    pub(super) fn position(&self, now: Instant) -> f64 {
        self.at + self.since.map_or(0.0, |since| now.saturating_duration_since(since).as_secs_f64())
    }

    pub(super) fn runs(&self) -> bool {
        self.since.is_some()
    }

    /// Lets a standing clock run.
    pub(super) fn run(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    /// How far playback has run past `start`, the beginning of a segment that has only now come. Playback had stopped
    /// there to wait; the clock is set back and stands until it may run again.
    pub(super) fn late(&mut self, start: f64, now: Instant) -> Option<Duration> {
        let stalled = Duration::try_from_secs_f64(self.position(now) - start).ok()?;
        if !self.runs() || stalled.is_zero() {
            return None;
        }
        *self = Clock::standing(start);
        Some(stalled)
    }

    /// The time until the position is `target` seconds; `None` for a clock that stands.
    pub(super) fn until(&self, target: f64, now: Instant) -> Option<Duration> {
        self.since?;
        Some(Duration::try_from_secs_f64(target - self.position(now)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_segment_holds_playback_back() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut clock = Clock::standing(12.0);
        assert_eq!((clock.position(after(5)), clock.until(20.0, start)), (12.0, None));
        clock.run(start);
        clock.run(after(1));
        assert_eq!(clock.position(after(4)), 16.0);
        assert_eq!(clock.until(20.0, after(4)), Some(Duration::from_secs(4)));
        assert_eq!(clock.late(18.0, after(4)), None, "in time");
        assert_eq!(clock.late(18.0, after(9)), Some(Duration::from_secs(3)));
        assert!(!clock.runs());
        assert_eq!(clock.position(after(20)), 18.0);
    }
}
