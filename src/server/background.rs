//! `[jobs]`, `[convert]` and `[purge]`: what is done beside serving.

use super::quantity;
use crate::purge::{PurgeOptions, Template};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Uri};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// `[jobs]`: what takes time: fetches, conversions, transcriptions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JobsConfig {
    /// Jobs that keep a processor busy, at once: conversions and transcriptions. Default 1.
    pub concurrency: usize,
    /// How long an ended job is still told. Default `24h`.
    #[serde(deserialize_with = "quantity::duration")]
    pub kept: Duration,
}

/// `[convert]`: audio that is no MP4 becomes AAC in MP4.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConvertConfig {
    /// The ffmpeg program. Default: the one on `PATH`.
    pub ffmpeg: Option<PathBuf>,
    /// How long a conversion may take. Default `1h`.
    #[serde(deserialize_with = "quantity::duration")]
    pub timeout: Duration,
    /// The longest audio. Default `24h`.
    #[serde(deserialize_with = "quantity::duration")]
    pub max_duration: Duration,
    /// The largest file that is made. Default `2GB`.
    #[serde(deserialize_with = "quantity::size")]
    pub max_output: u64,
}

/// `[purge]`: telling a CDN of edits. Without a `url` nobody is told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PurgeConfig {
    /// Such as `PURGE` or `POST`. Default `POST`.
    pub method: String,
    /// With `{asset}` or `{tag}` in it.
    pub url: Option<String>,
    /// With `{asset}` or `{tag}` in it. Default: none.
    pub body: Option<String>,
    /// By name; `env:NAME` is the value of an environment variable.
    pub headers: BTreeMap<String, String>,
    /// For one attempt. Default `10s`.
    #[serde(deserialize_with = "quantity::duration")]
    pub timeout: Duration,
    /// Attempts after the first. Default 8.
    pub retries: u32,
    /// From an edit to its purge. Default `1s`, after which other servers of the same store have seen the edit.
    #[serde(deserialize_with = "quantity::duration")]
    pub delay: Duration,
}

impl Default for JobsConfig {
    fn default() -> Self {
        JobsConfig { concurrency: 1, kept: Duration::from_secs(86_400) }
    }
}

impl Default for ConvertConfig {
    fn default() -> Self {
        ConvertConfig {
            ffmpeg: None,
            timeout: Duration::from_secs(3600),
            max_duration: Duration::from_secs(86_400),
            max_output: 2_000_000_000,
        }
    }
}

impl Default for PurgeConfig {
    fn default() -> Self {
        PurgeConfig {
            method: "POST".to_owned(),
            url: None,
            body: None,
            headers: BTreeMap::new(),
            timeout: Duration::from_secs(10),
            retries: 8,
            delay: Duration::from_secs(1),
        }
    }
}

impl PurgeConfig {
    /// What is to be done, if anything. `environment` gives the value of a variable. The error is a key and what is
    /// wrong with its value.
    pub fn options(
        &self,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<PurgeOptions>, (String, String)> {
        let fault = |key: &str, problem: String| (format!("purge.{key}"), problem);
        let Some(url) = &self.url else {
            let others = PurgeConfig { url: None, ..PurgeConfig::default() };
            let is_said = *self != others;
            return if is_said {
                Err(fault("url", "it is missing, so that nobody would be told".to_owned()))
            } else {
                Ok(None)
            };
        };
        let template = |key: &str, text: &String| Template::parse(text).map_err(|problem| fault(key, problem));
        let url = template("url", url)?;
        let example: Result<Uri, _> = url.fill("asset", crate::purge::Place::Url).parse();
        let is_http =
            example.is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
        if !is_http {
            let problem = "it is no URL; write one like \"https://cdn.example/purge/{tag}\"";
            return Err(fault("url", problem.to_owned()));
        }
        let method = Method::from_bytes(self.method.as_bytes());
        let method = method.map_err(|_| fault("method", format!("{:?} is no method of HTTP", self.method)))?;
        if self.timeout.is_zero() {
            return Err(fault("timeout", "it must be more than 0".to_owned()));
        }
        let body = self.body.as_ref().map(|body| template("body", body)).transpose()?;
        let headers = self.header_map(environment)?;
        let PurgeConfig { timeout, retries, delay, .. } = *self;
        Ok(Some(PurgeOptions { method, url, body, headers, timeout, retries, delay }))
    }

    fn header_map(&self, environment: impl Fn(&str) -> Option<String>) -> Result<HeaderMap, (String, String)> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let fault = |problem: String| (format!("purge.headers.{name}"), problem);
            let value = match value.strip_prefix("env:") {
                None => value.clone(),
                Some(variable) => environment(variable)
                    .ok_or_else(|| fault(format!("the environment has no variable {variable}; set it")))?,
            };
            let name: HeaderName = name.parse().map_err(|_| fault("it is no name of a header".to_owned()))?;
            // Its value is not told: it may be a secret.
            let value = HeaderValue::try_from(value.trim());
            let mut value = value.map_err(|_| fault("its value cannot be sent in a header".to_owned()))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> PurgeConfig {
        toml::from_str(text).unwrap()
    }

    fn fault(text: &str) -> String {
        let (key, problem) = config(text).options(|_| None).unwrap_err();
        format!("{key}: {problem}")
    }

    #[test]
    fn nothing_said_purges_nothing() {
        assert!(config("").options(|_| None).unwrap().is_none());
    }

    #[test]
    fn secrets_come_from_the_environment_and_are_not_shown() {
        let text = "url = \"https://cdn/{tag}\"\nheaders = { Authorization = \"env:TOKEN\", \"X-Kind\" = \"soft\" }";
        let environment = |name: &str| (name == "TOKEN").then(|| "Bearer geheim\n".to_owned());
        let options = config(text).options(environment).unwrap().unwrap();
        assert_eq!(options.headers["authorization"], "Bearer geheim");
        assert_eq!(options.headers["x-kind"], "soft");
        assert!(!format!("{options:?}").contains("geheim"), "{options:?}");
        let missing = fault(text);
        assert!(missing.contains("purge.headers.Authorization") && missing.contains("TOKEN"), "{missing}");
    }

    #[test]
    fn faults_are_told_with_their_key() {
        for (text, words) in [
            ("url = \"cdn.example/x\"", &["purge.url", "https://"][..]),
            ("url = \"ftp://cdn/x\"", &["purge.url"]),
            ("url = \"https://cdn/{name}\"", &["purge.url", "{name}", "{asset}"]),
            ("url = \"https://cdn/\"\nbody = \"{name}\"", &["purge.body", "{name}"]),
            ("url = \"https://cdn/\"\nmethod = \"a b\"", &["purge.method"]),
            ("url = \"https://cdn/\"\ntimeout = \"0s\"", &["purge.timeout"]),
            ("url = \"https://cdn/\"\nheaders = { \"a b\" = \"x\" }", &["purge.headers.a b"]),
            ("url = \"https://cdn/\"\nheaders = { A = \"secret\\u0000\" }", &["purge.headers.A"]),
            ("method = \"PURGE\"", &["purge.url", "missing"]),
        ] {
            let fault = fault(text);
            assert!(words.iter().all(|word| fault.contains(word)), "{text}: {fault}");
            assert!(!fault.contains("secret"), "{fault}");
        }
    }
}
