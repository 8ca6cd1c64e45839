//! DatoCMS: uploads, their tracks, and what came of a job.

use super::support::{Answer, JSON, Server, copies, error, fixture, options, token, until, wav};
use bytes::Bytes;
use serde_json::{Value, json};
use signalbox::api::{ApiOptions, DatoOptions, Scope, TokenPrefix, Uid};

const NOBODY: &str = "AAAAAAAAAAAAAAAAAAAAAA";

fn id(asset: &str) -> String {
    Uid::of_asset(asset).base64url()
}

fn harbour(rest: &str) -> String {
    format!("/uploads/{}/tracks{rest}", id("harbour"))
}

/// The document of a track that is to be.
fn track(attributes: Value) -> Value {
    json!({ "data": { "type": "upload_track", "attributes": attributes } })
}

async fn list(server: &Server) -> Vec<Value> {
    server.get(&harbour("")).await.is(200).json()["data"].as_array().unwrap().clone()
}

async fn create(server: &Server, attributes: Value) -> Answer {
    server.send("POST", &harbour(""), track(attributes)).await
}

/// What came of the job that was begun: a status and a document.
async fn result(server: &Server, answer: Answer) -> (u64, Value) {
    let job = answer.is(202).json();
    assert_eq!(job["data"]["type"], "job");
    let id = job["data"]["id"].as_str().unwrap().to_owned();
    let path = format!("/job-results/{id}");
    let result = until(async || {
        let answer = server.get(&path).await;
        assert_eq!(answer.header("content-type"), "application/json");
        match answer.status.as_u16() {
            404 => {
                answer.refused(404, "NOT_FOUND");
                None
            }
            _ => Some(answer.is(200).json()),
        }
    })
    .await;
    assert_eq!((&result["data"]["type"], &result["data"]["id"]), (&"job_result".into(), &id.into()));
    let attributes = &result["data"]["attributes"];
    (attributes["status"].as_u64().unwrap(), attributes["payload"].clone())
}

/// The track that a job brought.
async fn made(server: &Server, answer: Answer) -> Value {
    let (status, payload) = result(server, answer).await;
    assert_eq!(status, 200, "{payload}");
    payload["data"].clone()
}

async fn destroy(server: &Server, track: &Value) -> Answer {
    server.delete(&harbour(&format!("/{}", track["id"].as_str().unwrap()))).await
}

fn audio(server: &Server, name: &str) -> Value {
    json!({ "url_or_upload_request_id": server.url("audio-es.m4a"), "type": "audio", "name": name, "language_code": "es-ES" })
}

#[tokio::test]
async fn tracks_are_listed_but_for_sound_inside_the_video() {
    let server = Server::start().await;
    let all = list(&server).await;
    assert_eq!(all.len(), 8);
    let german = json!({
        "type": "upload_track",
        "id": Uid::of_track("harbour", "de").base64url(),
        "attributes": {
            "type": "audio", "name": "Deutsch", "language_code": "de", "closed_captions": null,
            "status": "ready", "error": null,
        },
        "relationships": { "upload": { "data": { "type": "upload", "id": id("harbour") } } },
    });
    assert!(all.contains(&german), "{all:?}");
    let captions = all.iter().find(|track| track["attributes"]["name"] == "English (captions)").unwrap();
    assert_eq!(
        (&captions["attributes"]["type"], &captions["attributes"]["closed_captions"]),
        (&"subtitles".into(), &true.into())
    );
    let talk = server.get("/uploads/shows%2Ftalk/tracks").await.is(200).json();
    let talk = talk["data"].as_array().unwrap().clone();
    assert_eq!(talk.len(), 1, "talk.mp4 has picture and sound: {talk:?}");
    assert_eq!(talk[0]["relationships"]["upload"]["data"]["id"], "shows/talk", "it is called as it was asked for");
}

#[tokio::test]
async fn a_track_comes_from_a_url_and_goes_with_its_file() {
    let server = Server::start().await;
    let (before, files) = (list(&server).await, server.files("harbour"));
    let spanish = made(&server, create(&server, audio(&server, "Español")).await).await;
    let expected = json!({
        "type": "audio", "name": "Español", "language_code": "es-ES", "closed_captions": null,
        "status": "ready", "error": null,
    });
    assert_eq!(spanish["attributes"], expected);
    let text = json!({ "url_or_upload_request_id": server.url("subs-en.vtt"), "type": "subtitles", "name": "CC", "language_code": "en-US", "closed_captions": true });
    let text = made(&server, create(&server, text).await).await;
    assert_eq!(
        (&text["attributes"]["type"], &text["attributes"]["closed_captions"]),
        (&"subtitles".into(), &true.into())
    );
    let ttml =
        json!({ "url_or_upload_request_id": server.url("subs-fr.ttml"), "type": "subtitles", "language_code": "fr" });
    let ttml = made(&server, create(&server, ttml).await).await;
    assert_eq!(
        (&ttml["attributes"]["name"], &ttml["attributes"]["closed_captions"]),
        (&"Français".into(), &false.into())
    );
    let german =
        json!({ "url_or_upload_request_id": server.url("subs-de.vtt"), "type": "subtitles", "language_code": "de" });
    let german = made(&server, create(&server, german).await).await;
    assert_eq!(german["attributes"]["name"], "Deutsch 2", "there is one of that name");
    let all = list(&server).await;
    assert!([&spanish, &text, &ttml, &german].iter().all(|track| all.contains(track)) && all.len() == before.len() + 4);
    for track in [&text, &ttml, &german, &spanish] {
        let (status, payload) = result(&server, destroy(&server, track).await).await;
        assert_eq!((status, &payload["data"]), (200, track));
        destroy(&server, track).await.refused(404, "NOT_FOUND");
    }
    assert_eq!((list(&server).await, server.files("harbour")), (before, files));
    let again = made(&server, create(&server, audio(&server, "Español")).await).await;
    assert_ne!(again["id"], spanish["id"]);
}

/// Asks where to bring a file to, and brings it; the request's id.
async fn transfer(server: &Server, name: &str, bytes: Bytes) -> String {
    let body = json!({ "data": { "type": "upload_request", "attributes": { "filename": name } } });
    let request = server.send("POST", "/upload-requests", body).await.is(200).json();
    assert_eq!(request["data"]["type"], "upload_request");
    let attributes = &request["data"]["attributes"];
    assert!(attributes["request_headers"].is_object());
    server.ask("PUT", attributes["url"].as_str().unwrap(), &[("content-type", "text/vtt")], bytes).await.is(200);
    request["data"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_track_comes_from_an_upload_request() {
    let server = Server::start().await;
    let files = server.files("harbour");
    for (file, kind, language) in
        [("subs-en.vtt", "subtitles", "en-GB"), ("subs-fr.ttml", "subtitles", "fr"), ("audio-fr.m4a", "audio", "fr-CA")]
    {
        let request = transfer(&server, &format!("Mi {file}"), fixture(file)).await;
        let attributes =
            json!({ "url_or_upload_request_id": request, "type": kind, "name": file, "language_code": language });
        let track = made(&server, create(&server, attributes.clone()).await).await;
        assert_eq!((&track["attributes"]["status"], &track["attributes"]["name"]), (&"ready".into(), &file.into()));
        let mut again = attributes;
        again["name"] = "again".into();
        let details = create(&server, again).await.refused(422, "INVALID_FIELD");
        assert_eq!(details["field"], "url_or_upload_request_id", "what came is used up");
        result(&server, destroy(&server, &track).await).await;
    }
    assert_eq!(server.files("harbour"), files);
    assert!(std::fs::read_dir(server.folder.path().join(".signalbox/dato/uploads")).unwrap().next().is_none());
}

#[tokio::test]
async fn what_is_wrong_with_the_media_is_the_failure_of_a_job() {
    let server = Server::start().await;
    let (before, files) = (list(&server).await, server.files("harbour"));
    let mut sources = vec![server.url("no-such-file.m4a"), server.url("not-vtt.vtt")];
    sources.push(transfer(&server, "a.m4a", "<html>".into()).await);
    sources.push(transfer(&server, "a.vtt", fixture("not-vtt.vtt")).await);
    sources.push(transfer(&server, "a.wav", wav().into()).await);
    std::fs::write(server.folder.path().join(".broken"), "").unwrap();
    for source in sources {
        let kind = if source.ends_with("vtt") { "subtitles" } else { "audio" };
        let attributes =
            json!({ "url_or_upload_request_id": source, "type": kind, "name": "x", "language_code": "es" });
        let (status, payload) = result(&server, create(&server, attributes).await).await;
        assert_eq!(status, 422, "{source}");
        assert!(!error(&payload, "MUX_ERROR")["message"].as_str().unwrap().is_empty());
        assert_eq!((list(&server).await, server.files("harbour")), (before.clone(), files.clone()), "{source}");
    }
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let server = Server::start().await;
    let (before, files) = (list(&server).await, server.files("harbour"));
    for (change, field, code) in [
        (json!({ "language_code": "not_a_tag!" }), "language_code", "VALIDATION_FORMAT"),
        (json!({ "language_code": null }), "language_code", "VALIDATION_REQUIRED"),
        (json!({ "name": "DEUTSCH" }), "name", "VALIDATION_UNIQUENESS"),
        (json!({ "name": " " }), "name", "VALIDATION_REQUIRED"),
        (json!({ "type": "video" }), "type", "VALIDATION_INCLUSION"),
        (json!({ "type": null }), "type", "VALIDATION_REQUIRED"),
        (json!({ "url_or_upload_request_id": null }), "url_or_upload_request_id", "VALIDATION_REQUIRED"),
        (json!({ "url_or_upload_request_id": "/7/x.m4a" }), "url_or_upload_request_id", "VALIDATION_INVALID"),
        (json!({ "url_or_upload_request_id": "ftp://a/b" }), "url_or_upload_request_id", "VALIDATION_INVALID"),
        (json!({ "url_or_upload_request_id": "http://u:p@a/b" }), "url_or_upload_request_id", "VALIDATION_FORMAT"),
        (json!({ "closed_captions": true }), "closed_captions", "VALIDATION_INVALID"),
    ] {
        let mut attributes = audio(&server, "x");
        attributes.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let details = create(&server, attributes).await.refused(422, "INVALID_FIELD");
        assert_eq!((&details["field"], &details["code"]), (&field.into(), &code.into()), "{change}");
    }
    let post = async |path: &str, body: Value| server.send("POST", path, body).await;
    for body in [json!({}), json!({ "data": { "type": "upload" } }), track(json!({ "default": true })), json!([])] {
        post(&harbour(""), body).await.refused(422, "INVALID_FORMAT");
    }
    server.ask("POST", &harbour(""), &[JSON], "{").await.refused(422, "INVALID_FORMAT");
    server.ask("POST", &harbour(""), &[], "{}").await.refused(422, "INVALID_CONTENT_TYPE_HEADER");
    server.ask("GET", &harbour(""), &[("x-api-version", "2")], "").await.refused(422, "INVALID_API_VERSION");
    server.ask("GET", &harbour(""), &[("x-environment", "sandbox")], "").await.refused(422, "INVALID_ENVIRONMENT");
    server.ask("GET", &harbour(""), &[("accept", "text/html")], "").await.refused(422, "INVALID_ACCEPT_HEADER");
    let nobody = format!("/uploads/{NOBODY}/tracks");
    server.get(&nobody).await.refused(404, "NOT_FOUND");
    post(&nobody, track(audio(&server, "x"))).await.refused(404, "NOT_FOUND");
    post("/uploads/radio/tracks", track(audio(&server, "x"))).await.refused(422, "NOT_A_VIDEO");
    server.delete(&harbour("/no-such-track")).await.refused(404, "NOT_FOUND");
    server.delete(&format!("{nobody}/en")).await.refused(404, "NOT_FOUND");
    assert_eq!(server.delete(&harbour("/en")).await.refused(422, "INVALID_FIELD")["field"], "default");
    server.get("/uploads/x/y").await.refused(404, "INVALID_ENDPOINT");
    server.ask("PUT", &harbour(""), &[], "").await.refused(404, "INVALID_ENDPOINT");
    for job in ["999999999", "r.x.y", "j.x", &format!("j.{}", "e30"), "r.e30.00000000000000000000000000000000"] {
        server.get(&format!("/job-results/{job}")).await.refused(404, "NOT_FOUND");
    }
    assert_eq!((list(&server).await, server.files("harbour")), (before, files));
}

#[tokio::test]
async fn subtitles_are_generated() {
    let server = Server::start().await;
    let before = list(&server).await;
    let generate = async |kind: &str, attributes: Value| {
        let body = json!({ "data": { "type": kind, "attributes": attributes } });
        server.send("POST", &harbour("/generate-subtitles"), body).await
    };
    let named = json!({ "language_code": "it-IT", "name": "Italiano" });
    let italian = made(&server, generate("subtitles_generation", named.clone()).await).await;
    let expected = json!({
        "type": "subtitles", "name": "Italiano", "language_code": "it-IT", "closed_captions": false,
        "status": "ready", "error": null,
    });
    assert_eq!(italian["attributes"], expected);
    assert_eq!(generate("subtitles_generation", named).await.refused(422, "INVALID_FIELD")["field"], "name");
    let again = made(&server, generate("upload_track", json!({ "language_code": "it-IT" })).await).await;
    assert_eq!(again["attributes"]["name"], "Italiano (IT) (auto-generated)");
    let malformed = generate("subtitles_generation", json!({ "language_code": "not a tag" })).await;
    assert_eq!(malformed.refused(422, "INVALID_FIELD")["field"], "language_code");
    for track in [&italian, &again] {
        result(&server, destroy(&server, track).await).await;
    }
    assert_eq!(list(&server).await, before);
    let body = json!({ "data": { "type": "subtitles_generation", "attributes": { "language_code": "it" } } });
    server.send("POST", "/uploads/radio/tracks/generate-subtitles", body.clone()).await.refused(422, "NOT_A_VIDEO");
    std::fs::remove_file(server.folder.path().join("harbour/asset.json")).unwrap();
    for file in ["audio-en.m4a", "audio-de.m4a", "audio-en-description.m4a", "audio-fr-commentary.m4a"] {
        std::fs::remove_file(server.folder.path().join("harbour").join(file)).unwrap();
    }
    server.send("POST", &harbour("/generate-subtitles"), body).await.refused(422, "NO_PRIMARY_AUDIO_TRACK");
}

#[tokio::test]
async fn a_track_that_is_destroyed_ends_its_job() {
    let server = Server::start().await;
    std::fs::write(server.folder.path().join(".wait"), "").unwrap();
    let body =
        json!({ "data": { "type": "subtitles_generation", "attributes": { "language_code": "it", "name": "It" } } });
    let job = server.send("POST", &harbour("/generate-subtitles"), body).await;
    let all = list(&server).await;
    let track = all.iter().find(|track| track["attributes"]["name"] == "It").unwrap();
    assert_eq!(track["attributes"]["status"], "preparing");
    result(&server, destroy(&server, track).await).await;
    let (status, payload) = result(&server, job).await;
    assert_eq!(status, 404);
    error(&payload, "NOT_FOUND");
}

#[tokio::test]
async fn uploads_are_found_and_listed() {
    let server = Server::start().await;
    let upload = server.get(&format!("/uploads/{}", id("harbour"))).await.is(200).json()["data"].clone();
    assert_eq!((&upload["type"], &upload["id"]), (&"upload".into(), &id("harbour").into()));
    let attributes = &upload["attributes"];
    for (name, value) in [
        ("mime_type", json!("video/mp4")),
        ("width", json!(1280)),
        ("height", json!(720)),
        ("duration", json!(36)),
        ("filename", json!("video-720.mp4")),
        ("basename", json!("video-720")),
        ("format", json!("mp4")),
        ("is_image", json!(false)),
        ("url", json!(format!("http://{}/harbour/master.m3u8", server.address))),
    ] {
        assert_eq!(attributes[name], value, "{name}");
    }
    assert_eq!(server.get("/uploads/radio").await.is(200).json()["data"]["attributes"]["mime_type"], "audio/mp4");
    server.get(&format!("/uploads/{NOBODY}")).await.refused(404, "NOT_FOUND");
    let all = server.get("/uploads").await.is(200).json();
    assert_eq!(all["meta"]["total_count"], 4);
    let ids = |value: &Value| -> Vec<String> {
        value["data"].as_array().unwrap().iter().map(|upload| upload["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&all), ["harbour", "radio", "shows/talk", "web"].map(id));
    let page = server.get("/uploads?page%5Boffset%5D=1&page%5Blimit%5D=2").await.is(200).json();
    assert_eq!((ids(&page), &page["meta"]["total_count"]), (["radio", "shows/talk"].map(id).to_vec(), &json!(4)));
    let some = server.get(&format!("/uploads?filter%5Bids%5D={},{NOBODY}", id("radio"))).await.is(200).json();
    assert_eq!(ids(&some), [id("radio")]);
    server.get("/uploads?page[limit]=1000").await.refused(422, "INVALID_FIELD");
    server.get("/uploads?filter[type]=image").await.refused(422, "INVALID_FIELD");
}

#[tokio::test]
async fn requests_are_counted_by_token() {
    let (secret, one) = token("one", Scope::Read, "");
    let (other_secret, other) = token("other", Scope::Read, "");
    let dato = DatoOptions { rate: 3, ..DatoOptions::default() };
    let options = ApiOptions { tokens: vec![one, other], dato, ..options() };
    let server = Server::over(copies(&[("radio", "radio")]), options).await;
    let (one, other) = (server.with(&secret), server.with(&other_secret));
    // Three in three seconds: of ten in a row some are too many, however slow the machine is.
    let mut answers = Vec::new();
    for _ in 0..100 {
        answers.push(one.get("/uploads/radio").await);
        if answers.last().is_some_and(|answer| answer.status == 429) {
            break;
        }
    }
    let refused = answers.pop().unwrap();
    assert_eq!((refused.header("x-ratelimit-limit"), refused.header("x-ratelimit-remaining")), ("3", "0"));
    assert!((1..=4).contains(&refused.header("x-ratelimit-reset").parse::<u32>().unwrap()));
    assert!(!refused.headers.contains_key("retry-after"));
    refused.refused(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(answers[0].header("x-ratelimit-remaining"), "2");
    assert_eq!(other.get("/uploads/radio").await.is(200).header("x-ratelimit-remaining"), "2");
    let nobody = server.get("/uploads/radio").await;
    assert_eq!(nobody.header("x-ratelimit-limit"), "3");
    nobody.refused(401, "INVALID_AUTHORIZATION_HEADER");
}

#[tokio::test]
async fn tokens_and_the_site() {
    let (reader, reads) = token("reader", Scope::Read, "");
    let (desk, writes) = token("desk", Scope::Write, "shows/");
    let (other, others) = token("other", Scope::Write, "");
    let dato = DatoOptions {
        site: TokenPrefix::parse("shows").unwrap(),
        ids: [("q0VNpiNQSkG6z0lif_O1zg".to_owned(), "shows/talk".to_owned())].into(),
        ..options().dato
    };
    let folder = copies(&[("harbour", "harbour"), ("talk", "shows/talk"), ("modern", "shows/modern")]);
    let options = ApiOptions { tokens: vec![reads, writes, others], dato, ..options() };
    let server = Server::over(folder, options).await;
    server.get("/uploads").await.refused(401, "INVALID_AUTHORIZATION_HEADER");
    server.with("sbx_wrong").get("/uploads").await.refused(401, "INVALID_AUTHORIZATION_HEADER");
    let (reader, desk, other) = (server.with(&reader), server.with(&desk), server.with(&other));
    let all = reader.get("/uploads").await.is(200).json();
    assert_eq!(all["meta"]["total_count"], 2, "the site alone");
    assert_eq!(all["data"][1]["id"], "q0VNpiNQSkG6z0lif_O1zg");
    for name in ["talk", "q0VNpiNQSkG6z0lif_O1zg", &id("shows/talk")] {
        reader.get(&format!("/uploads/{name}/tracks")).await.is(200);
    }
    for name in ["harbour", "shows%2Ftalk", &id("harbour")] {
        reader.get(&format!("/uploads/{name}/tracks")).await.refused(404, "NOT_FOUND");
    }
    reader.delete("/uploads/talk/tracks/talk.en").await.refused(403, "INSUFFICIENT_PERMISSIONS");
    // A file that one token brought is not another's; its URL needs no token.
    let body = json!({ "data": { "type": "upload_request", "attributes": { "filename": "a.vtt" } } });
    reader.send("POST", "/upload-requests", body.clone()).await.refused(403, "INSUFFICIENT_PERMISSIONS");
    let request = desk.send("POST", "/upload-requests", body).await.is(200).json();
    let url = request["data"]["attributes"]["url"].as_str().unwrap().to_owned();
    server.ask("PUT", &url.replace(".vtt", ".srt"), &[], "x").await.refused(403, "INSUFFICIENT_PERMISSIONS");
    server.get(&url).await.refused(404, "INVALID_ENDPOINT");
    server.ask("PUT", &url, &[], fixture("subs-de.vtt")).await.is(200);
    let attributes =
        json!({ "url_or_upload_request_id": request["data"]["id"], "type": "subtitles", "language_code": "de" });
    let tracks = "/uploads/talk/tracks";
    let refused = other.send("POST", tracks, track(attributes.clone())).await.refused(422, "INVALID_FIELD");
    assert_eq!(refused["field"], "url_or_upload_request_id");
    let job = desk.send("POST", tracks, track(attributes)).await.is(202);
    let job = job.json()["data"]["id"].as_str().unwrap().to_owned();
    desk.get(&format!("/job-results/{job}")).await.is(200);
    server.get(&format!("/job-results/{job}")).await.refused(401, "INVALID_AUTHORIZATION_HEADER");
}
