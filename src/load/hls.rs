//! HLS playlists as a player reads them (RFC 8216bis).

use super::Address;
use super::title::{Choice, MAX_PARTS, Part, Piece, Stream, Timeline, Title};
use m3u8_rs::{AlternativeMediaType, ByteRange, MasterPlaylist, MediaPlaylist, Playlist, VariantStream};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Reads the playlist that a player opens; a media playlist is a title of one stream.
pub(super) fn title(address: &Address, text: &[u8]) -> Result<Title, String> {
    match parse(address, text)? {
        Playlist::MasterPlaylist(playlist) => of_multivariant(address, &playlist),
        Playlist::MediaPlaylist(playlist) => {
            let stream = Stream::Listed(Arc::new(of_media(address, &playlist)?));
            let choice = Choice { name: "the playlist".to_owned(), rungs: vec![stream], default: true };
            Ok(Title { video: vec![choice], ..Title::default() })
        }
    }
}

/// Reads a media playlist.
pub(super) fn timeline(address: &Address, text: &[u8]) -> Result<Timeline, String> {
    match parse(address, text)? {
        Playlist::MediaPlaylist(playlist) => of_media(address, &playlist),
        Playlist::MasterPlaylist(_) => Err(format!("{address} should be a media playlist and is a multivariant one")),
    }
}

fn parse(address: &Address, text: &[u8]) -> Result<Playlist, String> {
    m3u8_rs::parse_playlist_res(text).map_err(|_| format!("{address} is no HLS playlist"))
}

fn of_multivariant(address: &Address, playlist: &MasterPlaylist) -> Result<Title, String> {
    let mut title = Title::default();
    for media in &playlist.alternatives {
        let Some(uri) = &media.uri else { continue };
        let menu = match media.media_type {
            AlternativeMediaType::Audio => &mut title.audio,
            AlternativeMediaType::Subtitles => &mut title.text,
            _ => continue,
        };
        let stream = Stream::Playlist(address.resolve(uri)?);
        add(menu, &media.name, media.default, stream);
    }
    for variant in playlist.variants.iter().filter(|variant| !variant.is_i_frame) {
        let stream = Stream::Playlist(address.resolve(&variant.uri)?);
        // Of an audio-only asset the variants are the audio renditions themselves.
        let listed = title.audio.iter().any(|choice| choice.rungs.contains(&stream));
        match has_video(variant) {
            true => add(&mut title.video, "video", true, stream),
            false if !listed => add(&mut title.audio, "audio", true, stream),
            false => {}
        }
    }
    if title.is_empty() {
        return Err(format!("{address} offers nothing to play"));
    }
    Ok(title)
}

/// A variant that says nothing of its codecs is taken for video.
fn has_video(variant: &VariantStream) -> bool {
    const AUDIO: &[&str] = &["mp4a", "ac-3", "ec-3", "ac-4", "opus", "flac", "mp3"];
    let is_audio = |codec: &str| AUDIO.iter().any(|audio| codec.trim().to_ascii_lowercase().starts_with(audio));
    variant.resolution.is_some() || !variant.codecs.as_ref().is_some_and(|codecs| codecs.split(',').all(is_audio))
}

/// Adds a stream to the choice of that name, once.
fn add(menu: &mut Vec<Choice>, name: &str, default: bool, stream: Stream) {
    match menu.iter_mut().find(|choice| choice.name == name) {
        Some(choice) if choice.rungs.contains(&stream) => {}
        Some(choice) => choice.rungs.push(stream),
        None => menu.push(Choice { name: name.to_owned(), rungs: vec![stream], default }),
    }
}

fn of_media(address: &Address, playlist: &MediaPlaylist) -> Result<Timeline, String> {
    if !playlist.end_list {
        return Err(format!("{address} is live (it has no EXT-X-ENDLIST); recordings alone can be played"));
    }
    if playlist.segments.is_empty() || playlist.segments.len() > MAX_PARTS {
        return Err(format!("{address} has {} segments; from 1 to {MAX_PARTS} can be played", playlist.segments.len()));
    }
    let mut timeline = Timeline::default();
    let (mut start, mut byte) = (0.0, 0);
    for segment in &playlist.segments {
        if let Some(map) = &segment.map {
            let range = map.byte_range.as_ref().map(|range| bytes(range, &mut 0));
            let piece = Piece { address: address.resolve(&map.uri)?, range };
            if timeline.inits.last() != Some(&piece) {
                timeline.inits.push(piece);
            }
        }
        let range = segment.byte_range.as_ref().map(|range| bytes(range, &mut byte));
        let piece = Piece { address: address.resolve(&segment.uri)?, range };
        let duration = f64::from(segment.duration).max(0.0);
        timeline.parts.push(Part { piece, init: timeline.inits.len().checked_sub(1), start, duration });
        start += duration;
    }
    Ok(timeline)
}

/// A range without an offset begins where the one before it ended (RFC 8216bis 4.4.4.2).
fn bytes(range: &ByteRange, next: &mut u64) -> RangeInclusive<u64> {
    let first = range.offset.unwrap_or(*next);
    *next = first.saturating_add(range.length);
    first..=next.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        Address::parse("http://a/harbour/master.m3u8").unwrap()
    }

    const MULTIVARIANT: &str = "#EXTM3U\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aac\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,URI=\"en.m3u8\"\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"ac3\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,URI=\"en-51.m3u8\"\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aac\",NAME=\"Deutsch\",LANGUAGE=\"de\",URI=\"de.m3u8\"\n\
        #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"t\",NAME=\"English\",LANGUAGE=\"en\",URI=\"cc.m3u8\"\n\
        #EXT-X-STREAM-INF:BANDWIDTH=2,CODECS=\"avc1.64001f,mp4a.40.2\",RESOLUTION=1280x720,AUDIO=\"aac\"\nhigh.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=3,CODECS=\"avc1.64001f,ac-3\",RESOLUTION=1280x720,AUDIO=\"ac3\"\nhigh.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"avc1.64001e,mp4a.40.2\",RESOLUTION=640x360,AUDIO=\"aac\"\nlow.m3u8\n\
        #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,CODECS=\"avc1.64001e\",RESOLUTION=640x360,URI=\"low.iframes.m3u8\"\n";

    #[test]
    fn renditions_of_one_name_are_one_choice() {
        let title = title(&address(), MULTIVARIANT.as_bytes()).unwrap();
        let shape =
            |menu: &[Choice]| menu.iter().map(|c| (c.name.clone(), c.rungs.len(), c.default)).collect::<Vec<_>>();
        assert_eq!(shape(&title.video), [("video".to_owned(), 2, true)]);
        assert_eq!(shape(&title.audio), [("English".to_owned(), 2, true), ("Deutsch".to_owned(), 1, false)]);
        assert_eq!(shape(&title.text), [("English".to_owned(), 1, false)]);
        let low = Address::parse("http://a/harbour/low.m3u8").unwrap();
        assert_eq!(title.video[0].rungs[1], Stream::Playlist(low));
    }

    #[test]
    fn variants_of_sound_alone_are_audio() {
        let text = "#EXTM3U\n\
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"Radio\",DEFAULT=YES,URI=\"96.m3u8\"\n\
            #EXT-X-STREAM-INF:BANDWIDTH=96000,CODECS=\"mp4a.40.2\",AUDIO=\"a\"\n96.m3u8\n\
            #EXT-X-STREAM-INF:BANDWIDTH=48000,CODECS=\"mp4a.40.5\"\n48.m3u8\n";
        let title = title(&address(), text.as_bytes()).unwrap();
        assert!(title.video.is_empty());
        assert_eq!(title.audio.iter().map(|choice| choice.rungs.len()).sum::<usize>(), 2, "each once");
    }

    #[test]
    fn segments_follow_one_another_in_time_and_in_bytes() {
        let text = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MAP:URI=\"m/init.mp4\"\n\
            #EXTINF:6,\n#EXT-X-BYTERANGE:100@50\nm/all.mp4\n#EXTINF:4.5,\n#EXT-X-BYTERANGE:10\nm/all.mp4\n\
            #EXT-X-MAP:URI=\"m/other.mp4\"\n#EXTINF:2,\nm/3.m4s\n#EXT-X-ENDLIST\n";
        let timeline = timeline(&address(), text.as_bytes()).unwrap();
        let times: Vec<_> = timeline.parts.iter().map(|part| (part.start, part.duration, part.init)).collect();
        assert_eq!(times, [(0.0, 6.0, Some(0)), (6.0, 4.5, Some(0)), (10.5, 2.0, Some(1))]);
        let ranges: Vec<_> = timeline.parts.iter().map(|part| part.piece.range.clone()).collect();
        assert_eq!(ranges, [Some(50..=149), Some(150..=159), None]);
        assert_eq!(timeline.parts[2].piece.address.to_string(), "http://a/harbour/m/3.m4s");
    }

    #[test]
    fn what_cannot_be_played_is_said() {
        let live = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n1.m4s\n";
        assert!(title(&address(), live.as_bytes()).unwrap_err().contains("live"));
        assert!(title(&address(), b"<html>").unwrap_err().contains("no HLS playlist"));
        assert!(title(&address(), b"#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n").is_err());
        assert!(timeline(&address(), MULTIVARIANT.as_bytes()).unwrap_err().contains("multivariant"));
    }
}
