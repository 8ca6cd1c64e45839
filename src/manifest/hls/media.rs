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
    header(&mut out, target_duration(presentation));
    let name = &rendition.name;
    let revision = match (&rendition.imsc_revision, text) {
        (Some(revision), TextForm::Imsc) => revision,
        _ => &rendition.revision,
    };
    let web_vtt = rendition.track_type == TrackType::Text && text == TextForm::WebVtt;
    if !web_vtt {
        out.push_str(&Tag::new("EXT-X-MAP").quoted("URI", &init_path(name, revision)).end());
    }
    let mut start = 0;
    for segment in segments {
        extinf(&mut out, start..segment.end(), rendition.timeline.timescale);
        start = segment.end();
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
    let timescale = rendition.timeline.timescale;
    let first_end = iframes.first().map_or(0, |first| first.time + first.duration);
    header(&mut out, rendition.longest_iframe_seconds().max(Time::new(first_end, timescale).target_duration()));
    out.push_str("#EXT-X-I-FRAMES-ONLY\n");
    out.push_str(&Tag::new("EXT-X-MAP").quoted("URI", &init_path(&rendition.name, &rendition.revision)).end());
    let mut start = 0;
    for iframe in iframes {
        let end = iframe.time + iframe.duration;
        extinf(&mut out, start..end, timescale);
        start = end;
        let _ = writeln!(out, "#EXT-X-BYTERANGE:{}@{}", iframe.range.end - iframe.range.start, iframe.range.start);
        let _ = writeln!(out, "{}", segment_path(&rendition.name, &rendition.revision, iframe.segment));
    }
    out.push_str("#EXT-X-ENDLIST\n");
    out
}

/// EXT-X-TARGETDURATION, the same in the playlists of all video and audio (RFC 8216bis 4.4.3.1): no first segment is
/// longer, although it includes the wait before a track that starts late.
fn target_duration(presentation: &Presentation) -> u32 {
    let coded = presentation.renditions.iter().filter(|rendition| rendition.coded.is_some());
    let first_ends = coded.filter_map(|rendition| {
        let first = rendition.timeline.segments.first()?;
        Some(Time::new(first.end(), rendition.timeline.timescale).target_duration())
    });
    first_ends.max().unwrap_or(0).max(presentation.target_duration)
}

fn header(out: &mut String, target_duration: u32) {
    let _ = write!(
        out,
        "#EXTM3U\n#EXT-X-VERSION:{VERSION}\n#EXT-X-TARGETDURATION:{target_duration}\n#EXT-X-PLAYLIST-TYPE:VOD\n"
    );
}

/// From the end of what comes before, which is 0 for the first, to its own end: players find a segment by the sum of
/// the durations before it, so that the wait before a track that starts late must be in the sum. Each moment is rounded
/// once, to microseconds, so the sum is exact, however many segments there are (Apple authoring specification 8.1).
fn extinf(out: &mut String, span: Range<u64>, timescale: u32) {
    let micros = Time::new(span.end, timescale).micros() - Time::new(span.start, timescale).micros();
    let _ = writeln!(out, "#EXTINF:{}.{:06},", micros / 1_000_000, micros % 1_000_000);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::EditList;
    use crate::presentation::testing::{SIX_SECONDS, media, source, video_with_b_frames};

    /// What the durations of a playlist sum to, in microseconds, and the longest of them.
    fn durations(playlist: &str) -> (u64, u64) {
        let lines = playlist.lines().filter_map(|line| line.strip_prefix("#EXTINF:")?.strip_suffix(','));
        let micros: Vec<u64> = lines.map(|seconds| seconds.replace('.', "").parse().unwrap()).collect();
        (micros.iter().sum(), micros.into_iter().max().unwrap())
    }

    fn target(playlist: &str) -> u64 {
        let target = playlist.lines().find_map(|line| line.strip_prefix("#EXT-X-TARGETDURATION:"));
        target.unwrap().parse().unwrap()
    }

    /// RFC 8216bis 6.3.3: where a segment is to be played follows from the durations before it; 4.4.3.1: none is longer
    /// than the target, which all playlists share.
    #[test]
    fn a_track_that_starts_late_keeps_its_place() {
        for late in [24_000, 480_000] {
            let edits = EditList { delay: late, media_time: 0, duration: None };
            let samples: Vec<_> = (0..1700).map(|_| (300, 1024, 0, true)).collect();
            let sound = media(TrackType::Audio, 48_000, edits, &samples);
            let sources = [source("video", video_with_b_frames(12_800, 512, 50, 900)), source("sound", sound)];
            let presentation = Presentation::new(&sources, SIX_SECONDS).unwrap();
            let playlist = |name| {
                let rendition = presentation.rendition(name).unwrap();
                (media_playlist(&presentation, rendition, TextForm::default()), rendition.end().micros())
            };
            let ((sound, sound_end), (video, video_end)) = (playlist("sound"), playlist("video"));
            assert_eq!(durations(&sound).0, sound_end, "{sound}");
            assert_eq!(durations(&video).0, video_end);
            assert_eq!(target(&sound), target(&video));
            assert!(durations(&sound).1 < target(&sound) * 1_000_000 + 500_000, "{sound}");
        }
    }

    #[test]
    fn key_frames_of_a_picture_that_starts_late_keep_their_place() {
        let mut picture = video_with_b_frames(12_800, 512, 50, 900);
        picture.edits.delay = 12_800;
        let sound = media(TrackType::Audio, 48_000, EditList::default(), &[(300, 1024, 0, true); 1700]);
        let presentation = Presentation::new(&[source("video", picture), source("sound", sound)], SIX_SECONDS).unwrap();
        let video = presentation.rendition("video").unwrap();
        let playlist = iframe_playlist(video);
        assert_eq!(durations(&playlist).0, video.end().micros(), "{playlist}");
        assert_eq!((durations(&playlist).1, target(&playlist)), (3_000_000, 3), "a second before the first");
    }
}
