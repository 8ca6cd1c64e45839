//! Long-running operations: their URLs, what they say, and that they hold.

use super::support::{ACCOUNT, Server, audio, fixture};
use serde_json::json;
use signalbox::api::ApiOptions;
use std::sync::Arc;

const TRACK: &str = "assets/harbour/tracks/es%201";

async fn server() -> Server {
    let server = Server::harbour().await;
    server.bring("harbour", "es.mp4", fixture("audio-es.m4a")).await;
    server
}

#[tokio::test]
async fn each_change_names_its_operation() {
    let server = server().await;
    let body = || audio(json!({ "fileName": "es.mp4", "displayName": "Español" }));
    let answers = [
        server.put(TRACK, body()).await.is(201),
        server.put(TRACK, body()).await.is(200),
        server.patch(TRACK, body()).await.is(202),
        server.post(&format!("{TRACK}/updateTrackData")).await.is(202),
        server.delete(TRACK).await.is(202),
    ];
    for (answer, has_body) in answers.iter().zip([true, true, true, false, false]) {
        assert_eq!(!answer.body.is_empty(), has_body);
        assert_eq!(answer.header("retry-after"), "1");
        let begin = format!("http://{}{}/assets/harbour/tracks/es%201/", server.address, ACCOUNT.replace("S", "s"));
        for (header, what) in [("azure-asyncoperation", "operationStatuses/"), ("location", "operationResults/")] {
            let url = answer.header(header);
            let start = format!("{begin}{what}").to_lowercase();
            let plain = url.to_lowercase().replace("%2d", "-").replace("%2e", ".");
            assert!(plain.starts_with(&start), "{url} is not below {start}");
            assert!(plain.ends_with("?api-version=2022-08-01"), "{url}");
        }
    }
    // The track is gone; what became of each is still told.
    for answer in &answers {
        let status = server.get(answer.header("azure-asyncoperation")).await.is(200);
        assert_eq!(status.header("retry-after"), "1");
        let status = status.json();
        assert_eq!(status["status"], "Succeeded");
        assert!(status["startTime"].as_str().unwrap() <= status["endTime"].as_str().unwrap());
        assert!(status["id"].as_str().unwrap().ends_with(status["name"].as_str().unwrap()));
        assert!(status.get("error").is_none());
        server.get(answer.header("location")).await.is(204);
    }
    let made = server.put(TRACK, body()).await.is(201);
    let result = server.get(made.header("location")).await.is(200).json();
    assert_eq!((&result["name"], &result["properties"]["provisioningState"]), (&json!("es 1"), &json!("Succeeded")));
}

#[tokio::test]
async fn an_operation_outlives_the_process() {
    let server = server().await;
    let made = server.put(TRACK, audio(json!({ "fileName": "es.mp4" }))).await.is(201);
    let url = made.header("azure-asyncoperation");
    let path = url.split_once(&server.address.to_string()).unwrap().1;
    let other = Server::over(Arc::clone(&server.folder), ApiOptions::default()).await;
    assert_eq!(other.get(path).await.is(200).json()["status"], "Succeeded");
}

#[tokio::test]
async fn what_was_not_said_by_this_server_is_unknown() {
    let server = server().await;
    let made = server.put(TRACK, audio(json!({ "fileName": "es.mp4" }))).await.is(201);
    let url = made.header("azure-asyncoperation");
    let id = url.rsplit_once('/').unwrap().1.split('?').next().unwrap();
    let (text, mark) = id.split_once('-').unwrap();
    let other_end = if text.ends_with('0') { "1" } else { "0" };
    for id in [
        "00000000-0000-0000-0000-000000000000",
        "x",
        text,
        &format!("{text}-"),
        &format!("{}{other_end}-{mark}", &text[..text.len() - 1]),
        &format!("{text}-{}", mark.chars().rev().collect::<String>()),
    ] {
        server.get(&format!("{TRACK}/operationStatuses/{id}")).await.refused(404, "NotFound");
        server.get(&format!("{TRACK}/operationResults/{id}")).await.refused(404, "NotFound");
    }
    server.get(&format!("assets/harbour/tracks/en/operationStatuses/{id}")).await.refused(404, "NotFound");
    server.get(&format!("{TRACK}/operationStatuses/{id}")).await.is(200);
}
