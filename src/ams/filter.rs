//! Filters: which tracks and which stretch of an asset a manifest shows. As they stand in the API, and as they are kept.

use serde::{Deserialize, Deserializer, Serialize};
use std::ops::RangeInclusive;

/// Ticks of a second, where a time range says nothing else.
pub const TIMESCALE: u64 = 10_000_000;
/// So much may be said in one filter.
const MOST_TRACKS: usize = 100;
const MOST_CONDITIONS: usize = 20;

/// A filter. What is absent filters nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Filter {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presentation_time_range: Option<TimeRange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_quality: Option<FirstQuality>,
    /// A track is shown where one of these selects it; all are where there is none.
    #[serde(default, deserialize_with = "absent_or", skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<TrackSelection>,
}

/// The stretch that is shown. Times are ticks of `timescale`, absolute.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TimeRange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_timestamp: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_timestamp: Option<u64>,
    /// Live only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presentation_window_duration: Option<u64>,
    /// Live only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live_backoff_duration: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timescale: Option<u64>,
    /// Live only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_end_timestamp: Option<bool>,
}

/// The video that players begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FirstQuality {
    /// Bits per second.
    pub bitrate: u64,
}

/// Selects the tracks for which all conditions hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrackSelection {
    pub track_selections: Vec<Condition>,
}

/// What a track must be, or must not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Condition {
    pub property: Property,
    pub operation: Operation,
    pub value: String,
}

/// The words of an enumeration, read in any case.
macro_rules! words {
    ($(#[$meaning:meta])* $name:ident { $($(#[$of_one:meta])* $variant:ident => $word:literal),* }) => {
        $(#[$meaning])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        pub enum $name { $($(#[$of_one])* #[serde(rename = $word)] $variant),* }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = String::deserialize(deserializer)?;
                $(if word.eq_ignore_ascii_case($word) { return Ok($name::$variant); })*
                let known: &[&str] = &[$($word),*];
                Err(serde::de::Error::custom(format!("{word:?} is none of {}", known.join(", "))))
            }
        }
    };
}

words! {
    /// What a condition looks at.
    Property {
        /// `video`, `audio` or `text`.
        Type => "Type",
        Name => "Name",
        Language => "Language",
        FourCc => "FourCC",
        /// Bits per second, from and to: `0-2427000`.
        Bitrate => "Bitrate"
    }
}

words! {
    Operation {
        Equal => "Equal",
        NotEqual => "NotEqual"
    }
}

/// `null` is as good as nothing.
fn absent_or<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl TimeRange {
    /// Ticks of a second.
    pub fn ticks(&self) -> u64 {
        self.timescale.unwrap_or(TIMESCALE)
    }

    fn check(&self) -> Result<(), &'static str> {
        let ticks = self.ticks();
        if ticks == 0 {
            return Err("presentationTimeRange.timescale must be more than 0");
        }
        if self.start_timestamp.zip(self.end_timestamp).is_some_and(|(start, end)| start >= end) {
            return Err("presentationTimeRange.startTimestamp must lie before endTimestamp");
        }
        if self.force_end_timestamp == Some(true) && self.end_timestamp.is_none() {
            return Err("presentationTimeRange.forceEndTimestamp needs an endTimestamp");
        }
        if self.presentation_window_duration.is_some_and(|window| window / ticks < 60) {
            return Err("presentationTimeRange.presentationWindowDuration must be 60 seconds at least");
        }
        if self.live_backoff_duration.is_some_and(|backoff| backoff > ticks.saturating_mul(300)) {
            return Err("presentationTimeRange.liveBackoffDuration must be 300 seconds at most");
        }
        Ok(())
    }
}

impl Condition {
    /// The bit rates that are meant, where it is of bit rates.
    pub fn bit_rates(&self) -> Option<RangeInclusive<u64>> {
        if self.property != Property::Bitrate {
            return None;
        }
        let number = |text: &str| text.trim().parse::<u64>().ok();
        match self.value.split_once('-') {
            Some((from, to)) => Some(number(from)?..=number(to)?),
            None => number(&self.value).map(|rate| rate..=rate),
        }
    }

    fn check(&self) -> Result<(), String> {
        let value = &self.value;
        let is_known = match self.property {
            Property::Type => ["video", "audio", "text"].iter().any(|word| value.eq_ignore_ascii_case(word)),
            Property::Bitrate => self.bit_rates().is_some_and(|rates| rates.start() <= rates.end()),
            Property::Name | Property::Language | Property::FourCc => !value.is_empty(),
        };
        match (is_known, self.property) {
            (true, _) => Ok(()),
            (false, Property::Type) => Err(format!("the Type {value:?} is none of video, audio and text")),
            (false, Property::Bitrate) => Err(format!("the Bitrate {value:?} is no range such as 0-2427000")),
            (false, _) => Err("the value of a condition may not be empty".to_owned()),
        }
    }
}

impl Filter {
    /// Errs where it says what cannot be meant.
    pub fn check(&self) -> Result<(), String> {
        self.presentation_time_range.as_ref().map_or(Ok(()), TimeRange::check)?;
        if self.first_quality.is_some_and(|quality| quality.bitrate == 0) {
            return Err("firstQuality.bitrate must be more than 0".to_owned());
        }
        if self.tracks.len() > MOST_TRACKS {
            return Err(format!("a filter has at most {MOST_TRACKS} tracks"));
        }
        for selection in &self.tracks {
            match selection.track_selections.len() {
                0 => return Err("trackSelections may not be empty".to_owned()),
                count if count > MOST_CONDITIONS => {
                    return Err(format!("trackSelections has at most {MOST_CONDITIONS} conditions"));
                }
                _ => selection.track_selections.iter().try_for_each(Condition::check)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: serde_json::Value) -> Result<Filter, String> {
        let filter: Filter = serde_json::from_value(value).map_err(|error| error.to_string())?;
        filter.check().map(|()| filter)
    }

    #[test]
    fn what_is_said_is_kept_and_nothing_else() {
        let value = json!({
            "presentationTimeRange": { "startTimestamp": 0, "endTimestamp": 170_000_000, "timescale": 10_000_000 },
            "firstQuality": { "bitrate": 128_000 },
            "tracks": [
                { "trackSelections": [{ "property": "Type", "operation": "Equal", "value": "Audio" },
                                      { "property": "FourCC", "operation": "NotEqual", "value": "EC-3" }] },
                { "trackSelections": [{ "property": "Bitrate", "operation": "Equal", "value": "3000000-5000000" }] },
            ],
        });
        assert_eq!(serde_json::to_value(read(value.clone()).unwrap()).unwrap(), value);
        assert_eq!(serde_json::to_value(read(json!({})).unwrap()).unwrap(), json!({}));
        assert_eq!(read(json!({ "tracks": null, "firstQuality": null })), Ok(Filter::default()));
    }

    #[test]
    fn words_are_read_in_any_case() {
        let filter = read(json!({ "tracks": [
            { "trackSelections": [{ "property": "fourcc", "operation": "NOTEQUAL", "value": "hev1" }] },
        ] }));
        let condition = &filter.unwrap().tracks[0].track_selections[0];
        assert_eq!((condition.property, condition.operation), (Property::FourCc, Operation::NotEqual));
    }

    #[test]
    fn bit_rates_are_a_range_or_one() {
        let of = |value: &str| {
            let value = value.to_owned();
            Condition { property: Property::Bitrate, operation: Operation::Equal, value }.bit_rates()
        };
        assert_eq!(of("0-2427000"), Some(0..=2_427_000));
        assert_eq!(of("128000"), Some(128_000..=128_000));
        for other in ["", "-", "a-b", "1-2-3", "-5"] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let selection = |property: &str, value: &str| json!({ "tracks": [{ "trackSelections": [{ "property": property, "operation": "Equal", "value": value }] }] });
        for (value, word) in [
            (json!({ "presentationTimeRange": { "forceEndTimestamp": true } }), "forceEndTimestamp"),
            (json!({ "presentationTimeRange": { "startTimestamp": 5, "endTimestamp": 5 } }), "startTimestamp"),
            (json!({ "presentationTimeRange": { "timescale": 0 } }), "timescale"),
            (json!({ "presentationTimeRange": { "presentationWindowDuration": 599_999_999 } }), "60 seconds"),
            (json!({ "presentationTimeRange": { "liveBackoffDuration": 3_000_000_001_u64 } }), "300 seconds"),
            (json!({ "presentationTimeRange": { "begin": 1 } }), "begin"),
            (json!({ "firstQuality": { "bitrate": 0 } }), "firstQuality"),
            (json!({ "tracks": [{ "trackSelections": [] }] }), "empty"),
            (json!({ "track": [] }), "track"),
            (selection("Type", "picture"), "picture"),
            (selection("Bitrate", "9-1"), "9-1"),
            (selection("Language", ""), "empty"),
            (selection("Colour", "red"), "Colour"),
        ] {
            let problem = read(value.clone()).unwrap_err();
            assert!(problem.contains(word), "{value}: {problem}");
        }
    }
}
