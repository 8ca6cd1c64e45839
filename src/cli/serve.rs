//! `signalbox serve`: the origin.

use super::Failure;
use super::background::Background;
use super::inspect::{problems_of, warnings_of};
use super::site::{Editors, Site};
use crate::api::{self, Api, ApiOptions, open_to_others};
use crate::catalog::{Catalog, LoadedAsset};
use crate::origin::{Origin, OriginOptions, Route};
use crate::page::Page;
use crate::presentation::Rendition;
use crate::server::{Config, ServerConfig, Signals, bind, run, runtime};
use crate::track::TrackType;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Assets whose tracks are told at start; of a larger catalogue, the names of the others are enough.
const TOLD_IN_FULL: usize = 50;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// The folder of assets, or one asset's folder
    folder: PathBuf,
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Configuration file (TOML); what the command line says goes before it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Without the page at `/`; the API stays
    #[arg(long)]
    no_page: bool,
}

impl Serve {
    /// Serves until SIGTERM or SIGINT, then lets open responses end.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut config = match &self.config {
            Some(file) => Config::load(file)?,
            None => Config::default(),
        };
        if let Some(listen) = self.listen {
            config.server.listen = listen;
        }
        config.api.page &= !self.no_page;
        runtime(&config.server)?.block_on(serve(&self.folder, &config))
    }
}

async fn serve(folder: &Path, config: &Config) -> Result<ExitCode, Failure> {
    let signals = Signals::listen()?;
    let catalog = Arc::new(super::open_catalog(folder, config)?);
    check_access(config)?;
    let listener = bind(&config.server).await?;
    let own = match config.api.listen {
        Some(listen) if config.api.enabled => Some(bind_own(listen, config).await?),
        _ => None,
    };
    let background = Background::start(&catalog, config)?;
    let address = listener.local_addr()?;
    let api = config.api.enabled.then(|| {
        let (jobs, purger) = (background.jobs.clone(), background.purger.clone());
        let players_port = config.api.listen.map(|_| address.port());
        let azure = config.azure.options(players_port);
        let (cloudflare, dato) = (config.facades.cloudflare.options(), config.facades.datocms.options(players_port));
        let options = ApiOptions { azure, cloudflare, dato, ..config.api.options(&config.server) };
        let api = Arc::new(Api::new(Arc::clone(&catalog), jobs, purger, options));
        Editors { api, page: config.api.page.then_some(Page) }
    });
    super::say(&format!("listening on http://{address}\n"))?;
    if let Some(own) = &own {
        super::say(&format!("editing at http://{}{}\n", own.local_addr()?, api::BASE))?;
    }
    if config.api.enabled && config.api.page {
        super::say(&format!("a page for people at http://{}/\n", own.as_ref().unwrap_or(&listener).local_addr()?))?;
    }
    let beside = api.as_ref().filter(|_| own.is_none()).map(|editors| Arc::clone(&editors.api));
    let told = tokio::spawn(tell(Arc::clone(&catalog), address, beside));
    let options = OriginOptions {
        manifest_cache_bytes: config.playback.manifest_cache,
        manifest_max_age: config.playback.manifest_max_age,
        stale_while_revalidate: config.playback.stale_while_revalidate,
        dialect: config.playback.dialect,
    };
    let origin = Arc::new(Origin::new(catalog, &options).sending_unseen());
    let code = match (api, own) {
        (None, _) => serve_on(listener, Site::Players(origin), config, signals).await,
        (Some(api), None) => serve_on(listener, Site::Both(origin, api), config, signals).await,
        (Some(api), Some(own)) => {
            let editors = serve_on(own, Site::Editors(api), config, Signals::listen()?);
            let players = serve_on(listener, Site::Players(origin), config, signals);
            let (players, editors) = tokio::join!(players, editors);
            if players == ExitCode::SUCCESS { editors } else { players }
        }
    };
    told.abort();
    background.end().await;
    Ok(code)
}

/// Refuses to be an editors' side that is open to others.
fn check_access(config: &Config) -> Result<(), Failure> {
    let address = config.api.listen.unwrap_or(config.server.listen);
    match open_to_others(&config.api.tokens, address) {
        Some(reason) if config.api.enabled => Err(Failure::new(reason)),
        _ => Ok(()),
    }
}

/// The listener that only the API has.
async fn bind_own(listen: SocketAddr, config: &Config) -> Result<TcpListener, Failure> {
    let bound = bind(&ServerConfig { listen, ..config.server.clone() }).await;
    bound.map_err(|failed| Failure::new(format!("api.listen: cannot listen on {listen}: {}", failed.error)))
}

async fn serve_on(listener: TcpListener, site: Site, config: &Config, signals: Signals) -> ExitCode {
    let site = Arc::new(site);
    run(listener, &config.server, move |request| Arc::clone(&site).respond(request), signals).await
}

/// Says what was found, one link per asset; and which of it `api` hides, where `address` has it.
async fn tell(catalog: Arc<Catalog>, address: SocketAddr, api: Option<Arc<Api>>) -> Result<(), Failure> {
    let names = catalog.names().await;
    super::say(&format!("{} {}\n", names.len(), if names.len() == 1 { "asset" } else { "assets" }))?;
    let hidden = |name: &&String| api.as_ref().is_some_and(|api| api.has(&format!("/{name}")));
    let hidden: Vec<&String> = names.iter().filter(hidden).collect();
    if let [name, others @ ..] = hidden.as_slice() {
        let more = if others.is_empty() { String::new() } else { format!(" (nor can {} more)", others.len()) };
        tracing::warn!(
            "the asset {name} cannot be played{more}: its paths are those of an API; rename it, set api.listen, or \
             switch that API off (facades.cloudflare.enabled, facades.datocms.enabled)"
        );
    }
    for (place, name) in names.iter().enumerate() {
        if place >= TOLD_IN_FULL {
            super::say(&format!("  {name}  http://{address}{}\n", Route::Multivariant { asset: name }))?;
            continue;
        }
        match catalog.asset(name).await {
            Ok(asset) => {
                super::say(&format!("  {name}  {}  http://{address}{}\n", summary(&asset), entrance(&asset)))?;
                problems_of(&asset).iter().chain(&warnings_of(&asset)).for_each(|line| tracing::warn!("{line}"));
            }
            Err(error) => tracing::warn!("{error}"),
        }
    }
    Ok(())
}

/// The manifest to open: HLS has none for text alone.
fn entrance(asset: &LoadedAsset) -> Route<'_> {
    let is_text = |rendition: &Rendition| rendition.track_type == TrackType::Text;
    match &asset.presentation {
        Ok(presentation) if presentation.renditions.iter().all(is_text) => Route::Mpd { asset: &asset.name },
        _ => Route::Multivariant { asset: &asset.name },
    }
}

/// `3 video, 4 audio, 3 text (1 hidden)`.
fn summary(asset: &LoadedAsset) -> String {
    let count = |track_type| asset.tracks.iter().filter(|track| track.track.track_type == track_type).count();
    let types = [TrackType::Video, TrackType::Audio, TrackType::Text];
    let counts = types.map(|track_type| (count(track_type), track_type));
    let mut words: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, track_type)| format!("{count} {track_type}"))
        .collect();
    let hidden = asset.tracks.iter().filter(|track| !track.track.is_visible()).count();
    if let (Some(last), true) = (words.last_mut(), hidden > 0) {
        last.push_str(&format!(" ({hidden} hidden)"));
    }
    words.join(", ")
}
