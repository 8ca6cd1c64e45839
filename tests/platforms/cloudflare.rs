//! Cloudflare Stream: audio tracks and captions of a video.

use super::support::{Answer, Part, Server, copies, fixture, options, token, until, wav};
use crate::samples::samples;
use serde_json::{Value, json};
use signalbox::api::{ApiOptions, CloudflareOptions, Scope, TokenPrefix, Uid};

const NOBODY: &str = "00000000000000000000000000000001";

/// Where what belongs to a video is.
fn path(video: &str, rest: &str) -> String {
    format!("/client/v4/accounts/023e105f4ecef8ad9ca31a8372d0c353/stream/{video}/{rest}")
}

fn harbour(rest: &str) -> String {
    path(&Uid::of_asset("harbour").hex(), rest)
}

async fn audio(server: &Server) -> Vec<Value> {
    server.get(&harbour("audio")).await.result()["audio"].as_array().unwrap().clone()
}

fn uid(track: &Value) -> &str {
    track["uid"].as_str().unwrap()
}

async fn defaults(server: &Server) -> Vec<String> {
    let all = audio(server).await;
    all.iter().filter(|track| track["default"] == true).map(|track| uid(track).to_owned()).collect()
}

async fn copy(server: &Server, label: &str, url: &str) -> Answer {
    server.send("POST", &harbour("audio/copy"), json!({ "label": label, "url": url })).await
}

/// The track when it is no longer queued.
async fn settled(server: &Server, uid: &str) -> Value {
    until(async || {
        let track = audio(server).await.into_iter().find(|track| track["uid"] == uid).unwrap();
        (track["status"] != "queued").then_some(track)
    })
    .await
}

async fn edit(server: &Server, uid: &str, body: Value) -> Answer {
    server.send("PATCH", &harbour(&format!("audio/{uid}")), body).await
}

async fn delete(server: &Server, uid: &str) -> Answer {
    server.delete(&harbour(&format!("audio/{uid}"))).await
}

#[tokio::test]
async fn audio_is_listed_but_for_that_inside_the_video() {
    let server = Server::start().await;
    let expected = |name: &str, label: &str, default: bool| {
        let uid = Uid::of_track("harbour", name).hex();
        json!({ "uid": uid, "label": label, "default": default, "status": "ready" })
    };
    let all = audio(&server).await;
    assert_eq!(all.len(), 4);
    assert_eq!(all[0], expected("en", "English", true));
    assert_eq!(all[2], expected("de", "Deutsch", false));
    assert_eq!(server.get(&path("shows%2Ftalk", "audio")).await.result(), json!({ "audio": [] }), "talk.mp4 has both");
}

#[tokio::test]
async fn a_track_is_copied_and_goes_again_with_its_file() {
    let server = Server::start().await;
    let (before, files) = (audio(&server).await, server.files("harbour"));
    let made = copy(&server, "Español", &server.url("audio-es.m4a")).await.result();
    let uid = uid(&made).to_owned();
    assert!(Uid::parse_hex(&uid).is_some());
    assert_eq!(made, json!({ "uid": uid, "label": "Español", "default": false, "status": "queued" }));
    assert_eq!(settled(&server, &uid).await["status"], "ready");
    assert_eq!(defaults(&server).await, [Uid::of_track("harbour", "en").hex()], "a new track takes nothing");
    assert_eq!(delete(&server, &uid).await.result(), "ok");
    delete(&server, &uid).await.fails(404, 10003);
    assert_eq!((audio(&server).await, server.files("harbour")), (before, files));
    let again = copy(&server, "Español", &server.url("audio-es.m4a")).await.result();
    assert_ne!(again["uid"], uid, "another track, though it is called the same");
}

#[tokio::test]
async fn what_cannot_be_copied_ends_as_an_error() {
    let server = Server::start().await;
    let files = server.files("harbour");
    for file in ["no-such-file.m4a", "subs-en.vtt"] {
        let made = copy(&server, "x", &server.url(file)).await.result();
        assert_eq!(settled(&server, uid(&made)).await["status"], "error", "{file}");
        assert_eq!(delete(&server, uid(&made)).await.result(), "ok");
    }
    assert_eq!(server.files("harbour"), files);
}

#[tokio::test]
async fn labels_and_the_default_are_edited() {
    let server = Server::start().await;
    let en = Uid::of_track("harbour", "en").hex();
    let es = copy(&server, "Español", &server.url("audio-es.m4a")).await.result();
    let es = uid(&es).to_owned();
    settled(&server, &es).await;
    let edited = edit(&server, &es, json!({ "label": "Castellano" })).await.result();
    assert_eq!(
        (&edited["uid"], &edited["label"], &edited["default"]),
        (&es.clone().into(), &"Castellano".into(), &false.into())
    );
    edit(&server, &es, json!({ "label": "CASTELLANO" })).await.result();
    edit(&server, &es, json!({})).await.result();
    assert_eq!(edit(&server, &es, json!({ "default": true })).await.result()["default"], true);
    assert_eq!(defaults(&server).await, std::slice::from_ref(&es));
    delete(&server, &es).await.fails(400, 10005);
    edit(&server, &es, json!({ "default": false })).await.fails(400, 10005);
    edit(&server, &en, json!({ "label": "castellano" })).await.fails(400, 10005);
    edit(&server, &en, json!({ "label": "English", "default": true })).await.result();
    assert_eq!(defaults(&server).await, [en]);
    edit(&server, "de", json!({ "default": false })).await.result();
    assert_eq!(delete(&server, &es).await.result(), "ok");
    assert_eq!(delete(&server, "de").await.result(), "ok", "by its name");
    assert!(server.files("harbour").contains(&"audio-de.m4a".to_owned()), "somebody put that file there");
}

#[tokio::test]
async fn the_only_sound_of_a_silent_video_is_no_default_and_may_go() {
    let server = Server::over(copies(&[]), options()).await;
    let silent = server.folder.path().join("silent");
    std::fs::create_dir(&silent).unwrap();
    std::fs::copy(samples().join("harbour/video-240.mp4"), silent.join("video.mp4")).unwrap();
    let at = |rest: &str| path("silent", rest);
    let listed = async || server.get(&at("audio")).await.result()["audio"].as_array().unwrap().clone();
    let copied = async |label: &str| {
        let body = json!({ "label": label, "url": server.url("audio-es.m4a") });
        let made = server.send("POST", &at("audio/copy"), body).await.result();
        let is_ready = |track: &Value| track["uid"] == made["uid"] && track["status"] == "ready";
        until(async || listed().await.into_iter().find(is_ready)).await
    };
    let go = async |track: &Value| server.delete(&at(&format!("audio/{}", uid(track)))).await;
    let only = copied("Español").await;
    assert_eq!(only["default"], false, "nobody made it so");
    assert_eq!(go(&only).await.result(), "ok");
    // Of two, one is: until it is alone again.
    let (one, two) = (copied("One").await, copied("Two").await);
    assert_eq!(two["default"], false);
    go(&one).await.fails(400, 10005);
    assert_eq!(go(&two).await.result(), "ok");
    assert_eq!(go(&one).await.result(), "ok");
}

#[tokio::test]
async fn no_default_means_the_sound_of_the_video() {
    let server = Server::start().await;
    let talk = |rest: &str| path("shows%2Ftalk", rest);
    let body = json!({ "label": "Español", "url": server.url("audio-es.m4a") });
    let made = server.send("POST", &talk("audio/copy"), body).await.result();
    let track = talk(&format!("audio/{}", uid(&made)));
    assert_eq!(server.send("PATCH", &track, json!({ "default": true })).await.result()["default"], true);
    server.delete(&track).await.fails(400, 10005);
    assert_eq!(server.send("PATCH", &track, json!({ "default": false })).await.result()["default"], false);
    assert_eq!(server.delete(&track).await.result(), "ok");
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let server = Server::start().await;
    let (before, files) = (audio(&server).await, server.files("harbour"));
    let url = server.url("audio-es.m4a");
    copy(&server, "english", &url).await.fails(400, 10005);
    copy(&server, "", &url).await.fails(400, 10005);
    copy(&server, "x", "not a url").await.fails(400, 10010);
    copy(&server, "x", "file:///etc/passwd").await.fails(400, 10010);
    let post = async |body: &'static str| server.ask("POST", &harbour("audio/copy"), &[], body).await;
    post(r#"{ "label": "x" }"#).await.fails(400, 10005);
    post(r#"{ "url": "http://a/b" }"#).await.fails(400, 10005);
    post(r#"{ "label": "x", "url": "http://a/b", "more": 1 }"#).await.fails(400, 10005);
    post(r#"{ "label": 5, "url": "http://a/b" }"#).await.fails(400, 10005);
    post("{").await.fails(400, 10004);
    post("[]").await.fails(400, 10004);
    post("").await.fails(400, 10004);
    post(r#"{ "label": "x", "label": "y", "url": "http://a/b" }"#).await.fails(400, 10004);
    edit(&server, "en", json!({ "default": "yes" })).await.fails(400, 10005);
    edit(&server, "en", json!({ "name": "x" })).await.fails(400, 10005);
    edit(&server, NOBODY, json!({ "label": "x" })).await.fails(404, 10003);
    edit(&server, "video-240", json!({ "label": "x" })).await.fails(404, 10003);
    delete(&server, NOBODY).await.fails(404, 10003);
    server.get(&path(NOBODY, "audio")).await.fails(404, 10003);
    server.get(&path("..%2Fharbour", "audio")).await.fails(404, 10003);
    server.send("POST", &path(NOBODY, "audio/copy"), json!({ "label": "x", "url": url })).await.fails(404, 10003);
    server.ask("PUT", &harbour("audio"), &[], "").await.fails(405, 10005);
    server.get("/client/v4/user/tokens/verify").await.fails(404, 10003);
    server.get("/client/v4").await.fails(404, 10003);
    assert_eq!((audio(&server).await, server.files("harbour")), (before, files));
}

#[tokio::test]
async fn a_file_comes_in_a_form() {
    let server = Server::start().await;
    let file = fixture("audio-fr.m4a");
    let label = Part { name: "label", file: None, bytes: "Français".as_bytes() };
    let file = Part { name: "file", file: Some("a.m4a"), bytes: &file };
    let made = server.form("POST", &harbour("audio"), &[label, file]).await.result();
    assert_eq!((&made["label"], &made["status"]), (&"Français".into(), &"queued".into()));
    assert_eq!(settled(&server, uid(&made)).await["status"], "ready");
    // The label may come last; and what is no MP4 is converted.
    let wav = wav();
    let file = Part { name: "file", file: Some("a.bin"), bytes: &wav };
    let label = Part { name: "label", file: None, bytes: b"Wave" };
    let made = server.form("POST", &harbour("audio"), &[file, label]).await.result();
    assert_eq!(settled(&server, uid(&made)).await["status"], "ready");
    assert_eq!(delete(&server, uid(&made)).await.result(), "ok");
    assert_eq!(server.files("harbour").iter().filter(|name| name.ends_with(".wav")).count(), 0);
}

#[tokio::test]
async fn a_form_that_cannot_be_used_leaves_nothing() {
    let server = Server::start().await;
    let (before, files) = (audio(&server).await, server.files("harbour"));
    let audio_file = fixture("audio-fr.m4a");
    let label = |bytes| Part { name: "label", file: None, bytes };
    let file = |bytes| Part { name: "file", file: Some("a.m4a"), bytes };
    let post = async |parts: &[Part<'_>]| server.form("POST", &harbour("audio"), parts).await;
    post(&[label(b"x")]).await.fails(400, 10005);
    post(&[file(&audio_file)]).await.fails(400, 10005);
    post(&[file(&audio_file), label(b" ")]).await.fails(400, 10005);
    post(&[label(b"english"), file(&audio_file)]).await.fails(400, 10005);
    post(&[file(&audio_file), label(b"english")]).await.fails(400, 10005);
    post(&[label(b"x"), file(b"<html>not found</html>")]).await.fails(400, 10005);
    post(&[label(b"x"), file(&audio_file[..2000])]).await.fails(400, 10005);
    post(&[label(b"x"), file(b"")]).await.fails(400, 10005);
    post(&[label(b"\xff"), file(&audio_file)]).await.fails(400, 10004);
    server.send("POST", &harbour("audio"), json!({ "label": "x" })).await.fails(400, 10004);
    let broken = "--xx\r\nContent-Disposition: form-data; name=\"label\"\r\n\r\nx";
    let form = [("content-type", "multipart/form-data; boundary=xx")];
    server.ask("POST", &harbour("audio"), &form, broken).await.fails(400, 10004);
    assert_eq!((audio(&server).await, server.files("harbour")), (before, files));
}

async fn put(server: &Server, language: &str, text: &[u8]) -> Answer {
    let parts = [Part { name: "file", file: None, bytes: text }];
    server.form("PUT", &harbour(&format!("captions/{language}")), &parts).await
}

#[tokio::test]
async fn captions_are_one_for_each_language() {
    let server = Server::start().await;
    let (german, english) = (fixture("subs-de.vtt"), fixture("subs-en.vtt"));
    let captions = server.get(&harbour("captions")).await.result();
    let languages: Vec<&str> =
        captions.as_array().unwrap().iter().map(|one| one["language"].as_str().unwrap()).collect();
    assert_eq!(languages, ["en", "de"], "neither the forced ones nor those that are hidden behind others");
    let made = put(&server, "tr", &german).await.result();
    assert_eq!(made, json!({ "language": "tr", "label": "Türkçe", "generated": false, "status": "ready" }));
    assert_eq!(server.get(&harbour("captions/tr")).await.result(), made);
    let vtt = server.get(&harbour("captions/tr/vtt")).await.is(200);
    assert_eq!((vtt.header("content-type"), &vtt.body), ("text/vtt", &german));
    assert_eq!(put(&server, "en-GB", &english).await.result()["label"], "British English");
    put(&server, "tr", &english).await.result();
    assert_eq!(server.get(&harbour("captions/tr/vtt")).await.is(200).body, english);
    let files = server.files("harbour");
    assert_eq!(files.iter().filter(|name| name.starts_with("tr-")).count(), 1, "{files:?}");
    for language in ["tr", "en-GB"] {
        assert_eq!(server.delete(&harbour(&format!("captions/{language}"))).await.result(), "");
    }
    server.delete(&harbour("captions/tr")).await.fails(404, 10003);
    assert!(!server.files("harbour").iter().any(|name| name.starts_with("tr-")));
}

#[tokio::test]
async fn captions_brought_at_once_are_one() {
    let server = Server::start().await;
    let (german, english) = (fixture("subs-de.vtt"), fixture("subs-en.vtt"));
    for language in ["tr", "da", "fi"] {
        let (one, two) = tokio::join!(put(&server, language, &german), put(&server, language, &english));
        assert_eq!((one.result()["status"].clone(), two.result()["status"].clone()), ("ready".into(), "ready".into()));
        let tracks = server.get("/api/v1/assets/harbour/tracks").await.is(200).json();
        let found = tracks["tracks"].as_array().unwrap().iter().filter(|track| track["language"] == language);
        assert_eq!(found.count(), 1, "{tracks}");
        let files = server.files("harbour");
        let of_language = files.iter().filter(|name| name.starts_with(&format!("{language}-")));
        assert_eq!(of_language.count(), 1, "{files:?}");
    }
}

#[tokio::test]
async fn captions_of_another_format_are_webvtt_here() {
    let server = Server::start().await;
    let vtt = server.get(&harbour("captions/de/vtt")).await.is(200).text();
    assert!(vtt.starts_with("WEBVTT\nLanguage: de\n") && vtt.contains(" --> "), "{vtt}");
    let german = fixture("subs-de.vtt");
    assert_eq!(put(&server, "de", &german).await.result()["label"], "Deutsch");
    assert_eq!(server.get(&harbour("captions/de/vtt")).await.is(200).body, german);
    assert!(server.files("harbour").contains(&"subtitles-de.ttml".to_owned()), "somebody put that file there");
}

#[tokio::test]
async fn captions_that_cannot_be_used_are_refused() {
    let server = Server::start().await;
    let files = server.files("harbour");
    let german = fixture("subs-de.vtt");
    put(&server, "not_a_tag!", &german).await.fails(400, 10005);
    put(&server, "tr", &fixture("not-vtt.vtt")).await.fails(400, 10005);
    // As the SDK for Python sends bytes, and that for JavaScript a buffer.
    put(&server, "tr", b"b'WEBVTT\\n\\n'").await.fails(400, 10005);
    for name in ["file[0]", "file[]", "files"] {
        let parts = [Part { name, file: None, bytes: &german }];
        server.form("PUT", &harbour("captions/tr"), &parts).await.fails(400, 10005);
    }
    put(&server, "tr", &vec![b' '; 10_000_001]).await.fails(413, 10011);
    server.send("PUT", &harbour("captions/tr"), json!({})).await.fails(400, 10004);
    server.get(&harbour("captions/zu")).await.fails(404, 10003);
    server.get(&harbour("captions/zu/vtt")).await.fails(404, 10003);
    server.delete(&harbour("captions/zu")).await.fails(404, 10003);
    server.get(&path(NOBODY, "captions")).await.fails(404, 10003);
    assert_eq!(server.files("harbour"), files);
}

#[tokio::test]
async fn captions_are_generated_and_give_way_to_those_of_a_person() {
    let server = Server::start().await;
    let generate =
        async |language: &str| server.ask("POST", &harbour(&format!("captions/{language}/generate")), &[], "").await;
    std::fs::write(server.folder.path().join(".wait"), "").unwrap();
    let made = generate("it").await.result();
    let expected =
        json!({ "language": "it", "label": "Italiano (auto-generated)", "generated": true, "status": "inprogress" });
    assert_eq!(made, expected);
    server.get(&harbour("captions/it/vtt")).await.fails(404, 10003);
    generate("it").await.fails(400, 10005);
    std::fs::remove_file(server.folder.path().join(".wait")).unwrap();
    let ready = until(async || {
        let caption = server.get(&harbour("captions/it")).await.result();
        (caption["status"] != "inprogress").then_some(caption)
    })
    .await;
    assert_eq!(
        ready,
        json!({ "language": "it", "label": "Italiano (auto-generated)", "generated": true, "status": "ready" })
    );
    assert!(server.get(&harbour("captions/it/vtt")).await.is(200).text().contains("la nave"));
    generate("it").await.fails(400, 10005);
    generate("zu").await.fails(400, 10005);
    generate("not_a_tag!").await.fails(400, 10005);
    let by_hand = put(&server, "it", &fixture("subs-en.vtt")).await.result();
    assert_eq!(by_hand, json!({ "language": "it", "label": "Italiano", "generated": false, "status": "ready" }));
    server.delete(&harbour("captions/it")).await.result();
    assert!(!server.files("harbour").iter().any(|name| name.starts_with("it-")));
}

#[tokio::test]
async fn without_a_transcriber_it_is_said_how_to_have_one() {
    let folder = copies(&[("harbour", "harbour")]);
    let server = Server::with_jobs(folder, options(), Default::default()).await;
    let answer = server.ask("POST", &harbour("captions/it/generate"), &[], "").await;
    assert!(answer.fails(400, 10005).contains("[transcriber]"));
    assert_eq!(server.get(&harbour("captions")).await.result().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn tokens_accounts_and_keys() {
    let (reader, reads) = token("reader", Scope::Read, "");
    let (desk, writes) = token("desk", Scope::Write, "shows/");
    let accounts =
        [("all".to_owned(), TokenPrefix::default()), ("shows".to_owned(), TokenPrefix::parse("shows").unwrap())];
    let cloudflare = CloudflareOptions {
        accounts: accounts.into(),
        uids: [("ea95132c15732412d22c1476fa83f27a".to_owned(), "shows/talk".to_owned())].into(),
        ..CloudflareOptions::default()
    };
    let folder = copies(&[("harbour", "harbour"), ("talk", "shows/talk")]);
    let server = Server::over(folder, ApiOptions { tokens: vec![reads, writes], cloudflare, ..options() }).await;
    let in_account = |account: &str, video: &str| format!("/client/v4/accounts/{account}/stream/{video}/audio");
    server.get(&in_account("all", "harbour")).await.fails(401, 10001);
    server.with("sbx_wrong").get(&in_account("all", "harbour")).await.fails(401, 10001);
    let (reader_key, desk) = (reader.clone(), server.with(&desk));
    let reader = server.with(&reader);
    reader.get(&in_account("all", "harbour")).await.result();
    let keys = [("x-auth-email", "desk@example.org"), ("x-auth-key", reader_key.as_str())];
    server.ask("GET", &in_account("all", "harbour"), &keys, "").await.result();
    server.ask("GET", &in_account("all", "harbour"), &keys[1..], "").await.fails(401, 10001);
    let body = json!({ "label": "x", "url": "http://a/b" });
    reader.send("POST", &format!("{}/copy", in_account("all", "harbour")), body.clone()).await.fails(403, 10002);
    // What an account is not is told as what is not there; and a name is one below its folder.
    reader.get(&in_account("shows", "talk")).await.result();
    reader.get(&in_account("all", "shows%2Ftalk")).await.result();
    reader.get(&in_account("all", "talk")).await.fails(404, 10003);
    reader.get(&in_account("shows", &Uid::of_asset("shows/talk").hex())).await.result();
    reader.get(&in_account("shows", "ea95132c15732412d22c1476fa83f27a")).await.result();
    reader.get(&in_account("shows", &Uid::of_asset("harbour").hex())).await.fails(404, 10003);
    reader.get(&in_account("other", "harbour")).await.fails(404, 10003);
    // So is what a token is not for.
    desk.get(&in_account("all", &Uid::of_asset("harbour").hex())).await.fails(404, 10003);
    desk.get(&in_account("all", "harbour")).await.fails(404, 10003);
    desk.get(&in_account("all", "shows%2Ftalk")).await.result();
}
