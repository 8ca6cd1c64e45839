//! Forms with files (`multipart/form-data`, RFC 7578), read part by part as they come.

use super::{Kind, Refusal};
use crate::api::incoming::{BodyError, Incoming, Reader};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use hyper::header::CONTENT_TYPE;
use hyper::http::request::Parts;
use multer::{Constraints, Field, Multipart, SizeLimit};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What may come before a part: the rest of the last boundary, and the headers. All of it is held in memory, and
/// searched again whenever more of it comes.
const MOST_BEFORE_PART: u64 = 64 << 10;
/// How much comes before it is looked at.
const PIECE: usize = 16 << 10;

/// A form on its way.
pub(in crate::api) struct Form {
    parts: Multipart<'static>,
    /// The part that was given out last.
    last: Option<Field<'static>>,
    /// The bytes that may still come before something is given out.
    allowed: Arc<AtomicU64>,
}

/// A part of a form.
pub(in crate::api) struct Part<'a>(&'a mut Field<'static>);

/// Why no more of a form can be had.
#[derive(Debug, Clone, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error("{MOST_BEFORE_PART} bytes came without the boundary of a part and the end of its headers")]
    NoPart,
}

impl Form {
    /// Reads at most `limit` bytes.
    pub(in crate::api) fn read(head: &Parts, body: Incoming, limit: u64, stall: Duration) -> Result<Form, Refusal> {
        let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(content_type).map_err(|_| {
            let problem = "the body must be a form with a file (multipart/form-data, with a boundary)";
            Refusal::new(Kind::Undecodable, problem)
        })?;
        // What is between the parts, and before them, counts as well.
        let reader = Reader::new(body, limit, stall)?;
        let allowed = Arc::new(AtomicU64::new(0));
        let pieces = Pieces { reader, rest: Bytes::new(), allowed: Arc::clone(&allowed) };
        let bytes = stream::unfold(pieces, |mut pieces| async {
            let next = pieces.next().await.transpose()?;
            Some((next, pieces))
        });
        let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(limit));
        Ok(Form { parts: Multipart::with_constraints(bytes, boundary, limits), last: None, allowed })
    }

    /// The next part, if there is one; what was not read of the last is passed over.
    pub(in crate::api) async fn next(&mut self) -> Result<Option<Part<'_>>, Refusal> {
        if let Some(mut last) = self.last.take() {
            while last.chunk().await.map_err(refusal)?.is_some() {}
        }
        self.allowed.store(MOST_BEFORE_PART, Ordering::Relaxed);
        self.last = self.parts.next_field().await.map_err(refusal)?;
        // Of a part nothing is held for long.
        self.allowed.store(u64::MAX, Ordering::Relaxed);
        Ok(self.last.as_mut().map(Part))
    }
}

/// A body in small pieces, each of which is looked at before the next comes.
struct Pieces {
    reader: Reader,
    rest: Bytes,
    allowed: Arc<AtomicU64>,
}

impl Pieces {
    async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        // multer takes all there is before it looks at any of it; so for now there is no more.
        tokio::task::yield_now().await;
        if self.rest.is_empty() {
            match self.reader.next().await? {
                None => return Ok(None),
                Some(bytes) => self.rest = bytes,
            }
        }
        let piece = self.rest.split_to(self.rest.len().min(PIECE));
        let allowed = self.allowed.load(Ordering::Relaxed);
        if allowed == 0 {
            return Err(Broken::NoPart);
        }
        self.allowed.store(allowed.saturating_sub(piece.len() as u64), Ordering::Relaxed);
        Ok(Some(piece))
    }
}

impl Part<'_> {
    pub(in crate::api) fn name(&self) -> &str {
        self.0.name().unwrap_or_default()
    }

    /// The name that the file had where it comes from.
    pub(in crate::api) fn file_name(&self) -> Option<&str> {
        self.0.file_name()
    }

    pub(in crate::api) async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        self.0.chunk().await.map_err(refusal)
    }

    /// All of it, which may be `limit` bytes.
    pub(in crate::api) async fn whole(&mut self, limit: usize) -> Result<Bytes, Refusal> {
        let mut bytes = BytesMut::new();
        while let Some(next) = self.next().await? {
            if bytes.len() + next.len() > limit {
                let name = self.name().to_owned();
                return Err(Refusal::new(Kind::TooLarge, format!("{name} has more than the {limit} bytes allowed")));
            }
            bytes.extend_from_slice(&next);
        }
        Ok(bytes.freeze())
    }
}

fn refusal(error: multer::Error) -> Refusal {
    if let multer::Error::StreamReadFailed(inner) = &error
        && let Some(error) = inner.downcast_ref::<Broken>()
    {
        return match error {
            Broken::Body(error) => error.clone().into(),
            Broken::NoPart => Refusal::new(Kind::TooLarge, format!("the form cannot be read: {error}")),
        };
    }
    let kind = match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => Kind::TooLarge,
        _ => Kind::Undecodable,
    };
    Refusal::new(kind, format!("the form cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::incoming::boxed;
    use futures_util::StreamExt;
    use http_body::Frame;
    use http_body_util::{Full, StreamBody};
    use hyper::Request;
    use std::convert::Infallible;
    use std::sync::atomic::AtomicUsize;

    fn form(content_type: &str, body: &str, limit: u64) -> Result<Form, Refusal> {
        let head = Request::post("/").header(CONTENT_TYPE, content_type).body(()).unwrap().into_parts().0;
        Form::read(&head, boxed(Full::from(body.to_owned())), limit, Duration::from_secs(60))
    }

    async fn parts(body: &str, limit: u64) -> Result<Vec<(String, Option<String>, Bytes)>, Kind> {
        let mut form = form("multipart/form-data; boundary=xx", body, limit).map_err(|refusal| refusal.kind)?;
        let mut parts = Vec::new();
        while let Some(mut part) = form.next().await.map_err(|refusal| refusal.kind)? {
            let (name, file) = (part.name().to_owned(), part.file_name().map(str::to_owned));
            parts.push((name, file, part.whole(20).await.map_err(|refusal| refusal.kind)?));
        }
        Ok(parts)
    }

    #[tokio::test]
    async fn a_part_may_be_a_field_or_a_file() {
        let body = "--xx\r\nContent-Disposition: form-data; name=\"label\"\r\n\r\nEspañol\r\n\
                    --xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.m4a\"\r\n\
                    Content-Type: audio/mp4\r\n\r\n1\r\n2\r\n--xx--\r\n";
        let found = parts(body, 1000).await.unwrap();
        assert_eq!(found[0], ("label".to_owned(), None, "Español".into()));
        assert_eq!(found[1], ("file".to_owned(), Some("a.m4a".to_owned()), "1\r\n2".into()));
        assert_eq!(parts(body, 50).await, Err(Kind::TooLarge));
        let long = body.replace("1\r\n2", &"x".repeat(21));
        assert_eq!(parts(&long, 1000).await, Err(Kind::TooLarge));
    }

    /// What a form without end has come to when it is refused, in bytes.
    async fn read_of_endless(start: &'static str) -> (Option<Kind>, usize) {
        let read = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&read);
        let first = stream::iter([Bytes::from(start)]);
        let frames = first.chain(stream::repeat(Bytes::from(vec![b'x'; 10_000]))).map(move |bytes| {
            counted.fetch_add(bytes.len(), Ordering::Relaxed);
            Ok::<_, Infallible>(Frame::data(bytes))
        });
        let head = Request::post("/").header(CONTENT_TYPE, "multipart/form-data; boundary=xx").body(()).unwrap();
        let body = boxed(StreamBody::new(frames));
        let mut form = Form::read(&head.into_parts().0, body, 200_000_000, Duration::from_secs(60)).unwrap();
        let refused = form.next().await.err().map(|refusal| refusal.kind);
        (refused, read.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn what_comes_before_a_part_is_short() {
        for start in ["x", "--xx\r\nContent-Disposition: x"] {
            let (refused, read) = read_of_endless(start).await;
            assert_eq!(refused, Some(Kind::TooLarge), "{start}");
            assert!(read < 100_000, "{read} bytes were read of {start}");
        }
    }

    #[tokio::test]
    async fn parts_may_be_large_and_may_be_passed_over() {
        let part = |name: &str| {
            format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{}\r\n", "x".repeat(1_000_000))
        };
        let body = format!("{}{}--xx--\r\n", part("other"), part("file"));
        let mut form = form("multipart/form-data; boundary=xx", &body, 3_000_000).unwrap();
        assert_eq!(form.next().await.unwrap().unwrap().name(), "other");
        let mut file = form.next().await.unwrap().unwrap();
        assert_eq!(
            (file.name().to_owned(), file.whole(1_000_000).await.unwrap().len()),
            ("file".to_owned(), 1_000_000)
        );
        assert!(form.next().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn what_is_no_form_is_refused() {
        for content_type in ["application/json", "multipart/form-data", "text/plain; boundary=xx", ""] {
            assert_eq!(form(content_type, "", 10).err().map(|refusal| refusal.kind), Some(Kind::Undecodable));
        }
        for body in ["", "hello", "--xx\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nnever ends"] {
            assert_eq!(parts(body, 1000).await, Err(Kind::Undecodable), "{body}");
        }
    }
}
