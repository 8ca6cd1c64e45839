//! Byte ranges of init and media segments, those of the I-frame playlist above all.

use super::support::{Server, boxes};
use hyper::Method;

const INIT: &str = "init.mp4";

#[tokio::test]
async fn a_part_is_the_same_part_of_the_whole() {
    let server = Server::of_samples().await;
    let video = server.links("/harbour/video-240.m3u8").await.into_iter().take(2);
    for path in video.chain(server.links("/harbour/en-captions.m3u8").await.into_iter().take(1)) {
        let whole = server.get(&path).await.ok();
        let (bytes, len) = (whole.bytes(), whole.bytes().len());
        let tag = whole.header("etag");
        for (asked, first, last) in [
            ("bytes=0-0".to_owned(), 0, 0),
            ("bytes=5-99".to_owned(), 5, 99),
            (format!("bytes={}-", len - 7), len - 7, len - 1),
            ("bytes=-7".to_owned(), len - 7, len - 1),
            (format!("bytes=10-{}", u64::MAX), 10, len - 1),
        ] {
            let part = server.get_with(&path, "range", &asked).await;
            assert_eq!(part.status, 206, "{path} {asked}");
            assert_eq!(part.header("content-range"), format!("bytes {first}-{last}/{len}"));
            assert_eq!(part.header("content-length"), (last + 1 - first).to_string());
            assert!(part.bytes()[..] == bytes[first..=last], "{path} {asked}");
            let same = [("range", asked.as_str()), ("if-range", tag)];
            assert_eq!(server.ask(Method::GET, &path, &same).await.status, 206);
            let other = [("range", asked.as_str()), ("if-range", "\"other\"")];
            assert_eq!(server.ask(Method::GET, &path, &other).await.ok().bytes().len(), len);
        }
        for asked in [format!("bytes={len}-"), format!("bytes={}-{}", len + 5, len + 9), "bytes=-0".to_owned()] {
            let beyond = server.get_with(&path, "range", &asked).await;
            beyond.refused(416);
            assert_eq!(beyond.header("content-range"), format!("bytes */{len}"), "{asked}");
        }
        for ignored in ["bytes=0-1,4-5", "lines=0-1", "bytes=5-1", "bytes=", "bytes=a-b"] {
            assert_eq!(server.get_with(&path, "range", ignored).await.ok().bytes().len(), len, "{ignored}");
        }
    }
}

#[tokio::test]
async fn an_i_frame_is_a_moof_and_one_key_frame() {
    let server = Server::of_samples().await;
    for (asset, track) in [("harbour", "video-240"), ("harbour", "video-720"), ("talk", "talk-video")] {
        let playlist = format!("/{asset}/{track}.iframes.m3u8");
        let text = server.get(&playlist).await.ok().text().to_owned();
        let uris: Vec<String> = server.links(&playlist).await.into_iter().filter(|uri| !uri.ends_with(INIT)).collect();
        let ranges: Vec<(usize, usize)> = text
            .lines()
            .filter_map(|line| line.strip_prefix("#EXT-X-BYTERANGE:")?.split_once('@'))
            .map(|(length, start)| (length.parse().unwrap(), start.parse().unwrap()))
            .collect();
        assert!(!ranges.is_empty() && ranges.len() == uris.len());
        for (uri, (length, start)) in uris.iter().zip(ranges) {
            let asked = format!("bytes={start}-{}", start + length - 1);
            let part = server.get_with(uri, "range", &asked).await;
            assert_eq!((part.status.as_u16(), part.bytes().len()), (206, length), "{uri} {asked}");
            let bytes = part.bytes();
            assert_eq!(&bytes[4..8], b"moof", "{uri} {asked}");
            let header = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize + 8;
            assert_eq!(&bytes[header - 4..header], b"mdat");
            assert!(is_one_avc_key_frame(&bytes[header..]), "{uri} {asked}");
            let whole = server.get(uri).await.ok();
            let moofs = boxes(whole.bytes());
            assert!(moofs.iter().any(|(kind, range)| kind == "moof" && range.start == start), "{uri} {asked}");
        }
    }
}

/// Whether length-prefixed NAL units (ISO/IEC 14496-15) hold IDR slices and no other pictures, to the last byte.
fn is_one_avc_key_frame(mut bytes: &[u8]) -> bool {
    let mut key = false;
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let Some((unit, rest)) = rest.split_at_checked(u32::from_be_bytes(*length) as usize) else { return false };
        match unit.first().map(|header| header & 0x1f) {
            Some(5) => key = true,
            Some(1..=4) | None => return false,
            _ => {}
        }
        bytes = rest;
    }
    key && bytes.is_empty()
}
