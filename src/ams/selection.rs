//! What filters make of a presentation.
//!
//! Of one filter: conditions of a selection must all hold, and one selection is enough. Of several filters, all must want a
//! track, and of their times the part that all have counts. What players begin with one of them may say.

use super::filter::{Condition, Filter, Operation, Property, TrackSelection};
use crate::links::{LinkError, StreamName, StreamNames};
use crate::presentation::{Presentation, Rendition, Time};
use crate::track::{Language, TrackType};
use sha2::{Digest, Sha256};

/// Filters of a locator.
const MOST_OF_LOCATOR: usize = 10;

/// A filter with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub name: String,
    pub filter: Filter,
}

/// Several filters as one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    filters: Vec<Filter>,
    first_quality: Option<u64>,
}

impl Selection {
    /// The filters of a locator, and those that the URL names.
    pub fn of(locator: Vec<Named>, url: Vec<Named>) -> Result<Selection, LinkError> {
        if url.len() > crate::links::MOST_FILTERS || locator.len() > MOST_OF_LOCATOR {
            return Err(LinkError::FilterCount);
        }
        let mut selection = Selection::default();
        let mut names: Vec<String> = Vec::new();
        for Named { name, filter } in locator.into_iter().chain(url) {
            // The URL may repeat what the locator says.
            let key = name.to_lowercase();
            if names.contains(&key) {
                continue;
            }
            names.push(key);
            filter.check().map_err(|problem| LinkError::BadFilter(name, problem))?;
            if let Some(quality) = filter.first_quality
                && selection.first_quality.replace(quality.bitrate).is_some()
            {
                return Err(LinkError::FirstQualities);
            }
            selection.filters.push(filter);
        }
        Ok(selection)
    }

    /// Whether all is shown as it is.
    pub fn is_all(&self) -> bool {
        self.filters.is_empty()
    }

    /// A word for what is selected, the same for the same.
    pub fn key(&self) -> String {
        let mut hash = Sha256::new();
        for filter in &self.filters {
            hash.update(serde_json::to_vec(filter).unwrap_or_default());
            hash.update([0]);
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// What is left of a presentation. `asset` is its name, for people.
    pub fn apply(&self, shown: &Presentation, names: &StreamNames, asset: &str) -> Result<Presentation, LinkError> {
        let wants = |rendition: &Rendition| {
            let stream = names.get(&rendition.name);
            stream.is_some_and(|stream| self.filters.iter().all(|filter| filter.wants(rendition, stream)))
        };
        let nothing = |_| LinkError::NothingLeft(asset.to_owned());
        let mut left = shown.restricted(wants, self.start(), self.end()).map_err(nothing)?;
        left.first_video = self.first_quality.and_then(|bit_rate| nearest(&left, names, bit_rate));
        Ok(left)
    }

    /// The latest of the starts.
    fn start(&self) -> Option<Time> {
        let ranges = self.filters.iter().filter_map(|filter| filter.presentation_time_range.as_ref());
        ranges.filter_map(|range| Some(moment(range.start_timestamp?, range.ticks()))).max()
    }

    /// The earliest of the ends.
    fn end(&self) -> Option<Time> {
        let ranges = self.filters.iter().filter_map(|filter| filter.presentation_time_range.as_ref());
        ranges.filter_map(|range| Some(moment(range.end_timestamp?, range.ticks()))).min()
    }
}

/// Ticks of a second fit 32 bits, or they are counted in nanoseconds.
fn moment(timestamp: u64, ticks: u64) -> Time {
    let longest = Time::LONGEST.seconds() as u64;
    if timestamp / ticks.max(1) >= longest {
        return Time::LONGEST;
    }
    match u32::try_from(ticks) {
        Ok(ticks) => Time::new(timestamp, ticks.max(1)),
        Err(_) => {
            let nanos = u128::from(timestamp) * 1_000_000_000 / u128::from(ticks);
            Time::new(u64::try_from(nanos).unwrap_or(u64::MAX), 1_000_000_000)
        }
    }
}

/// The video whose bit rate is nearest, of two the lower.
fn nearest(shown: &Presentation, names: &StreamNames, bit_rate: u64) -> Option<String> {
    let rated = shown.video().filter_map(|video| Some((names.get(&video.name)?.bit_rate, video)));
    rated.min_by_key(|(rate, _)| (rate.abs_diff(bit_rate), *rate)).map(|(_, video)| video.name.clone())
}

impl Filter {
    fn wants(&self, rendition: &Rendition, stream: &StreamName) -> bool {
        self.tracks.is_empty() || self.tracks.iter().any(|selection| selection.wants(rendition, stream))
    }
}

impl TrackSelection {
    fn wants(&self, rendition: &Rendition, stream: &StreamName) -> bool {
        self.track_selections.iter().all(|condition| condition.holds(rendition, stream))
    }
}

impl Condition {
    fn holds(&self, rendition: &Rendition, stream: &StreamName) -> bool {
        let value = self.value.trim();
        let is_so = match self.property {
            Property::Type => rendition.track_type.as_str().eq_ignore_ascii_case(value),
            Property::Name => {
                [&stream.name, &rendition.name].iter().any(|name| name.to_lowercase() == value.to_lowercase())
            }
            Property::Language => is_language(&rendition.language, value),
            Property::FourCc => four_ccs(rendition).iter().any(|known| known.eq_ignore_ascii_case(value)),
            Property::Bitrate => self.bit_rates().is_some_and(|rates| rates.contains(&stream.bit_rate)),
        };
        match self.operation {
            Operation::Equal => is_so,
            Operation::NotEqual => !is_so,
        }
    }
}

/// However it is spelt: `en` and `eng` are one.
fn is_language(language: &Language, value: &str) -> bool {
    Language::parse(value).is_ok_and(|value| value == *language)
}

/// What opens the codec string; of text the forms in which it is offered.
fn four_ccs(rendition: &Rendition) -> Vec<&str> {
    match rendition.track_type {
        TrackType::Text => vec!["stpp", "wvtt"],
        _ => rendition.codec_string().split('.').take(1).collect(),
    }
}

#[cfg(test)]
mod tests;
