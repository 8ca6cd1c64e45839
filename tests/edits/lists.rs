//! One edit of a track list: made whole or not at all, and seen at once.

use super::support::{any, broken, captions, catalog, change, document, expecting, list, names, set_title, track};
use signalbox::catalog::{EditError, Expected, LoadError};
use signalbox::track::rules::Rule;
use signalbox::track::{Asset, Track, TrackType};

#[tokio::test]
async fn an_edit_is_seen_at_once_by_its_node_and_by_the_next_look_of_others() {
    let folder = captions(2);
    let (here, there) = (catalog(folder.path()), catalog(folder.path()));
    here.asset("asset").await.unwrap();
    there.asset("asset").await.unwrap();
    let edited = here
        .edit("asset", &any(), |asset| {
            track(asset, "t0")?.label = Some("First".to_owned());
            Ok(asset.tracks.len())
        })
        .await
        .unwrap();
    assert_eq!((edited.value, edited.changed), (2, true));
    assert!(edited.asset.has_document);
    assert_eq!(edited.asset.list_revision, here.asset("asset").await.unwrap().list_revision);
    assert_eq!(here.asset("asset").await.unwrap().tracks[0].track.label.as_deref(), Some("First"));
    assert_eq!(document(folder.path()), edited.asset.asset);
    let seen = there.newest("asset").await.unwrap();
    assert_eq!((&seen.asset, &seen.list_revision), (&edited.asset.asset, &edited.asset.list_revision));
    assert_eq!(names(&folder.path().join("asset")), ["asset.json", "t0.vtt", "t1.vtt"]);
}

#[tokio::test]
async fn an_edit_that_changes_nothing_writes_nothing() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    let edited = catalog.edit("asset", &any(), |_| Ok(())).await.unwrap();
    assert!(!edited.changed && !edited.asset.has_document);
    assert_eq!(names(&folder.path().join("asset")), ["t0.vtt"]);
    // A list that is put is to be there.
    assert!(catalog.put_asset("asset", &any(), edited.asset.asset.clone()).await.unwrap().changed);
    let modified = || std::fs::metadata(folder.path().join("asset/asset.json")).unwrap().modified().unwrap();
    let before = modified();
    assert!(!catalog.put_asset("asset", &any(), edited.asset.asset.clone()).await.unwrap().changed);
    assert_eq!(modified(), before);
    assert_eq!(catalog.history("asset").await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_edit_is_made_for_the_revision_that_it_names_only() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    let found = catalog.asset("asset").await.unwrap().list_revision.clone();
    let first = set_title(&catalog, &expecting(Expected::Absent), "one").await.unwrap().asset.list_revision.clone();
    assert_ne!(found, first);
    let of = |revision: &str| expecting(Expected::OneOf(vec!["other".to_owned(), revision.to_owned()]));
    for edit in [expecting(Expected::Absent), of(&found)] {
        match set_title(&catalog, &edit, "two").await {
            Err(EditError::Stale { current }) => assert_eq!(current, first),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(document(folder.path()).title.as_deref(), Some("one"));
    let second = set_title(&catalog, &of(&first), "two").await.unwrap().asset.list_revision.clone();
    assert_ne!(first, second);
    // The same list is the same revision.
    assert_eq!(set_title(&catalog, &any(), "one").await.unwrap().asset.list_revision, first);
}

#[tokio::test]
async fn what_others_wrote_meanwhile_is_kept() {
    let folder = captions(2);
    let (here, there) = (catalog(folder.path()), catalog(folder.path()));
    here.put_asset("asset", &any(), list(2)).await.unwrap();
    change(&there, |asset| track(asset, "t1").unwrap().label = Some("There".to_owned())).await.unwrap();
    change(&here, |asset| track(asset, "t0").unwrap().label = Some("Here".to_owned())).await.unwrap();
    // By hand, with nothing but an editor.
    let text = std::fs::read_to_string(folder.path().join("asset/asset.json")).unwrap();
    let title = "  \"title\": \"By hand\",\n  \"tracks\"";
    std::fs::write(folder.path().join("asset/asset.json"), text.replacen("  \"tracks\"", title, 1)).unwrap();
    change(&there, |asset| track(asset, "t1").unwrap().default = true).await.unwrap();
    let after = document(folder.path());
    assert_eq!(after.title.as_deref(), Some("By hand"));
    let labels: Vec<_> = after.tracks.iter().map(|track| track.label.as_deref()).collect();
    assert_eq!(labels, [Some("Here"), Some("There")]);
    assert!(after.tracks[1].default);
}

#[tokio::test]
async fn a_refused_edit_changes_nothing_and_tells_all_that_it_breaks() {
    let folder = captions(2);
    let catalog = catalog(folder.path());
    catalog.put_asset("asset", &any(), list(2)).await.unwrap();
    let before = std::fs::read(folder.path().join("asset/asset.json")).unwrap();
    let edit = any();
    let refused = catalog.edit("asset", &edit, |asset| {
        asset.tracks[0].name = "master".to_owned();
        asset.tracks[1].label = Some("  ".to_owned());
        Ok(())
    });
    assert_eq!(broken(refused.await), [Rule::TrackName, Rule::Label]);
    let unknown = catalog.edit("asset", &any(), |asset| track(asset, "none").map(drop)).await;
    assert!(matches!(unknown, Err(EditError::UnknownTrack { .. })));
    assert_eq!(std::fs::read(folder.path().join("asset/asset.json")).unwrap(), before);
    assert_eq!(catalog.history("asset").await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_file_of_a_new_track_is_looked_at() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    catalog.put_asset("asset", &any(), list(1)).await.unwrap();
    std::fs::write(folder.path().join("asset/later.vtt"), super::support::CAPTIONS).unwrap();
    std::fs::write(folder.path().join("asset/broken.vtt"), "no captions").unwrap();
    let edit = any();
    let add = |track_type: TrackType, file: &'static str| {
        catalog.edit("asset", &edit, move |asset| {
            asset.tracks.push(Track::new("new", track_type, file));
            Ok(())
        })
    };
    for (track_type, file) in
        [(TrackType::Text, "none.vtt"), (TrackType::Text, "broken.vtt"), (TrackType::Audio, "later.vtt")]
    {
        assert_eq!(broken(add(track_type, file).await), [Rule::File], "{track_type} of {file}");
    }
    let edited = add(TrackType::Text, "later.vtt").await.unwrap();
    assert!(edited.asset.tracks[1].source.is_ok());
}

#[tokio::test]
async fn a_document_that_an_edit_would_lose_part_of_is_not_edited_but_replaced() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    let documents = [
        ("{ \"tracks\": [", ""),
        ("{ \"tracks\": [], \"colour\": 1 }", "colour"),
        (
            r#"{ "tracks": [{ "name": "t0", "type": "text", "file": "t0.vtt", "language": "?" }] }"#,
            "tracks[0].language",
        ),
    ];
    for (text, place) in documents {
        std::fs::write(folder.path().join("asset/asset.json"), text).unwrap();
        match set_title(&catalog, &any(), "title").await {
            Err(EditError::Unreadable { problem, .. }) => assert_eq!(problem.problems[0].field, place),
            other => panic!("{text}: {other:?}"),
        }
        assert_eq!(std::fs::read_to_string(folder.path().join("asset/asset.json")).unwrap(), text);
        assert!(matches!(
            catalog.put_asset("asset", &expecting(Expected::Absent), list(1)).await,
            Err(EditError::Stale { .. })
        ));
        assert!(catalog.put_asset("asset", &any(), list(1)).await.unwrap().changed);
        assert_eq!(document(folder.path()), list(1));
        assert!(catalog.asset("asset").await.is_ok());
    }
}

#[tokio::test]
async fn an_asset_is_made_and_its_document_removed() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    assert!(matches!(catalog.asset("shows/one").await, Err(LoadError::Unknown { .. })));
    assert!(matches!(catalog.edit("shows/one", &any(), |_| Ok(())).await, Err(EditError::UnknownAsset { .. })));
    let made = catalog.put_asset("shows/one", &expecting(Expected::Absent), Asset::default()).await.unwrap();
    assert!(made.changed && made.asset.has_document);
    assert!(catalog.asset("shows/one").await.is_ok());
    for name in ["", "../out", "a//b", ".hidden", "a/.signalbox/b"] {
        let refused = catalog.put_asset(name, &any(), Asset::default()).await;
        assert!(matches!(refused, Err(EditError::Name { .. })), "{name:?}: {refused:?}");
    }
    // A file that is not there is as wrong in a list that is put as in an edit.
    assert_eq!(broken(catalog.put_asset("shows/two", &any(), list(1)).await), [Rule::File]);
    assert!(!folder.path().join("shows/two").exists());

    catalog.delete_document("shows/one", &any()).await.unwrap();
    assert!(matches!(catalog.asset("shows/one").await, Err(LoadError::Unknown { .. })));
    assert!(matches!(catalog.delete_document("shows/one", &any()).await, Err(EditError::UnknownAsset { .. })));
    let put = catalog.put_asset("asset", &any(), Asset { title: Some("Listed".to_owned()), ..list(1) }).await.unwrap();
    let stale = expecting(Expected::OneOf(vec!["other".to_owned()]));
    assert!(matches!(catalog.delete_document("asset", &stale).await, Err(EditError::Stale { .. })));
    let current = expecting(Expected::OneOf(vec![put.asset.list_revision.clone()]));
    catalog.delete_document("asset", &current).await.unwrap();
    let found = catalog.asset("asset").await.unwrap();
    assert!(!found.has_document && found.asset.title.is_none());
    assert_eq!(names(&folder.path().join("asset")), ["t0.vtt"]);
    catalog.delete_document("asset", &any()).await.unwrap();
}

#[tokio::test]
async fn a_preview_is_what_an_edit_would_give_and_stores_nothing() {
    let folder = captions(2);
    let catalog = catalog(folder.path());
    let draft = Asset { title: Some("Draft".to_owned()), ..list(1) };
    let preview = catalog.preview("asset", draft.clone()).await.unwrap();
    assert_eq!((&preview.asset, preview.tracks.len(), preview.has_document), (&draft, 1, true));
    let refused =
        catalog.preview("asset", Asset { tracks: vec![Track::new("a", TrackType::Audio, "a.m4a")], ..draft.clone() });
    assert_eq!(broken(refused.await), [Rule::File]);
    assert!(matches!(catalog.preview("none", draft.clone()).await, Err(EditError::UnknownAsset { .. })));
    assert_eq!(names(folder.path()), ["asset"]);
    assert!(!catalog.asset("asset").await.unwrap().has_document);
    assert_eq!(catalog.put_asset("asset", &any(), draft).await.unwrap().asset.list_revision, preview.list_revision);
}

#[tokio::test]
async fn whoever_follows_is_told_of_edits_and_of_tracks_that_are_gone() {
    let folder = captions(2);
    let catalog = catalog(folder.path());
    let mut edits = catalog.edits();
    set_title(&catalog, &any(), "title").await.unwrap();
    change(&catalog, |asset| drop(asset.tracks.remove(0))).await.unwrap();
    set_title(&catalog, &any(), "title").await.unwrap();
    assert!(broken(change(&catalog, |asset| asset.tracks[0].label = Some(String::new())).await).len() == 1);
    catalog.delete_document("asset", &any()).await.unwrap();
    let told: Vec<_> = std::iter::from_fn(|| edits.try_recv().ok()).map(|edit| edit.removed.clone()).collect();
    assert_eq!(
        told,
        [vec![], vec!["en".to_owned()], vec![]]
            .map(|names: Vec<String>| names.into_iter().map(|_| "t0".to_owned()).collect::<Vec<_>>())
    );
}

#[tokio::test]
async fn an_edit_whose_maker_goes_away_is_made_whole_or_not_at_all() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    catalog.put_asset("asset", &any(), list(1)).await.unwrap();
    for polls in 0..40 {
        let title = format!("title {polls}");
        let edit = any();
        let mut editing = Box::pin(set_title(&catalog, &edit, &title));
        for _ in 0..polls {
            if futures_util::poll!(&mut editing).is_ready() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_micros(200)).await;
        }
    }
    // Its turn comes after those that were begun.
    set_title(&catalog, &any(), "last").await.unwrap();
    let history = catalog.history("asset").await.unwrap();
    assert!(history.windows(2).all(|pair| pair[0].revision_before == pair[1].revision), "no edit without its entry");
    assert_eq!(history[0].after.as_ref(), Some(&document(folder.path())));
}
