//! Media playlists and I-frame playlists (RFC 8216bis 4.4.3, 4.4.4).

use super::VERSION;
use super::attributes::Tag;
use crate::manifest::{TextForm, init_path, segment_path, text_segment_path};
use crate::presentation::{Presentation, Rendition, Time};
use crate::track::TrackType;
use std::fmt::Write;
use std::ops::Range;

/// Writes the media playlist of a rendition, text in the form asked for.
pub fn media_playlist(presentation: &Presentation, rendition: &Rendition, text: TextForm) -> String {
    let segments = &rendition.timeline.segments;
    let mut out = String::with_capacity(256 + segments.len() * 64);
    header(&mut out, presentation.target_duration);
    let name = &rendition.name;
    let revision = match (&rendition.imsc_revision, text) {
        (Some(revision), TextForm::Imsc) => revision,
        _ => &rendition.revision,
    };
    let web_vtt = rendition.track_type == TrackType::Text && text == TextForm::WebVtt;
    if !web_vtt {
        out.push_str(&Tag::new("EXT-X-MAP").quoted("URI", &init_path(name, revision)).end());
    }
    for segment in segments {
        extinf(&mut out, segment.time..segment.end(), rendition.timeline.timescale);
        let path = match web_vtt {
            true => text_segment_path(name, revision, segment.time),
            false => segment_path(name, revision, segment.time),
        };
        out.push_str(&path);
        out.push('\n');
    }
    out.push_str("#EXT-X-ENDLIST\n");
    out
}

/// Writes the I-frame playlist of a video rendition: byte ranges into its own segments.
pub fn iframe_playlist(rendition: &Rendition) -> String {
    let iframes = &rendition.iframes;
    let mut out = String::with_capacity(256 + iframes.len() * 96);
    header(&mut out, rendition.longest_iframe_seconds());
    out.push_str("#EXT-X-I-FRAMES-ONLY\n");
    out.push_str(&Tag::new("EXT-X-MAP").quoted("URI", &init_path(&rendition.name, &rendition.revision)).end());
    for iframe in iframes {
        extinf(&mut out, iframe.time..iframe.time + iframe.duration, rendition.timeline.timescale);
        let _ = writeln!(out, "#EXT-X-BYTERANGE:{}@{}", iframe.range.end - iframe.range.start, iframe.range.start);
        let _ = writeln!(out, "{}", segment_path(&rendition.name, &rendition.revision, iframe.segment));
    }
    out.push_str("#EXT-X-ENDLIST\n");
    out
}

fn header(out: &mut String, target_duration: u32) {
    let _ = write!(
        out,
        "#EXTM3U\n#EXT-X-VERSION:{VERSION}\n#EXT-X-TARGETDURATION:{target_duration}\n#EXT-X-PLAYLIST-TYPE:VOD\n"
    );
}

/// From the moment, in microseconds, at which it starts to that at which it ends: each is rounded once, so the running
/// sum is exact, however many segments there are (Apple authoring specification 8.1).
fn extinf(out: &mut String, span: Range<u64>, timescale: u32) {
    let micros = Time::new(span.end, timescale).micros() - Time::new(span.start, timescale).micros();
    let _ = writeln!(out, "#EXTINF:{}.{:06},", micros / 1_000_000, micros % 1_000_000);
}
