//! Findings, and how they are gathered and put in order.

use super::rules::{RuleInfo, Severity};
use crate::presentation::LoadedTrack;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Something that a rule found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    pub severity: Severity,
    /// The track's name; `None` for the asset as a whole.
    pub track: Option<String>,
    /// What is wrong, with figures.
    pub message: String,
    /// Where a specification asks for it.
    pub clause: Option<&'static str>,
    /// What to do.
    pub remedy: String,
    /// The one edit that mends it, where it is one.
    pub fix: Option<Fix>,
}

/// An edit of one track.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Fix {
    /// The track's name; it need not be the one that the finding is about.
    pub track: String,
    /// Its new properties as the document names them: a merge patch of the track (RFC 7396).
    pub set: Map<String, Value>,
}

impl Finding {
    pub(super) fn new(
        rule: &RuleInfo,
        track: Option<&str>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding {
            rule: rule.id,
            severity: rule.severity,
            track: track.map(str::to_owned),
            message: message.into(),
            clause: rule.clause,
            remedy: remedy.into(),
            fix: None,
        }
    }

    /// Adds the edit that sets `properties` of `track`.
    pub(super) fn fix<const N: usize>(&mut self, track: &str, properties: [(&str, Value); N]) {
        let set = properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.fix = Some(Fix { track: track.to_owned(), set });
    }
}

/// Of one rule in one asset this many findings are told, the others counted.
pub(super) const MOST_OF_A_RULE: usize = 100;

/// The findings as they come up.
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
    /// How often each rule came up.
    counts: HashMap<&'static str, usize>,
}

impl Findings {
    /// A finding about the asset as a whole.
    pub(super) fn of_asset(&mut self, rule: &RuleInfo, message: impl Into<String>, remedy: impl Into<String>) {
        self.add(Finding::new(rule, None, message, remedy));
    }

    /// A finding about a track.
    pub(super) fn of_track(
        &mut self,
        rule: &RuleInfo,
        track: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(Finding::new(rule, Some(track), message, remedy));
    }

    pub(super) fn add(&mut self, finding: Finding) {
        let count = self.counts.entry(finding.rule).or_default();
        *count += 1;
        match (*count).cmp(&(MOST_OF_A_RULE + 1)) {
            std::cmp::Ordering::Less => self.list.push(finding),
            // Its message follows when all are counted.
            std::cmp::Ordering::Equal => self.list.push(Finding { track: None, fix: None, ..finding }),
            std::cmp::Ordering::Greater => {}
        }
    }

    /// The worst first, then in the order of `tracks`.
    pub(super) fn in_order(mut self, tracks: &[LoadedTrack]) -> Vec<Finding> {
        let mut told: HashMap<&str, usize> = HashMap::new();
        for finding in &mut self.list {
            let told = told.entry(finding.rule).or_default();
            *told += 1;
            if *told > MOST_OF_A_RULE {
                let more = self.counts.get(finding.rule).map_or(0, |count| count - MOST_OF_A_RULE);
                finding.message = format!("{more} more findings of this rule");
            }
        }
        let places: HashMap<&str, usize> =
            tracks.iter().enumerate().map(|(place, track)| (track.track.name.as_str(), place)).collect();
        let place = |finding: &Finding| finding.track.as_deref().and_then(|name| places.get(name).copied());
        self.list.sort_by_cached_key(|finding| (std::cmp::Reverse(finding.severity), place(finding)));
        self.list
    }
}
