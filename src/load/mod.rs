//! Virtual players: what a premiere asks of an origin, asked before it.
//!
//! A player reads the manifest, follows its playlists and fetches segments as people's players do: at the pace of the
//! clock with a few segments in hand, or flat out; it seeks, changes rungs and tracks, and notices what comes too late.
//! It works on any origin of recordings, over HLS and DASH. What all players saw together is the [`Report`].

mod address;
mod client;
mod clock;
mod dash;
mod dice;
mod histogram;
mod hls;
mod player;
mod report;
mod tally;
mod title;
mod xml;

pub use address::Address;
pub use client::Trouble;
pub use histogram::Histogram;
pub use player::Pace;
pub use report::{KindReport, Report};
pub use tally::Tally;

use player::{Habits, Player, Shared};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// The longest time over which the players start: all at the very same moment would measure their own rush.
const LONGEST_RAMP: Duration = Duration::from_secs(5);

/// What to play and how.
#[derive(Debug, Clone)]
pub struct Plan {
    pub manifest: Address,
    pub players: usize,
    pub pace: Pace,
    /// Each player jumps about this often; never where it is `None`.
    pub seek_every: Option<Duration>,
    /// Each player changes its rung or a track about this often; never where it is `None`.
    pub switch_every: Option<Duration>,
    /// The run takes so long, unless it is stopped.
    pub duration: Duration,
}

/// A load that runs; dropping it stops it.
pub struct Load {
    plan: Plan,
    shared: Arc<Shared>,
    players: JoinSet<()>,
    started: Instant,
}

impl Load {
    /// Reads the manifest once, so that a wrong URL is said at once, then starts the players.
    pub async fn start(plan: Plan) -> Result<Load, Trouble> {
        let shared = Arc::new(Shared::new(Tally::default()));
        player::check(&shared, &plan.manifest).await?;
        // The players' requests count, not that of the check.
        let shared = Arc::new(Shared::new(Tally::default()));
        let ramp = LONGEST_RAMP.min(plan.duration / 10);
        let mut players = JoinSet::new();
        for number in 0..plan.players {
            let habits = Habits { pace: plan.pace, seek_every: plan.seek_every, switch_every: plan.switch_every };
            let player = Player::new(number as u64, Arc::clone(&shared), plan.manifest.clone(), habits);
            let wait = ramp.mul_f64(number as f64 / plan.players as f64);
            players.spawn(async move {
                tokio::time::sleep(wait).await;
                player.play().await;
            });
        }
        Ok(Load { plan, shared, players, started: Instant::now() })
    }

    /// What was counted until now.
    pub fn tally(&self) -> &Tally {
        &self.shared.tally
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Stops the players and tells what they saw.
    pub fn finish(mut self) -> Report {
        let elapsed = self.started.elapsed();
        self.players.abort_all();
        Report::new(&self.plan, &self.shared.tally, elapsed)
    }
}
