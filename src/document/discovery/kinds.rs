//! What a media file says its track is for: `kind` boxes (ISO/IEC 14496-12 8.10.4) and QuickTime `tagc` tags.

use crate::isobmff::Kind;
use crate::track::{Characteristic, Role};

/// The roles and characteristics that the kinds name, each once, in file order. Unknown schemes and words say nothing.
pub(in crate::document) fn read(kinds: &[Kind]) -> (Vec<Role>, Vec<Characteristic>) {
    let mut roles = Vec::new();
    let mut characteristics = Vec::new();
    for kind in kinds {
        let value = kind.value.trim();
        let role = match kind.scheme.as_str() {
            Role::SCHEME => dash_role(value),
            "about:html-kind" => html_kind(value),
            "urn:tva:metadata:cs:AudioPurposeCS:2007" => audio_purpose(value),
            _ => None,
        };
        roles.extend(role.filter(|role| !roles.contains(role)));
        let tag = Characteristic::parse(value).ok().filter(|tag| kind.scheme.is_empty() && tag.is_registered());
        characteristics.extend(tag.filter(|tag| !characteristics.contains(tag)));
    }
    (roles, characteristics)
}

/// A role of DASH, or one of the misspellings that packagers have written.
fn dash_role(value: &str) -> Option<Role> {
    match value {
        "forced_subtitle" => Some(Role::ForcedSubtitle),
        "alternative" => Some(Role::Alternate),
        "descriptions" => Some(Role::Description),
        "captions" => Some(Role::Caption),
        "subtitles" => Some(Role::Subtitle),
        _ => value.parse().ok(),
    }
}

/// The kinds of media tracks in HTML (HTML Living Standard 4.8.11.10.1 and 4.8.11.11.5).
fn html_kind(value: &str) -> Option<Role> {
    match value {
        "main" => Some(Role::Main),
        "alternative" => Some(Role::Alternate),
        "captions" => Some(Role::Caption),
        "descriptions" | "main-desc" => Some(Role::Description),
        "sign" => Some(Role::Sign),
        "subtitles" => Some(Role::Subtitle),
        "translation" => Some(Role::Dub),
        "commentary" => Some(Role::Commentary),
        "metadata" | "chapters" => Some(Role::Metadata),
        _ => None,
    }
}

/// AudioPurposeCS (ETSI TS 102 822-3-1 A.15): 6 and 7 are the main programme, with or without its speech.
fn audio_purpose(value: &str) -> Option<Role> {
    match value {
        "1" => Some(Role::Description),
        "2" => Some(Role::EnhancedAudioIntelligibility),
        "3" | "4" | "5" => Some(Role::Commentary),
        "6" | "7" => Some(Role::Main),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(scheme: &str, values: &[&str]) -> Vec<Role> {
        let kinds: Vec<_> =
            values.iter().map(|value| Kind { scheme: scheme.to_owned(), value: (*value).to_owned() }).collect();
        read(&kinds).0
    }

    #[test]
    fn reads_dash_roles_and_their_misspellings() {
        for role in Role::ALL {
            assert_eq!(roles("urn:mpeg:dash:role:2011", &[role.as_str()]), [*role]);
        }
        assert_eq!(
            roles("urn:mpeg:dash:role:2011", &["forced_subtitle", "captions", "nonsense", "caption"]),
            [Role::ForcedSubtitle, Role::Caption]
        );
    }

    #[test]
    fn reads_html_kinds_and_audio_purposes() {
        assert_eq!(roles("about:html-kind", &["main-desc"]), [Role::Description]);
        assert_eq!(roles("about:html-kind", &["translation", "main"]), [Role::Dub, Role::Main]);
        assert_eq!(roles("urn:tva:metadata:cs:AudioPurposeCS:2007", &["1"]), [Role::Description]);
        assert_eq!(roles("urn:tva:metadata:cs:AudioPurposeCS:2007", &["2"]), [Role::EnhancedAudioIntelligibility]);
        assert_eq!(roles("urn:tva:metadata:cs:AudioPurposeCS:2007", &["4"]), [Role::Commentary]);
        assert_eq!(roles("urn:example", &["caption"]), []);
    }

    #[test]
    fn reads_quicktime_tags() {
        let tag = |value: &str| Kind { scheme: String::new(), value: value.to_owned() };
        let (roles, characteristics) = read(&[
            tag("public.accessibility.describes-video"),
            tag("public.accessibility.describes-video"),
            tag("public.unknown"),
            tag("a\"b"),
        ]);
        assert_eq!(roles, []);
        assert_eq!(characteristics, [Characteristic::parse(Characteristic::DESCRIBES_VIDEO).unwrap()]);
    }
}
