//! `signalbox report`: what each asset offers to those who do not see or hear all of it, and what is missing.

use super::Failure;
use super::assets::{Assets, Chosen, JsonList, block_on, printable};
use crate::report::{AssetReport, CSV_HEADER, Catalogue, Count, Feature, LanguageReport, csv_rows};
use crate::server::Config;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Report {
    /// The folder of assets, or one asset's folder
    folder: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text, conflicts_with = "json")]
    format: Format,
    /// Print JSON, as --format json does
    #[arg(long)]
    json: bool,
    /// Fail where something is missing
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
}

impl Report {
    /// Prints to standard output, asset by asset. Fails where an asset could not be looked at and, if strict, where
    /// something is missing.
    pub fn run(self) -> Result<ExitCode, Failure> {
        block_on(self.print())
    }

    async fn print(self) -> Result<ExitCode, Failure> {
        let mut assets = Assets::open(&Chosen { folder: self.folder, asset: None }, Config::default()).await?;
        let format = if self.json { Format::Json } else { self.format };
        let (mut list, mut catalogue, mut problems) = (JsonList::default(), Catalogue::default(), Vec::new());
        match format {
            Format::Text => {}
            Format::Json => super::say("{\n  \"assets\": ")?,
            Format::Csv => super::say(CSV_HEADER)?,
        }
        while let Some((name, asset)) = assets.next().await {
            let report = asset
                .map_or_else(|error| AssetReport::failed(&name, &error.to_string()), |asset| asset.accessibility());
            problems.extend(report.problem.clone());
            catalogue.add(&report);
            super::say(&match format {
                Format::Text => printable(&as_text(&report)),
                Format::Json => list.item(&report, "    ")?,
                Format::Csv => csv_rows(&report),
            })?;
        }
        match format {
            Format::Text => super::say(&sums(&catalogue))?,
            Format::Json => super::say(&format!("{}{}", list.end("  "), json_end(&catalogue)?))?,
            Format::Csv => {}
        }
        match problems.is_empty() {
            false => Err(Failure::new(problems.join("\n"))),
            true if self.strict && !catalogue.missing.is_empty() => Ok(ExitCode::FAILURE),
            true => Ok(ExitCode::SUCCESS),
        }
    }
}

/// The members of the object after the list of assets.
fn json_end(catalogue: &Catalogue) -> Result<String, Failure> {
    let rest = serde_json::to_string_pretty(catalogue)?;
    let members = rest.strip_prefix('{').unwrap_or_default();
    Ok(format!(",{members}\n"))
}

/// A table with a line for each language.
fn as_text(report: &AssetReport) -> String {
    let title = report.title.as_deref().map(|title| format!("  {title:?}")).unwrap_or_default();
    let mut text = format!("{}{title}\n", report.asset);
    match &report.problem {
        Some(problem) => return text + &format!("  cannot be looked at: {problem}\n\n"),
        None if report.languages.is_empty() => text += "  no audio\n",
        None => text += &line(["language", "description", "captions", "subtitles", "forced", "clear", "easy"]),
    }
    for language in &report.languages {
        let is_missing = |feature| {
            report.missing.iter().any(|missing| missing.feature == feature && missing.language == language.language)
        };
        let required = |has: bool, feature| match (has, is_missing(feature)) {
            (true, _) => "yes",
            (false, true) => "MISSING",
            (false, false) => "-",
        };
        let may = |names: &[String]| if names.is_empty() { "-" } else { "yes" };
        text += &line([
            &language.language,
            required(!language.audio_description.is_empty(), Feature::AudioDescription),
            captions(language, required(language.has_captions(), Feature::Captions)),
            may(&language.subtitles),
            may(&language.forced_subtitles),
            may(&language.clear_dialogue),
            may(&language.easy_reader),
        ]);
    }
    if !report.sign_language.is_empty() {
        text += &format!("  sign language: {}\n", report.sign_language.join(", "));
    }
    text + "\n"
}

fn captions<'a>(language: &LanguageReport, otherwise: &'a str) -> &'a str {
    match (language.captions.is_empty(), language.closed_captions.is_empty(), language.automatic_captions.is_empty()) {
        (true, false, _) => "yes, CEA",
        (true, true, false) if otherwise == "MISSING" => "MISSING (automatic only)",
        _ => otherwise,
    }
}

fn line(cells: [&str; 7]) -> String {
    let [language, description, captions, rest @ ..] = cells;
    let rest = rest.map(|cell| format!("{cell:<9}")).join("  ");
    format!("  {language:<9}  {description:<11}  {captions:<9}  {rest}").trim_end().to_owned() + "\n"
}

/// Sums for a person.
fn sums(catalogue: &Catalogue) -> String {
    let (totals, counts) = (&catalogue.totals, &catalogue.totals.counts);
    let mut text =
        format!("{} assets, {} with video, {} of them complete\n", totals.assets, totals.video, totals.complete);
    let mut sum = |name: &str, count: &Count, clause: &str| {
        text += &format!(
            "  {name:<18}  in {} of {} languages, {} of {} assets",
            count.languages, totals.languages, count.assets, totals.assets
        );
        text +=
            &if count.missing > 0 { format!("; missing in {} ({clause})\n", count.missing) } else { "\n".to_owned() };
    };
    sum("audio description", &counts.audio_description, Feature::AudioDescription.clause());
    sum("captions", &counts.captions, Feature::Captions.clause());
    sum("forced subtitles", &counts.forced_subtitles, "");
    sum("clear dialogue", &counts.clear_dialogue, "");
    sum("easy reading", &counts.easy_reader, "");
    text + &format!("  {:<18}  in {} of {} assets\n", "sign language", counts.sign_language.assets, totals.assets)
}
