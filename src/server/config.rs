//! The configuration file: TOML, every key optional, an unknown key an error.
//!
//! ```toml
//! [server]
//! listen = "0.0.0.0:8080"
//! drain_timeout = "30s"
//!
//! [catalog]
//! cache = "512MB"
//!
//! [playback]
//! segment_duration = "6s"
//! ```

use super::azure::AzureConfig;
use super::background::{ConvertConfig, JobsConfig, PurgeConfig};
use super::editing::ApiConfig;
use super::facades::FacadesConfig;
use super::fetching::{FetchConfig, TranscriberConfig};
use super::quantity;
use crate::origin::OriginOptions;
use crate::track::Dialect;
use serde::{Deserialize, Deserializer};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// All that can be configured.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub server: ServerConfig,
    pub catalog: CatalogConfig,
    pub playback: PlaybackConfig,
    pub jobs: JobsConfig,
    pub convert: ConvertConfig,
    pub fetch: FetchConfig,
    pub transcriber: TranscriberConfig,
    pub purge: PurgeConfig,
    pub api: ApiConfig,
    pub azure: AzureConfig,
    pub facades: FacadesConfig,
}

/// `[server]`: connections and their limits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address and port to listen on. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Open connections; when there are as many, a new one waits until another closes. Default 10000.
    pub max_connections: usize,
    /// Time for the head of a request to arrive. Default `10s`.
    #[serde(deserialize_with = "quantity::duration")]
    pub header_timeout: Duration,
    /// Time a connection may stay open between requests. Default `60s`.
    #[serde(deserialize_with = "quantity::duration")]
    pub idle_timeout: Duration,
    /// Time for which a client may take nothing of a response. Default `60s`.
    #[serde(deserialize_with = "quantity::duration")]
    pub stall_timeout: Duration,
    /// Time that open responses have to end at a shutdown. Default `30s`.
    #[serde(deserialize_with = "quantity::duration")]
    pub drain_timeout: Duration,
    /// Largest head of a request, 8KiB to 1MiB. Default `16KB`.
    #[serde(deserialize_with = "quantity::size")]
    pub max_head: u64,
    /// Threads that serve requests. Default: one per processor.
    pub workers: Option<NonZeroUsize>,
}

/// `[catalog]`: what is kept of the assets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CatalogConfig {
    /// Memory for the indexes of media files and what is made of them. Default `512MB`.
    #[serde(deserialize_with = "quantity::size")]
    pub cache: u64,
    /// How long an edit of an asset may stay unseen. Default `1s`.
    #[serde(deserialize_with = "quantity::duration")]
    pub max_staleness: Duration,
}

/// `[playback]`: what players are told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlaybackConfig {
    /// Target duration of segments, `1s` to `60s`; an asset may have its own. Default `6s`.
    #[serde(deserialize_with = "quantity::duration")]
    pub segment_duration: Duration,
    /// Memory for manifests that were written. Default `64MB`.
    #[serde(deserialize_with = "quantity::size")]
    pub manifest_cache: u64,
    /// How long a cache may hand on a manifest without asking, in whole seconds. Default `2s`.
    #[serde(deserialize_with = "quantity::duration")]
    pub manifest_max_age: Duration,
    /// For how long after that a cache may hand it on while it asks, in whole seconds. Default `10s`.
    #[serde(deserialize_with = "quantity::duration")]
    pub stale_while_revalidate: Duration,
    /// How the links of Azure Media Services are answered, `standard` or `ams`; an asset may say itself. Default
    /// `standard`.
    #[serde(deserialize_with = "dialect")]
    pub dialect: Dialect,
}

impl Default for ServerConfig {
    fn default() -> Self {
        ServerConfig {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            max_connections: 10_000,
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            stall_timeout: Duration::from_secs(60),
            drain_timeout: Duration::from_secs(30),
            max_head: 16_000,
            workers: None,
        }
    }
}

impl Default for CatalogConfig {
    fn default() -> Self {
        CatalogConfig { cache: 512_000_000, max_staleness: Duration::from_secs(1) }
    }
}

impl Default for PlaybackConfig {
    fn default() -> Self {
        let origin = OriginOptions::default();
        PlaybackConfig {
            segment_duration: Duration::from_secs(6),
            manifest_cache: origin.manifest_cache_bytes,
            manifest_max_age: origin.manifest_max_age,
            stale_while_revalidate: origin.stale_while_revalidate,
            dialect: origin.dialect,
        }
    }
}

fn dialect<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Dialect, D::Error> {
    let word = String::deserialize(deserializer)?;
    let found = Dialect::ALL.into_iter().find(|dialect| dialect.as_str() == word);
    found.ok_or_else(|| serde::de::Error::custom(format!("{word:?} is no dialect; write \"standard\" or \"ams\"")))
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{} cannot be read: {error}", path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    /// `place` is the key, such as `server.listen`, or where the file is no TOML.
    #[error("{}: {place}: {problem}", path.display())]
    Invalid { path: PathBuf, place: String, problem: String },
}

impl Config {
    /// Reads the file at `path`.
    pub fn load(path: impl AsRef<Path>) -> Result<Config, ConfigError> {
        let path = path.as_ref();
        let text =
            std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable { path: path.to_owned(), error })?;
        Config::parse(&text).map_err(|(place, problem)| ConfigError::Invalid { path: path.to_owned(), place, problem })
    }

    /// The error is a place and what is wrong there.
    fn parse(text: &str) -> Result<Config, (String, String)> {
        let at = |error: &toml::de::Error| match error.span() {
            Some(span) => {
                let line = 1 + text.bytes().take(span.start).filter(|&byte| byte == b'\n').count();
                format!("line {line}")
            }
            None => "the file".to_owned(),
        };
        let deserializer = toml::Deserializer::parse(text).map_err(|error| (at(&error), error.message().to_owned()))?;
        let config: Config = serde_path_to_error::deserialize(deserializer).map_err(|error| {
            let (key, inner) = (error.path().to_string(), error.inner());
            (format!("{}, {key}", at(inner)), inner.message().to_owned())
        })?;
        match config.fault() {
            Some((key, problem)) => Err((key.to_owned(), problem.to_owned())),
            // Whether the environment has what it must have is seen when it is used.
            None => config.purge.options(|_| Some(String::new())).map(|_| config),
        }
    }

    /// The first value that cannot be meant.
    fn fault(&self) -> Option<(&'static str, &'static str)> {
        let Config { server, catalog, playback, api, azure, facades, jobs, convert, fetch, transcriber, purge: _ } =
            self;
        let checks = [
            (server.max_connections >= 1, "server.max_connections", "it must be at least 1"),
            (!server.header_timeout.is_zero(), "server.header_timeout", "it must be more than 0"),
            (!server.idle_timeout.is_zero(), "server.idle_timeout", "it must be more than 0"),
            (!server.stall_timeout.is_zero(), "server.stall_timeout", "it must be more than 0"),
            ((8 << 10..=1 << 20).contains(&server.max_head), "server.max_head", "it must be from 8KiB to 1MiB"),
            (catalog.cache >= 1_000_000, "catalog.cache", "it must be at least 1MB"),
            (
                (Duration::from_secs(1)..=Duration::from_secs(60)).contains(&playback.segment_duration),
                "playback.segment_duration",
                "it must be from 1s to 60s",
            ),
            ((1..=64).contains(&jobs.concurrency), "jobs.concurrency", "it must be from 1 to 64"),
            (!convert.timeout.is_zero(), "convert.timeout", "it must be more than 0"),
            (!convert.max_duration.is_zero(), "convert.max_duration", "it must be more than 0"),
            (convert.max_output >= 1_000_000, "convert.max_output", "it must be at least 1MB"),
        ];
        let fault = checks.into_iter().find(|(good, ..)| !good).map(|(_, key, problem)| (key, problem));
        let fault = fault.or_else(|| api.fault()).or_else(|| azure.fault()).or_else(|| facades.fault());
        fault.or_else(|| fetch.fault()).or_else(|| transcriber.fault())
    }
}

#[cfg(test)]
mod tests {
    use super::super::facades::{CloudflareConfig, DatoConfig};
    use super::*;
    use crate::api::{Scope, Token, TokenPrefix};

    fn problem(text: &str) -> String {
        let (place, problem) = Config::parse(text).unwrap_err();
        format!("{place}: {problem}")
    }

    #[test]
    fn nothing_said_is_the_default() {
        assert_eq!(Config::parse(""), Ok(Config::default()));
        assert_eq!(Config::parse("[server]\n[catalog]\n[playback]"), Ok(Config::default()));
        assert_eq!(Config::default().fault(), None);
    }

    #[test]
    fn every_key_is_read() {
        let config = Config::parse(
            r#"
            [server]
            listen = "[::]:80"
            max_connections = 5
            header_timeout = "1s"
            idle_timeout = "2s"
            stall_timeout = "3s"
            drain_timeout = "0s"
            max_head = "32KiB"
            workers = 4
            [catalog]
            cache = "2GB"
            max_staleness = "500ms"
            [playback]
            segment_duration = "4s"
            manifest_cache = "16MB"
            manifest_max_age = "0s"
            stale_while_revalidate = "1min"
            dialect = "ams"
            [jobs]
            concurrency = 2
            kept = "1h"
            [convert]
            ffmpeg = "/opt/ffmpeg"
            timeout = "5min"
            max_duration = "3h"
            max_output = "1GB"
            [fetch]
            allow = ["127.0.0.0/8", "fd00::/8"]
            concurrency = 2
            max_size = "100MB"
            timeout = "10min"
            stall = "5s"
            [transcriber]
            command = ["whisper-cli", "-l", "{language}"]
            timeout = "1h"
            hidden = true
            [purge]
            method = "PURGE"
            url = "https://cdn.example/{asset}"
            body = "{tag}"
            headers = { A = "b" }
            timeout = "1s"
            retries = 2
            delay = "2s"
            [azure]
            subscription = "s"
            resource_group = "rg"
            account = "acc"
            public_url = "https://media.example:8443"
            host_name = "cdn.example"
            delete_files = true
            [facades.cloudflare]
            enabled = false
            accounts = { "023e105f4ecef8ad9ca31a8372d0c353" = "shows/" }
            uids = { "ea95132c15732412d22c1476fa83f27a" = "shows/s01" }
            [facades.datocms]
            enabled = false
            site = "shows/"
            ids = { "q0VNpiNQSkG6z0lif_O1zg" = "shows/s01" }
            rate = 0
            public_url = "https://media.example/dato"
            [api]
            page = false
            enabled = false
            listen = "127.0.0.1:81"
            max_body = "1MB"
            max_upload = "5MB"
            tokens = [
              { name = "desk", sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", scope = "read", prefix = "shows/" },
            ]
            "#,
        );
        let expected = Config {
            server: ServerConfig {
                listen: "[::]:80".parse().unwrap(),
                max_connections: 5,
                header_timeout: Duration::from_secs(1),
                idle_timeout: Duration::from_secs(2),
                stall_timeout: Duration::from_secs(3),
                drain_timeout: Duration::ZERO,
                max_head: 32 << 10,
                workers: NonZeroUsize::new(4),
            },
            catalog: CatalogConfig { cache: 2_000_000_000, max_staleness: Duration::from_millis(500) },
            playback: PlaybackConfig {
                segment_duration: Duration::from_secs(4),
                manifest_cache: 16_000_000,
                manifest_max_age: Duration::ZERO,
                stale_while_revalidate: Duration::from_secs(60),
                dialect: Dialect::Ams,
            },
            jobs: JobsConfig { concurrency: 2, kept: Duration::from_secs(3600) },
            convert: ConvertConfig {
                ffmpeg: Some(PathBuf::from("/opt/ffmpeg")),
                timeout: Duration::from_secs(300),
                max_duration: Duration::from_secs(10_800),
                max_output: 1_000_000_000,
            },
            fetch: FetchConfig {
                allow: vec!["127.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
                concurrency: 2,
                max_size: 100_000_000,
                timeout: Duration::from_secs(600),
                stall: Duration::from_secs(5),
            },
            transcriber: TranscriberConfig {
                command: ["whisper-cli", "-l", "{language}"].map(str::to_owned).into(),
                timeout: Duration::from_secs(3600),
                hidden: true,
            },
            purge: PurgeConfig {
                method: "PURGE".to_owned(),
                url: Some("https://cdn.example/{asset}".to_owned()),
                body: Some("{tag}".to_owned()),
                headers: [("A".to_owned(), "b".to_owned())].into(),
                timeout: Duration::from_secs(1),
                retries: 2,
                delay: Duration::from_secs(2),
            },
            azure: AzureConfig {
                subscription: Some("s".to_owned()),
                resource_group: Some("rg".to_owned()),
                account: Some("acc".to_owned()),
                public_url: Some("https://media.example:8443".to_owned()),
                host_name: Some("cdn.example".to_owned()),
                delete_files: true,
            },
            facades: FacadesConfig {
                cloudflare: CloudflareConfig {
                    enabled: false,
                    accounts: [("023e105f4ecef8ad9ca31a8372d0c353".to_owned(), TokenPrefix::parse("shows").unwrap())]
                        .into(),
                    uids: [("ea95132c15732412d22c1476fa83f27a".to_owned(), "shows/s01".to_owned())].into(),
                },
                datocms: DatoConfig {
                    enabled: false,
                    site: TokenPrefix::parse("shows").unwrap(),
                    ids: [("q0VNpiNQSkG6z0lif_O1zg".to_owned(), "shows/s01".to_owned())].into(),
                    rate: 0,
                    public_url: Some("https://media.example/dato".to_owned()),
                },
            },
            api: ApiConfig {
                page: false,
                enabled: false,
                listen: Some("127.0.0.1:81".parse().unwrap()),
                max_body: 1_000_000,
                max_upload: 5_000_000,
                tokens: vec![Token {
                    name: "desk".to_owned(),
                    // Of the word "hello".
                    sha256: [
                        0x2c, 0xf2, 0x4d, 0xba, 0x5f, 0xb0, 0xa3, 0x0e, 0x26, 0xe8, 0x3b, 0x2a, 0xc5, 0xb9, 0xe2, 0x9e,
                        0x1b, 0x16, 0x1e, 0x5c, 0x1f, 0xa7, 0x42, 0x5e, 0x73, 0x04, 0x33, 0x62, 0x93, 0x8b, 0x98, 0x24,
                    ],
                    scope: Scope::Read,
                    prefix: TokenPrefix::parse("shows").unwrap(),
                }],
            },
        };
        assert_eq!(config, Ok(expected));
    }

    #[test]
    fn a_fault_is_named_with_its_place() {
        for (text, words) in [
            ("[server]\nlisten_on = \"x\"", &["line 2", "server.listen_on", "unknown field"][..]),
            ("[sever]", &["line 1", "sever", "unknown field"]),
            ("[server]\nlisten = \"localhost\"", &["line 2", "server.listen"]),
            ("[server]\n\nidle_timeout = 60", &["line 3", "server.idle_timeout", "string"]),
            ("[server]\nidle_timeout = \"60\"", &["server.idle_timeout", "\"60\" is not a duration", "10s"]),
            ("[catalog]\ncache = \"many\"", &["catalog.cache", "\"many\" is not a size", "MB"]),
            ("[server]\nworkers = 0", &["server.workers"]),
            ("[server]\nmax_connections = 0", &["server.max_connections", "at least 1"]),
            ("[server]\nmax_connections = -1", &["server.max_connections"]),
            ("[server]\nmax_head = \"1KB\"", &["server.max_head", "8KiB"]),
            ("[server]\nheader_timeout = \"0s\"", &["server.header_timeout", "more than 0"]),
            ("[playback]\nsegment_duration = \"0s\"", &["playback.segment_duration", "1s to 60s"]),
            ("[server]\nlisten = \n", &["line 2"]),
            ("[jobs]\nconcurrency = 0", &["jobs.concurrency", "1 to 64"]),
            ("[convert]\nmax_output = \"1B\"", &["convert.max_output", "1MB"]),
            ("[fetch]\nallow = [\"localhost\"]", &["fetch.allow", "localhost", "10.0.0.0/8"]),
            ("[fetch]\nstall = \"0s\"", &["fetch.stall", "more than 0"]),
            ("[transcriber]\ncommand = [\"\"]", &["transcriber.command", "program"]),
            ("[transcriber]\ncommand = \"whisper\"", &["transcriber.command", "sequence"]),
            ("[purge]\nurl = \"cdn\"", &["purge.url", "https://"]),
            ("[azure]\npublic_url = \"media.example\"", &["azure.public_url", "https://"]),
            ("[azure]\npublic_url = \"https://media.example/\"", &["azure.public_url", "path"]),
            ("[azure]\nhost_name = \"https://cdn.example\"", &["azure.host_name"]),
            ("[facades.cloudflare]\nuids = { abc = \"harbour\" }", &["facades.cloudflare.uids", "32"]),
            ("[facades.cloudflare]\naccounts = { a = \"../\" }", &["facades.cloudflare.accounts", "shows/"]),
            ("[facades.datocms]\nids = { a = \"harbour\", b = \"harbour\" }", &["facades.datocms.ids", "two"]),
            ("[facades.datocms]\nids = { a = \"../x\" }", &["facades.datocms.ids", "no asset"]),
            ("[facades.datocms]\npublic_url = \"media.example\"", &["facades.datocms.public_url", "https://"]),
            ("[facades.datocms]\npublic_url = \"https://media.example/\"", &["public_url", "slash"]),
            ("[facades]\ncloudfare = {}", &["facades.cloudfare", "unknown field"]),
            ("[api]\nmax_body = \"1KB\"", &["api.max_body", "64KiB"]),
            ("[api]\ntokens = [{ name = \"a\" }]", &["api.tokens[0]", "sha256"]),
            (
                "[api]\ntokens = [{ name = \"a\", sha256 = \"sbx_1\", scope = \"read\" }]",
                &["line 2", "api.tokens[0].sha256", "signalbox token"],
            ),
        ] {
            let problem = problem(text);
            assert!(words.iter().all(|word| problem.contains(word)), "{text:?} gave {problem:?}, not {words:?}");
            assert!(!problem.contains('\n'), "{problem:?}");
        }
    }

    #[test]
    fn a_file_is_named_in_the_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("signalbox.toml");
        let error = Config::load(&file).unwrap_err().to_string();
        assert!(error.contains("signalbox.toml") && error.contains("cannot be read"), "{error}");
        std::fs::write(&file, "[server]\nport = 80\n").unwrap();
        let error = Config::load(&file).unwrap_err().to_string();
        assert!(error.contains("signalbox.toml") && error.contains("server.port"), "{error}");
        std::fs::write(&file, "[server]\nlisten = \"0.0.0.0:80\"\n").unwrap();
        assert_eq!(Config::load(&file).unwrap().server.listen.port(), 80);
    }
}
