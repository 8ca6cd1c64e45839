//! A track as a client of Azure writes it, and what that makes of a track of the house.
//!
//! A property that is absent is left as it is by PATCH and cleared by PUT; `null`, or an empty word for what may have none,
//! clears it.

use super::fault::Fault;
use crate::track::{Characteristic, Language, Role, Track, TrackType, Visibility};
use serde_json::{Map, Value};

/// What is said of a property.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Said<T> {
    #[default]
    Nothing,
    Clear,
    Set(T),
}

/// What a client says of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TrackBody {
    pub(super) track_type: TrackType,
    pub(super) file: Option<String>,
    pub(super) track_id: Option<u32>,
    track_id_is_cleared: bool,
    label: Said<String>,
    language: Said<Language>,
    visibility: Said<Visibility>,
    default: Said<bool>,
    forced: Said<bool>,
    characteristics: Said<Vec<Characteristic>>,
    role: Said<Role>,
}

/// The words of a type, and its properties; those that are only read come last.
const AUDIO: &str = "#Microsoft.Media.AudioTrack";
const TEXT: &str = "#Microsoft.Media.TextTrack";
const VIDEO: &str = "#Microsoft.Media.VideoTrack";
const OF_AUDIO: &[&str] = &[
    "@odata.type",
    "fileName",
    "displayName",
    "languageCode",
    "hlsSettings",
    "dashSettings",
    "mpeg4TrackId",
    "bitRate",
];
const OF_TEXT: &[&str] = &["@odata.type", "fileName", "displayName", "playerVisibility", "hlsSettings", "languageCode"];

/// `@odata.type` of a track.
pub(super) fn type_word(track_type: TrackType) -> &'static str {
    match track_type {
        TrackType::Audio => AUDIO,
        TrackType::Text => TEXT,
        TrackType::Video => VIDEO,
    }
}

impl TrackBody {
    /// Reads the `properties` of a request.
    pub(super) fn read(mut properties: Map<String, Value>) -> Result<TrackBody, Fault> {
        let track = match properties.remove("track") {
            Some(Value::Object(track)) => track,
            None | Some(Value::Null) => return Err(Fault::bad("properties.track can not be null.")),
            Some(_) => return Err(Fault::bad("properties.track is no object.")),
        };
        if let Some(unknown) = properties.keys().find(|name| *name != "provisioningState") {
            return Err(Fault::bad(format!("A track resource has no property {unknown:?}.")));
        }
        let fields = Fields { path: "properties.track", fields: track };
        let (track_type, known) = match fields.word("@odata.type")? {
            Said::Set(word) if word == AUDIO => (TrackType::Audio, OF_AUDIO),
            Said::Set(word) if word == TEXT => (TrackType::Text, OF_TEXT),
            Said::Set(word) if word == VIDEO => {
                return Err(Fault::bad("A video track can neither be created nor changed."));
            }
            Said::Set(word) => return Err(Fault::bad(format!("There is no type of track {word:?}."))),
            _ => return Err(Fault::bad("properties.track must say its @odata.type.")),
        };
        fields.are_among(known)?;
        let hls = fields.object("hlsSettings")?;
        hls.are_among(&["default", "forced", "characteristics"])?;
        let dash = fields.object("dashSettings")?;
        dash.are_among(&["role"])?;
        let file = match fields.word("fileName")? {
            Said::Set(file) => Some(file),
            Said::Nothing | Said::Clear => None,
        };
        let track_id = fields.number("mpeg4TrackId")?;
        Ok(TrackBody {
            track_type,
            file,
            track_id_is_cleared: track_id == Said::Clear,
            track_id: if let Said::Set(id) = track_id { Some(id) } else { None },
            label: label(fields.word("displayName")?)?,
            // Of text it is the file's word.
            language: if track_type == TrackType::Audio {
                language(fields.word("languageCode")?)?
            } else {
                Said::Nothing
            },
            visibility: visibility(fields.word("playerVisibility")?)?,
            default: hls.flag("default")?,
            forced: hls.flag("forced")?,
            characteristics: characteristics(hls.word("characteristics")?)?,
            role: role(dash.word("role")?)?,
        })
    }

    /// The label that is given.
    pub(super) fn label(&self) -> Option<&str> {
        match &self.label {
            Said::Set(label) => Some(label),
            Said::Nothing | Said::Clear => None,
        }
    }

    /// Puts what is said into a track; what is not said is cleared where the track is replaced. Being the default is passed
    /// on, not left: that nothing is said of it changes nothing.
    pub(super) fn apply(&self, track: &mut Track, is_replaced: bool) {
        let (label, language) = (self.label.over(track.label.take(), is_replaced), self.language.clone());
        track.label = label;
        if track.track_type == TrackType::Audio {
            track.language = language.over(track.language.take(), is_replaced);
            track.track_id = match (self.track_id, self.track_id_is_cleared || is_replaced) {
                (None, false) => track.track_id,
                (said, _) => said,
            };
            // What else the first role stands with is not spoken of in this API.
            track.roles = match &self.role {
                Said::Set(role) if track.roles.first() == Some(role) => std::mem::take(&mut track.roles),
                said => said.clone().over(track.roles.first().copied(), is_replaced).map_or(Vec::new(), |first| {
                    if matches!(said, Said::Nothing) { std::mem::take(&mut track.roles) } else { vec![first] }
                }),
            };
        }
        if track.track_type == TrackType::Text {
            track.visibility = self.visibility.over(Some(track.visibility), is_replaced).unwrap_or_default();
        }
        track.default = self.default.over(Some(track.default), false).unwrap_or_default();
        track.forced = self.forced.over(Some(track.forced), is_replaced).unwrap_or_default();
        let characteristics = std::mem::take(&mut track.characteristics);
        track.characteristics = self.characteristics.over(Some(characteristics), is_replaced).unwrap_or_default();
    }
}

impl<T: Clone> Said<T> {
    fn over(&self, old: Option<T>, is_replaced: bool) -> Option<T> {
        match self {
            Said::Set(value) => Some(value.clone()),
            Said::Nothing if !is_replaced => old,
            Said::Nothing | Said::Clear => None,
        }
    }
}

/// The fields of an object, and where it stands.
struct Fields {
    path: &'static str,
    fields: Map<String, Value>,
}

impl Fields {
    fn are_among(&self, known: &[&str]) -> Result<(), Fault> {
        match self.fields.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => {
                Err(Fault::bad(format!("{} has no property {unknown:?}; it has {}.", self.path, known.join(", "))))
            }
            None => Ok(()),
        }
    }

    fn read<T>(&self, name: &str, what: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Said<T>, Fault> {
        match self.fields.get(name) {
            None => Ok(Said::Nothing),
            Some(Value::Null) => Ok(Said::Clear),
            Some(value) => {
                let value = read(value).ok_or_else(|| Fault::bad(format!("{}.{name} is no {what}.", self.path)))?;
                Ok(Said::Set(value))
            }
        }
    }

    fn word(&self, name: &str) -> Result<Said<String>, Fault> {
        self.read(name, "string", |value| value.as_str().map(str::to_owned))
    }

    fn flag(&self, name: &str) -> Result<Said<bool>, Fault> {
        self.read(name, "true or false", Value::as_bool)
    }

    fn number(&self, name: &str) -> Result<Said<u32>, Fault> {
        self.read(name, "track id", |value| value.as_u64().and_then(|id| u32::try_from(id).ok()).filter(|id| *id > 0))
    }

    /// The fields of an object inside; where it is cleared, all that it may hold is.
    fn object(&self, name: &'static str) -> Result<Fields, Fault> {
        let fields = match self.fields.get(name) {
            None => Map::new(),
            Some(Value::Null) => {
                let all = ["default", "forced", "characteristics"].iter().filter(|_| name == "hlsSettings");
                all.chain(["role"].iter().filter(|_| name == "dashSettings"))
                    .map(|field| ((*field).to_owned(), Value::Null))
                    .collect()
            }
            Some(Value::Object(fields)) => fields.clone(),
            Some(_) => return Err(Fault::bad(format!("{}.{name} is no object.", self.path))),
        };
        Ok(Fields { path: name, fields })
    }
}

impl<T> Said<T> {
    fn try_map<U>(self, read: impl Fn(T) -> Result<Said<U>, Fault>) -> Result<Said<U>, Fault> {
        match self {
            Said::Nothing => Ok(Said::Nothing),
            Said::Clear => Ok(Said::Clear),
            Said::Set(value) => read(value),
        }
    }
}

fn label(said: Said<String>) -> Result<Said<String>, Fault> {
    said.try_map(|label| match label.trim().is_empty() {
        true => Err(Fault::bad("displayName may not be empty.")),
        false => Ok(Said::Set(label)),
    })
}

fn language(said: Said<String>) -> Result<Said<Language>, Fault> {
    said.try_map(|tag| match tag.is_empty() {
        true => Ok(Said::Clear),
        false => Language::parse(&tag).map(Said::Set).map_err(|error| Fault::bad(format!("languageCode: {error}."))),
    })
}

fn visibility(said: Said<String>) -> Result<Said<Visibility>, Fault> {
    said.try_map(|word| match word.as_str() {
        word if word.eq_ignore_ascii_case("Visible") => Ok(Said::Set(Visibility::Visible)),
        word if word.eq_ignore_ascii_case("Hidden") => Ok(Said::Set(Visibility::Hidden)),
        _ => Err(Fault::bad(format!("playerVisibility is Visible or Hidden, not {word:?}."))),
    })
}

fn characteristics(said: Said<String>) -> Result<Said<Vec<Characteristic>>, Fault> {
    said.try_map(|list| {
        let tags = list.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        let tags: Result<Vec<_>, _> = tags.map(Characteristic::parse).collect();
        tags.map(Said::Set).map_err(|error| Fault::bad(format!("hlsSettings.characteristics: {error}.")))
    })
}

fn role(said: Said<String>) -> Result<Said<Role>, Fault> {
    said.try_map(|word| match word.is_empty() {
        true => Ok(Said::Clear),
        false => word.parse().map(Said::Set).map_err(|error| Fault::bad(format!("dashSettings.role: {error}."))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(track: Value) -> Result<TrackBody, String> {
        let Value::Object(properties) = json!({ "track": track }) else { unreachable!() };
        TrackBody::read(properties).map_err(|fault| fault.message)
    }

    fn audio(mut fields: Value) -> Value {
        fields["@odata.type"] = AUDIO.into();
        fields
    }

    fn spanish() -> Track {
        let mut track = Track::new("es", TrackType::Audio, "es.mp4");
        let full = audio(json!({ "displayName": "Español", "languageCode": "es-ES", "mpeg4TrackId": 2,
            "hlsSettings": { "default": true, "forced": false, "characteristics": "public.accessibility.describes-video" },
            "dashSettings": { "role": "alternate" } }));
        read(full).unwrap().apply(&mut track, true);
        track
    }

    #[test]
    fn every_property_has_its_place() {
        let track = spanish();
        assert_eq!((track.label.as_deref(), track.language.unwrap().as_str()), (Some("Español"), "es-ES"));
        assert_eq!((track.track_id, track.default, track.forced), (Some(2), true, false));
        assert_eq!(track.roles, [Role::Alternate]);
        assert_eq!(track.characteristics[0].as_str(), "public.accessibility.describes-video");
    }

    #[test]
    fn patch_changes_what_is_said_and_nothing_else() {
        let mut track = spanish();
        read(audio(json!({ "hlsSettings": { "characteristics": "" } }))).unwrap().apply(&mut track, false);
        assert_eq!(track, Track { characteristics: Vec::new(), ..spanish() });
        let mut track = spanish();
        track.roles.push(Role::Description);
        let before = track.clone();
        read(audio(json!({}))).unwrap().apply(&mut track, false);
        assert_eq!(track, before);
        read(audio(json!({ "dashSettings": { "role": "alternate" } }))).unwrap().apply(&mut track, false);
        assert_eq!(track, before, "the first role is the same, so are the others");
        read(audio(json!({ "dashSettings": { "role": "main" } }))).unwrap().apply(&mut track, false);
        assert_eq!(track.roles, [Role::Main]);
        for cleared in [json!({ "role": "" }), json!({ "role": null }), Value::Null] {
            let mut track = spanish();
            read(audio(json!({ "dashSettings": cleared }))).unwrap().apply(&mut track, false);
            assert!(track.roles.is_empty());
        }
    }

    #[test]
    fn put_clears_what_is_not_said_but_not_the_default() {
        let mut track = spanish();
        read(audio(json!({ "displayName": "Otro" }))).unwrap().apply(&mut track, true);
        let expected =
            Track { label: Some("Otro".to_owned()), default: true, ..Track::new("es", TrackType::Audio, "es.mp4") };
        assert_eq!(track, expected);
    }

    #[test]
    fn the_language_of_text_is_the_files() {
        let mut track = Track::new("en", TrackType::Text, "en.vtt");
        track.language = Some(Language::parse("en").unwrap());
        let body = json!({ "@odata.type": TEXT, "languageCode": "de", "playerVisibility": "hidden" });
        read(body).unwrap().apply(&mut track, true);
        assert_eq!(track.language.unwrap().as_str(), "en");
        assert_eq!(track.visibility, Visibility::Hidden);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        for (track, word) in [
            (json!({}), "@odata.type"),
            (json!({ "@odata.type": "#Microsoft.Media.Other" }), "Other"),
            (json!({ "@odata.type": VIDEO }), "video"),
            (audio(json!({ "displayName": " " })), "displayName"),
            (audio(json!({ "displayName": 5 })), "displayName"),
            (audio(json!({ "languageCode": "not_a_tag!" })), "languageCode"),
            (audio(json!({ "languageCode": "e" })), "languageCode"),
            (audio(json!({ "mpeg4TrackId": 0 })), "mpeg4TrackId"),
            (audio(json!({ "playerVisibility": "Hidden" })), "playerVisibility"),
            (audio(json!({ "hlsSettings": { "defualt": true } })), "defualt"),
            (audio(json!({ "hlsSettings": { "characteristics": "a\"b" } })), "characteristics"),
            (audio(json!({ "dashSettings": { "role": "nonsense" } })), "role"),
            (json!({ "@odata.type": TEXT, "dashSettings": { "role": "main" } }), "dashSettings"),
            (json!({ "@odata.type": TEXT, "playerVisibility": "Dim" }), "playerVisibility"),
        ] {
            let problem = read(track.clone()).unwrap_err();
            assert!(problem.contains(word), "{track}: {problem}");
        }
        assert!(TrackBody::read(Map::new()).is_err());
    }
}
