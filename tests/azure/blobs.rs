//! SAS URLs, and the storage behind them.

use super::support::{JSON, Server, audio, copies, fixture, in_an_hour, text, token};
use bytes::Bytes;
use serde_json::json;
use signalbox::ams::Timestamp;
use signalbox::api::{ApiOptions, Scope};
use std::sync::Arc;

#[tokio::test]
async fn a_blob_comes_back_as_it_went() {
    let server = Server::harbour().await;
    let sas = server.sas("harbour", "ReadWriteDelete").await;
    let bytes = Bytes::from((0..5000u32).flat_map(u32::to_be_bytes).collect::<Vec<u8>>());
    let put = sas.put("any%20name.bin", bytes.clone()).await.is(201);
    assert!(!put.header("etag").is_empty() && put.header("last-modified").ends_with("GMT"));
    let got = sas.get("any%20name.bin").await.is(200);
    assert_eq!((got.body, got.headers.get("etag")), (bytes.clone(), put.headers.get("etag")));
    let head = sas.ask("HEAD", "any%20name.bin", &[], "").await.is(200);
    assert_eq!((head.header("content-length"), head.header("x-ms-blob-type")), ("20000", "BlockBlob"));
    for (header, range, content, expected) in [
        ("x-ms-range", "bytes=0-33554431", "bytes 0-19999/20000", 0..20_000),
        ("range", "bytes=10-19", "bytes 10-19/20000", 10..20),
        ("x-ms-range", "bytes=19990-", "bytes 19990-19999/20000", 19_990..20_000),
    ] {
        let part = sas.ask("GET", "any%20name.bin", &[(header, range)], "").await.is(206);
        assert_eq!((part.header("content-range"), part.body.as_ref()), (content, &bytes[expected]));
    }
    sas.ask("GET", "any%20name.bin", &[("x-ms-range", "bytes=20000-")], "").await.blob_refused(416, "InvalidRange");
    sas.put("empty", "").await.is(201);
    sas.ask("GET", "empty", &[("x-ms-range", "bytes=0-99")], "").await.blob_refused(416, "InvalidRange");
    assert_eq!(sas.get("empty").await.is(200).body, "");
    assert_eq!(sas.names("any").await, ["any name.bin"]);
    sas.ask("DELETE", "any%20name.bin", &[], "").await.is(202);
    sas.ask("HEAD", "any%20name.bin", &[], "").await.blob_refused(404, "BlobNotFound");
    sas.ask("DELETE", "any%20name.bin", &[], "").await.blob_refused(404, "BlobNotFound");
}

#[tokio::test]
async fn conditions_hold() {
    let server = Server::harbour().await;
    let sas = server.sas("harbour", "ReadWriteDelete").await;
    let first = sas.ask("PUT", "a.txt", &[("if-none-match", "*")], "1").await.is(201);
    sas.ask("PUT", "a.txt", &[("if-none-match", "*")], "2").await.blob_refused(409, "BlobAlreadyExists");
    let second = sas.ask("PUT", "a.txt", &[("if-match", first.header("etag"))], "2").await.is(201);
    sas.ask("PUT", "a.txt", &[("if-match", first.header("etag"))], "3").await.blob_refused(412, "ConditionNotMet");
    sas.ask("GET", "a.txt", &[("if-match", first.header("etag"))], "").await.blob_refused(412, "ConditionNotMet");
    sas.ask("GET", "a.txt", &[("if-none-match", second.header("etag"))], "").await.is(304);
    sas.ask("DELETE", "a.txt", &[("if-match", first.header("etag"))], "").await.blob_refused(412, "ConditionNotMet");
    sas.ask("DELETE", "a.txt", &[("if-match", second.header("etag"))], "").await.is(202);
}

#[tokio::test]
async fn blocks_become_a_blob_in_the_order_of_their_list() {
    let server = Server::harbour().await;
    let sas = server.sas("harbour", "ReadWrite").await;
    let block = async |id: &str, bytes: &'static str| {
        let url = sas.url("blocks.bin", &format!("comp=block&blockid={id}"));
        server.ask("PUT", &url, &[], bytes).await
    };
    for (id, bytes) in [("Mg%3D%3D", "two"), ("MQ%3D%3D", "wrong"), ("MQ%3D%3D", "one"), ("Mw%3D%3D", "three")] {
        block(id, bytes).await.is(201);
    }
    assert!(sas.names("blocks").await.is_empty(), "nothing is seen before it is committed");
    let commit =
        async |list: &'static str| server.ask("PUT", &sas.url("blocks.bin", "comp=blocklist"), &[], list).await;
    for list in
        ["<BlockList><Latest>NA==</Latest></BlockList>", "no XML", "<BlockList><Committed>MQ==</Committed></BlockList>"]
    {
        commit(list).await.blob_refused(400, "InvalidBlockList");
    }
    commit("<BlockList><Latest>MQ==</Latest><Latest>Mg==</Latest><Latest>MQ==</Latest></BlockList>").await.is(201);
    assert_eq!(sas.get("blocks.bin").await.body, "onetwoone");
    let left = std::fs::read_dir(server.folder.path().join(".signalbox/ams/blocks")).unwrap().count();
    assert_eq!(left, 0, "what was committed, and what was not, is gone");
    block("", "x").await.blob_refused(400, "InvalidQueryParameterValue");
}

#[tokio::test]
async fn a_sas_allows_what_it_says_and_no_more() {
    let server = Server::harbour().await;
    let read = server.sas("harbour", "Read").await;
    read.get("audio-en.m4a").await.is(200);
    assert!(read.names("").await.contains(&"audio-en.m4a".to_owned()));
    read.put("x.bin", "x").await.blob_refused(403, "AuthorizationPermissionMismatch");
    read.ask("DELETE", "audio-en.m4a", &[], "").await.blob_refused(403, "AuthorizationPermissionMismatch");
    let write = server.sas("harbour", "ReadWrite").await;
    write.put("x.bin", "x").await.is(201);
    write.ask("DELETE", "x.bin", &[], "").await.blob_refused(403, "AuthorizationPermissionMismatch");
    for (from, to) in
        [("sp=rl", "sp=rwdl"), ("si=local", "si=other"), ("sig=", "sig=0"), ("se=2", "se=3"), ("&sig=", "&s=")]
    {
        let url = read.url("audio-en.m4a", "").replacen(from, to, 1);
        assert_ne!(url, read.url("audio-en.m4a", ""));
        server.ask("GET", &url, &[], "").await.blob_refused(403, "AuthenticationFailed");
    }
    let bare = read.url("audio-en.m4a", "").split('?').next().unwrap().to_owned();
    server.ask("GET", &bare, &[], "").await.blob_refused(403, "AuthenticationFailed");
    let elsewhere = read.url("audio-en.m4a", "").replacen("/harbour/", "/talk/", 1);
    server.ask("GET", &elsewhere, &[], "").await.blob_refused(403, "AuthenticationFailed");
    let twice = format!("{}&sp=rwdl", read.url("x.bin", ""));
    server.ask("PUT", &twice, &[], "x").await.blob_refused(403, "AuthenticationFailed");
}

#[tokio::test]
async fn a_sas_ends_within_a_day() {
    let server = Server::harbour().await;
    let now = Timestamp::now();
    for (end, status) in [
        (now.plus_seconds(60), 200),
        (now.plus_seconds(24 * 3600), 200),
        (now.plus_seconds(48 * 3600), 400),
        (now.plus_seconds(-1), 400),
    ] {
        let body = json!({ "permissions": "Read", "expiryTime": end }).to_string();
        assert_eq!(
            server.ask("POST", "assets/harbour/listContainerSas", &[JSON], body).await.status,
            status,
            "{end:?}"
        );
    }
    for body in [json!({ "permissions": "All" }), json!({ "expiryTime": "soon" }), json!({ "more": 1 })] {
        server
            .ask("POST", "assets/harbour/listContainerSas", &[JSON], body.to_string())
            .await
            .refused(400, "BadRequest");
    }
    let urls = server.post("assets/harbour/listContainerSas").await.is(200).json();
    assert!(urls["assetContainerSasUrls"].as_array().unwrap().len() == 2);
    for url in urls["assetContainerSasUrls"].as_array().unwrap() {
        assert!(url.as_str().unwrap().contains("sp=rl&"), "unless more is asked for, it reads: {url}");
        server.get(&url.as_str().unwrap().replacen('?', "/audio-en.m4a?", 1)).await.is(200);
    }
}

#[tokio::test]
async fn a_sas_dies_with_its_token() {
    let folder = copies(&[("harbour", "harbour"), ("radio", "shows/radio")]);
    let (writer, writes) = token("writer", Scope::Write, "");
    let (reader, reads) = token("reader", Scope::Read, "");
    let (shows, in_shows) = token("shows", Scope::Write, "shows/");
    let tokens = vec![writes, reads.clone(), in_shows.clone()];
    let server = Server::over(folder, ApiOptions { tokens, ..ApiOptions::default() }).await;
    let body = |permissions: &str| json!({ "permissions": permissions, "expiryTime": in_an_hour() }).to_string();
    let path = "assets/harbour/listContainerSas";
    server.with(&reader).ask("POST", path, &[JSON], body("ReadWrite")).await.refused(403, "AuthorizationFailed");
    server.with(&reader).ask("POST", path, &[JSON], body("Read")).await.refused(403, "AuthorizationFailed");
    server.with(&shows).ask("POST", path, &[JSON], body("Read")).await.refused(403, "AuthorizationFailed");
    let asked = server.with(&writer);
    let sas = asked.sas("harbour", "ReadWrite").await;
    server.ask("PUT", &sas.url("x.bin", ""), &[], "x").await.is(201);
    let (_, anew) = token("writer", Scope::Write, "");
    for tokens in [vec![reads.clone(), in_shows], vec![reads, anew]] {
        let options = ApiOptions { tokens, ..ApiOptions::default() };
        let later = Server::over(Arc::clone(&server.folder), options).await;
        let url = sas.url("x.bin", "").replace(&server.address.to_string(), &later.address.to_string());
        later.ask("GET", &url, &[], "").await.blob_refused(403, "AuthenticationFailed");
    }
}

#[tokio::test]
async fn what_is_brought_is_no_track_until_it_is_registered() {
    let folder = copies(&[("harbour", "harbour")]);
    std::fs::remove_file(folder.path().join("harbour/asset.json")).unwrap();
    let server = Server::over(folder, ApiOptions::default()).await;
    let count = async || server.get("assets/harbour/tracks").await.json()["value"].as_array().unwrap().len();
    let before = count().await;
    server.bring("harbour", "es.mp4", fixture("audio-es.m4a")).await;
    server.bring("harbour", "new.vtt", fixture("subs-en.vtt")).await;
    assert_eq!(count().await, before);
    server.put("assets/harbour/tracks/es", audio(json!({ "fileName": "es.mp4" }))).await.is(201);
    assert_eq!(count().await, before + 1);
    server.put("assets/harbour/tracks/new", text(json!({ "fileName": "new.vtt" }))).await.is(201);
    assert_eq!(count().await, before + 2);
}

#[tokio::test]
async fn files_of_a_new_asset_come_by_its_sas() {
    let server = Server::harbour().await;
    server.put("assets/fresh", json!({})).await.is(201);
    let sas = server.sas("fresh", "ReadWriteDelete").await;
    assert!(sas.names("").await.is_empty());
    sas.put("en.vtt", fixture("subs-en.vtt")).await.is(201);
    assert_eq!(sas.names("").await, ["en.vtt"]);
    assert_eq!(server.get("assets/fresh/tracks").await.is(200).json()["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_tracks_play_stays_playable() {
    let server = Server::harbour().await;
    let sas = server.sas("harbour", "ReadWriteDelete").await;
    sas.put("audio-en.m4a", "no audio").await.blob_refused(400, "InvalidInput");
    sas.ask("DELETE", "audio-en.m4a", &[], "").await.blob_refused(409, "BlobInUse");
    sas.put("audio-en.m4a", fixture("audio-es.m4a")).await.is(201);
    let document = std::fs::read(server.folder.path().join("harbour/asset.json")).unwrap();
    sas.put("asset.json", "{}").await.blob_refused(400, "InvalidResourceName");
    sas.get("asset.json").await.blob_refused(404, "BlobNotFound");
    sas.ask("DELETE", "asset.json", &[], "").await.blob_refused(404, "BlobNotFound");
    assert!(!sas.names("").await.contains(&"asset.json".to_owned()));
    assert_eq!(std::fs::read(server.folder.path().join("harbour/asset.json")).unwrap(), document);
}

#[tokio::test]
async fn uploads_have_a_limit() {
    let folder = copies(&[("harbour", "harbour")]);
    let server = Server::over(folder, ApiOptions { max_upload: 1000, ..ApiOptions::default() }).await;
    let sas = server.sas("harbour", "ReadWrite").await;
    sas.put("x.bin", vec![0; 1000]).await.is(201);
    sas.put("y.bin", vec![0; 1001]).await.blob_refused(413, "RequestBodyTooLarge");
    let block = async |id: &str, size: usize| {
        server.ask("PUT", &sas.url("z.bin", &format!("comp=block&blockid={id}")), &[], vec![0; size]).await
    };
    block("a", 600).await.is(201);
    block("b", 600).await.blob_refused(413, "RequestBodyTooLarge");
    block("a", 900).await.is(201);
    assert_eq!(sas.names("").await.iter().filter(|name| name.ends_with(".bin")).count(), 1);
}
