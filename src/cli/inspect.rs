//! `signalbox inspect`: what each track of an asset is, and what players will be told of it.

use super::Failure;
use super::assets::{Assets, Chosen, block_on, config};
use crate::api::{CloudflareOptions, DatoOptions, Uid};
use crate::catalog::LoadedAsset;
use crate::manifest::{TextForm, dash, hls};
use crate::presentation::{Facts, LoadedTrack, Media, Rendition};
use crate::track::rules::Breach;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Inspect {
    #[command(flatten)]
    chosen: Chosen,
    /// Print JSON, an array with one object per asset
    #[arg(long)]
    json: bool,
    /// Configuration file (TOML), for the identifiers that it gives to assets
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What assets are called in the APIs of other platforms.
struct KnownAs {
    cloudflare: CloudflareOptions,
    dato: DatoOptions,
}

impl Inspect {
    /// Prints to standard output; problems also to standard error, and any problem fails the command.
    pub fn run(self) -> Result<ExitCode, Failure> {
        block_on(self.print())
    }

    async fn print(self) -> Result<ExitCode, Failure> {
        let config = config(self.config.as_deref())?;
        let facades = &config.facades;
        let known_as = KnownAs { cloudflare: facades.cloudflare.options(), dato: facades.datocms.options(None) };
        let mut assets = Assets::open(&self.chosen, config).await?;
        let mut problems = Vec::new();
        let mut documents = Vec::new();
        while let Some((_, asset)) = assets.next().await {
            match asset {
                Ok(asset) => {
                    problems.extend(problems_of(&asset));
                    match self.json {
                        true => documents.push(as_json(&asset, &known_as)),
                        false => super::say(&as_text(&asset, &known_as))?,
                    }
                }
                Err(error) => problems.push(error.to_string()),
            }
        }
        if self.json {
            super::say(&format!("{:#}\n", Value::Array(documents)))?;
        }
        if problems.is_empty() { Ok(ExitCode::SUCCESS) } else { Err(Failure::new(problems.join("\n"))) }
    }
}

/// Every track or file of an asset that cannot be played, a line each.
pub(super) fn problems_of(asset: &LoadedAsset) -> Vec<String> {
    let tracks = asset.tracks.iter().filter_map(|track| {
        let reason = track.source.as_ref().err()?;
        Some(format!("{}: track {}: {reason}", asset.name, track.track.name))
    });
    let files = asset.unusable.iter().map(|(file, reason)| format!("{}/{file}: {reason}", asset.name));
    let mut problems: Vec<String> = tracks.chain(files).collect();
    // Said only where nothing else says why.
    if let (Err(nothing), true) = (&asset.presentation, problems.is_empty()) {
        problems.push(format!("{}: {nothing}", asset.name));
    }
    problems
}

/// Size, sound or cues, whichever a track has.
fn detail(facts: &Facts) -> String {
    let video = facts.video.as_ref().map(|video| format!("{}x{} {}", video.width, video.height, video.range()));
    let audio = facts.audio.as_ref().map(|audio| format!("{} channels, {} Hz", audio.channels, audio.sample_rate));
    let cues = facts.cues.map(|cues| format!("{cues} cues"));
    [video, audio, cues].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What of an asset's document is not served as it is written, a line each.
pub(super) fn warnings_of(asset: &LoadedAsset) -> Vec<String> {
    /// Of a document with thousands of slips a person needs a few to see what is wrong.
    const TOLD: usize = 20;
    let ignored = asset.ignored.iter().take(TOLD);
    let document = asset.document_file();
    let mut lines: Vec<String> = ignored.map(|breach| format!("{}/{document}: {breach}", asset.name)).collect();
    let more = asset.ignored.len().saturating_sub(TOLD);
    if more > 0 {
        lines.push(format!("{}/{document}: {more} more things are not served as they are written", asset.name));
    }
    lines
}

/// The lines of the multivariant playlist that offer a track.
fn hls_lines(asset: &LoadedAsset, rendition: &Rendition) -> Vec<String> {
    let Ok(presentation) = &asset.presentation else { return Vec::new() };
    let Ok(playlist) = hls::multivariant_playlist(presentation, TextForm::WebVtt) else { return Vec::new() };
    let rendition_id = format!("STABLE-RENDITION-ID=\"{}\"", rendition.name);
    let variant_ids = ["", ".iframes"].map(|suffix| format!("STABLE-VARIANT-ID=\"{}{suffix}\"", rendition.name));
    let offers = |line: &&str| line.contains(&rendition_id) || variant_ids.iter().any(|id| line.contains(id));
    playlist.lines().filter(offers).map(str::to_owned).collect()
}

fn rendition<'a>(asset: &'a LoadedAsset, track: &LoadedTrack) -> Option<&'a Rendition> {
    asset.presentation.as_ref().ok()?.rendition(&track.track.name)
}

fn as_text(asset: &LoadedAsset, known_as: &KnownAs) -> String {
    let title = asset.asset.title.as_deref().map(|title| format!("  {title:?}")).unwrap_or_default();
    let origin = asset.document().map_or("discovered", |found| found.file.as_str());
    let length = asset.presentation.as_ref().map_or(0.0, |presentation| presentation.duration.seconds());
    let mut out = format!("{}{title}  {length:.3} s, {origin}\n", asset.name);
    let (uid, id) = (known_as.cloudflare.uid_of(&asset.name), known_as.dato.id_of(&asset.name));
    out += &format!("  also known as {uid} (Cloudflare Stream), {id} (DatoCMS)\n");
    for track in &asset.tracks {
        out += &track_as_text(asset, track);
    }
    for warning in warnings_of(asset) {
        out += &format!("  ignored: {warning}\n");
    }
    for (file, reason) in &asset.unusable {
        out += &format!("  {file}  cannot be used: {reason}\n");
    }
    out + "\n"
}

fn track_as_text(asset: &LoadedAsset, track: &LoadedTrack) -> String {
    let word = track.track.language.as_ref().map_or("und", |language| language.as_str());
    let head = format!("  {}  {}  {word}  {}", track.track.name, track.track.track_type, track.track.file);
    let source = match &track.source {
        Ok(source) => source,
        Err(reason) => return format!("{head}\n    cannot be played: {reason}\n"),
    };
    let facts = Facts::of(&source.media);
    let mut out = format!(
        "{head}\n    {}, {}, {:.3} s, {} bytes, {:.0} kbit/s",
        facts.codec,
        detail(&facts),
        facts.seconds,
        facts.bytes,
        facts.average_bit_rate / 1000.0
    );
    let rendition = rendition(asset, track);
    if let Some(rendition) = rendition {
        out += &format!(" (peak {:.0})", rendition.bit_rate().peak as f64 / 1000.0);
    }
    if let Some((shortest, longest)) = facts.sync_spacing {
        out += &format!(", sync samples every {shortest:.3} to {longest:.3} s");
    }
    out.push('\n');
    let Some(rendition) = rendition else {
        let why = if track.track.is_visible() { "" } else { "hidden: " };
        return out + &format!("    {why}in no manifest\n");
    };
    let lines = hls_lines(asset, rendition);
    if lines.is_empty() {
        out += "    HLS   not offered\n";
    }
    lines.iter().for_each(|line| out += &format!("    HLS   {line}\n"));
    if let Some(signals) = asset.presentation.as_ref().ok().and_then(|p| dash::signals_of(p, &rendition.name)) {
        out += &format!("    DASH  {signals}\n");
    }
    out
}

fn as_json(asset: &LoadedAsset, known_as: &KnownAs) -> Value {
    json!({
        "asset": asset.name,
        "title": asset.asset.title,
        "ids": {
            "cloudflare": known_as.cloudflare.uid_of(&asset.name),
            "datocms": known_as.dato.id_of(&asset.name),
        },
        "document": asset.has_document,
        "duration": asset.presentation.as_ref().ok().map(|presentation| presentation.duration.seconds()),
        "tracks": asset.tracks.iter().map(|track| track_as_json(asset, track)).collect::<Vec<_>>(),
        "ignored": asset.ignored.iter().map(ignored_as_json).collect::<Vec<_>>(),
        "unusable": asset.unusable.iter().map(|(file, reason)| json!({ "file": file, "reason": reason })).collect::<Vec<_>>(),
    })
}

fn ignored_as_json(breach: &Breach) -> Value {
    json!({ "rule": breach.rule.id(), "track": breach.track, "path": breach.path, "problem": breach.problem })
}

fn track_as_json(asset: &LoadedAsset, track: &LoadedTrack) -> Value {
    let uid = Uid::of_track(&asset.name, &track.track.name);
    let mut value = json!({
        "name": track.track.name,
        "ids": { "cloudflare": uid.hex(), "datocms": uid.base64url() },
        "type": track.track.track_type.as_str(),
        "file": track.track.file,
        "language": track.track.language.as_ref().map(|language| language.as_str()),
        "visible": track.track.is_visible(),
    });
    match &track.source {
        Err(reason) => value["error"] = json!(reason),
        Ok(source) => value["media"] = facts_as_json(&source.media),
    }
    if let Some(rendition) = rendition(asset, track) {
        value["label"] = json!(rendition.label);
        value["peak_bit_rate"] = json!(rendition.bit_rate().peak);
        value["hls"] = json!(hls_lines(asset, rendition));
        let dash = asset.presentation.as_ref().ok().and_then(|p| dash::signals_of(p, &rendition.name));
        value["dash"] = dash.map(|signals| dash_as_json(&signals)).unwrap_or(Value::Null);
    }
    value
}

fn dash_as_json(signals: &dash::SetSignals) -> Value {
    let accessibility = signals.accessibility.iter().map(|(scheme, value)| json!({ "scheme": scheme, "value": value }));
    json!({
        "adaptation_set": signals.id,
        "lang": signals.language,
        "label": signals.label,
        "roles": signals.roles,
        "accessibility": accessibility.collect::<Vec<_>>(),
    })
}

fn facts_as_json(media: &Media) -> Value {
    let facts = Facts::of(media);
    let mut value = json!({
        "codec": facts.codec,
        "bytes": facts.bytes,
        "duration": facts.seconds,
        "average_bit_rate": facts.average_bit_rate.round(),
    });
    if let Some((shortest, longest)) = facts.sync_spacing {
        value["sync_spacing"] = json!({ "shortest": shortest, "longest": longest });
    }
    if let Some(track) = media.coded() {
        if let Some(video) = &track.codec.video {
            value["width"] = json!(video.width);
            value["height"] = json!(video.height);
            value["range"] = json!(video.range().to_string());
        }
        if let Some(audio) = &track.codec.audio {
            value["channels"] = json!(audio.channels);
            value["sample_rate"] = json!(audio.sample_rate);
        }
    }
    value
}
