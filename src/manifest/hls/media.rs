//! Media playlists and I-frame playlists (RFC 8216bis 4.4.3, 4.4.4).

use super::VERSION;
use super::attributes::Tag;
use crate::manifest::{Addresses, Manner, TextForm};
use crate::presentation::{Presentation, Rendition, Time};
use crate::track::TrackType;
use std::fmt::Write;

/// Writes the media playlist of a rendition, text in the form asked for. Of the asset's own manner it depends on the
/// rendition's name and revisions and on the [`target_duration`] of the presentation, on nothing else.
pub fn media_playlist<'a>(presentation: &Presentation, rendition: &Rendition, manner: impl Into<Manner<'a>>) -> String {
    let Manner { text, addresses, .. } = manner.into();
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
        out.push_str(&Tag::new("EXT-X-MAP").quoted("URI", &addresses.init(name, revision)).end());
    }
    let suffix = if web_vtt { ".vtt\n" } else { ".m4s\n" };
    let mut lines = Lines::new(&mut out, rendition, addresses.segment_folder(name, revision), suffix);
    for segment in segments {
        lines.extinf(segment.end());
        lines.path(segment.time);
    }
    out.push_str("#EXT-X-ENDLIST\n");
    out
}

/// Writes the I-frame playlist of a video rendition: byte ranges into its own segments.
pub fn iframe_playlist(rendition: &Rendition, addresses: &dyn Addresses) -> String {
    let iframes = rendition.layout().iframes;
    let mut out = String::with_capacity(256 + iframes.len() * 96);
    let timescale = rendition.timeline.timescale;
    let first_end = iframes.first().map_or(0, |first| first.time + first.duration);
    let first_length = since(rendition.start, Time::new(first_end, timescale));
    header(&mut out, rendition.longest_iframe_seconds(&iframes).max(first_length.target_duration()));
    out.push_str("#EXT-X-I-FRAMES-ONLY\n");
    out.push_str(&Tag::new("EXT-X-MAP").quoted("URI", &addresses.init(&rendition.name, &rendition.revision)).end());
    let folder = addresses.segment_folder(&rendition.name, &rendition.revision);
    let mut lines = Lines::new(&mut out, rendition, folder, ".m4s\n");
    for iframe in &iframes {
        lines.extinf(iframe.time + iframe.duration);
        let _ =
            writeln!(lines.out, "#EXT-X-BYTERANGE:{}@{}", iframe.range.end - iframe.range.start, iframe.range.start);
        lines.path(iframe.segment);
    }
    out.push_str("#EXT-X-ENDLIST\n");
    out
}

/// EXT-X-TARGETDURATION, the same in the playlists of all video and audio (RFC 8216bis 4.4.3.1): no first segment is
/// longer, although it includes the wait before a track that starts late.
pub fn target_duration(presentation: &Presentation) -> u32 {
    let coded = presentation.renditions.iter().filter(|rendition| rendition.coded.is_some());
    let first_ends = coded.filter_map(|rendition| {
        let first = rendition.timeline.segments.first()?;
        let end = Time::new(first.end(), rendition.timeline.timescale);
        Some(since(presentation.start, end).target_duration())
    });
    first_ends.max().unwrap_or(0).max(presentation.target_duration)
}

/// From one moment to a later one.
fn since(start: Time, end: Time) -> Time {
    match start.ticks {
        0 => end,
        _ => Time::new(end.micros().saturating_sub(start.micros()), 1_000_000),
    }
}

fn header(out: &mut String, target_duration: u32) {
    let _ = write!(
        out,
        "#EXTM3U\n#EXT-X-VERSION:{VERSION}\n#EXT-X-TARGETDURATION:{target_duration}\n#EXT-X-PLAYLIST-TYPE:VOD\n"
    );
}

/// The lines of segments or key frames, one after another. There are thousands in a film, and they are all that takes
/// time in a playlist, so they are put together from parts.
struct Lines<'a> {
    out: &'a mut String,
    timescale: u32,
    /// Where what was written last ends.
    end_micros: u64,
    /// What comes before and after the time that names a segment.
    folder: String,
    suffix: &'a str,
}

impl<'a> Lines<'a> {
    fn new(out: &'a mut String, rendition: &Rendition, folder: String, suffix: &'a str) -> Lines<'a> {
        let end_micros = rendition.start.micros();
        Lines { out, timescale: rendition.timeline.timescale, end_micros, folder, suffix }
    }

    /// From the end of what comes before, which is the start of all for the first, to its own end: players find a segment by the sum of
    /// the durations before it, so that the wait before a track that starts late must be in the sum. Each moment is
    /// rounded once, to microseconds, so the sum is exact, however many segments there are (Apple authoring
    /// specification 8.1).
    fn extinf(&mut self, end: u64) {
        let end = Time::new(end, self.timescale).micros();
        let micros = end.saturating_sub(self.end_micros);
        self.end_micros = end;
        self.out.push_str("#EXTINF:");
        push_number(self.out, micros / 1_000_000, 1);
        self.out.push('.');
        push_number(self.out, micros % 1_000_000, 6);
        self.out.push_str(",\n");
    }

    /// The segment that starts at `time`.
    fn path(&mut self, time: u64) {
        self.out.push_str(&self.folder);
        push_number(self.out, time, 1);
        self.out.push_str(self.suffix);
    }
}

/// A number of at least `least` digits.
fn push_number(out: &mut String, mut number: u64, least: usize) {
    /// Digits of the largest number.
    const MOST: usize = 20;
    let (mut digits, mut first) = ([b'0'; MOST], MOST);
    while number > 0 {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    let digits = &digits[first.min(MOST - least)..];
    // ASCII, which is always text.
    out.push_str(std::str::from_utf8(digits).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::EditList;
    use crate::manifest::OwnAddresses;
    use crate::presentation::testing::{SIX_SECONDS, media, source, video_with_b_frames};

    #[test]
    fn numbers_have_their_digits() {
        let written = |number, least| {
            let mut out = String::new();
            push_number(&mut out, number, least);
            out
        };
        assert_eq!(
            [written(0, 1), written(7, 6), written(120, 1), written(u64::MAX, 1)].join(" "),
            format!("0 000007 120 {}", u64::MAX)
        );
    }

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
        let playlist = iframe_playlist(video, &OwnAddresses);
        assert_eq!(durations(&playlist).0, video.end().micros(), "{playlist}");
        assert_eq!((durations(&playlist).1, target(&playlist)), (3_000_000, 3), "a second before the first");
    }
}
