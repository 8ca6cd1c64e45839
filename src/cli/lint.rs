//! `signalbox lint`: what viewers of each asset would stumble over, and what to do.

use super::Failure;
use super::assets::{Assets, Chosen, JsonList, block_on, config, printable};
use crate::lint::{Finding, Severity};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Lint {
    #[command(flatten)]
    chosen: Chosen,
    /// Print JSON, an array with one object per asset
    #[arg(long)]
    json: bool,
    /// Fail on warnings, not on errors alone
    #[arg(long)]
    strict: bool,
    /// The server's configuration, which may want segments of another duration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What was found in one asset.
#[derive(Serialize)]
struct Found<'a> {
    asset: &'a str,
    findings: Vec<Finding>,
}

impl Lint {
    /// Prints to standard output, asset by asset. Fails where an error (or, if strict, a warning) was found, or an asset
    /// could not be looked at.
    pub fn run(self) -> Result<ExitCode, Failure> {
        block_on(self.print())
    }

    async fn print(self) -> Result<ExitCode, Failure> {
        let mut assets = Assets::open(&self.chosen, config(self.config.as_deref())?).await?;
        let bad = if self.strict { Severity::Warning } else { Severity::Error };
        let (mut failed, mut unseen, mut list) = (false, Vec::new(), JsonList::default());
        let (mut seen, mut counts) = (0, Counts::default());
        while let Some((name, asset)) = assets.next().await {
            let findings = match asset {
                Ok(asset) => asset.lint(),
                Err(error) => match error.finding() {
                    Some(finding) => vec![finding],
                    None => {
                        unseen.push(error.to_string());
                        continue;
                    }
                },
            };
            seen += 1;
            failed |= findings.iter().any(|finding| finding.severity >= bad);
            counts.add(&findings);
            let found = Found { asset: &name, findings };
            super::say(&if self.json { list.item(&found, "  ")? } else { printable(&as_text(&found)) })?;
        }
        super::say(&match self.json {
            true => list.end("") + "\n",
            false => format!("{seen} {}: {counts}\n", if seen == 1 { "asset" } else { "assets" }),
        })?;
        match unseen.is_empty() {
            false => Err(Failure::new(unseen.join("\n"))),
            true => Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }),
        }
    }
}

/// Findings by severity.
#[derive(Default)]
struct Counts {
    errors: usize,
    warnings: usize,
    notices: usize,
}

impl Counts {
    fn add(&mut self, findings: &[Finding]) {
        for finding in findings {
            *match finding.severity {
                Severity::Error => &mut self.errors,
                Severity::Warning => &mut self.warnings,
                Severity::Notice => &mut self.notices,
            } += 1;
        }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let (errors, warnings) = (plural(self.errors, "error"), plural(self.warnings, "warning"));
        write!(f, "{errors}, {warnings}, {}", plural(self.notices, "notice"))
    }
}

/// The asset's name, and two or three lines for each finding; nothing where there is none.
fn as_text(found: &Found) -> String {
    if found.findings.is_empty() {
        return String::new();
    }
    let mut text = format!("{}\n", found.asset);
    for finding in &found.findings {
        let track = finding.track.as_deref().map(|track| format!("  {track}")).unwrap_or_default();
        let clause = finding.clause.map(|clause| format!("  ({clause})")).unwrap_or_default();
        text += &format!("  {:<7}  {}{track}{clause}\n", finding.severity, finding.rule);
        for (number, line) in finding.message.lines().enumerate() {
            text += &format!("           {}{line}\n", if number == 0 { "" } else { "  " });
        }
        text += &format!("           → {}\n", finding.remedy);
    }
    text + "\n"
}
