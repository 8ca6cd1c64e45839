//! An asset that takes long to load keeps nobody else waiting.

use signalbox::catalog::LoadedAsset;
use signalbox::store::{LocalStore, StorePath};
use std::cell::Cell;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// On one thread, so that whatever is done on it can be told by the pause that it makes for others.
#[tokio::test(flavor = "current_thread")]
async fn others_go_on_while_a_large_asset_is_read_and_joined() {
    let folder = tempfile::tempdir().unwrap();
    let mut captions = "WEBVTT\n\n".to_owned();
    for cue in 0..60_000 {
        let (hours, minutes, seconds) = (cue / 3600, cue / 60 % 60, cue % 60);
        write!(captions, "{hours:02}:{minutes:02}:{seconds:02}.000 --> 99:00:00.000\n<i>Words</i> &amp; more\n\n")
            .unwrap();
    }
    std::fs::write(folder.path().join("captions.vtt"), captions).unwrap();
    let document = r#"{"tracks": [{"name": "captions", "type": "text", "file": "captions.vtt"}]}"#;
    std::fs::write(folder.path().join("asset.json"), document).unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    let root = StorePath::root();

    let (done, longest_pause) = (Cell::new(false), Cell::new(Duration::ZERO));
    let others = async {
        let mut last = Instant::now();
        while !done.get() {
            tokio::task::yield_now().await;
            longest_pause.set(longest_pause.get().max(last.elapsed()));
            last = Instant::now();
        }
    };
    let begin = Instant::now();
    let load = async {
        let asset = LoadedAsset::load(&store, "asset", &root, Duration::from_secs(6), None).await.unwrap();
        done.set(true);
        asset
    };
    let (asset, ()) = tokio::join!(load, others);
    assert!(asset.presentation.is_ok());
    let (whole, pause) = (begin.elapsed(), longest_pause.get());
    assert!(pause < whole / 4, "of {whole:?}, others stood still for {pause:?}");
}
