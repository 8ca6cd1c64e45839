//! Who changed what, and back again.

use super::support::{any, broken, captions, catalog, change, document, expecting, list, names, set_title, track};
use signalbox::catalog::{EditError, Expected};
use signalbox::track::rules::Rule;
use signalbox::track::{Asset, Status, Track, TrackType};
use std::time::{SystemTime, UNIX_EPOCH};

#[tokio::test]
async fn each_edit_has_its_entry_the_newest_first() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert_eq!(catalog.history("asset").await.unwrap(), []);
    set_title(&catalog, &any(), "one").await.unwrap();
    let two = set_title(&catalog, &any(), "two").await.unwrap();
    catalog.delete_document("asset", &any()).await.unwrap();
    let history = catalog.history("asset").await.unwrap();
    let titles = |asset: &Option<signalbox::track::Asset>| asset.as_ref().and_then(|asset| asset.title.clone());
    let told: Vec<_> = history.iter().map(|entry| (titles(&entry.before), titles(&entry.after))).collect();
    let title = |title: &str| Some(title.to_owned());
    assert_eq!(told, [(title("two"), None), (title("one"), title("two")), (None, title("one"))]);
    assert!(history.iter().all(|entry| entry.by == "tester" && entry.at >= began));
    assert_eq!(history[0].revision_before.as_ref(), Some(&two.asset.list_revision));
    assert_eq!((&history[0].revision, &history[0].after), (&None, &None));
    assert_eq!((&history[2].revision_before, &history[2].before), (&None, &None));
    // Another process reads the same.
    assert_eq!(super::support::catalog(folder.path()).history("asset").await.unwrap(), history);
    assert_eq!(catalog.history("another").await.unwrap(), []);
}

#[tokio::test]
async fn an_edit_by_hand_is_a_gap() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    set_title(&catalog, &any(), "one").await.unwrap();
    std::fs::write(folder.path().join("asset/asset.json"), r#"{"title": "by hand", "tracks": []}"#).unwrap();
    set_title(&catalog, &any(), "two").await.unwrap();
    let history = catalog.history("asset").await.unwrap();
    assert_ne!(history[0].revision_before, history[1].revision);
    assert_eq!(history[0].before.as_ref().unwrap().title.as_deref(), Some("by hand"));
}

#[tokio::test]
async fn a_revert_is_a_new_edit() {
    let folder = captions(2);
    let catalog = catalog(folder.path());
    let one = catalog.put_asset("asset", &any(), list(2)).await.unwrap().asset.list_revision.clone();
    change(&catalog, |asset| drop(asset.tracks.remove(0))).await.unwrap();
    set_title(&catalog, &any(), "later").await.unwrap();
    let stale = expecting(Expected::OneOf(vec![one.clone()]));
    assert!(matches!(catalog.revert("asset", &stale, &one).await, Err(EditError::Stale { .. })));
    let reverted = catalog.revert("asset", &any(), &one).await.unwrap();
    assert_eq!(reverted.asset.list_revision, one);
    assert_eq!(document(folder.path()), list(2));
    assert_eq!(catalog.history("asset").await.unwrap().len(), 4);
    assert!(!catalog.revert("asset", &any(), &one).await.unwrap().changed);
    assert!(matches!(catalog.revert("asset", &any(), "none").await, Err(EditError::UnknownRevision { .. })));
    // What was known by hand only can be had again, too.
    std::fs::write(folder.path().join("asset/asset.json"), r#"{"title": "by hand", "tracks": []}"#).unwrap();
    let by_hand = catalog.newest("asset").await.unwrap().list_revision.clone();
    set_title(&catalog, &any(), "two").await.unwrap();
    catalog.revert("asset", &any(), &by_hand).await.unwrap();
    assert_eq!(document(folder.path()).title.as_deref(), Some("by hand"));
}

#[tokio::test]
async fn a_revert_keeps_to_the_rules() {
    let folder = captions(2);
    let catalog = catalog(folder.path());
    let one = catalog.put_asset("asset", &any(), list(2)).await.unwrap().asset.list_revision.clone();
    change(&catalog, |asset| drop(asset.tracks.remove(0))).await.unwrap();
    std::fs::remove_file(folder.path().join("asset/t0.vtt")).unwrap();
    assert_eq!(broken(catalog.revert("asset", &any(), &one).await), [Rule::File]);
}

/// A job that has ended does not begin again by a revert.
#[tokio::test]
async fn a_revert_lets_nothing_prepare_for_ever() {
    let folder = captions(2);
    let catalog = catalog(folder.path());
    let files = ["ready", "waiting", "refused", "brought", "gone"];
    let all_preparing = || {
        let mut asset = list(2);
        for file in files {
            let wanted = Track::new(file, TrackType::Text, format!("{file}.vtt"));
            asset.tracks.push(Track { status: Status::Preparing, ..wanted });
        }
        asset
    };
    // As those do who put jobs down.
    let then = catalog.put_asset("asset", &any(), all_preparing()).await.unwrap().asset.list_revision.clone();
    for file in ["ready", "brought"] {
        std::fs::write(folder.path().join(format!("asset/{file}.vtt")), super::support::CAPTIONS).unwrap();
    }
    let refused = Status::Error("404".to_owned());
    let ended = |asset: &mut Asset| {
        track(asset, "ready").unwrap().status = Status::Ready;
        track(asset, "refused").unwrap().status = refused.clone();
        asset.tracks.retain(|track| track.name != "brought" && track.name != "gone");
    };
    change(&catalog, ended).await.unwrap();
    let now = || -> Vec<Status> {
        files.iter().map(|file| track(&mut document(folder.path()), file).unwrap().status.clone()).collect()
    };
    let gone = Status::Error("its job has ended; add it again".to_owned());
    let settled = [Status::Ready, Status::Preparing, refused.clone(), Status::Ready, gone];
    catalog.revert("asset", &any(), &then).await.unwrap();
    assert_eq!(now(), settled);
    // Nor by a list that somebody kept, or by one who says so.
    change(&catalog, ended).await.unwrap();
    catalog.put_asset_as_said("asset", &any(), all_preparing()).await.unwrap();
    assert_eq!(now(), settled);
    let say = |asset: &mut Asset| {
        asset.tracks.iter_mut().for_each(|track| track.status = Status::Preparing);
        Ok(())
    };
    assert!(!catalog.edit_as_said("asset", &any(), say).await.unwrap().changed);
    assert_eq!(now(), settled);
}

#[tokio::test]
async fn the_last_hundred_are_kept() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    for number in 0..120 {
        set_title(&catalog, &any(), &number.to_string()).await.unwrap();
    }
    let history = catalog.history("asset").await.unwrap();
    assert_eq!(history.len(), 100);
    assert_eq!(history[0].after.as_ref().unwrap().title.as_deref(), Some("119"));
    assert_eq!(history[99].after.as_ref().unwrap().title.as_deref(), Some("20"));
    assert_eq!(names(&folder.path().join(".signalbox/aside")), [""; 0]);
}

#[tokio::test]
async fn an_entry_that_was_spoilt_hides_no_other() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    for title in ["one", "two", "three"] {
        set_title(&catalog, &any(), title).await.unwrap();
    }
    let history = folder.path().join(".signalbox/history");
    let of_asset = history.join(&names(&history)[0]);
    std::fs::write(of_asset.join(&names(&of_asset)[1]), "{").unwrap();
    assert_eq!(catalog.history("asset").await.unwrap().len(), 2);
}
