//! Locators: addresses that are given, bounded in time, and taken back.

use super::support::{GUID, Server};
use signalbox::ams::{Guid, Locator, Timestamp};

fn locator(name: &str, start: Option<Timestamp>, end: Timestamp) -> Locator {
    Locator {
        name: name.to_owned(),
        id: Guid::of_name(name),
        asset: "legacy".to_owned(),
        policy: "Predefined_ClearStreamingOnly".to_owned(),
        created: Timestamp::now(),
        start,
        end,
        filters: Vec::new(),
    }
}

#[tokio::test]
async fn a_locator_plays_from_its_start_until_its_end() {
    let server = Server::legacy().await;
    let now = Timestamp::now();
    for (locator, is_open) in [
        (locator("always", None, Timestamp::MAX), true),
        (locator("now", Some(now.plus_seconds(-3600)), now.plus_seconds(3600)), true),
        (locator("over", None, now.plus_seconds(-1)), false),
        (locator("later", Some(now.plus_seconds(3600)), Timestamp::MAX), false),
    ] {
        server.shelf.add_locator(&locator).await.unwrap();
        for rest in ["manifest(format=m3u8-cmaf)", "QualityLevels(82917)/Fragments(video=0,format=m3u8-cmaf)"] {
            let answer = server.get(&format!("/{}/legacy.ism/{rest}", locator.id)).await;
            match is_open {
                true => drop(answer.ok()),
                false => drop(answer.refused(404, "MPE_RESOURCE_NOT_FOUND")),
            }
        }
    }
}

#[tokio::test]
async fn a_locator_that_is_taken_back_leads_nowhere() {
    let server = Server::legacy().await;
    server.locate("legacy", &[]).await;
    let path = format!("/{GUID}/legacy.ism/manifest(format=mpd-time-cmaf)");
    server.get(&path).await.ok();
    let locator = server.shelf.locator(GUID.parse().unwrap()).await.unwrap().unwrap();
    assert!(server.shelf.remove_locator(&locator).await.unwrap());
    server.get(&path).await.refused(404, "MPE_RESOURCE_NOT_FOUND");
    // Its asset may be another from then on.
    server.locate("none", &[]).await;
    server.get(&path).await.refused(404, "MPE_RESOURCE_NOT_FOUND");
}

#[tokio::test]
async fn a_guid_may_be_the_name_of_an_asset() {
    let server = Server::of(&["legacy"], Default::default()).await;
    std::fs::rename(server.folder.path().join("legacy"), server.folder.path().join(GUID)).unwrap();
    server.get(&format!("/{GUID}/legacy.ism/manifest(format=m3u8-cmaf)")).await.ok();
}
