//! Under which URLs a client reaches the server, as far as the request and the configuration say it.

use super::{dato, local_only};
use hyper::Uri;
use hyper::http::request::Parts;

/// The URL of the API: as configured, else as the client says it. A proxy in front says whether it was asked over
/// https.
pub(super) fn public_url(configured: Option<&str>, head: &Parts) -> String {
    if let Some(url) = configured {
        return url.to_owned();
    }
    let forwarded = head.headers.get("x-forwarded-proto").and_then(|scheme| scheme.to_str().ok());
    let scheme = if forwarded.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https")) { "https" } else { "http" };
    format!("{scheme}://{}", local_only::host(head).unwrap_or("localhost"))
}

/// The host of the players' side, where the API is reached at `public_url`; `port` where it has a listener of its own.
pub(super) fn players_host(public_url: &str, port: Option<u16>) -> String {
    let host = public_url.split_once("://").map_or(public_url, |(_, host)| host);
    let host = host.split('/').next().unwrap_or(host);
    let Some(port) = port else { return host.to_owned() };
    let name = match host.rsplit_once(':') {
        Some((name, _)) if !host.ends_with(']') => name,
        _ => host,
    };
    format!("{name}:{port}")
}

/// What a log may say of a URL: no query, which may hold a signature or the token of a CDN, and no upload request of DatoCMS,
/// whose path is all that it takes to send a file.
pub fn without_secrets(uri: &Uri) -> &str {
    match uri.path() {
        path if dato::is_secret(path) => "/upload-requests/…",
        path => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_holds_no_key() {
        for (url, told) in [
            ("/harbour/master.m3u8?token=abc", "/harbour/master.m3u8"),
            ("/api/blob/harbour/x.bin?sig=abc", "/api/blob/harbour/x.bin"),
            ("/upload-requests/abc/1-2-x.vtt", "/upload-requests/…"),
            ("/upload-requests", "/upload-requests"),
        ] {
            assert_eq!(without_secrets(&url.parse().unwrap()), told);
        }
    }

    #[test]
    fn players_have_the_same_host_and_their_own_port() {
        for (url, port, host) in [
            ("http://media.example:8081", None, "media.example:8081"),
            ("http://media.example:8081", Some(8080), "media.example:8080"),
            ("https://media.example/dato", Some(80), "media.example:80"),
            ("http://[::1]:8081", Some(8080), "[::1]:8080"),
            ("http://[::1]", Some(8080), "[::1]:8080"),
        ] {
            assert_eq!(players_host(url, port), host, "{url}");
        }
    }
}
