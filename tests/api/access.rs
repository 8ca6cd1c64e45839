//! Who may do what: tokens, scopes and folders, and a server without tokens.

use super::support::{JSON, Server, copy, token};
use serde_json::{Value, json};
use signalbox::api::{ApiOptions, Scope};

/// Two assets in two folders, and the tokens for all and for one of them, to read and to write.
async fn guarded() -> (Server, Vec<(String, Scope, &'static str)>) {
    let folder = tempfile::tempdir().unwrap();
    copy("radio", &folder.path().join("shows/radio"));
    copy("radio", &folder.path().join("shows-old/radio"));
    let (mut secrets, mut tokens) = (Vec::new(), Vec::new());
    for scope in [Scope::Read, Scope::Write] {
        for prefix in ["", "shows/"] {
            let (secret, token) = token(&format!("{scope}:{prefix}"), scope, prefix);
            secrets.push((secret, scope, prefix));
            tokens.push(token);
        }
    }
    (Server::over(folder, ApiOptions { tokens, ..ApiOptions::default() }).await, secrets)
}

/// Requests for an asset: method, path after the asset, whether they write, body.
fn requests() -> Vec<(&'static str, &'static str, bool, Value)> {
    let track = json!({ "type": "audio", "file": "radio-96.m4a", "label": "New" });
    vec![
        ("GET", "", false, Value::Null),
        ("PUT", "", true, json!({ "tracks": [] })),
        ("PATCH", "", true, json!({ "title": "T" })),
        ("GET", "/tracks", false, Value::Null),
        ("POST", "/tracks", true, json!({ "file": "radio-96.m4a", "label": "New" })),
        ("GET", "/tracks/radio-96", false, Value::Null),
        ("PUT", "/tracks/new", true, track),
        ("PATCH", "/tracks/radio-96", true, json!({ "label": "L" })),
        ("DELETE", "/tracks/radio-96", true, Value::Null),
        ("GET", "/files", false, Value::Null),
        ("GET", "/files/radio-96.m4a", false, Value::Null),
        ("PUT", "/files/a.vtt", true, Value::Null),
        ("DELETE", "/files/a.vtt", true, Value::Null),
        ("POST", "/preview", false, json!({ "tracks": [] })),
        ("GET", "/lint", false, Value::Null),
        ("GET", "/history", false, Value::Null),
        ("POST", "/revert", true, json!({ "revision": "0" })),
        ("DELETE", "", true, Value::Null),
    ]
}

#[tokio::test]
async fn every_operation_asks_for_token_scope_and_folder() {
    let (server, tokens) = guarded().await;
    for (method, rest, writes, body) in requests() {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        for asset in ["shows%2Fradio", "shows-old%2Fradio", "shows-old/none"] {
            let path = format!("/api/v1/assets/{asset}{rest}");
            let denied = server.ask(method, &path, &[JSON], body.clone()).await;
            assert!(denied.header("www-authenticate").starts_with("Bearer"), "{method} {path}");
            denied.refused(401, "token-needed");
            for (secret, scope, prefix) in &tokens {
                let answer = server.with(secret).ask(method, &path, &[JSON], body.clone()).await;
                if writes && *scope == Scope::Read {
                    answer.refused(403, "scope");
                } else if !prefix.is_empty() && !asset.starts_with("shows%2F") {
                    answer.refused(403, "prefix");
                } else {
                    assert!(![401, 403].contains(&answer.status.as_u16()), "{method} {path}: {}", answer.text());
                }
            }
        }
    }
}

#[tokio::test]
async fn lists_show_what_the_token_is_for() {
    let (server, tokens) = guarded().await;
    for (secret, _, prefix) in &tokens {
        let client = server.with(secret);
        let expected: &[&str] = if prefix.is_empty() { &["shows/radio", "shows-old/radio"] } else { &["shows/radio"] };
        for (path, key) in [("/assets", "name"), ("/report/accessibility", "asset")] {
            let listed = client.get(path).await.is(200).json();
            let names: Vec<&str> =
                listed["assets"].as_array().unwrap().iter().map(|asset| asset[key].as_str().unwrap()).collect();
            assert_eq!(names, expected, "{path}");
        }
        let csv = client.get("/report/accessibility?format=csv").await.is(200);
        assert_eq!(csv.text().contains("shows-old"), prefix.is_empty());
        let lint = client.get("/lint").await.is(200).text();
        assert!(prefix.is_empty() || !lint.contains("shows-old"));
        let first = client.get("/assets?limit=1").await.is(200).json();
        assert_eq!(first["assets"][0]["name"], "shows/radio");
    }
    for path in ["/assets", "/lint", "/report/accessibility", "/jobs", "/purges", "/operations"] {
        server.get(path).await.refused(401, "token-needed");
    }
    for path in ["/openapi.json", "/problems/stale"] {
        server.get(path).await.is(200);
    }
}

#[tokio::test]
async fn the_history_names_the_token() {
    let (server, tokens) = guarded().await;
    let (secret, ..) = &tokens[2];
    let client = server.with(secret);
    client.ask("PATCH", "/assets/shows%2Fradio", &[JSON], json!({ "title": "New" }).to_string()).await.is(200);
    let history = client.get("/assets/shows%2Fradio/history").await.is(200);
    assert_eq!(history.json()["edits"][0]["by"], "write:");
    assert!(!history.text().contains("sbx_"));
}

#[tokio::test]
async fn a_wrong_token_is_none() {
    let (server, tokens) = guarded().await;
    for secret in ["", "x", &tokens[0].0[..10], &tokens[0].0.to_uppercase()] {
        server.with(secret).get("/assets").await.refused(401, "token-needed");
    }
    // With tokens it does not matter by which name or way the server is reached.
    let headers = [("x-forwarded-for", "192.0.2.1")];
    server.with(&tokens[0].0).ask("GET", "/assets", &headers, "").await.is(200);
}

#[tokio::test]
async fn without_tokens_only_programs_of_this_machine_are_answered() {
    let server = Server::of(&["radio"]).await;
    for (name, value) in [
        ("host", "evil.example"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("forwarded", "for=192.0.2.1"),
        ("x-forwarded-for", "192.0.2.1"),
        ("via", "1.1 proxy"),
    ] {
        for (method, path) in
            [("GET", "/api/v1/assets"), ("DELETE", "/api/v1/assets/radio"), ("POST", "/api/v1/assets/radio/preview")]
        {
            let problem = server.ask(method, path, &[(name, value), JSON], "{}").await.refused(403, "only-local");
            assert!(problem["detail"].as_str().unwrap().len() > 20);
        }
    }
    // What a page may send without asking first is refused for its type, whatever else it says.
    server
        .ask("POST", "/api/v1/assets/radio/revert", &[("content-type", "text/plain")], "{}")
        .await
        .refused(415, "media-type");
    let preflight =
        server.ask("OPTIONS", "/api/v1/assets/radio", &[("origin", "https://evil.example")], "").await.is(204);
    assert!(!preflight.headers.keys().any(|name| name.as_str().starts_with("access-control")));
    server.get("/assets/radio").await.is(200);
}
