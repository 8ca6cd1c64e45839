//! A server manifest: unedited it is written to the byte; edited it says what was asked; what is served of it is in order.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signalbox::document::Document;
use signalbox::track::rules::as_served;
use signalbox::track::{TrackType, Visibility};

fuzz_target!(|data: &[u8]| match Document::read("a.ism", data) {
    Ok(document) => {
        let (_, bytes) = document.edited(&document.asset).expect("what was read can be written");
        assert_eq!(bytes, data);
        let (served, _) = document.served();
        assert_eq!(as_served(&served), (served.clone(), Vec::new()), "what is served is in order");

        let mut asset = served;
        asset.title = Some("<&\"'>".to_owned());
        asset.tracks.reverse();
        if let Some(track) = asset.tracks.first_mut() {
            track.label = Some("'\"&".to_owned());
            track.visibility = Visibility::Hidden;
            track.forced = track.track_type == TrackType::Text;
        }
        let (edited, bytes) = document.edited(&asset).expect("an edit can be written");
        assert_eq!(edited.asset, asset);
        let again = Document::read("a.ism", &bytes).expect("what is written can be read");
        assert_eq!(again.asset, asset);
    }
    Err(error) => assert!(!error.problems.is_empty() && !error.to_string().is_empty()),
});
