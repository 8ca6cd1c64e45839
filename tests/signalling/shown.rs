//! What players are told, as independent readers read it: m3u8-rs and dash-mpd-core.

use super::playlist;
use dash_mpd_core::{AdaptationSet, MPD};
use m3u8_rs::{AlternativeMedia, MasterPlaylist, QuotedOrUnquoted, VariantStream};
use std::collections::HashMap;

/// The two manifests of an asset.
pub struct Shown {
    pub master_text: String,
    pub mpd_text: String,
    pub master: MasterPlaylist,
    pub mpd: MPD,
}

impl Shown {
    pub fn read(master_text: String, mpd_text: String) -> Shown {
        let (rest, master) = m3u8_rs::parse_master_playlist(master_text.as_bytes()).unwrap();
        assert!(rest.is_empty(), "m3u8-rs stopped at {}", String::from_utf8_lossy(rest));
        assert_eq!(master.unknown_tags, [], "{master_text}");
        for (tag, read) in [
            ("EXT-X-MEDIA", master.alternatives.len()),
            ("EXT-X-STREAM-INF", master.variants.iter().filter(|v| !v.is_i_frame).count()),
            ("EXT-X-I-FRAME-STREAM-INF", master.variants.iter().filter(|v| v.is_i_frame).count()),
        ] {
            assert_eq!(playlist::attribute_lists(&master_text, tag).len(), read, "{tag} in {master_text}");
        }
        let mpd = dash_mpd_core::parse(&mpd_text).unwrap();
        Shown { master_text, mpd_text, master, mpd }
    }

    /// EXT-X-MEDIA of a track: one for each group.
    pub fn media(&self, track: &str) -> Vec<&AlternativeMedia> {
        let is_of = |media: &&AlternativeMedia| {
            quoted(&media.other_attributes, "STABLE-RENDITION-ID").as_deref() == Some(track)
        };
        self.master.alternatives.iter().filter(is_of).collect()
    }

    /// Variants whose playlist is that of a track.
    pub fn variants(&self, track: &str) -> Vec<&VariantStream> {
        let uri = format!("{track}.m3u8");
        self.master.variants.iter().filter(|variant| variant.uri == uri).collect()
    }

    /// The I-frame stream of a track.
    pub fn iframes(&self, track: &str) -> Option<&VariantStream> {
        let uri = format!("{track}.iframes.m3u8");
        self.master.variants.iter().find(|variant| variant.uri == uri)
    }

    /// All adaptation sets, but those for trick play.
    pub fn sets(&self) -> impl Iterator<Item = &AdaptationSet> {
        self.mpd.periods[0].adaptations.iter()
    }

    /// The adaptation sets of a type.
    pub fn sets_of(&self, track_type: &str) -> Vec<&AdaptationSet> {
        self.sets().filter(|set| set.contentType.as_deref() == Some(track_type)).collect()
    }

    /// The adaptation set that holds a track.
    pub fn set(&self, track: &str) -> Option<&AdaptationSet> {
        self.sets().find(|set| set.representations.iter().any(|r| r.id.as_deref() == Some(track)))
    }
}

/// A quoted string that m3u8-rs does not know.
pub fn quoted(attributes: &Option<HashMap<String, QuotedOrUnquoted>>, name: &str) -> Option<String> {
    match attributes.as_ref()?.get(name)? {
        QuotedOrUnquoted::Quoted(value) => Some(value.clone()),
        QuotedOrUnquoted::Unquoted(value) => panic!("{name}={value} has no quotes"),
    }
}

/// An enumerated string that m3u8-rs does not know.
pub fn bare(attributes: &Option<HashMap<String, QuotedOrUnquoted>>, name: &str) -> Option<String> {
    match attributes.as_ref()?.get(name)? {
        QuotedOrUnquoted::Unquoted(value) => Some(value.clone()),
        QuotedOrUnquoted::Quoted(value) => panic!("{name}={value:?} has quotes"),
    }
}

/// What HLS says a rendition is for: DEFAULT, AUTOSELECT, FORCED where YES, then CHARACTERISTICS, sorted.
pub fn hls_words(media: &AlternativeMedia) -> String {
    let flags = [(media.default, "DEFAULT"), (media.autoselect, "AUTOSELECT"), (media.forced, "FORCED")];
    let mut words: Vec<String> = flags.iter().filter(|(yes, _)| *yes).map(|(_, flag)| (*flag).to_owned()).collect();
    if let Some(list) = &media.characteristics {
        let mut tags: Vec<String> = list.split(',').map(str::to_owned).collect();
        tags.sort();
        words.extend(tags);
    }
    words.join(" ")
}

/// What DASH says a set is for, sorted: `R:` Role, `A:` Accessibility of the role scheme, `TVA:` AudioPurposeCS.
pub fn dash_words(set: &AdaptationSet) -> String {
    const ROLES: &str = "urn:mpeg:dash:role:2011";
    let role = |role: &dash_mpd_core::Role| {
        assert_eq!(role.schemeIdUri, ROLES);
        format!("R:{}", role.value.as_ref().unwrap())
    };
    let accessibility = |accessibility: &dash_mpd_core::Accessibility| {
        let value = accessibility.value.as_ref().unwrap();
        match accessibility.schemeIdUri.as_str() {
            ROLES => format!("A:{value}"),
            "urn:tva:metadata:cs:AudioPurposeCS:2007" => format!("TVA:{value}"),
            other => panic!("Accessibility of scheme {other}"),
        }
    };
    let mut words: Vec<String> = set.Role.iter().map(role).chain(set.Accessibility.iter().map(accessibility)).collect();
    words.sort();
    words.join(" ")
}
