//! The list of a container's blobs, as XML.

use super::answer::{Answer, xml};
use super::blob::{Blobs, ROOT, media_type};
use super::fault::Fault;
use crate::ams::Timestamp;
use crate::api::reach::public_url;
use crate::document::ASSET_JSON;
use crate::origin::EntityTag;
use crate::store::FileEntry;
use hyper::StatusCode;
use quick_xml::escape::escape;
use std::fmt::Write;

/// Blobs on a page.
const PAGE: usize = 5000;

pub(super) async fn list(blobs: &Blobs<'_>) -> Answer {
    let (_, listing) = blobs.folder().await?;
    let prefix = blobs.parameter("prefix").unwrap_or_default();
    let marker = blobs.parameter("marker").unwrap_or_default();
    let most = match blobs.parameter("maxresults") {
        None => PAGE,
        Some(number) => number.parse().ok().filter(|&number| number > 0).ok_or_else(|| {
            Fault::new(StatusCode::BAD_REQUEST, "InvalidQueryParameterValue", "maxresults is no number from 1 on.")
        })?,
    };
    let mut files = listing
        .files
        .iter()
        .filter(|file| file.name != ASSET_JSON && file.name.starts_with(prefix) && file.name.as_str() >= marker);
    let page: Vec<&FileEntry> = files.by_ref().take(most.min(PAGE)).collect();
    let next = files.next().map_or("", |file| file.name.as_str());
    let endpoint = format!("{}{ROOT}/", public_url(blobs.api.azure.options.public_url.as_deref(), blobs.head));
    Ok(xml(StatusCode::OK, written(&endpoint, &blobs.container, prefix, &page, next)))
}

fn written(endpoint: &str, container: &str, prefix: &str, files: &[&FileEntry], next: &str) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"{}\" ContainerName=\"{}\">\
         <Prefix>{}</Prefix><Blobs>",
        escape(endpoint),
        escape(container),
        escape(prefix)
    );
    for file in files {
        let tag = EntityTag::new(&file.version.revision());
        let modified = file.version.modified().map(|modified| Timestamp::from(modified).http_date());
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "<Blob><Name>{}</Name><Properties><Last-Modified>{}</Last-Modified><Etag>{}</Etag>\
             <Content-Length>{}</Content-Length><Content-Type>{}</Content-Type><BlobType>BlockBlob</BlobType>\
             </Properties></Blob>",
            escape(&file.name),
            modified.unwrap_or_default(),
            escape(tag.as_header().to_str().unwrap_or_default()),
            file.version.size,
            media_type(&file.name),
        );
    }
    let _ = write!(text, "</Blobs><NextMarker>{}</NextMarker></EnumerationResults>", escape(next));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::FileVersion;

    #[test]
    fn names_are_escaped() {
        let version = FileVersion { size: 5, tag: "1795160414.5".to_owned(), instance: 0 };
        let file = FileEntry { name: "a<b>&\"c.vtt".to_owned(), version };
        let text = written("http://h/", "x&y", "a<", &[&file], "n&");
        let mut reader = quick_xml::Reader::from_str(&text);
        while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
        for part in ["a&lt;b&gt;&amp;", "x&amp;y", "<NextMarker>n&amp;</NextMarker>", "<Content-Length>5<", "text/vtt"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
