//! Media playlists and I-frame playlists as the service wrote them.

use super::fragment;
use crate::links::At;
use crate::manifest::LinkAddresses;
use crate::manifest::hls::{Tag, target_duration};
use crate::presentation::{Presentation, Rendition, Time};
use std::fmt::Write;

/// Writes the media playlist of a rendition. Times in its URLs are ticks of the rendition's own timescale.
pub fn media_playlist(presentation: &Presentation, rendition: &Rendition, links: &LinkAddresses) -> String {
    let mut out = header(presentation, target_duration(presentation));
    let times = rendition.timeline.segments.iter().map(|segment| (segment.time, segment.end()));
    body(&mut out, rendition, links, times, false);
    out
}

/// Writes the I-frame playlist of a video.
pub fn iframe_playlist(presentation: &Presentation, rendition: &Rendition, links: &LinkAddresses) -> String {
    let iframes = rendition.layout().iframes;
    let longest = rendition.longest_iframe_seconds(&iframes).max(target_duration(presentation));
    let mut out = header(presentation, longest);
    out.push_str("#EXT-X-I-FRAMES-ONLY\n");
    let times = iframes.iter().map(|iframe| (iframe.time, iframe.time + iframe.duration));
    body(&mut out, rendition, links, times, true);
    out
}

/// What is on demand began with the year 1970.
fn header(presentation: &Presentation, target_duration: u32) -> String {
    let begin = date_time(presentation.start);
    format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-ALLOW-CACHE:NO\n#EXT-X-MEDIA-SEQUENCE:0\n\
         #EXT-X-TARGETDURATION:{target_duration}\n#EXT-X-PROGRAM-DATE-TIME:{begin}\n"
    )
}

/// The moment so long after the beginning of 1970; no presentation lasts longer than thirty days.
fn date_time(time: Time) -> String {
    let millis = time.millis();
    let (days, seconds) = (millis / 86_400_000, millis / 1000);
    let fraction = if millis.is_multiple_of(1000) { String::new() } else { format!(".{:03}", millis % 1000) };
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("1970-01-{:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z", days + 1)
}

/// From the header on; `times` are where each part begins and ends.
fn body(
    out: &mut String,
    rendition: &Rendition,
    links: &LinkAddresses,
    times: impl Iterator<Item = (u64, u64)>,
    of_key_frames: bool,
) {
    let (track, _) = links.called(rendition);
    let init = fragment(track, At::Init, links.format, false);
    out.push_str(&Tag::new("EXT-X-MAP").quoted("URI", &init).end());
    let mut begin = rendition.start.micros();
    for (time, end) in times {
        let end = Time::new(end, rendition.timeline.timescale).micros();
        let micros = end.saturating_sub(begin);
        begin = end;
        let url = fragment(track, At::Time(time), links.format, of_key_frames);
        let _ = writeln!(out, "#EXTINF:{}.{:06},no-desc\n{url}", micros / 1_000_000, micros % 1_000_000);
    }
    out.push_str("#EXT-X-ENDLIST\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_1970() {
        for (time, written) in [
            (Time::ZERO, "1970-01-01T00:00:00Z"),
            (Time::new(3_661_500, 1000), "1970-01-01T01:01:01.500Z"),
            (Time::LONGEST, "1970-01-31T00:00:00Z"),
        ] {
            assert_eq!(date_time(time), written);
        }
    }
}
