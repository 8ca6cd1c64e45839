//! Lists: pages of assets, and what lint and the report say of them.

use super::support::{Server, copies, copy};
use serde_json::{Value, json};
use signalbox::api::ApiOptions;

fn names(page: &Value) -> Vec<String> {
    page["assets"].as_array().unwrap().iter().map(|asset| asset["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn assets_are_listed_with_counts_and_the_worst_of_lint() {
    let server = Server::of(&["harbour", "radio", "talk"]).await;
    std::fs::create_dir(server.folder.path().join("broken")).unwrap();
    std::fs::write(server.folder.path().join("broken/asset.json"), "{").unwrap();
    let page = server.get("/assets").await.is(200).json();
    assert_eq!(names(&page), ["broken", "harbour", "radio", "talk"]);
    assert_eq!(page.get("next"), None);
    let [broken, harbour, radio, _] = page["assets"].as_array().unwrap().as_slice() else { panic!("{page}") };
    assert_eq!(harbour["tracks"], json!({ "video": 3, "audio": 4, "text": 4, "hidden": 1 }));
    assert_eq!(harbour["title"], "Harbour at night");
    assert_eq!(radio["tracks"]["audio"], 2);
    assert_eq!(broken["worst"], "error");
    assert!(broken["problem"].as_str().unwrap().contains("asset.json"));
    server.get("/assets/broken").await.refused(422, "broken-document");
    let lint = server.get("/assets/broken/lint").await.is(200).json();
    assert_eq!(lint["findings"][0]["rule"], "document-unreadable");
    let all = server.get("/lint").await.is(200).json();
    assert_eq!(all["assets"][0]["asset"], "broken");
    server.get("/assets/none/lint").await.refused(404, "unknown-asset");
}

#[tokio::test]
async fn pages_follow_one_another_whatever_comes_and_goes() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c/1", "c/2", "d"] {
        copy("radio", &folder.path().join(name));
    }
    let server = Server::over(folder, ApiOptions::default()).await;
    let first = server.get("/assets?limit=2").await.is(200).json();
    assert_eq!(names(&first), ["a", "b"]);
    let next = first["next"].as_str().unwrap();
    std::fs::remove_dir_all(server.folder.path().join("b")).unwrap();
    copy("radio", &server.folder.path().join("aa"));
    let second = server.get(&format!("/assets?limit=2&cursor={next}")).await.is(200).json();
    assert_eq!(names(&second), ["c/1", "c/2"]);
    let next = second["next"].as_str().unwrap();
    let third = server.get(&format!("/assets?cursor={next}&limit=2")).await.is(200).json();
    assert_eq!((names(&third), third.get("next")), (vec!["d".to_owned()], None));
    assert_eq!(names(&server.get("/assets?prefix=c/").await.json()), ["c/1", "c/2"]);
    assert_eq!(names(&server.get("/assets?prefix=c%2F2").await.json()), ["c/2"]);
    for query in ["limit=0", "limit=1000", "limit=x", "cursor=x", "cursor=", "prefx=a", "limit=1&limit=2"] {
        server.get(&format!("/assets?{query}")).await.refused(400, "malformed-request");
    }
}

#[tokio::test]
async fn a_list_shows_what_there_is_at_a_glance() {
    let server = Server::of(&["harbour", "radio"]).await;
    let page = server.get("/assets").await.is(200).json();
    let [harbour, radio] = page["assets"].as_array().unwrap().as_slice() else { panic!("{page}") };
    assert_eq!(harbour["languages"], json!({ "audio": ["en", "de", "fr"], "text": ["en", "de"] }));
    assert_eq!(
        harbour["coverage"],
        json!({ "description": ["en"], "captions": ["en"], "forced": ["en"], "sign": false,
                "description_missing": ["de"], "captions_missing": ["de"] })
    );
    assert_eq!(harbour["duration"], 36.0);
    let poster = &harbour["poster"];
    assert_eq!((&poster["width"], &poster["height"]), (&json!(426), &json!(240)), "the smallest is enough");
    let range = format!("bytes=0-{}", poster["bytes"].as_u64().unwrap() - 1);
    let part = server.ask("GET", poster["segment"].as_str().unwrap(), &[("range", &range)], "").await.is(206);
    assert!(part.body.windows(4).any(|name| name == b"mdat"));
    assert_eq!(radio.get("poster"), None);
}

#[tokio::test]
async fn filters_narrow_a_list_down() {
    let server = Server::of(&["harbour", "legacy", "modern", "radio", "talk"]).await;
    for (query, expected) in [
        ("search=HARBOUR", &["harbour", "radio"][..]),
        ("search=at%20night", &["harbour"]),
        ("search=none", &[]),
        ("missing=description", &["harbour", "modern", "talk"]),
        ("missing=captions&search=a", &["harbour", "modern", "talk"]),
        ("lint=warning", &["modern"]),
        ("lint=error", &[]),
        ("language=de", &["harbour"]),
        ("language=EN&missing=any&search=modern", &["modern"]),
    ] {
        let page = server.get(&format!("/assets?{query}")).await.is(200).json();
        assert_eq!(names(&page), expected, "{query}");
        assert_eq!(page.get("next"), None, "{query}");
    }
    let first = server.get("/assets?missing=any&limit=2").await.json();
    assert_eq!(names(&first), ["harbour", "modern"]);
    let next = first["next"].as_str().unwrap();
    assert_eq!(names(&server.get(&format!("/assets?missing=any&limit=2&cursor={next}")).await.json()), ["talk"]);
    for query in ["missing=sign", "lint=bad", "q=a"] {
        server.get(&format!("/assets?{query}")).await.refused(400, "malformed-request");
    }
}

/// The folders of a page are looked into, no others: ten thousand assets, fifty of which are asked for.
#[tokio::test]
async fn a_page_of_a_large_catalogue_is_cheap() {
    let folder = copies(&["radio"]);
    for number in 0..10_000 {
        let asset = folder.path().join(format!("captions-{number:05}"));
        std::fs::create_dir(&asset).unwrap();
        std::fs::write(asset.join("en.vtt"), "WEBVTT\n\n00:00.000 --> 00:01.000\nHm\n").unwrap();
    }
    let server = Server::over(folder, ApiOptions::default()).await;
    let begin = std::time::Instant::now();
    let page = server.get("/assets").await.is(200).json();
    assert_eq!(names(&page).len(), 50);
    assert!(begin.elapsed().as_secs() < 5, "{:?}", begin.elapsed());
    let next = page["next"].as_str().unwrap();
    assert_eq!(names(&server.get(&format!("/assets?limit=1&cursor={next}")).await.json()), ["captions-00050"]);
}

#[tokio::test]
async fn the_report_is_json_or_csv() {
    let server = Server::of(&["harbour", "radio"]).await;
    let report = server.get("/report/accessibility").await.is(200).json();
    assert_eq!(report["totals"]["assets"], 2);
    assert!(report["assets"][0]["languages"].as_array().unwrap().iter().any(|language| language["language"] == "en"));
    let csv = server.get("/report/accessibility?format=csv").await.is(200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(
        csv.text().starts_with("asset,title,language") && csv.text().contains("\nharbour,")
            || csv.text().contains("\r\nharbour,")
    );
    server.get("/report/accessibility?format=xml").await.refused(400, "malformed-request");
    assert_eq!(server.get("/report/accessibility?prefix=r").await.json()["totals"]["assets"], 1);
}

#[tokio::test]
async fn a_report_comes_whole_or_in_pages() {
    let server = Server::of(&["harbour", "radio", "talk"]).await;
    let reported = |report: &Value| -> Vec<String> {
        report["assets"].as_array().unwrap().iter().map(|one| one["asset"].as_str().unwrap().to_owned()).collect()
    };
    let whole = server.get("/report/accessibility").await.is(200).json();
    assert_eq!((reported(&whole).len(), whole.get("next")), (3, None));
    let first = server.get("/report/accessibility?limit=2").await.is(200).json();
    assert_eq!(reported(&first), ["harbour", "radio"]);
    assert_eq!(first["totals"]["assets"], 2);
    let next = first["next"].as_str().unwrap();
    let last = server.get(&format!("/report/accessibility?limit=2&cursor={next}")).await.is(200).json();
    assert_eq!((reported(&last), last.get("next")), (vec!["talk".to_owned()], None));
    let csv = server.get("/report/accessibility?format=csv&limit=1").await.is(200).text();
    assert!(csv.contains("\ntalk,"), "a table is whole: {csv}");
    for query in ["limit=0", "limit=201", "cursor=x"] {
        server.get(&format!("/report/accessibility?{query}")).await.refused(400, "malformed-request");
    }
}

#[tokio::test]
async fn jobs_and_purges_are_told() {
    let server = Server::of(&["radio"]).await;
    assert_eq!(server.get("/jobs").await.is(200).json(), json!({ "jobs": [] }));
    assert_eq!(server.get("/purges").await.is(200).json()["configured"], false);
    server.get("/jobs/none").await.refused(404, "unknown-job");
    server.delete("/jobs/none").await.refused(404, "unknown-job");
}
