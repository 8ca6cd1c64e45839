//! URLs that may be fetched: http and https, a host, no credentials.

use super::address::{Network, is_public};
use hyper::Uri;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::fmt;
use std::net::IpAddr;

/// What browsers escape when somebody writes it in a URL.
const ESCAPES: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}').add(b'|').add(b'^').add(b'\\');
/// A longer one is no address of a file.
const LONGEST: usize = 8192;

/// A URL that may be fetched, as far as its text tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchUrl(Uri);

/// Why a URL is not fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UrlError(pub(super) String);

impl FetchUrl {
    /// Reads a URL. `allow` are networks that may be asked besides the public internet.
    pub fn parse(text: &str, allow: &[Network]) -> Result<FetchUrl, UrlError> {
        let refuse = |problem: &str| Err(UrlError(problem.to_owned()));
        let text = text.trim();
        if text.len() > LONGEST {
            return refuse("the URL is too long");
        }
        let text = text.split('#').next().unwrap_or_default();
        let Ok(uri) = utf8_percent_encode(text, ESCAPES).to_string().parse::<Uri>() else {
            return refuse("that is no URL; it must be like https://example.org/audio.m4a");
        };
        match uri.scheme_str() {
            Some("http" | "https") => {}
            Some(scheme) => return refuse(&format!("{scheme} is not fetched; only http and https are")),
            None => return refuse("that is no URL; it must be like https://example.org/audio.m4a"),
        }
        let Some(authority) = uri.authority().filter(|authority| !authority.host().is_empty()) else {
            return refuse("the URL names no host");
        };
        if authority.as_str().contains('@') {
            return refuse("the URL has credentials in it, which are not sent; use a link that needs none");
        }
        let port = authority.as_str().strip_prefix(authority.host()).unwrap_or_default();
        let is_port = port.is_empty() || authority.port_u16().is_some_and(|port| matches!(port, 80 | 443 | 1024..));
        if !is_port {
            return refuse("the port of the URL is not one that files are fetched from: 80, 443, or 1024 and above");
        }
        let url = FetchUrl(uri);
        match url.address() {
            Some(address) if !may_ask(address, allow) => Err(closed(address)),
            _ => Ok(url),
        }
    }

    /// The address that the URL names in place of a host.
    fn address(&self) -> Option<IpAddr> {
        let host = self.0.host()?;
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).parse().ok()
    }

    /// Where a redirect leads (RFC 9110 10.2.2, RFC 3986 5.2).
    pub(super) fn joined(&self, location: &str, allow: &[Network]) -> Result<FetchUrl, UrlError> {
        let (scheme, authority) = (self.0.scheme_str().unwrap_or_default(), self.0.authority());
        let authority = authority.map(|authority| authority.as_str()).unwrap_or_default();
        let location = location.trim();
        let is_absolute = location.split_once(':').is_some_and(|(scheme, _)| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        });
        let folder = self.0.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        let text = if is_absolute {
            location.to_owned()
        } else if location.starts_with("//") {
            format!("{scheme}:{location}")
        } else if location.starts_with('/') {
            format!("{scheme}://{authority}{location}")
        } else if location.starts_with('?') {
            format!("{scheme}://{authority}{}{location}", self.0.path())
        } else {
            format!("{scheme}://{authority}{folder}/{location}")
        };
        let url = FetchUrl::parse(&text, allow)?;
        match (self.0.scheme_str(), url.0.scheme_str()) {
            (Some("https"), Some("http")) => {
                Err(UrlError("it leads from https to http, which is not followed".to_owned()))
            }
            _ => Ok(url),
        }
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.0
    }

    /// The URL as it may be told: what stands in the query is often a secret.
    pub fn told(text: &str) -> &str {
        text.split(['?', '#']).next().unwrap_or_default()
    }
}

impl fmt::Display for FetchUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FetchUrl::told(&self.0.to_string()))
    }
}

/// Whether an address may be asked.
pub(super) fn may_ask(address: IpAddr, allow: &[Network]) -> bool {
    is_public(address) || allow.iter().any(|network| network.holds(address))
}

pub(super) fn closed(address: IpAddr) -> UrlError {
    UrlError(format!(
        "{address} is not of the public internet, so it is not asked; where it may be, the configuration says so: \
         [fetch] allow = [\"{address}\"]"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn problem(text: &str) -> String {
        FetchUrl::parse(text, &[]).unwrap_err().to_string()
    }

    #[test]
    fn urls_of_files_are_taken() {
        for text in [
            "https://example.org/a/audio.m4a",
            "HTTP://Example.org:8080/audio%20de.mp3?sig=a/b",
            " https://example.org/Größe und mehr.wav#t=1 ",
            "https://example.org",
            "https://8.8.8.8/x",
            "https://[2606:4700::1111]/x",
        ] {
            assert!(FetchUrl::parse(text, &[]).is_ok(), "{text}");
        }
    }

    #[test]
    fn others_are_refused_with_the_reason() {
        for (text, words) in [
            ("", "no URL"),
            ("audio.m4a", "no URL"),
            ("/etc/passwd", "no URL"),
            ("file:///etc/passwd", "URL"),
            ("ftp://example.org/a", "only http and https"),
            ("gopher://example.org/a", "only http and https"),
            ("https://", "URL"),
            ("https://user:word@example.org/a", "credentials"),
            ("https://user@example.org/a", "credentials"),
            ("https://example.org:25/a", "port"),
            ("https://example.org:0/a", "port"),
            ("https://example.org:99999/a", "URL"),
            ("http://127.0.0.1/a", "public internet"),
            ("http://[::1]/a", "public internet"),
            ("http://[::ffff:10.0.0.1]/a", "public internet"),
            ("http://[::ffff:a00:1]:8080/a", "public internet"),
            ("http://[64:ff9b::7f00:1]/a", "public internet"),
            ("http://169.254.169.254/latest/meta-data", "[fetch] allow"),
        ] {
            assert!(problem(text).contains(words), "{text}: {}", problem(text));
        }
        assert!(problem(&format!("https://example.org/{}", "a".repeat(LONGEST))).contains("too long"));
    }

    #[test]
    fn what_is_allowed_is_taken() {
        let allow = ["127.0.0.0/8".parse().unwrap()];
        for text in ["http://127.0.0.1:8080/a", "http://[::ffff:127.0.0.1]:8080/a"] {
            assert!(FetchUrl::parse(text, &allow).is_ok(), "{text}");
        }
        assert!(FetchUrl::parse("http://10.0.0.1/", &allow).is_err());
    }

    #[test]
    fn redirects_are_joined_and_checked() {
        let base = FetchUrl::parse("https://example.org/a/b?c", &[]).unwrap();
        for (location, url) in [
            ("https://other.example/x", "https://other.example/x"),
            ("//other.example/x", "https://other.example/x"),
            ("/x", "https://example.org/x"),
            ("x", "https://example.org/a/x"),
            ("x:y", ""),
            ("?x", "https://example.org/a/b"),
            ("./x", "https://example.org/a/./x"),
        ] {
            assert_eq!(base.joined(location, &[]).map(|url| url.to_string()).unwrap_or_default(), url, "{location}");
        }
        for location in ["http://example.org/x", "//127.0.0.1/x", "file:///etc/passwd", "https://a:b@example.org/"] {
            assert!(base.joined(location, &[]).is_err(), "{location}");
        }
    }

    #[test]
    fn the_query_is_not_told() {
        let url = FetchUrl::parse("https://example.org/a?Signature=geheim", &[]).unwrap();
        assert_eq!(url.to_string(), "https://example.org/a");
        assert_eq!(FetchUrl::told("https://example.org/a?Signature=geheim"), "https://example.org/a");
    }

    proptest! {
        #[test]
        fn no_text_leads_inside(text in "\\PC{0,40}", location in "\\PC{0,40}") {
            for url in [FetchUrl::parse(&text, &[]), FetchUrl::parse("https://example.org/", &[]).unwrap().joined(&location, &[])]
                .into_iter()
                .flatten()
            {
                prop_assert!(url.address().is_none_or(is_public));
            }
        }
    }
}
