//! Uploads: the assets of the site, as far as an asset is what an upload is.

use super::Asked;
use super::answer::{Answer, ok};
use crate::ams::Timestamp;
use crate::api::platform::{Refusal, Wrong};
use crate::catalog::{LoadError, LoadedAsset};
use crate::origin::Route;
use crate::presentation::{Facts, LoadedTrack};
use crate::store::FileEntry;
use crate::track::TrackType;
use futures_util::future::join_all;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// Uploads of a page, where it is not said, and at most.
const PAGE: usize = 30;
const LARGEST_PAGE: usize = 500;
/// Assets that are opened at a time.
const AT_A_TIME: usize = 8;

pub(super) async fn find(asked: &Asked<'_>, id: &str) -> Answer {
    let loaded = asked.upload(id).await?;
    ok(&json!({ "data": resource(asked, id, &loaded) }))
}

/// What of the uploads is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    offset: usize,
    limit: usize,
    /// Only these.
    ids: Option<Vec<String>>,
}

impl Page {
    fn of(query: &str) -> Result<Page, Refusal> {
        let mut page = Page { offset: 0, limit: PAGE, ids: None };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
            let (name, value) = (decoded(name), decoded(value));
            let number = |field| {
                let number = value.parse::<usize>();
                number.map_err(|_| Refusal::invalid(field, Wrong::Form, format!("{name} must be a number")))
            };
            match name.as_str() {
                "page[offset]" => page.offset = number("page.offset")?,
                "page[limit]" => page.limit = number("page.limit")?,
                "filter[ids]" => page.ids = Some(value.split(',').map(str::to_owned).collect()),
                // What would be left out, or in another order, must not seem to be there.
                _ if name.starts_with("filter") || name.starts_with("order_by") => {
                    let problem = format!("uploads are found by filter[ids] here, and not by {name}");
                    return Err(Refusal::invalid("filter", Wrong::NoneOfThese, problem));
                }
                _ => {}
            }
        }
        match page.limit {
            0..=LARGEST_PAGE => Ok(page),
            _ => Err(Refusal::invalid("page.limit", Wrong::Value, format!("page[limit] is at most {LARGEST_PAGE}"))),
        }
    }
}

pub(super) async fn list(asked: &Asked<'_>) -> Answer {
    let page = Page::of(asked.head.uri.query().unwrap_or_default())?;
    let options = &asked.call.api.options.dato;
    let names = asked.call.api.index.names().await;
    let mut seen: Vec<(String, &String)> = Vec::new();
    for name in names.iter().filter(|name| asked.call.sees(&asked.names(), name)) {
        let id = options.id_of(name);
        if page.ids.as_ref().is_none_or(|ids| ids.contains(&id)) {
            seen.push((id, name));
        }
    }
    let wanted: Vec<_> = seen.iter().skip(page.offset).take(page.limit).collect();
    let mut data = Vec::with_capacity(wanted.len());
    for some in wanted.chunks(AT_A_TIME) {
        let opened = join_all(some.iter().map(|(_, name)| asked.call.api.catalog.asset(name))).await;
        for ((id, _), loaded) in some.iter().zip(opened) {
            match loaded {
                Ok(loaded) => data.push(resource(asked, id, &loaded)),
                // One that has gone, or cannot be shown, hides no others.
                Err(LoadError::Unknown { .. } | LoadError::Document { .. }) => {}
                Err(LoadError::Store(error)) => return Err(error.into()),
            }
        }
    }
    ok(&json!({ "data": data, "meta": { "total_count": seen.len() } }))
}

/// The resource; what there is not of an asset is null.
fn resource(asked: &Asked<'_>, id: &str, loaded: &LoadedAsset) -> Value {
    let best = best_picture(loaded);
    let facts = best.and_then(|track| track.source.as_ref().ok()).map(|source| Facts::of(&source.media));
    let picture = facts.as_ref().and_then(|facts| facts.video.as_ref());
    let file = best.or(loaded.tracks.first()).map_or("", |track| track.track.file.as_str());
    let (basename, format) = file.rsplit_once('.').unwrap_or((file, ""));
    let files: Vec<&FileEntry> = loaded.listing().files.iter().collect();
    let size = files.iter().find(|entry| entry.name == file).map_or(0, |entry| entry.version.size);
    let written = || files.iter().filter_map(|entry| entry.version.modified()).map(Timestamp::from);
    let has = |track_type| loaded.tracks.iter().any(|track| track.track.track_type == track_type);
    let mime_type = match () {
        () if has(TrackType::Video) => "video/mp4",
        () if has(TrackType::Audio) => "audio/mp4",
        () => "text/vtt",
    };
    let duration = loaded.presentation.as_ref().ok().map(|shown| shown.duration.seconds().round() as u64);
    let frame_rate = facts.as_ref().and_then(|facts| facts.frame_rate.as_ref()).map(|rate| rate.to_string());
    json!({
        "type": "upload",
        "id": id,
        "attributes": {
            "size": size,
            "width": picture.map(|video| video.width),
            "height": picture.map(|video| video.height),
            "path": format!("/{}/{file}", loaded.name),
            "basename": basename,
            "filename": file,
            "url": format!("{}{}", asked.players_url, Route::Multivariant { asset: &loaded.name }),
            "format": Some(format).filter(|format| !format.is_empty()),
            "author": null,
            "copyright": null,
            "notes": loaded.asset.title,
            "md5": null,
            "duration": duration,
            "frame_rate": frame_rate.and_then(|rate| rate.parse::<f64>().ok()),
            "blurhash": null,
            "thumbhash": null,
            "mux_playback_id": null,
            "mux_mp4_highest_res": null,
            "default_field_metadata": {},
            "is_image": false,
            "created_at": written().min(),
            "updated_at": written().max(),
            "mime_type": mime_type,
            "tags": [],
            "smart_tags": [],
            "exif_info": {},
            "colors": [],
        },
        "relationships": { "creator": { "data": null }, "upload_collection": { "data": null } },
    })
}

/// The largest picture that can be played.
fn best_picture(loaded: &LoadedAsset) -> Option<&LoadedTrack> {
    let area = |track: &&LoadedTrack| {
        let source = track.source.as_ref().ok()?;
        let video = source.media.coded()?.codec.video.as_ref()?;
        Some(u64::from(video.width) * u64::from(video.height))
    };
    loaded.tracks.iter().filter(|track| area(track).is_some()).max_by_key(area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_what_is_asked_for() {
        let page = |offset, limit, ids| Page { offset, limit, ids };
        assert_eq!(Page::of(""), Ok(page(0, 30, None)));
        assert_eq!(Page::of("page%5Boffset%5D=60&page%5Blimit%5D=2&version=&x=1"), Ok(page(60, 2, None)));
        let ids = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(Page::of("filter[ids]=a,b"), Ok(page(0, 30, Some(ids))));
        for query in ["page[limit]=501", "page[limit]=x", "page[offset]=-1", "filter[type]=video", "order_by=id_ASC"] {
            assert!(Page::of(query).is_err(), "{query}");
        }
    }
}
