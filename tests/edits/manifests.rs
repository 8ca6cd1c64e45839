//! Assets whose track document is a server manifest: every edit of a list works on them, and changes the manifest.

use crate::samples::samples;
use crate::support::{any, broken, catalog, expecting, names, track};
use signalbox::catalog::{Catalog, ConvertError, EditError, Expected};
use signalbox::document::{Document, Form};
use signalbox::track::rules::Rule;
use signalbox::track::{Asset, Language, Role, Track, TrackType, Visibility};
use std::path::Path;

/// The sample `legacy` as `asset` in a store of its own.
struct Legacy {
    folder: tempfile::TempDir,
    catalog: Catalog,
}

impl Legacy {
    fn new() -> Legacy {
        let folder = super::memory_disk::folder();
        std::fs::create_dir(folder.path().join("asset")).unwrap();
        for file in std::fs::read_dir(samples().join("legacy")).unwrap().map(Result::unwrap) {
            std::fs::copy(file.path(), folder.path().join("asset").join(file.file_name())).unwrap();
        }
        let catalog = catalog(folder.path());
        Legacy { folder, catalog }
    }

    fn asset(&self) -> std::path::PathBuf {
        self.folder.path().join("asset")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.asset().join("legacy.ism")).unwrap()
    }

    async fn list(&self) -> Asset {
        self.catalog.newest("asset").await.unwrap().asset.clone()
    }
}

fn list_of(path: &Path) -> Asset {
    let name = path.file_name().unwrap().to_str().unwrap();
    Document::read(name, &std::fs::read(path).unwrap()).unwrap().asset
}

#[tokio::test]
async fn the_sample_is_what_clients_of_azure_expect() {
    let legacy = Legacy::new();
    let asset = legacy.catalog.asset("asset").await.unwrap();
    assert_eq!(asset.ignored, []);
    let of_type = |track_type| asset.tracks.iter().filter(move |track| track.track.track_type == track_type);
    assert_eq!(of_type(TrackType::Video).count(), 3);
    assert_eq!(of_type(TrackType::Audio).filter(|track| track.track.default).count(), 1);
    assert!(asset.tracks.iter().all(|track| track.source.is_ok()), "{:?}", asset.tracks);
    let document = asset.document().unwrap();
    assert_eq!((document.file.as_str(), document.document.form()), ("legacy.ism", Form::Ism));
    let stream = document.document.streams().unwrap().get("English").unwrap();
    assert_eq!((stream.track_name.as_str(), stream.transcript.as_deref()), ("subt_en-us", Some("captions-en.vtt")));
}

#[tokio::test]
async fn an_edit_changes_the_manifest_and_nothing_else_in_it() {
    let legacy = Legacy::new();
    let (before, files) = (legacy.text(), names(&legacy.asset()));
    let show = |asset: &mut Asset| {
        track(asset, "Transcript")?.visibility = Visibility::Visible;
        Ok(())
    };
    let edited = legacy.catalog.edit("asset", &any(), show).await.unwrap();
    assert!(edited.changed && edited.asset.presentation.as_ref().unwrap().rendition("Transcript").is_some());
    assert_eq!(legacy.text(), before.replace("\"outputFlag\" value=\"0\"", "\"outputFlag\" value=\"3\""));
    assert_eq!(names(&legacy.asset()), files);
    // What another process reads is what this one has.
    let elsewhere = catalog(legacy.folder.path()).newest("asset").await.unwrap();
    assert_eq!((&elsewhere.asset, &elsewhere.list_revision), (&edited.asset.asset, &edited.asset.list_revision));
}

#[tokio::test]
async fn the_rules_hold_as_they_do_anywhere() {
    let legacy = Legacy::new();
    let before = legacy.text();
    let remove = |asset: &mut Asset| {
        asset.tracks.retain(|track| track.name != "aac_eng_2_40640_2_1");
        Ok(())
    };
    assert_eq!(broken(legacy.catalog.edit("asset", &any(), remove).await), [Rule::DefaultAudio]);
    let stale = expecting(Expected::OneOf(vec!["0".to_owned()]));
    let edit = legacy.catalog.edit("asset", &stale, |asset| {
        asset.title = Some("x".to_owned());
        Ok(())
    });
    assert!(matches!(edit.await, Err(EditError::Stale { .. })));
    let absent = legacy.catalog.put_asset("asset", &expecting(Expected::Absent), Asset::default()).await;
    assert!(matches!(absent, Err(EditError::Stale { .. })));
    assert_eq!(legacy.text(), before);
}

#[tokio::test]
async fn tracks_are_added_changed_and_removed_and_the_history_knows() {
    let legacy = Legacy::new();
    let (text, list) = (legacy.text(), legacy.list().await);
    let revision = legacy.catalog.newest("asset").await.unwrap().list_revision.clone();
    std::fs::write(legacy.asset().join("de.vtt"), crate::support::CAPTIONS).unwrap();
    let german =
        Track { language: Some(Language::parse("de").unwrap()), ..Track::new("de", TrackType::Text, "de.vtt") };
    let add = |asset: &mut Asset| {
        asset.tracks.push(german.clone());
        track(asset, "aac_eng_described")?.default = true;
        track(asset, "aac_eng_described")?.roles = vec![Role::Dub];
        Ok(())
    };
    let edited = legacy.catalog.edit("asset", &any(), add).await.unwrap();
    assert_eq!(edited.asset.asset.tracks.last(), Some(&german));
    assert_eq!(edited.asset.asset.tracks.iter().filter(|track| track.default).count(), 1);
    assert_eq!(list_of(&legacy.asset().join("legacy.ism")), edited.asset.asset);

    let history = legacy.catalog.history("asset").await.unwrap();
    assert_eq!((history.len(), history[0].before.as_ref()), (1, Some(&list)));
    legacy.catalog.revert("asset", &any(), &revision).await.unwrap();
    assert_eq!(legacy.list().await, list);
    let again = legacy.text();
    let lost: Vec<&str> = text.lines().filter(|line| !again.contains(line)).collect();
    // Said again, in the style of the document's first param.
    assert!(lost.iter().all(|line| line.contains("\"accessibility\"") || line.contains("\"role\"")), "{lost:?}");
}

#[tokio::test]
async fn many_edits_at_once_lose_none() {
    let legacy = Legacy::new();
    let add = |number: usize| {
        let catalog = &legacy.catalog;
        async move {
            let edit = any();
            let edited = catalog.edit("asset", &edit, |asset| {
                *asset.title.get_or_insert_default() += &format!("{number}.");
                Ok(())
            });
            edited.await.map(drop)
        }
    };
    let done = futures_util::future::join_all((0..200).map(add)).await;
    assert!(done.iter().all(Result::is_ok));
    let title = list_of(&legacy.asset().join("legacy.ism")).title.unwrap();
    assert_eq!(title.matches('.').count(), 200);
    assert!(legacy.text().contains("<!-- The described sound was added by hand"));
}

#[tokio::test]
async fn a_manifest_from_elsewhere_is_not_removed() {
    let legacy = Legacy::new();
    let removed = legacy.catalog.delete_document("asset", &any()).await;
    assert!(matches!(removed, Err(EditError::Foreign { ref file, .. }) if file == "legacy.ism"), "{removed:?}");
    legacy.catalog.convert("asset", Form::Json, &any(), false).await.unwrap();
    assert_eq!(legacy.catalog.newest("asset").await.unwrap().document_file(), "asset.json");
    legacy.catalog.delete_document("asset", &any()).await.unwrap();
    assert_eq!(legacy.catalog.newest("asset").await.unwrap().document_file(), "legacy.ism");
}

#[tokio::test]
async fn asset_json_counts_before_a_manifest_and_lint_says_so() {
    let legacy = Legacy::new();
    let before = legacy.text();
    std::fs::write(legacy.asset().join("another.ism"), before.as_bytes()).unwrap();
    std::fs::write(legacy.asset().join("asset.json"), r#"{ "title": "Ours", "tracks": [] }"#).unwrap();
    let asset = legacy.catalog.newest("asset").await.unwrap();
    assert_eq!((asset.document_file(), asset.asset.title.as_deref()), ("asset.json", Some("Ours")));
    assert_eq!(asset.passed_over, ["another.ism", "legacy.ism"]);
    let told = asset.lint().into_iter().filter(|finding| finding.rule == "document-passed-over");
    assert_eq!(told.count(), 2);
    std::fs::remove_file(legacy.asset().join("asset.json")).unwrap();
    let asset = legacy.catalog.newest("asset").await.unwrap();
    assert_eq!((asset.document_file(), asset.passed_over.as_slice()), ("another.ism", &["legacy.ism".to_owned()][..]));
}

#[tokio::test]
async fn a_manifest_that_cannot_be_read_is_left_as_it_is() {
    let legacy = Legacy::new();
    std::fs::write(legacy.asset().join("legacy.ism"), "<smil>").unwrap();
    let refused = legacy.catalog.edit("asset", &any(), |_| Ok(())).await;
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("asset/legacy.ism") && error.contains("line 1"), "{error}");
    legacy.catalog.put_asset("asset", &any(), Asset::default()).await.unwrap();
    assert_eq!(legacy.text(), "<smil>");
    assert_eq!(list_of(&legacy.asset().join("asset.json")), Asset::default());
}

#[tokio::test]
async fn there_and_back_again() {
    let legacy = Legacy::new();
    let (text, list) = (legacy.text(), legacy.list().await);
    let there = legacy.catalog.convert("asset", Form::Json, &any(), false).await.unwrap();
    assert_eq!((there.from.as_deref(), there.file.as_str()), (Some("legacy.ism"), "asset.json"));
    assert!(there.left.contains("systemBitrate") && there.left.contains("transcriptsrc"), "{:?}", there.left);
    assert_eq!(legacy.list().await, list);

    let again = legacy.catalog.convert("asset", Form::Ism, &any(), false).await;
    assert!(matches!(again, Err(ConvertError::Exists { ref file, .. }) if file == "legacy.ism"), "{again:?}");
    legacy.catalog.convert("asset", Form::Ism, &any(), true).await.unwrap();
    assert_eq!(legacy.text(), text);

    std::fs::remove_file(legacy.asset().join("legacy.ism")).unwrap();
    let back = legacy.catalog.convert("asset", Form::Ism, &any(), false).await.unwrap();
    assert_eq!((back.file.as_str(), list_of(&legacy.asset().join("asset.ism"))), ("asset.ism", list));
    std::fs::remove_file(legacy.asset().join("asset.ism")).unwrap();
    let nothing = legacy.catalog.convert("asset", Form::Json, &any(), false).await;
    assert!(matches!(nothing, Err(ConvertError::SameForm { .. })), "{nothing:?}");
}

#[tokio::test]
async fn of_several_streams_without_an_id_the_first_is_meant() {
    let folder = super::memory_disk::folder();
    std::fs::create_dir(folder.path().join("asset")).unwrap();
    std::fs::copy(samples().join("legacy").join("legacy_320x180_30.mp4"), folder.path().join("asset/a.mp4")).unwrap();
    let both = "<smil><body><video src='a.mp4'/><audio src='a.mp4'/></body></smil>";
    std::fs::write(folder.path().join("asset/a.ism"), both).unwrap();
    let asset = catalog(folder.path()).newest("asset").await.unwrap();
    assert!(asset.tracks.iter().all(|track| track.source.is_ok()), "{:?}", asset.tracks);
    assert_eq!(asset.tracks.len(), 2);
}
