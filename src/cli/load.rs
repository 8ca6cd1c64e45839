//! `signalbox load`: virtual players before the real ones.

use super::Failure;
use crate::load::{Address, Load, Pace, Plan, Report, Tally};
use std::io::{IsTerminal, Write};
use std::num::NonZeroU32;
use std::process::ExitCode;
use std::time::Duration;

/// How often the progress is told to a person who watches.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// Arguments of the command.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Play only what is served by a server of your own, or whose owner asked you to: this is as much load as you ask for.
The run ends after its duration or at Ctrl-C; the report comes either way.")]
pub struct LoadCommand {
    /// Manifest of a recording at any origin: an HLS playlist, or a DASH MPD (of several periods the first)
    url: String,
    /// Virtual players, each with connections of its own
    #[arg(long, default_value = "10", value_name = "NUMBER")]
    players: NonZeroU32,
    /// How long the run takes, such as 30s, 5min, 1h
    #[arg(long, default_value = "60s", value_parser = duration)]
    duration: Duration,
    /// How fast players ask
    #[arg(long, value_enum, default_value_t = Pace::Real)]
    pace: Pace,
    /// Each player jumps to another moment about this often; 0s for never
    #[arg(long, default_value = "30s", value_parser = duration, value_name = "DURATION")]
    seek_every: Duration,
    /// Each player changes its rung or a track about this often; 0s for never
    #[arg(long, default_value = "20s", value_parser = duration, value_name = "DURATION")]
    switch_every: Duration,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

fn duration(text: &str) -> Result<Duration, String> {
    crate::server::parse_duration(text).ok_or_else(|| "write a duration like 500ms, 30s, 5min or 1h".to_owned())
}

impl LoadCommand {
    /// Plays for the duration, or until Ctrl-C, and prints the report. Failed requests make exit code 1.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let plan = Plan {
            manifest: Address::parse(&self.url).map_err(Failure::new)?,
            players: self.players.get() as usize,
            pace: self.pace,
            seek_every: Some(self.seek_every).filter(|every| !every.is_zero()),
            switch_every: Some(self.switch_every).filter(|every| !every.is_zero()),
            duration: self.duration,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let report = runtime.block_on(play(plan))?;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&report)?);
        } else {
            println!("{report}");
        }
        if report.requests == 0 || !report.errors.is_empty() {
            return Err(Failure::new(format!("{} requests failed", report.errors.values().sum::<u64>())));
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn play(plan: Plan) -> Result<Report, Failure> {
    let (url, duration) = (plan.manifest.to_string(), plan.duration);
    let load = Load::start(plan).await.map_err(|trouble| Failure::new(format!("{url}: {trouble}")))?;
    let end = tokio::time::sleep(duration);
    let interrupted = tokio::signal::ctrl_c();
    let mut ticks = tokio::time::interval(TOLD_EVERY);
    let mut progress = Progress::new();
    tokio::pin!(end, interrupted);
    loop {
        tokio::select! {
            () = &mut end => break,
            _ = &mut interrupted => break,
            _ = ticks.tick() => progress.tell(load.tally(), load.elapsed(), duration),
        }
    }
    progress.clear();
    Ok(load.finish())
}

/// The line that a person sees while it runs; where nobody watches there is none.
struct Progress {
    watched: bool,
    bytes: u64,
    requests: u64,
}

impl Progress {
    fn new() -> Progress {
        Progress { watched: std::io::stderr().is_terminal(), bytes: 0, requests: 0 }
    }

    fn tell(&mut self, tally: &Tally, elapsed: Duration, duration: Duration) {
        if !self.watched {
            return;
        }
        let (requests, bytes) = (tally.requests(), tally.bytes());
        let per_second = TOLD_EVERY.as_secs_f64();
        let megabits = bytes.saturating_sub(self.bytes) as f64 * 8.0 / 1e6 / per_second;
        let rate = requests.saturating_sub(self.requests) as f64 / per_second;
        (self.requests, self.bytes) = (requests, bytes);
        let line = format!(
            "{:.0}/{:.0} s  {rate:.0} requests/s  {megabits:.1} Mbit/s  {} late  {} errors",
            elapsed.as_secs_f64(),
            duration.as_secs_f64(),
            tally.late_segments(),
            tally.errors().values().sum::<u64>()
        );
        self.write(&line);
    }

    fn clear(&self) {
        if self.watched {
            self.write("");
        }
    }

    /// Writes over the last line; what cannot be written is not worth an end of the run.
    fn write(&self, line: &str) {
        let mut stderr = std::io::stderr().lock();
        let _ = write!(stderr, "\r\x1b[K{line}").and_then(|()| stderr.flush());
    }
}
