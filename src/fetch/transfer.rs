//! One file on its way: its bytes in order, from as many answers as it takes.

use super::{FetchError, FetchUrl, Fetcher, shortened};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderName,
    HeaderValue, IF_RANGE, LAST_MODIFIED, RANGE,
};
use hyper::{Method, Response, StatusCode};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Cut connections that are made good, as long as each gets further than those before.
const RESUMES: u32 = 50;
/// Of those, that get no further.
const FUTILE: u32 = 2;
/// Bytes that must come within each stall timeout.
const STEP: u64 = 16 << 10;
/// Bytes of the beginning by which a web page is known.
const BEGINNING: usize = 256;

/// A file that is being fetched.
#[derive(Debug)]
pub struct Transfer<'a> {
    fetcher: &'a Fetcher,
    url: FetchUrl,
    deadline: Instant,
    /// What `HEAD` promised.
    promised: Option<u64>,
    body: Incoming,
    /// What tells this state of the file from others, where its server gives parts of it.
    state: Option<HeaderValue>,
    /// Bytes of the whole file, where that is said.
    total: Option<u64>,
    /// Bytes that came.
    at: u64,
    beginning: Vec<u8>,
    /// When the present step began, and where.
    step: (Instant, u64),
    resumes: u32,
    futile: u32,
    /// Where the furthest of them ended.
    furthest: u64,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// All that came before is void: the file begins anew.
    Anew,
    Bytes(Bytes),
}

impl<'a> Transfer<'a> {
    pub(super) async fn begin(fetcher: &'a Fetcher, url: &FetchUrl) -> Result<Transfer<'a>, FetchError> {
        let deadline = Instant::now() + fetcher.options.timeout;
        let head = fetcher.ask(&Method::HEAD, url, &HeaderMap::new(), deadline).await?;
        // Not all servers know it; then the other answer tells.
        let promised = if head.status().is_success() {
            judge(head.headers())?;
            length(head.headers()).filter(|length| *length > 0)
        } else {
            None
        };
        fits(promised, fetcher.options.max_size)?;
        let response = fetcher.ask(&Method::GET, url, &HeaderMap::new(), deadline).await?;
        let (total, state) = of_whole(&response, fetcher.options.max_size)?;
        Ok(Transfer {
            fetcher,
            url: url.clone(),
            deadline,
            promised,
            body: response.into_body(),
            state,
            total,
            at: 0,
            beginning: Vec::new(),
            step: (Instant::now(), 0),
            resumes: 0,
            futile: 0,
            furthest: 0,
        })
    }

    /// Bytes of the whole file, where that is known.
    pub fn size(&self) -> Option<u64> {
        self.total.or(self.promised)
    }

    /// The next bytes; `None` at the end of the file.
    pub async fn next(&mut self) -> Result<Option<Step>, FetchError> {
        loop {
            let until = self.deadline.min(self.step.0 + self.fetcher.options.stall);
            let trouble = match timeout_at(until, self.body.frame()).await {
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(bytes) if !bytes.is_empty() => return self.take(bytes).map(Some),
                    _ => continue,
                },
                Ok(None) => match self.ends_early() {
                    None => return self.end(),
                    Some(problem) => problem,
                },
                Ok(Some(Err(error))) => {
                    format!("the connection was cut ({})", shortened(&crate::client::reason(&error)))
                }
                Err(_) if Instant::now() >= self.deadline => return Err(self.too_long()),
                Err(_) => "next to nothing came".to_owned(),
            };
            if self.go_on(trouble).await? {
                return Ok(Some(Step::Anew));
            }
        }
    }

    fn take(&mut self, bytes: Bytes) -> Result<Step, FetchError> {
        self.at = self.at.saturating_add(bytes.len() as u64);
        fits(Some(self.at), self.fetcher.options.max_size)?;
        if self.at - self.step.1 >= STEP {
            self.step = (Instant::now(), self.at);
        }
        let room = BEGINNING.saturating_sub(self.beginning.len());
        if room > 0 {
            self.beginning.extend(bytes.iter().take(room));
            if is_page(&self.beginning) {
                return Err(page());
            }
        }
        Ok(Step::Bytes(bytes))
    }

    /// What is missing at the end of a body; the connection itself tells where it promised more.
    fn ends_early(&self) -> Option<String> {
        let total = self.total.filter(|total| self.at < *total)?;
        Some(format!("the connection ended after {} of {total} bytes", self.at))
    }

    fn end(&self) -> Result<Option<Step>, FetchError> {
        match self.size() {
            _ if self.at == 0 => Err(FetchError::Refused(format!("{} is empty", self.url))),
            Some(promised) if promised != self.at => Err(FetchError::Refused(format!(
                "{} says that it has {promised} bytes and gives {}; the file there is not whole",
                self.url, self.at
            ))),
            _ => Ok(None),
        }
    }

    /// Asks for what is still missing, or for all; true where all that came is void.
    async fn go_on(&mut self, trouble: String) -> Result<bool, FetchError> {
        let is_further = self.at > self.furthest;
        if self.resumes >= RESUMES || (self.futile >= FUTILE && !is_further) {
            let (url, at, resumes) = (&self.url, self.at, self.resumes);
            return Err(FetchError::Failed(format!("{url}: {trouble}, after {at} bytes and {resumes} attempts more")));
        }
        self.resumes += 1;
        self.futile = if is_further { 0 } else { self.futile + 1 };
        self.furthest = self.furthest.max(self.at);
        tracing::debug!(url = %self.url, at = self.at, "{trouble}; asked again");
        // A server that cuts at once is not asked again at once.
        let pause = Duration::from_millis(100 << self.futile).min(self.fetcher.options.stall);
        tokio::time::sleep_until(self.deadline.min(Instant::now() + pause)).await;
        let mut headers = HeaderMap::new();
        if let Some(state) = self.state.clone().filter(|_| self.at > 0)
            && let Ok(range) = HeaderValue::from_str(&format!("bytes={}-", self.at))
        {
            headers.insert(RANGE, range);
            headers.insert(IF_RANGE, state);
        }
        let response = self.fetcher.ask(&Method::GET, &self.url, &headers, self.deadline).await?;
        self.step = (Instant::now(), self.at);
        if self.is_the_rest(&response, !headers.is_empty()) {
            judge(response.headers())?;
            self.body = response.into_body();
            return Ok(false);
        }
        let response = match response.status() {
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
                // Another part than was asked for: then all of it.
                self.fetcher.ask(&Method::GET, &self.url, &HeaderMap::new(), self.deadline).await?
            }
            _ => response,
        };
        (self.total, self.state) = of_whole(&response, self.fetcher.options.max_size)?;
        self.body = response.into_body();
        (self.at, self.step.1) = (0, 0);
        self.beginning.clear();
        Ok(true)
    }

    /// Whether an answer is the part that is missing, of the same state of the file (RFC 9110 14.4, 13.1.5).
    fn is_the_rest(&self, response: &Response<Incoming>, asked: bool) -> bool {
        let range = text(response.headers(), CONTENT_RANGE);
        let Some((start, total)) = range.strip_prefix("bytes ").and_then(|range| {
            let (part, total) = range.split_once('/')?;
            Some((part.split_once('-')?.0.parse::<u64>().ok()?, total.parse::<u64>().ok()))
        }) else {
            return false;
        };
        asked
            && response.status() == StatusCode::PARTIAL_CONTENT
            && start == self.at
            && (self.total.is_none() || total.is_none() || total == self.total)
    }

    fn too_long(&self) -> FetchError {
        let most = self.fetcher.options.timeout;
        FetchError::Refused(format!("{} took more than the {most:?} that are allowed", self.url))
    }
}

/// The length and state of a whole file that is answered.
fn of_whole(response: &Response<Incoming>, most: u64) -> Result<(Option<u64>, Option<HeaderValue>), FetchError> {
    match response.status() {
        StatusCode::OK => {}
        status @ (StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) => return Err(answered(status, true)),
        status => return Err(answered(status, status.is_server_error())),
    }
    let headers = response.headers();
    judge(headers)?;
    let total = length(headers);
    fits(total, most)?;
    // A weak tag is of no use for parts (RFC 9110 13.1.5).
    let tag = headers.get(ETAG).filter(|tag| tag.as_bytes().first() == Some(&b'"'));
    let state = tag.or_else(|| headers.get(LAST_MODIFIED)).cloned();
    Ok((total, state.filter(|_| text(headers, ACCEPT_RANGES).eq_ignore_ascii_case("bytes"))))
}

fn answered(status: StatusCode, again: bool) -> FetchError {
    let problem = format!("the server answers {status}; is the link whole, and may anybody use it?");
    if again { FetchError::Failed(problem) } else { FetchError::Refused(problem) }
}

/// What the headers tell of a body that cannot be used.
fn judge(headers: &HeaderMap) -> Result<(), FetchError> {
    let coding = text(headers, CONTENT_ENCODING);
    if !coding.is_empty() && !coding.eq_ignore_ascii_case("identity") {
        let problem = format!("the server sends it in the coding {:?}, which was not asked for", shortened(coding));
        return Err(FetchError::Refused(problem));
    }
    let media_type = text(headers, CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if matches!(media_type.as_str(), "text/html" | "application/xhtml+xml") { Err(page()) } else { Ok(()) }
}

fn page() -> FetchError {
    let problem = "there is a web page at this URL, not a file of audio or captions; use the link of the file itself";
    FetchError::Refused(problem.to_owned())
}

/// Whether these are the first bytes of a web page.
fn is_page(beginning: &[u8]) -> bool {
    let beginning = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning).trim_ascii_start();
    let begins = |word: &[u8]| beginning.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    begins(b"<!doctype html") || begins(b"<html")
}

fn fits(length: Option<u64>, most: u64) -> Result<(), FetchError> {
    match length {
        Some(length) if length > most => {
            Err(FetchError::Refused(format!("it has more than the {most} bytes that are allowed")))
        }
        _ => Ok(()),
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    text(headers, CONTENT_LENGTH).parse().ok()
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_known_by_its_beginning() {
        for page in ["<!DOCTYPE html>", "\u{feff} \n<!doctype HTML PUBLIC", "<HTML lang=en>", "<html"] {
            assert!(is_page(page.as_bytes()), "{page}");
        }
        for file in ["WEBVTT", "<?xml version=\"1.0\"?><tt", "<tt xmlns", "ID3", "RIFF", "", "<!doctype"] {
            assert!(!is_page(file.as_bytes()), "{file}");
        }
    }
}
