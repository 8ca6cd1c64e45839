//! Every URL of the grammar answers with its type, its caching, and to any page.

use super::support::{Answer, Server, boxes};
use flate2::read::GzDecoder;
use hyper::{Method, Version};
use std::io::Read;

const ASSETS: [&str; 5] = ["harbour", "talk", "radio", "modern", "legacy"];

#[track_caller]
fn is_open_to_any_page(answer: &Answer) {
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(answer.header("access-control-expose-headers").contains("Content-Length"));
}

#[track_caller]
fn is_labelled(answer: &Answer, asset: &str) {
    is_open_to_any_page(answer);
    assert!(answer.header("etag").starts_with('"'), "a strong tag: {:?}", answer.headers);
    assert_eq!((answer.header("cache-tag"), answer.header("surrogate-key")), (asset, asset));
}

#[tokio::test]
async fn manifests_are_fresh_for_a_short_time() {
    let server = Server::of_samples().await;
    for asset in ASSETS {
        let (mut manifests, _) = server.hls(asset).await;
        manifests.push(format!("/{asset}/manifest.mpd"));
        for path in manifests {
            let answer = server.get(&path).await.ok();
            is_labelled(&answer, asset);
            let expected =
                if path.ends_with(".mpd") { "application/dash+xml" } else { "application/vnd.apple.mpegurl" };
            assert_eq!(answer.header("content-type"), expected);
            assert_eq!(answer.header("cache-control"), "public, max-age=2, stale-while-revalidate=10");
            assert_eq!(answer.header("vary"), "Accept-Encoding");
        }
    }
}

#[tokio::test]
async fn segments_are_immutable_and_those_of_hls_and_dash_are_the_same() {
    let server = Server::of_samples().await;
    for asset in ASSETS {
        let (_, hls) = server.hls(asset).await;
        let dash = server.dash(asset).await;
        let coded = |path: &&String| !path.ends_with(".vtt");
        assert!(hls.iter().filter(coded).all(|path| dash.contains(path)), "{asset}: HLS has segments of its own");
        for path in hls.iter().chain(&dash) {
            let answer = server.get(path).await.ok();
            is_labelled(&answer, asset);
            assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
            if path.ends_with(".vtt") {
                assert_eq!(answer.header("content-type"), "text/vtt;charset=utf-8");
                assert!(answer.text().starts_with("WEBVTT"));
                continue;
            }
            assert_eq!(answer.header("accept-ranges"), "bytes");
            let expected = if path.contains("/video") || path.contains("/talk-video/") {
                "video/mp4"
            } else if ["captions", "subtitles", "forced", "/English/"].iter().any(|text| path.contains(text)) {
                "application/mp4"
            } else {
                "audio/mp4"
            };
            if asset != "talk" {
                assert_eq!(answer.header("content-type"), expected, "{path}");
            }
            let kinds: Vec<String> = boxes(answer.bytes()).into_iter().map(|(kind, _)| kind).collect();
            match path.ends_with("init.mp4") {
                true => assert_eq!(kinds, ["ftyp", "moov"], "{path}"),
                false => {
                    assert_eq!(kinds[0], "styp", "{path}");
                    assert!(kinds[1..].chunks(2).all(|pair| *pair == ["moof", "mdat"]), "{path}: {kinds:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let server = Server::of_samples().await;
    let (playlists, media) = server.hls("talk").await;
    for path in playlists.iter().chain(&media) {
        let get = server.get(path).await.ok();
        let head = server.ask(Method::HEAD, path, &[]).await;
        assert_eq!((head.status.as_u16(), head.bytes().len()), (200, 0), "{path}");
        for name in ["content-type", "content-length", "etag", "cache-control", "access-control-allow-origin"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
}

#[tokio::test]
async fn both_versions_of_http_give_the_same_bytes() {
    let server = Server::of_samples().await;
    let (playlists, media) = server.hls("modern").await;
    for path in playlists.iter().chain(&media) {
        let (one, two) = (server.get(path).await.ok(), server.get_http2(path).await.ok());
        assert_eq!((one.version, two.version), (Version::HTTP_11, Version::HTTP_2));
        assert!(one.bytes() == two.bytes(), "{path}");
    }
}

#[tokio::test]
async fn a_compressed_text_is_the_plain_one() {
    let server = Server::of_samples().await;
    let (mut texts, media) = server.hls("harbour").await;
    texts.push("/harbour/manifest.mpd".to_owned());
    texts.extend(media.into_iter().filter(|path| path.ends_with(".vtt")));
    for path in texts {
        let plain = server.get(&path).await.ok();
        assert_eq!(plain.header("content-encoding"), "");
        for coding in ["gzip", "br"] {
            let coded = server.get_with(&path, "accept-encoding", coding).await.ok();
            assert_eq!(coded.header("content-encoding"), coding, "{path}");
            assert_ne!(coded.header("etag"), plain.header("etag"), "other bytes have another strong tag");
            let mut decoded = Vec::new();
            match coding {
                "gzip" => GzDecoder::new(&coded.bytes()[..]).read_to_end(&mut decoded),
                _ => brotli::Decompressor::new(&coded.bytes()[..], 4096).read_to_end(&mut decoded),
            }
            .unwrap();
            assert!(decoded == plain.bytes()[..], "{path} {coding}");
        }
    }
}

#[tokio::test]
async fn captions_come_as_imsc_where_that_is_asked_and_other_parameters_are_for_others() {
    let server = Server::of_samples().await;
    let master = server.get("/harbour/master.m3u8").await.ok();
    let imsc = server.get("/harbour/master.m3u8?text=imsc").await.ok();
    assert!(imsc.text().contains("stpp.ttml.im1t") && imsc.text().contains("en-captions.imsc.m3u8"));
    assert!(server.get("/harbour/manifest.mpd?text=imsc").await.ok().text().contains("stpp.ttml.im1t"));
    for segment in server.links("/harbour/en-captions.imsc.m3u8").await {
        let answer = server.get(&segment).await.ok();
        assert_eq!(answer.header("content-type"), "application/mp4");
        if segment.ends_with(".m4s") {
            assert!(String::from_utf8_lossy(answer.bytes()).contains("http://www.w3.org/ns/ttml"), "{segment}");
        }
    }
    for same in ["?text=webvtt", "?token=a%2Fb&x", "?", "?Text=imsc", "?texts=x"] {
        let answer = server.get(&format!("/harbour/master.m3u8{same}")).await.ok();
        assert!(answer.bytes() == master.bytes(), "{same}");
    }
    for path in ["/harbour/master.m3u8?text=x", "/harbour/manifest.mpd?a=b&text=x"] {
        let line = server.get(path).await.refused(400).to_owned();
        assert!(line.contains("imsc") && line.contains("webvtt"), "{line}");
    }
}

#[tokio::test]
async fn it_is_alive_and_ready() {
    let server = Server::of_samples().await;
    for path in ["/healthz", "/readyz"] {
        let answer = server.get(path).await.ok();
        assert_eq!((answer.header("cache-control"), answer.text().lines().count()), ("no-store", 1));
    }
}
