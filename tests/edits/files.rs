//! Uploads: whole and readable, or not at all.

use super::samples::samples;
use super::support::{CAPTIONS, any, captions, catalog, expecting, list, names};
use bytes::Bytes;
use signalbox::catalog::{Catalog, EditError, Expected, UploadError};
use signalbox::store::FileVersion;
use signalbox::track::{Asset, Status, Track, TrackType};

const LIMIT: u64 = 10 << 20;

async fn bring_expecting(
    catalog: &Catalog,
    file: &str,
    bytes: &[u8],
    expected: Expected,
) -> Result<FileVersion, UploadError> {
    let mut upload = catalog.upload("asset", file, &expected, LIMIT).await?;
    for piece in bytes.chunks(1000) {
        upload.append(Bytes::copy_from_slice(piece)).await?;
    }
    upload.finish().await
}

async fn bring(catalog: &Catalog, file: &str, bytes: &[u8]) -> Result<FileVersion, UploadError> {
    bring_expecting(catalog, file, bytes, Expected::Any).await
}

fn sample(file: &str) -> Vec<u8> {
    std::fs::read(samples().join("harbour").join(file)).unwrap()
}

#[tokio::test]
async fn a_file_is_seen_when_it_is_whole() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    catalog.asset("asset").await.unwrap();
    let mut edits = catalog.edits();
    let mut upload = catalog.upload("asset", "new.vtt", &Expected::Absent, LIMIT).await.unwrap();
    upload.append(Bytes::from_static(b"WEBVTT\n\n00:00.000 --> ")).await.unwrap();
    assert_eq!(names(&folder.path().join("asset")), ["t0.vtt"]);
    upload.append(Bytes::from_static(b"00:01.000\nHm\n")).await.unwrap();
    let version = upload.finish().await.unwrap();
    assert_eq!(version.size, CAPTIONS.len() as u64);
    assert_eq!(std::fs::read_to_string(folder.path().join("asset/new.vtt")).unwrap(), CAPTIONS);
    // Without a document it is a track at once.
    assert_eq!(catalog.asset("asset").await.unwrap().tracks.len(), 2);
    assert_eq!(edits.try_recv().unwrap().asset, "asset");
}

#[tokio::test]
async fn what_can_be_played_or_converted_is_taken() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    for file in ["audio-de.m4a", "video-240.mp4", "subtitles-de.ttml"] {
        bring(&catalog, file, &sample(file)).await.unwrap();
        assert_eq!(std::fs::read(folder.path().join("asset").join(file)).unwrap(), sample(file));
    }
    bring(
        &catalog,
        "voice.wav",
        b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\xbb\0\0\0\x77\x01\0\x02\0\x10\0data",
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_with_a_word_and_leaves_nothing() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    let cut = |file: &str| sample(file)[..700].to_vec();
    for (file, bytes, word) in [
        ("a.vtt", b"not captions".to_vec(), "WEBVTT"),
        ("a.vtt", sample("subtitles-de.ttml"), ".ttml"),
        ("a.vtt", Vec::new(), "WEBVTT"),
        ("a.m4a", b"<!DOCTYPE html><html></html>".to_vec(), "MP4"),
        ("a.m4a", cut("audio-de.m4a"), "cut short"),
        ("a.m4a", b"fLaC\0\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\x0b\xb8\x02\xf0\0\0\0\0\0\0\0\0".to_vec(), "FLAC"),
        ("a.mp3", b"<!DOCTYPE html><html></html>".to_vec(), "MP3"),
        ("a.mp3", sample("audio-de.m4a"), "MP3"),
        ("a.mp3", b"ID3\x04\0\0\x7f\x7f\x7f\x7f".to_vec(), "MP3"),
    ] {
        match bring(&catalog, file, &bytes).await {
            Err(UploadError::Content(problem)) => assert!(problem.contains(word), "{file}: {problem}"),
            other => panic!("{file}: {other:?}"),
        }
    }
    for file in ["asset.json", "a.ism", "a.txt", "mp4", ".a.vtt", "a/b.vtt", "..", "", "a\nb.vtt", "x.exe"] {
        let refused = catalog.upload("asset", file, &Expected::Any, LIMIT).await;
        assert!(matches!(refused, Err(UploadError::Name(_))), "{file:?}");
    }
    for asset in ["none", "../asset", "", ".signalbox"] {
        let refused = catalog.upload(asset, "a.vtt", &Expected::Any, LIMIT).await;
        assert!(matches!(refused, Err(UploadError::UnknownAsset { .. })), "{asset:?}");
    }
    assert_eq!(names(&folder.path().join("asset")), ["t0.vtt"]);
    assert_eq!(names(&folder.path().join(".signalbox/aside")), [""; 0]);
}

#[tokio::test]
async fn an_upload_is_bounded_and_may_be_broken_off() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    let mut upload = catalog.upload("asset", "a.m4a", &Expected::Any, 10).await.unwrap();
    upload.append(Bytes::from_static(b"12345")).await.unwrap();
    assert!(matches!(upload.append(Bytes::from_static(b"123456")).await, Err(UploadError::TooLarge { limit: 10 })));
    assert_eq!(names(&folder.path().join(".signalbox/aside")).len(), 1);
    drop(upload);
    assert_eq!(names(&folder.path().join(".signalbox/aside")), [""; 0]);
    assert_eq!(names(&folder.path().join("asset")), ["t0.vtt"]);
}

#[tokio::test]
async fn a_file_is_replaced_in_the_version_that_is_expected() {
    let folder = captions(1);
    let catalog = catalog(folder.path());
    catalog.put_asset("asset", &any(), list(1)).await.unwrap();
    let tag = |loaded: &signalbox::catalog::LoadedAsset| loaded.file_version("t0.vtt").unwrap().clone();
    let before = tag(&catalog.asset("asset").await.unwrap());
    let stale = bring_expecting(&catalog, "t0.vtt", CAPTIONS.as_bytes(), Expected::Absent).await;
    assert!(matches!(stale, Err(UploadError::Stale { current: Some(current) }) if current == before));
    let other = Expected::OneOf(vec!["other".to_owned()]);
    assert!(matches!(
        bring_expecting(&catalog, "t0.vtt", CAPTIONS.as_bytes(), other.clone()).await,
        Err(UploadError::Stale { .. })
    ));
    assert!(matches!(
        bring_expecting(&catalog, "none.vtt", CAPTIONS.as_bytes(), other).await,
        Err(UploadError::Stale { current: None })
    ));
    let current = Expected::OneOf(vec![before.revision()]);
    let after = bring_expecting(&catalog, "t0.vtt", CAPTIONS.as_bytes(), current.clone()).await.unwrap();
    // The same bytes are another version: who may have read half of the old must notice.
    assert_ne!(before, after);
    assert_eq!(tag(&catalog.asset("asset").await.unwrap()), after, "the manifests follow at once");
    // It became stale while it was on its way.
    let mut upload = catalog.upload("asset", "t0.vtt", &Expected::OneOf(vec![after.revision()]), LIMIT).await.unwrap();
    upload.append(Bytes::from_static(CAPTIONS.as_bytes())).await.unwrap();
    bring(&catalog, "t0.vtt", CAPTIONS.as_bytes()).await.unwrap();
    assert!(matches!(upload.finish().await, Err(UploadError::Stale { .. })));
    // Where nothing is expected, the last to finish is the last.
    let mut upload = catalog.upload("asset", "t0.vtt", &Expected::Any, LIMIT).await.unwrap();
    upload.append(Bytes::from_static(b"WEBVTT\n\n00:00.000 --> 00:01.000\nLast\n")).await.unwrap();
    bring(&catalog, "t0.vtt", CAPTIONS.as_bytes()).await.unwrap();
    upload.finish().await.unwrap();
    assert!(std::fs::read_to_string(folder.path().join("asset/t0.vtt")).unwrap().contains("Last"));
}

#[tokio::test]
async fn a_file_that_is_played_is_replaced_only_by_one_that_can_be() {
    let folder = captions(0);
    let catalog = catalog(folder.path());
    catalog.put_asset("asset", &any(), Asset::default()).await.unwrap();
    bring(&catalog, "sound.mp4", &sample("audio-de.m4a")).await.unwrap();
    let list = |status: Status| Asset {
        tracks: vec![Track { status, ..Track::new("sound", TrackType::Audio, "sound.mp4") }],
        ..Asset::default()
    };
    catalog.put_asset("asset", &any(), list(Status::Ready)).await.unwrap();
    match bring(&catalog, "sound.mp4", &sample("video-240.mp4")).await {
        Err(UploadError::Content(problem)) => assert!(problem.contains("\"sound\""), "{problem}"),
        other => panic!("{other:?}"),
    }
    bring(&catalog, "sound.mp4", &sample("audio-en.m4a")).await.unwrap();
    // What is not played yet may be anything.
    catalog.put_asset("asset", &any(), list(Status::Preparing)).await.unwrap();
    bring(&catalog, "sound.mp4", &sample("video-240.mp4")).await.unwrap();
}

#[tokio::test]
async fn only_a_file_that_no_track_uses_is_removed() {
    let folder = captions(2);
    let catalog = catalog(folder.path());
    catalog.put_asset("asset", &any(), list(1)).await.unwrap();
    match catalog.remove_file("asset", "t0.vtt", &any()).await {
        Err(EditError::FileInUse { track, .. }) => assert_eq!(track, "t0"),
        other => panic!("{other:?}"),
    }
    for file in ["none.vtt", "asset.json", "../x.vtt", ""] {
        let refused = catalog.remove_file("asset", file, &any()).await;
        assert!(matches!(refused, Err(EditError::UnknownFile { .. })), "{file}: {refused:?}");
    }
    let stale = expecting(Expected::OneOf(vec!["other".to_owned()]));
    assert!(matches!(catalog.remove_file("asset", "t1.vtt", &stale).await, Err(EditError::Stale { .. })));
    catalog.remove_file("asset", "t1.vtt", &any()).await.unwrap();
    assert_eq!(names(&folder.path().join("asset")), ["asset.json", "t0.vtt"]);
}
