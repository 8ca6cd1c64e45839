//! `signalbox tracks`: an asset's track list, seen and edited without a server. A server that runs on the same folder sees
//! the edit within its `max_staleness`.

mod add;
mod tell;

use super::Failure;
use super::background::jobs_options;
use crate::catalog::{Catalog, EditError, EditOf, Edited, Expected, LoadedAsset};
use crate::document::{DocumentError, patched_track};
use crate::jobs::Jobs;
use crate::server::Config;
use crate::track::rules::Breach;
use crate::track::{Asset, Track, Visibility};
use add::Add;
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct TracksCommand {
    /// The folder of assets, or one asset's folder
    folder: PathBuf,
    /// The asset, by its path in the folder; one that has the name of an action is written with a slash: show/
    asset: String,
    #[command(subcommand)]
    action: Option<Action>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    /// Edit only if the track list is at this revision still
    #[arg(long, global = true, value_name = "REVISION")]
    if_match: Option<String>,
    /// Configuration file of the server (TOML)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Show the tracks, as without any action
    List,
    /// Make a track of a file
    Add(Add),
    /// Change what a track says of itself
    Set {
        track: String,
        /// As in asset.json: language=de, label="Deutsch (leicht)", roles=caption,easyreader, default=true; nothing behind
        /// the sign takes the word back: label=
        #[arg(required = true, value_name = "KEY=VALUE", value_parser = change)]
        changes: Vec<(String, String)>,
    },
    /// Take a track out of all manifests; it stays in the list
    Hide { track: String },
    /// Bring a hidden track back
    Show { track: String },
    /// Take a track off the list; its file stays
    Remove {
        track: String,
        /// Remove its file as well, where no other track uses it
        #[arg(long)]
        delete_file: bool,
    },
    /// Show who changed what when
    History,
    /// Make the list again what it was
    Revert { revision: String },
}

fn change(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE, such as language=de")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// What an action works on.
struct Work {
    folder: PathBuf,
    catalog: Arc<Catalog>,
    jobs: Jobs,
    asset: String,
    edit: EditOf,
    json: bool,
}

impl TracksCommand {
    /// Does one action; what refuses it is said line by line and makes exit code 1.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let config = self.config.as_ref().map(Config::load).transpose()?.unwrap_or_default();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(self.act(&config))?;
        Ok(ExitCode::SUCCESS)
    }

    async fn act(self, config: &Config) -> Result<(), Failure> {
        let catalog = Arc::new(super::open_catalog(&self.folder, config)?);
        let jobs = Jobs::new(Arc::clone(&catalog), jobs_options(config));
        let expected = self.if_match.map_or(Expected::Any, |revision| Expected::OneOf(vec![revision]));
        let edit = EditOf { by: "command line".to_owned(), expected };
        let asset = self.asset.trim_end_matches('/').to_owned();
        let work = Work { folder: self.folder, catalog, jobs, asset, edit, json: self.json };
        match self.action.unwrap_or(Action::List) {
            Action::List => work.list().await,
            Action::Add(add) => add.run(&work).await,
            Action::Set { track, changes } => work.set(&track, &changes).await,
            Action::Hide { track } => work.show(&track, Visibility::Hidden).await,
            Action::Show { track } => work.show(&track, Visibility::Visible).await,
            Action::Remove { track, delete_file } => work.remove(&track, delete_file).await,
            Action::History => work.history().await,
            Action::Revert { revision } => work.revert(&revision).await,
        }
    }
}

impl Work {
    async fn loaded(&self) -> Result<Arc<LoadedAsset>, Failure> {
        Ok(self.catalog.newest(&self.asset).await?)
    }

    async fn list(&self) -> Result<(), Failure> {
        let asset = self.loaded().await?;
        super::say(&if self.json { tell::list_as_json(&asset) } else { tell::list(&asset) })
    }

    async fn set(&self, track: &str, changes: &[(String, String)]) -> Result<(), Failure> {
        let patch =
            Value::Object(changes.iter().map(|(key, value)| (key.clone(), meant(key, value))).collect::<Map<_, _>>());
        let edited = self.change(track, |track| patched_track(track, &patch)).await?;
        match edited.value {
            Ok(ref track) => self.tell(&edited, Some(track), "is changed"),
            Err(problem) => Err(Failure::new(problem.to_string())),
        }
    }

    async fn show(&self, track: &str, visibility: Visibility) -> Result<(), Failure> {
        let edited = self.change(track, |track| Ok(Track { visibility, ..track.clone() })).await?;
        let done = if visibility == Visibility::Hidden { "is hidden" } else { "is visible" };
        self.tell(&edited, edited.value.as_ref().ok(), done)
    }

    /// Puts what `change` makes of a track in its place; where that is a problem, nothing is changed.
    async fn change(
        &self,
        name: &str,
        change: impl Fn(&Track) -> Result<Track, DocumentError> + Send + Sync,
    ) -> Result<Edited<Result<Track, DocumentError>>, Failure> {
        let edited = self.catalog.edit_as_said(&self.asset, &self.edit, |asset| {
            let track = self.find(asset, name)?;
            let changed = change(track);
            if let Ok(changed) = &changed {
                track.clone_from(changed);
            }
            Ok(changed)
        });
        edited.await.map_err(refusal)
    }

    async fn remove(&self, name: &str, delete_file: bool) -> Result<(), Failure> {
        let edited = self.catalog.edit(&self.asset, &self.edit, |asset| {
            let track = self.find(asset, name)?.clone();
            asset.tracks.retain(|other| other.name != name);
            Ok(track)
        });
        let edited = edited.await.map_err(refusal)?;
        self.tell(&edited, Some(&edited.value), "is removed")?;
        if !delete_file {
            return Ok(());
        }
        let any = EditOf { expected: Expected::Any, ..self.edit.clone() };
        match self.catalog.remove_file(&self.asset, &edited.value.file, &any).await {
            // Of a track that was preparing there is none.
            Ok(()) | Err(EditError::UnknownFile { .. }) => Ok(()),
            Err(error) => Err(refusal(error)),
        }
    }

    async fn history(&self) -> Result<(), Failure> {
        let entries = self.catalog.history(&self.asset).await?;
        super::say(&if self.json { tell::history_as_json(&entries) } else { tell::history(&entries) })
    }

    async fn revert(&self, revision: &str) -> Result<(), Failure> {
        let edited = self.catalog.revert(&self.asset, &self.edit, revision).await.map_err(refusal)?;
        self.tell(&edited, None, &format!("{} is what it was at {revision}", self.asset))
    }

    fn find<'a>(&self, asset: &'a mut Asset, name: &str) -> Result<&'a mut Track, EditError> {
        let unknown = || EditError::UnknownTrack { asset: self.asset.clone(), track: name.to_owned() };
        asset.tracks.iter_mut().find(|track| track.name == name).ok_or_else(unknown)
    }

    /// Says what was done.
    fn tell<T>(&self, edited: &Edited<T>, track: Option<&Track>, done: &str) -> Result<(), Failure> {
        if self.json {
            return super::say(&tell::edit_as_json(&edited.asset, edited.changed, track));
        }
        let subject = track.map(|track| format!("{} ", track.name)).unwrap_or_default();
        let already = if edited.changed { "" } else { " already" };
        super::say(&format!("{subject}{done}{already}\nrevision {}\n", edited.asset.list_revision))
    }
}

/// The value that is meant by a word of the command line, by the type that the document has for it. What is no such value
/// stays a word, and the document's own rules say what is wrong with it.
fn meant(key: &str, value: &str) -> Value {
    match key {
        _ if value.is_empty() => Value::Null,
        "default" | "forced" => value.parse::<bool>().map_or_else(|_| value.into(), Value::Bool),
        "track_id" => value.parse::<u32>().map_or_else(|_| value.into(), Value::from),
        "roles" | "characteristics" => value.split(',').map(|word| Value::from(word.trim())).collect(),
        _ => value.into(),
    }
}

/// Why an edit was refused, a line for each rule that it would break.
fn refusal(error: EditError) -> Failure {
    let line = |breach: &Breach| match &breach.track {
        Some(track) => format!("{track}: {}: {}", breach.field, breach.problem),
        None => format!("{}: {}", breach.field, breach.problem),
    };
    match error {
        EditError::Refused(breaches) => Failure::new(breaches.iter().map(line).collect::<Vec<_>>().join("\n")),
        error => Failure::new(error.to_string()),
    }
}
