//! What protects a server without tokens: whoever can connect may edit, so it listens on this machine alone, and then
//! nobody else may make use of a program on this machine that can connect.
//!
//! * A page in a browser here may be anybody's. Browsers say where a page is from (`Sec-Fetch-Site`, `Origin`), and a name
//!   of the page's own that was made to lead here (DNS rebinding) stands in `Host`.
//! * A proxy on this machine connects from here for people elsewhere, and says so (`Forwarded` and its like).

use hyper::header::{HOST, HeaderMap, ORIGIN};
use hyper::http::request::Parts;
use std::net::IpAddr;

/// Headers by which a proxy says that it asks for somebody else.
const OF_PROXIES: &[&str] = &[
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "true-client-ip",
    "cf-connecting-ip",
];
const WAY_OUT: &str = "make a token with `signalbox token` and put it into the configuration";

/// Errs, with the reason, where a request may come from elsewhere.
pub(super) fn check(request: &Parts) -> Result<(), String> {
    if let Some(name) = OF_PROXIES.iter().find(|name| request.headers.contains_key(**name)) {
        return Err(format!("the header {name} shows that the request came through a proxy; {WAY_OUT}"));
    }
    let host = host(request).ok_or_else(|| "the request does not say, in one Host header, whom it asks".to_owned())?;
    if !is_this_machine(host) {
        return Err(format!("without tokens only localhost is answered, not {host:?}; {WAY_OUT}"));
    }
    match one(&request.headers, "sec-fetch-site") {
        Ok(None | Some("same-origin" | "none")) => {}
        _ => return Err("a page of another site may not ask this".to_owned()),
    }
    match one(&request.headers, ORIGIN.as_str()) {
        Ok(None) => Ok(()),
        Ok(Some(origin)) if origin.strip_prefix("http://").is_some_and(|from| from.eq_ignore_ascii_case(host)) => {
            Ok(())
        }
        _ => Err("a page of another origin may not ask this".to_owned()),
    }
}

/// Whom a request asks: `Host`, or `:authority` in HTTP/2. Where there are both they must agree.
fn host(request: &Parts) -> Option<&str> {
    let header = one(&request.headers, HOST.as_str()).ok()?;
    match (request.uri.authority().map(|authority| authority.as_str()), header) {
        (Some(authority), Some(host)) if !authority.eq_ignore_ascii_case(host) => None,
        (authority, host) => authority.or(host),
    }
}

/// The value of a header that may come once, as text.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(|value| Some(value.trim())).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}

fn is_this_machine(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !host.ends_with(']') => (name, port),
        _ => (host, "0"),
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let is_loopback = address.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
    port.parse::<u16>().is_ok() && (name.eq_ignore_ascii_case("localhost") || is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn asked(headers: &[(&str, &str)]) -> Result<(), String> {
        let mut request = Request::post("/api/v1/assets");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        check(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_program_on_this_machine_is_answered() {
        for host in ["localhost", "LocalHost:8080", "127.0.0.1:8080", "127.0.0.1", "[::1]:8080", "[::1]", "127.1.2.3:1"]
        {
            assert_eq!(asked(&[("host", host)]), Ok(()), "{host}");
        }
    }

    #[test]
    fn a_name_that_was_made_to_lead_here_is_not() {
        for host in [
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "192.168.1.4",
            "0.0.0.0:8080",
            "[::]",
            "::1.evil",
            "localhost:evil",
            "localhost:",
            "user@localhost",
            "",
        ] {
            assert!(asked(&[("host", host)]).is_err(), "{host}");
        }
        assert!(asked(&[]).is_err(), "nobody is asked");
        assert!(asked(&[("host", "localhost"), ("host", "evil.example")]).is_err());
    }

    #[test]
    fn of_two_names_both_count() {
        let request = |uri: &str, host: &str| {
            check(&Request::get(uri).header("host", host).body(()).unwrap().into_parts().0).is_ok()
        };
        assert!(request("http://localhost:80/api/v1/assets", "localhost:80"));
        assert!(!request("http://evil.example/api/v1/assets", "localhost"));
        assert!(!request("http://localhost/api/v1/assets", "evil.example"));
    }

    #[test]
    fn a_page_of_another_site_is_not() {
        let host = ("host", "localhost:8080");
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "anything"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "http://localhost:3000"),
            ("origin", "https://localhost:8080"),
            ("origin", "http://localhost:8080.evil.example"),
        ] {
            assert!(asked(&[host, (name, value)]).is_err(), "{name}: {value}");
        }
        assert_eq!(asked(&[host, ("sec-fetch-site", "same-origin"), ("origin", "http://localhost:8080")]), Ok(()));
        assert_eq!(asked(&[host, ("sec-fetch-site", "none")]), Ok(()), "typed by hand");
    }

    #[test]
    fn a_proxy_asks_for_somebody_else() {
        for name in ["Forwarded", "X-Forwarded-For", "Via", "X-Real-IP"] {
            let reason = asked(&[("host", "localhost"), (name, "127.0.0.1")]).unwrap_err();
            assert!(reason.contains(&name.to_lowercase()) && reason.contains("signalbox token"), "{reason}");
        }
    }
}
