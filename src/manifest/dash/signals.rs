//! What the MPD says of one track, for people and scripts that ask before a player does.

use super::sets::adaptation_sets;
use crate::presentation::Presentation;

/// The signals of the adaptation set that holds a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetSignals {
    /// `@id`.
    pub id: usize,
    /// `@lang`; a picture without words has none.
    pub language: Option<String>,
    pub label: Option<String>,
    /// Values of scheme `urn:mpeg:dash:role:2011`.
    pub roles: Vec<&'static str>,
    /// Scheme and value.
    pub accessibility: Vec<(&'static str, String)>,
}

/// The signals of a visible track.
pub fn signals_of(presentation: &Presentation, track: &str) -> Option<SetSignals> {
    let sets = adaptation_sets(presentation);
    let place = sets.iter().position(|set| set.renditions.iter().any(|rendition| rendition.name == track))?;
    let set = &sets[place];
    Some(SetSignals {
        id: place + 1,
        language: set.language().map(|language| language.as_str().to_owned()),
        label: set.choice.map(|choice| choice.label.clone()),
        roles: set.roles.iter().map(|role| role.as_str()).collect(),
        accessibility: set.accessibility(),
    })
}

impl std::fmt::Display for SetSignals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AdaptationSet {}", self.id)?;
        if let Some(language) = &self.language {
            write!(f, " lang={language}")?;
        }
        if let Some(label) = &self.label {
            write!(f, " Label={label:?}")?;
        }
        write!(f, " Role={}", self.roles.join(","))?;
        for (scheme, value) in &self.accessibility {
            write!(f, " Accessibility={scheme} {value}")?;
        }
        Ok(())
    }
}
