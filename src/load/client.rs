//! The connections of one virtual player: requests, with what went wrong in few words.

use super::tally::{Kind, Tally};
use super::title::Piece;
use crate::client::{HttpClient, http_client, reason};
use bytes::{Bytes, BytesMut};
use flate2::read::GzDecoder;
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Incoming};
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, RANGE, USER_AGENT};
use hyper::{Request, Response, StatusCode};
use std::io::Read;
use std::time::{Duration, Instant};

/// A request that takes longer has failed for a viewer.
const PATIENCE: Duration = Duration::from_secs(30);
/// A manifest larger than this is none.
const LARGEST_MANIFEST: u64 = 64 << 20;
const AGENT: &str = concat!("signalbox-load/", env!("CARGO_PKG_VERSION"));

/// Why a request gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The server cannot be reached.
    #[error("no connection: {0}")]
    Connect(String),
    /// Nothing more came for the time a viewer has patience.
    #[error("no answer within {} s", PATIENCE.as_secs())]
    TimedOut,
    /// The answer is another than 200 or 206.
    #[error("status {0}")]
    Status(u16),
    /// The answer ended before its end.
    #[error("the connection was cut: {0}")]
    Cut(String),
    /// The answer is no manifest that can be played; why, and where.
    #[error("{0}")]
    Unreadable(String),
}

impl Trouble {
    /// Without particulars, to be counted.
    fn kind(&self) -> String {
        match self {
            Trouble::Connect(_) => "no connection".to_owned(),
            Trouble::Cut(_) => "connection cut within an answer".to_owned(),
            Trouble::Unreadable(_) => "manifest that cannot be read".to_owned(),
            Trouble::TimedOut | Trouble::Status(_) => self.to_string(),
        }
    }
}

/// One player's connections.
pub(super) struct Fetcher {
    client: HttpClient<Empty<Bytes>>,
}

impl Fetcher {
    pub(super) fn new() -> Fetcher {
        Fetcher { client: http_client(PATIENCE) }
    }

    /// Fetches a manifest or playlist as text.
    pub(super) async fn text(&self, tally: &Tally, piece: &Piece) -> Result<Bytes, Trouble> {
        self.counted(tally, Kind::Manifest, async {
            let response = self.ask(piece, true).await?;
            let is_gzip = response.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding == "gzip");
            let mut text = BytesMut::new();
            let bytes = drain(response.into_body(), |data| {
                let fits = (text.len() + data.len()) as u64 <= LARGEST_MANIFEST;
                if fits {
                    text.extend_from_slice(data);
                }
                fits
            });
            let bytes = bytes.await?;
            let text = if is_gzip { unzip(&text)? } else { text.freeze() };
            Ok((bytes, text))
        })
        .await
    }

    /// Fetches media and lets it go; the number of its bytes.
    pub(super) async fn media(&self, tally: &Tally, kind: Kind, piece: &Piece) -> Result<u64, Trouble> {
        self.counted(tally, kind, async {
            let response = self.ask(piece, false).await?;
            let bytes = drain(response.into_body(), |_| true).await?;
            Ok((bytes, bytes))
        })
        .await
    }

    /// Runs a request with patience, and counts how it ends.
    async fn counted<T>(
        &self,
        tally: &Tally,
        kind: Kind,
        request: impl Future<Output = Result<(u64, T), Trouble>>,
    ) -> Result<T, Trouble> {
        let start = Instant::now();
        let result = tokio::time::timeout(PATIENCE, request).await.unwrap_or(Err(Trouble::TimedOut));
        match result {
            Ok((bytes, value)) => {
                tally.answered(kind, bytes, start.elapsed());
                Ok(value)
            }
            Err(trouble) => {
                tally.failed(trouble.kind());
                Err(trouble)
            }
        }
    }

    async fn ask(&self, piece: &Piece, zipped: bool) -> Result<Response<Incoming>, Trouble> {
        let mut request = Request::get(piece.address.to_string()).header(USER_AGENT, AGENT);
        if zipped {
            request = request.header(ACCEPT_ENCODING, "gzip");
        }
        if let Some(range) = &piece.range {
            request = request.header(RANGE, format!("bytes={}-{}", range.start(), range.end()));
        }
        let unreadable = |error| Trouble::Unreadable(format!("{} cannot be asked: {error}", piece.address));
        let request = request.body(Empty::new()).map_err(unreadable)?;
        let response = self.client.request(request).await.map_err(|error| match error.is_connect() {
            true => Trouble::Connect(reason(&error)),
            false => Trouble::Cut(reason(&error)),
        })?;
        let wanted = if piece.range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
        if response.status() != wanted {
            return Err(Trouble::Status(response.status().as_u16()));
        }
        Ok(response)
    }
}

/// Reads a body to its end; the number of its bytes. `take` may refuse more.
async fn drain(mut body: Incoming, mut take: impl FnMut(&[u8]) -> bool) -> Result<u64, Trouble> {
    let mut bytes = 0;
    while !body.is_end_stream() {
        let Some(frame) = body.frame().await else { break };
        let frame = frame.map_err(|error| Trouble::Cut(reason(&error)))?;
        let Some(data) = frame.data_ref() else { continue };
        bytes += data.len() as u64;
        if !take(data) {
            return Err(Trouble::Unreadable(format!("a manifest of more than {LARGEST_MANIFEST} bytes is none")));
        }
    }
    Ok(bytes)
}

fn unzip(bytes: &[u8]) -> Result<Bytes, Trouble> {
    let mut text = Vec::new();
    let read = GzDecoder::new(bytes).take(LARGEST_MANIFEST).read_to_end(&mut text);
    read.map_err(|error| Trouble::Unreadable(format!("a manifest's gzip coding is broken: {error}")))?;
    Ok(text.into())
}
