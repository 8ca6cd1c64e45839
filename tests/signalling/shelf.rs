//! Assets made for one case: real files in a temporary folder, with a document that the case writes.

use super::player::Player;
use super::shown::Shown;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A store of such assets.
pub struct Shelf {
    folder: TempDir,
    pub player: Player,
}

impl Shelf {
    pub fn new() -> Shelf {
        let folder = tempfile::tempdir().unwrap();
        let player = Player::over(folder.path());
        Shelf { folder, player }
    }

    /// Makes or replaces the asset `name`. The `file` of a track is a path in `assets-sample` or beside this file; in the
    /// asset's folder it has the name without the folders.
    pub fn put(&self, name: &str, tracks: &[Value]) {
        let folder = self.folder.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let mut tracks = tracks.to_vec();
        for track in &mut tracks {
            let source = find(track["file"].as_str().unwrap());
            let file = source.file_name().unwrap();
            track["file"] = file.to_str().unwrap().into();
            let target = folder.join(file);
            if !target.exists() {
                std::fs::copy(&source, target).unwrap();
            }
        }
        let document = json!({ "tracks": tracks });
        std::fs::write(folder.join("asset.json"), document.to_string()).unwrap();
    }

    /// What players are told of the asset `name`.
    pub async fn shown(&self, name: &str) -> Shown {
        let master = self.player.text(&format!("/{name}/master.m3u8")).await;
        let mpd = self.player.text(&format!("/{name}/manifest.mpd")).await;
        Shown::read(master, mpd)
    }

    /// What players are told of an asset of these tracks.
    pub async fn show(&self, name: &str, tracks: &[Value]) -> Shown {
        self.put(name, tracks);
        self.shown(name).await
    }
}

fn find(file: &str) -> PathBuf {
    let house = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = ["assets-sample", "tests/signalling"].map(|folder| house.join(folder).join(file));
    places.into_iter().find(|path| path.exists()).unwrap_or_else(|| panic!("no sample has {file}"))
}

/// A track with nothing said of it but its language.
pub fn track(name: &str, track_type: &str, file: &str, language: &str) -> Value {
    json!({ "name": name, "type": track_type, "file": file, "language": language })
}

/// `track` with more said of it.
pub fn with(mut track: Value, properties: Value) -> Value {
    let properties = properties.as_object().unwrap().clone();
    track.as_object_mut().unwrap().extend(properties);
    track
}

/// Video and English sound: what every case stands beside.
pub fn base() -> Vec<Value> {
    vec![
        json!({ "name": "picture", "type": "video", "file": "modern/video-180.mp4" }),
        track("sound", "audio", "radio/radio-48.m4a", "en"),
    ]
}
