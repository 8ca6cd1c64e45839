//! The command line: one file per command.

mod assets;
mod background;
mod inspect;
mod lint;
mod load;
mod report;
mod serve;
mod site;
mod token;
mod tracks;

use crate::catalog::{Catalog, CatalogOptions};
use crate::server::{Config, init_log};
use crate::store::LocalStore;
use clap::{Parser, Subcommand};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Serves a folder of MP4 and caption files as HLS and DASH, from the track list of each asset.
///
/// An asset is a folder with media files and, if you like, an asset.json that says what its tracks are. Nothing is
/// repackaged: manifests and segments are made on request.
#[derive(Debug, Parser)]
#[command(name = "signalbox", version, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Environment:
  SIGNALBOX_LOG  what to log, to standard error: error, warn, info (default), debug, trace,
                 or per module, such as signalbox::origin=debug

Exit codes: 0 success, 1 a problem (said on standard error), 2 wrong usage";

const LINT_HELP: &str = "\
Environment:
  SIGNALBOX_LOG  what to log, to standard error: error, warn, info (default), debug, trace

Exit codes: 0 nothing worse than a warning (with --strict, than a notice), 1 an error (with
--strict, a warning) was found or an asset cannot be looked at, 2 wrong usage";

const REPORT_HELP: &str = "\
Environment:
  SIGNALBOX_LOG  what to log, to standard error: error, warn, info (default), debug, trace

Exit codes: 0 success, 1 an asset cannot be looked at or, with --strict, something is missing,
2 wrong usage";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a folder of assets to players
    #[command(after_help = AFTER_HELP)]
    Serve(serve::Serve),
    /// Print each track's media facts and the signals it gets in HLS and DASH
    #[command(after_help = AFTER_HELP)]
    Inspect(inspect::Inspect),
    /// Show and edit the tracks of an asset
    #[command(after_help = AFTER_HELP)]
    Tracks(tracks::TracksCommand),
    /// Say what viewers would stumble over, and what to do
    #[command(after_help = LINT_HELP)]
    Lint(lint::Lint),
    /// Report audio description, captions and the like, language by language, and what is missing
    #[command(after_help = REPORT_HELP)]
    Report(report::Report),
    /// Play many virtual players against an origin of your own, and tell what they saw
    Load(load::LoadCommand),
    /// Make a token for the API
    #[command(after_help = AFTER_HELP)]
    Token(token::TokenCommand),
}

/// Why a command failed, in words for a person.
#[derive(Debug)]
struct Failure(String);

impl Failure {
    fn new(problem: impl Into<String>) -> Failure {
        Failure(problem.into())
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure(error.to_string())
    }
}

/// Runs the command named on the command line.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    // What a person who waits for a command must know it says itself.
    let level = if matches!(arguments.command, Command::Tracks(_)) { "error" } else { "info" };
    let result = init_log(level).map_err(Failure::from).and_then(|()| match arguments.command {
        Command::Serve(serve) => serve.run(),
        Command::Inspect(inspect) => inspect.run(),
        Command::Tracks(tracks) => tracks.run(),
        Command::Lint(lint) => lint.run(),
        Command::Report(report) => report.run(),
        Command::Load(load) => load.run(),
        Command::Token(token) => token.run(),
    });
    result.unwrap_or_else(|Failure(problem)| {
        let lines: String = problem.lines().map(|line| format!("signalbox: {line}\n")).collect();
        // Where standard error is closed, the exit code still tells.
        let _ = std::io::stderr().write_all(lines.as_bytes());
        ExitCode::FAILURE
    })
}

/// Writes to standard output. Whoever reads it may have had enough, as `head` has: that is no failure.
fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure(format!("standard output: {error}"))),
        _ => Ok(()),
    }
}

/// The catalog of a local folder. A folder that is itself an asset is served under its own name.
fn open_catalog(folder: &Path, config: &Config) -> Result<Catalog, Failure> {
    let store = LocalStore::open(folder)?;
    let root_name = folder.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
    let options = CatalogOptions {
        cache_bytes: config.catalog.cache,
        max_staleness: config.catalog.max_staleness,
        segment_duration: config.playback.segment_duration,
    };
    Ok(Catalog::new(Arc::new(store), root_name, options))
}
