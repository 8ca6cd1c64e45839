//! What a run has shown, for people and as JSON.

use super::tally::Kind;
use super::{Pace, Plan, Tally};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The result of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub url: String,
    pub players: usize,
    pub pace: Pace,
    pub seconds: f64,
    /// Answered requests.
    pub requests: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
    pub requests_per_second: f64,
    pub bits_per_second: f64,
    /// Failed requests, by kind of failure.
    pub errors: BTreeMap<String, u64>,
    /// Segments that came after the moment they should have played.
    pub late_segments: u64,
    /// For how long playback stood still, over all players.
    pub stalled_seconds: f64,
    pub seeks: u64,
    pub switches: u64,
    pub manifests: KindReport,
    pub inits: KindReport,
    pub segments: KindReport,
}

/// Requests of one kind; latencies run to the last byte.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KindReport {
    pub requests: u64,
    pub bytes: u64,
    pub p50_ms: f64,
    pub p90_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
}

impl Report {
    pub(super) fn new(plan: &Plan, tally: &Tally, elapsed: Duration) -> Report {
        let seconds = elapsed.as_secs_f64();
        let per_second = |count: u64| if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
        Report {
            url: plan.manifest.to_string(),
            players: plan.players,
            pace: plan.pace,
            seconds,
            requests: tally.requests(),
            bytes: tally.bytes(),
            requests_per_second: per_second(tally.requests()),
            bits_per_second: per_second(tally.bytes()) * 8.0,
            errors: tally.errors(),
            late_segments: tally.late_segments(),
            stalled_seconds: tally.stalled().as_secs_f64(),
            seeks: tally.seeks(),
            switches: tally.switches(),
            manifests: KindReport::of(tally, Kind::Manifest),
            inits: KindReport::of(tally, Kind::Init),
            segments: KindReport::of(tally, Kind::Segment),
        }
    }
}

impl KindReport {
    fn of(tally: &Tally, kind: Kind) -> KindReport {
        let answered = tally.of(kind);
        let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
        let quantile = |share| milliseconds(answered.latency.quantile(share));
        KindReport {
            requests: answered.latency.count(),
            bytes: answered.bytes.load(std::sync::atomic::Ordering::Relaxed),
            p50_ms: quantile(0.5),
            p90_ms: quantile(0.9),
            p99_ms: quantile(0.99),
            max_ms: milliseconds(answered.latency.max()),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { players, pace, seconds, .. } = self;
        writeln!(f, "{}", self.url)?;
        writeln!(f, "{players} players at {pace} pace for {seconds:.1} s")?;
        writeln!(f)?;
        writeln!(f, "{:<10} {:>10} {:>10} {:>38}", "", "requests", "MB", "latency to the last byte, ms")?;
        writeln!(f, "{:<31} {:>8} {:>8} {:>8} {:>8}", "", "p50", "p90", "p99", "max")?;
        for (name, kind) in [("manifests", &self.manifests), ("init", &self.inits), ("segments", &self.segments)] {
            let KindReport { requests, bytes, p50_ms, p90_ms, p99_ms, max_ms } = kind;
            let megabytes = *bytes as f64 / 1e6;
            write!(f, "{name:<10} {requests:>10} {megabytes:>10.1} ")?;
            writeln!(f, "{p50_ms:>8.2} {p90_ms:>8.2} {p99_ms:>8.2} {max_ms:>8.2}")?;
        }
        writeln!(f)?;
        writeln!(f, "throughput {:.1} requests/s, {:.1} Mbit/s", self.requests_per_second, self.bits_per_second / 1e6)?;
        writeln!(f, "players    {} seeks, {} switches of rung or track", self.seeks, self.switches)?;
        writeln!(f, "late       {} segments, playback stood for {:.1} s", self.late_segments, self.stalled_seconds)?;
        if self.errors.is_empty() {
            return write!(f, "errors     none");
        }
        write!(f, "errors     {}", self.errors.values().sum::<u64>())?;
        self.errors.iter().try_for_each(|(what, count)| write!(f, "\n  {count:>8}  {what}"))
    }
}
