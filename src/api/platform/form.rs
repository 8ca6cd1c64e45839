//! Forms with files (`multipart/form-data`, RFC 7578), read part by part as they come.

use super::{Kind, Refusal};
use crate::api::incoming::{Incoming, Reader};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use hyper::header::CONTENT_TYPE;
use hyper::http::request::Parts;
use multer::{Constraints, Field, Multipart, SizeLimit};
use std::time::Duration;

/// A form on its way.
pub(in crate::api) struct Form(Multipart<'static>);

/// A part of a form.
pub(in crate::api) struct Part(Field<'static>);

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
        let bytes = stream::unfold(reader, |mut reader| async {
            let next = reader.next().await.transpose()?;
            Some((next, reader))
        });
        let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(limit));
        Ok(Form(Multipart::with_constraints(bytes, boundary, limits)))
    }

    /// The next part, if there is one; what was not read of the last is passed over.
    pub(in crate::api) async fn next(&mut self) -> Result<Option<Part>, Refusal> {
        Ok(self.0.next_field().await.map_err(refusal)?.map(Part))
    }
}

impl Part {
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
        && let Some(error) = inner.downcast_ref::<crate::api::incoming::BodyError>()
    {
        return error.clone().into();
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
    use http_body_util::Full;
    use hyper::Request;

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
