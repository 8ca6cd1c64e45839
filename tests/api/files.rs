//! Files: fetched, brought and taken away.

use super::support::{Server, copies};
use serde_json::json;
use signalbox::api::ApiOptions;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CAPTIONS: &str = "WEBVTT\n\n00:01.000 --> 00:02.000\nHm\n";

#[tokio::test]
async fn a_file_is_fetched_whole_or_in_part() {
    let server = Server::of(&["harbour"]).await;
    let path = "/api/v1/assets/harbour/files/audio-en.m4a";
    let content = std::fs::read(server.folder.path().join("harbour/audio-en.m4a")).unwrap();
    let whole = server.ask("GET", path, &[], "").await.is(200);
    assert!(whole.body == content);
    assert_eq!((whole.header("content-type"), whole.header("accept-ranges")), ("audio/mp4", "bytes"));
    assert_eq!(whole.header("content-disposition"), "attachment");
    let part = server.ask("GET", path, &[("range", "bytes=100-199")], "").await.is(206);
    assert!(part.body == content[100..200]);
    assert_eq!(part.header("content-range"), format!("bytes 100-199/{}", content.len()));
    let tag = whole.tag();
    let headers = [("range", "bytes=0-9"), ("if-range", tag)];
    assert_eq!(server.ask("GET", path, &headers, "").await.is(206).body.len(), 10);
    let beyond = server.ask("GET", path, &[("range", "bytes=999999999-")], "").await;
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", content.len()));
    beyond.refused(416, "range");
    let head = server.ask("HEAD", path, &[], "").await.is(200);
    assert_eq!((head.header("content-length"), head.body.len()), (content.len().to_string().as_str(), 0));
    server.get("/assets/harbour/files/none.m4a").await.refused(404, "unknown-file");
    server.get("/assets/harbour/files/asset.json").await.refused(404, "unknown-file");
    server.get("/assets/none/files/a.m4a").await.refused(404, "unknown-asset");
}

#[tokio::test]
async fn files_are_listed_with_their_tracks() {
    let server = Server::of(&["harbour"]).await;
    let files = server.get("/assets/harbour/files").await.is(200).json();
    let files = files["files"].as_array().unwrap();
    assert_eq!(files.len(), 11);
    let captions = files.iter().find(|file| file["name"] == "captions-en.vtt").unwrap();
    assert_eq!((&captions["tracks"], &captions["size"]), (&json!(["en-captions"]), &json!(801)));
}

#[tokio::test]
async fn a_file_is_brought_replaced_and_taken_away() {
    let server = Server::of(&["harbour"]).await;
    let path = "/api/v1/assets/harbour/files/N%C3%A4chste.vtt";
    let made = server.ask("PUT", path, &[("if-none-match", "*")], CAPTIONS).await.is(201);
    assert_eq!((&made.json()["name"], &made.json()["tracks"]), (&json!("Nächste.vtt"), &json!([])));
    assert_eq!(made.header("location"), "/api/v1/assets/harbour/files/N%C3%A4chste%2Evtt");
    let got = server.ask("GET", made.header("location"), &[], "").await.is(200);
    assert_eq!((got.text().as_str(), got.tag()), (CAPTIONS, made.tag()));
    server.ask("PUT", path, &[("if-none-match", "*")], CAPTIONS).await.refused(412, "stale");
    let other = format!("{CAPTIONS}\n00:03.000 --> 00:04.000\nAh\n");
    let replaced = server.ask("PUT", path, &[("if-match", made.tag())], other.clone()).await.is(200);
    assert_ne!(replaced.tag(), made.tag());
    let stale = server.ask("PUT", path, &[("if-match", made.tag())], CAPTIONS).await.refused(412, "stale");
    assert_eq!(format!("\"{}\"", stale["current"].as_str().unwrap()), replaced.tag());
    server.ask("DELETE", path, &[("if-match", made.tag())], "").await.refused(412, "stale");
    server.ask("DELETE", path, &[("if-match", replaced.tag())], "").await.is(204);
    server.ask("DELETE", path, &[], "").await.refused(404, "unknown-file");
    server.delete("/assets/harbour/files/captions-en.vtt").await.refused(409, "conflict");
}

#[tokio::test]
async fn what_cannot_be_used_is_not_stored() {
    let server = Server::of(&["harbour"]).await;
    for (file, content) in [
        ("page.vtt", "<html></html>"),
        ("empty.vtt", ""),
        ("broken.m4a", "not audio at all, nor anything else that could be taken for it"),
        ("asset.json", "{}"),
        ("script.sh", "#!/bin/sh"),
        (".hidden.vtt", CAPTIONS),
        ("a%2Fb.vtt", CAPTIONS),
    ] {
        let path = format!("/api/v1/assets/harbour/files/{file}");
        let answer = server.ask("PUT", &path, &[], content).await;
        assert!([400, 404, 422].contains(&answer.status.as_u16()), "{file}: {}", answer.text());
    }
    let mut names: Vec<String> = std::fs::read_dir(server.folder.path().join("harbour"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 12, "{names:?}");
    server.ask("PUT", "/api/v1/assets/none/files/a.vtt", &[], CAPTIONS).await;
}

#[tokio::test]
async fn bodies_are_bounded() {
    let options = ApiOptions { max_body: 1000, max_upload: 2000, ..ApiOptions::default() };
    let server = Server::over(copies(&["harbour"]), options).await;
    let long = format!("{CAPTIONS}{}", "NOTE x\n\n".repeat(300));
    server.ask("PUT", "/api/v1/assets/harbour/files/a.vtt", &[], long).await.refused(413, "too-large");
    server.patch("/assets/harbour", &json!({ "title": "x".repeat(2000) })).await.refused(413, "too-large");
    assert!(!server.folder.path().join("harbour/a.vtt").exists());
    // Whose length is not said: they come in chunks.
    let chunk = "x".repeat(500);
    for path in ["/assets/harbour/files/a.vtt", "/assets/harbour"] {
        let method = if path.ends_with("vtt") { "PUT" } else { "PATCH" };
        let head = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..6 {
            if stream.write_all(format!("{:x}\r\n{chunk}\r\n", chunk.len()).as_bytes()).await.is_err() {
                break;
            }
        }
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 413");
    }
}

#[tokio::test]
async fn an_upload_that_trickles_or_breaks_off_leaves_nothing() {
    let options = ApiOptions { stall: Duration::from_millis(300), ..ApiOptions::default() };
    let server = Server::over(copies(&["radio"]), options).await;
    let head =
        "PUT /api/v1/assets/radio/files/a.vtt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nWEBVTT\n\n";
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 408");
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    drop(stream);
    assert_eq!(server.get("/assets/radio/files").await.json()["files"].as_array().unwrap().len(), 2);
    server.get("/assets/radio/files/a.vtt").await.refused(404, "unknown-file");
}

#[tokio::test]
async fn a_replaced_file_has_new_segments_at_once() {
    let server = Server::of(&["harbour"]).await;
    let playlist = || async { server.play("/harbour/en-captions.m3u8").await.is(200).text() };
    let before = playlist().await;
    server.ask("PUT", "/api/v1/assets/harbour/files/captions-en.vtt", &[], CAPTIONS).await.is(200);
    let after = playlist().await;
    assert_ne!(before, after);
    let segment = after.lines().find(|line| line.ends_with(".vtt")).unwrap();
    assert!(server.play(&format!("/harbour/{segment}")).await.is(200).text().contains("Hm"));
}
