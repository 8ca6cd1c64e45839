//! The page: what people see who look after a catalogue, made of files that are part of the program.
//!
//! It holds no secrets and knows nothing of the assets: all it shows it asks of the API, with the token of whoever looks.
//! So it is handed to everybody who may reach the API's listener. It runs no code but its own and asks no other server:
//! `Content-Security-Policy` sees to that.

mod files;

use crate::origin::{Body, Encoding, EntityTag};
use bytes::Bytes;
use files::{FILES, File};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use std::sync::LazyLock;

/// Where the page itself is.
const ROOT: &str = "/";
/// Where its parts are: below a word that is the API's, so that no asset is in the way.
const PARTS: &str = "/api/page/";
/// What `ROOT` gives.
const INDEX: &str = "index.html";

/// Scripts and styles of its own alone, no frames around it; pictures and media also from what it made itself.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
     trusted-types 'none'",
);
const SERVER: HeaderValue = HeaderValue::from_static(concat!("signalbox/", env!("CARGO_PKG_VERSION")));
/// To be asked about each time: a new version of the program brings a new page.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");
const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Its files in every coding, by their place in the table; made when the page is first asked for.
static CODED: LazyLock<Vec<[Coded; 3]>> = LazyLock::new(|| {
    let codings = [Encoding::Identity, Encoding::Gzip, Encoding::Brotli];
    FILES.iter().map(|file| codings.map(|encoding| Coded::of(file, encoding))).collect()
});

/// A file in one coding.
struct Coded {
    encoding: Encoding,
    bytes: Bytes,
    tag: EntityTag,
}

impl Coded {
    /// The file itself where it cannot be coded, which takes a lack of memory.
    fn of(file: &File, encoding: Encoding) -> Coded {
        let coded = encoding.encode(file.bytes).map(Bytes::from);
        let (encoding, bytes) =
            coded.map_or((Encoding::Identity, Bytes::from_static(file.bytes)), |coded| (encoding, coded));
        // A strong tag stands for the very bytes that are sent (RFC 9110 8.8.3).
        let tag = EntityTag::of(&bytes, "");
        Coded { encoding, bytes, tag }
    }
}

/// The page.
#[derive(Debug, Clone, Copy)]
pub struct Page;

impl Page {
    /// Whether a path is one of its.
    pub fn has(path: &str) -> bool {
        path == ROOT || path.starts_with(PARTS)
    }

    /// Answers a request for one of its paths.
    pub fn respond(self, request: &Parts) -> Response<Body> {
        let name = request.uri.path().strip_prefix(PARTS).unwrap_or(INDEX);
        let found = FILES.iter().zip(CODED.iter()).find(|(file, _)| file.name == name);
        let Some((file, codings)) = found else { return refused(StatusCode::NOT_FOUND) };
        if !matches!(request.method, Method::GET | Method::HEAD) {
            let mut response = refused(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        let wanted = Encoding::choose(&request.headers);
        let [plain, ..] = codings;
        let coded = codings.iter().find(|coded| coded.encoding == wanted).unwrap_or(plain);
        let headers = headers(file, coded);
        if coded.tag.is_known(&request.headers) {
            return with(StatusCode::NOT_MODIFIED, headers, Body::Empty);
        }
        let body = if request.method == Method::HEAD { Body::Empty } else { coded.bytes.clone().into() };
        let mut response = with(StatusCode::OK, headers, body);
        response.headers_mut().insert(header::CONTENT_LENGTH, coded.bytes.len().into());
        response
    }
}

fn with(status: StatusCode, headers: HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn refused(status: StatusCode) -> Response<Body> {
    let line = format!("{}\n", status.canonical_reason().unwrap_or("refused"));
    let mut response = with(status, common(), Bytes::from(line).into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

fn common() -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(16);
    headers.insert(header::SERVER, SERVER);
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(CORP, HeaderValue::from_static("same-origin"));
    headers.insert(COOP, HeaderValue::from_static("same-origin"));
    headers
}

fn headers(file: &File, coded: &Coded) -> HeaderMap {
    let mut headers = common();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    headers.insert(header::CACHE_CONTROL, REVALIDATE);
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(header::ETAG, coded.tag.as_header().clone());
    if let Some(coding) = coded.encoding.as_header() {
        headers.insert(header::CONTENT_ENCODING, coding);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use hyper::Request;

    fn ask(method: Method, path: &str, headers: &[(HeaderName, &str)]) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        Page.respond(&request.body(()).unwrap().into_parts().0)
    }

    fn value<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn its_paths_are_no_assets() {
        for path in ["/", "/api/page/app.js"] {
            assert!(Page::has(path), "{path}");
        }
        for path in ["", "/harbour/master.m3u8", "/index.html", "/api/v1/assets", "/api/page", "//"] {
            assert!(!Page::has(path), "{path}");
        }
    }

    #[tokio::test]
    async fn every_file_is_served_and_protected() {
        for file in FILES {
            let response = ask(Method::GET, &format!("{PARTS}{}", file.name), &[]);
            assert_eq!(response.status(), 200, "{}", file.name);
            assert_eq!(value(&response, "content-type"), file.media_type);
            let policy = value(&response, "content-security-policy").to_owned();
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
            assert!(!policy.contains("unsafe"), "{policy}");
            assert_eq!(value(&response, "x-content-type-options"), "nosniff");
            assert_eq!(value(&response, "referrer-policy"), "no-referrer");
            assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), file.bytes);
        }
        assert_eq!(ask(Method::GET, "/api/page/none.js", &[]).status(), 404);
        assert_eq!(ask(Method::GET, "/api/page/../mod.rs", &[]).status(), 404);
        assert_eq!(ask(Method::POST, "/", &[]).status(), 405);
    }

    #[tokio::test]
    async fn what_is_known_is_not_sent_again() {
        let response = ask(Method::GET, "/", &[(header::ACCEPT_ENCODING, "br")]);
        assert_eq!((value(&response, "content-encoding"), value(&response, "cache-control")), ("br", "no-cache"));
        assert_eq!(value(&response, "content-type"), "text/html; charset=utf-8");
        let tag = value(&response, "etag").to_owned();
        let known = [(header::ACCEPT_ENCODING, "br"), (header::IF_NONE_MATCH, tag.as_str())];
        assert_eq!(ask(Method::GET, "/", &known).status(), 304);
        let head = ask(Method::HEAD, "/", &[]);
        assert_ne!(value(&head, "content-length"), "0");
        assert!(head.into_body().collect().await.unwrap().to_bytes().is_empty());
    }

    /// A file that is written and not in the table would be missed by the page alone.
    #[test]
    fn the_table_has_every_file() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/page/www");
        let mut there: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        let mut named: Vec<&str> = FILES.iter().map(|file| file.name).collect();
        there.sort_unstable();
        named.sort_unstable();
        assert_eq!(there, named);
    }

    /// The page asks no other server and has nothing that its policy would refuse.
    #[test]
    fn it_needs_nobody_else() {
        for file in FILES {
            let text = std::str::from_utf8(file.bytes).unwrap();
            // The names of XML are no addresses that are asked.
            let text = text.replace("http://www.w3.org/", "");
            for word in ["http://", "https://", "innerHTML", "eval(", " style=", "onclick="] {
                assert!(!text.contains(word), "{} has {word}", file.name);
            }
        }
    }
}
