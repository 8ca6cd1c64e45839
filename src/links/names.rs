//! What tracks are called in streaming URLs: a name and a bit rate, which only together tell which is meant, since all
//! levels of video are called `video`.

use super::LinkError;
use crate::document::Streams;
use crate::presentation::{LoadedTrack, average_bit_rate};
use crate::track::TrackType;
use std::collections::{HashMap, HashSet};

/// One track.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StreamName {
    /// As in `Fragments({name}=…)`.
    pub name: String,
    /// As in `QualityLevels({bit_rate})`: bits per second.
    pub bit_rate: u64,
}

/// All tracks of an asset.
#[derive(Debug, Clone, Default)]
pub struct StreamNames {
    by_track: HashMap<String, StreamName>,
}

/// What video is called where nothing is said.
const VIDEO: &str = "video";

impl StreamNames {
    /// Names for tracks, shown or hidden, so that showing one changes no other's name. Each is what the server manifest
    /// says; else `video`, or the track's own name, and the bit rate that was measured.
    pub fn of(tracks: &[LoadedTrack], streams: Option<&Streams>) -> StreamNames {
        let (mut by_track, mut taken) = (HashMap::new(), HashSet::new());
        for LoadedTrack { track, source } in tracks {
            let stream = streams.and_then(|streams| streams.get(&track.name));
            let said = stream.map(|stream| stream.track_name.as_str()).filter(|name| can_be_said(name));
            let own = if track.track_type == TrackType::Video { VIDEO } else { &track.name };
            let measured = || source.as_ref().map_or(0, |source| average_bit_rate(&source.media).round() as u64);
            let bit_rate = stream.and_then(|stream| stream.bit_rate).unwrap_or_else(measured);
            let mut name = StreamName { name: said.unwrap_or(own).to_owned(), bit_rate };
            if taken.contains(&name) {
                name.name.clone_from(&track.name);
            }
            while !taken.insert(name.clone()) {
                name.bit_rate = name.bit_rate.wrapping_add(1);
            }
            by_track.insert(track.name.clone(), name);
        }
        StreamNames { by_track }
    }

    /// What a track is called.
    pub fn get(&self, track: &str) -> Option<&StreamName> {
        self.by_track.get(track)
    }

    /// The track that is called so, in whatever case, of those that are shown. Of what is not there `asset` is told.
    pub fn find(
        &self,
        name: &str,
        bit_rate: u64,
        asset: &str,
        is_shown: impl Fn(&str) -> bool,
    ) -> Result<&str, LinkError> {
        let wanted = name.to_lowercase();
        let called = || {
            let shown = self.by_track.iter().filter(|(track, _)| is_shown(track));
            shown.filter(|(_, stream)| stream.name.to_lowercase() == wanted)
        };
        let rated = || called().filter(|(_, stream)| stream.bit_rate == bit_rate);
        // Two may differ by case alone.
        match rated().find(|(_, stream)| stream.name == name).or_else(|| rated().next()) {
            Some((track, _)) => Ok(track),
            None if called().next().is_none() => {
                Err(LinkError::Track { asset: asset.to_owned(), name: name.to_owned() })
            }
            None => Err(LinkError::BitRate { asset: asset.to_owned(), name: name.to_owned(), bit_rate }),
        }
    }
}

/// Whether a name can stand in a URL without being taken for something else.
fn can_be_said(name: &str) -> bool {
    !name.is_empty()
        && name.trim() == name
        && !name.chars().any(|c| c.is_control() || "(),=;/\\%".contains(c))
        && name != ".."
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::presentation::testing::{aac, source};
    use crate::track::Track;

    fn loaded(name: &str, track_type: TrackType) -> LoadedTrack {
        let mut source = source(name, aac(1000));
        source.track = Track::new(name, track_type, "a.mp4");
        LoadedTrack { track: source.track.clone(), source: Ok(source) }
    }

    fn said(names: &StreamNames, track: &str) -> (String, u64) {
        let StreamName { name, bit_rate } = names.get(track).unwrap().clone();
        (name, bit_rate)
    }

    #[test]
    fn the_server_manifest_names_tracks() {
        let ism = r#"<smil><body><switch>
            <video src="a.mp4" systemBitrate="500"><param name="trackName" value="video"/></video>
            <video src="b.mp4" systemBitrate="900"/>
            <audio src="a.mp4" systemBitrate="64"><param name="trackName" value="aac_eng"/></audio>
            <audio src="b.mp4" systemBitrate="64"><param name="trackName" value="a,b(c)"/></audio>
            <audio src="c.mp4" systemBitrate="64"><param name="trackName" value="AAC_eng"/></audio>
            </switch></body></smil>"#;
        let document = Document::read("a.ism", ism.as_bytes()).unwrap();
        let tracks: Vec<LoadedTrack> =
            document.asset.tracks.iter().map(|track| loaded(&track.name, track.track_type)).collect();
        let names = StreamNames::of(&tracks, document.streams());
        let called: Vec<_> = tracks.iter().map(|track| said(&names, &track.track.name)).collect();
        assert_eq!(called[..3], [("video".to_owned(), 500), ("video".to_owned(), 900), ("aac_eng".to_owned(), 64)]);
        assert_eq!(called[3], (tracks[3].track.name.clone(), 64), "the house's name, where theirs will not do");
        assert_eq!(called[4], ("AAC_eng".to_owned(), 64));
        assert_eq!(names.find("AAC_eng", 64, "x", |_| true).unwrap(), tracks[4].track.name);
        assert_eq!(names.find("aac_eng", 64, "x", |_| true).unwrap(), tracks[2].track.name);
        assert_eq!(names.find("VIDEO", 900, "x", |_| true).unwrap(), tracks[1].track.name);
        assert_eq!(names.find("video", 901, "x", |_| true).unwrap_err().code(), "MPE_MANIFEST_MEDIA_ENTRY_NOT_FOUND");
        assert_eq!(names.find("sound", 900, "x", |_| true).unwrap_err().code(), "MPE_EGRESS_TRACK_NOT_FOUND");
        let hidden =
            names.find("aac_eng", 900, "x", |track| track != tracks[2].track.name && track != tracks[4].track.name);
        assert_eq!(hidden.unwrap_err().code(), "MPE_EGRESS_TRACK_NOT_FOUND", "as if it were not there");
    }

    #[test]
    fn no_two_tracks_are_called_the_same() {
        let tracks = [("low", TrackType::Video), ("high", TrackType::Video), ("en", TrackType::Audio)];
        let tracks = tracks.map(|(name, track_type)| loaded(name, track_type));
        let names = StreamNames::of(&tracks, None);
        let rate = said(&names, "low").1;
        assert!(rate > 0, "measured");
        assert_eq!(said(&names, "low"), ("video".to_owned(), rate));
        assert_eq!(said(&names, "high"), ("high".to_owned(), rate), "of the same bit rate");
        assert_eq!(said(&names, "en"), ("en".to_owned(), rate));
    }
}
