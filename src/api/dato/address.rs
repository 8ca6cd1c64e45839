//! Paths of the Content Management API. Each part is decoded by itself, so that a name may hold a slash.

use crate::api::platform::{Kind, Refusal};
use crate::origin::decode_path;
use percent_encoding::percent_decode_str;

/// What paths of this API begin with.
pub(super) const FIRST: &[&str] = &["uploads", "upload-requests", "job-results"];

/// What is meant. Names are decoded and as they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Uploads,
    Upload(String),
    Tracks(String),
    Track(String, String),
    GeneratedSubtitles(String),
    UploadRequests,
    JobResult(String),
}

impl Target {
    /// Reads the path of a URL, as it was sent.
    pub(super) fn parse(path: &str) -> Result<Target, Refusal> {
        // Refuses what is malformed, and what would lead upwards however often it is encoded.
        decode_path(path).map_err(|error| Refusal::new(Kind::NoPath, error.to_string()))?;
        let parts = path.trim_matches('/').split('/');
        let parts: Vec<String> = parts.map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect();
        let own = |name: &str| name.to_owned();
        let target = match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["uploads"] => Some(Target::Uploads),
            ["uploads", id] => Some(Target::Upload(own(id))),
            ["uploads", id, "tracks"] => Some(Target::Tracks(own(id))),
            ["uploads", id, "tracks", "generate-subtitles"] => Some(Target::GeneratedSubtitles(own(id))),
            ["uploads", id, "tracks", track] => Some(Target::Track(own(id), own(track))),
            ["upload-requests"] => Some(Target::UploadRequests),
            ["job-results", id] => Some(Target::JobResult(own(id))),
            _ => None,
        };
        let is_whole = parts.iter().all(|part| !part.is_empty());
        target.filter(|_| is_whole).ok_or_else(|| Refusal::new(Kind::NoPath, "there is nothing at this path"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_part_is_decoded_by_itself() {
        let own = |name: &str| name.to_owned();
        for (path, target) in [
            ("/uploads/", Target::Uploads),
            ("/uploads/shows%2Fs01", Target::Upload(own("shows/s01"))),
            ("/uploads/a/tracks/b%20c", Target::Track(own("a"), own("b c"))),
            ("/uploads/a/tracks/generate-subtitles", Target::GeneratedSubtitles(own("a"))),
            ("/job-results/r.x", Target::JobResult(own("r.x"))),
        ] {
            assert_eq!(Target::parse(path), Ok(target), "{path}");
        }
        for path in ["/uploads//tracks", "/uploads/a/b", "/uploads/a/tracks/b/c", "/job-results", "/uploads/..%2fx"] {
            assert_eq!(Target::parse(path).map_err(|refusal| refusal.kind), Err(Kind::NoPath), "{path}");
        }
    }

    proptest! {
        #[test]
        fn any_path_is_read_or_refused(rest in "[a-zA-Z/%0-9.]{0,60}") {
            let _ = Target::parse(&format!("/uploads/{rest}"));
        }
    }
}
