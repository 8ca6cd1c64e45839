//! What was found wrong while reading: what refuses the document, and what of it is left aside.

use crate::document::{DocumentError, Problem};
use crate::track::rules::{Breach, Rule};
use std::ops::Range;

/// The problems found so far: those that refuse the document, and what of it can be ignored.
#[derive(Debug, Default)]
pub(in crate::document) struct Problems {
    refused: Vec<Problem>,
    more_refused: usize,
    ignored: Vec<Breach>,
    /// The rule of the first that is not listed, and how many are not.
    more_ignored: Option<(Rule, usize)>,
}

impl Problems {
    /// A person mends a few and tries again; more would only cost memory.
    const LISTED: usize = 100;

    /// Refuses the document.
    pub(in crate::document) fn refuse(&mut self, field: impl Into<String>, problem: impl Into<String>) {
        self.refuse_with(|| Problem { field: field.into(), problem: problem.into() });
    }

    /// Adds what is made only if it will be listed.
    pub(super) fn refuse_with(&mut self, make: impl FnOnce() -> Problem) {
        if self.refused.len() < Self::LISTED {
            self.refused.push(make());
        } else {
            self.more_refused += 1;
        }
    }

    /// Leaves a field or an element aside.
    pub(in crate::document) fn ignore(
        &mut self,
        rule: Rule,
        field: &'static str,
        path: impl Into<String>,
        problem: String,
    ) {
        if self.ignored.len() < Self::LISTED {
            self.ignored.push(Breach { rule, track: None, field, path: path.into(), problem });
        } else {
            self.more_ignored.get_or_insert((rule, 0)).1 += 1;
        }
    }

    pub(in crate::document) fn ignored(&self) -> usize {
        self.ignored.len()
    }

    /// Names the track of some of what was ignored, by its places in the order of finding.
    pub(in crate::document) fn of_track(&mut self, places: Range<usize>, name: &str) {
        let of_track = self.ignored.get_mut(places).unwrap_or_default();
        of_track.iter_mut().for_each(|breach| breach.track = Some(name.to_owned()));
    }

    /// What was ignored, whatever else was found.
    pub(in crate::document) fn all_ignored(mut self) -> Vec<Breach> {
        if let Some((rule, count)) = self.more_ignored {
            let problem = format!("{count} more things are ignored");
            self.ignored.push(Breach { rule, track: None, field: "tracks", path: "tracks".to_owned(), problem });
        }
        self.ignored
    }

    /// What was ignored, if nothing refuses the document.
    pub(in crate::document) fn none_refuse(mut self) -> Result<Vec<Breach>, DocumentError> {
        let refused = std::mem::take(&mut self.refused);
        if refused.is_empty() { Ok(self.all_ignored()) } else { Err(refusal(refused, self.more_refused)) }
    }

    /// Whether nothing was found at all: to a program, what a person would be forgiven is an error too.
    pub(in crate::document) fn none(self) -> Result<(), DocumentError> {
        let more = self.more_refused + self.more_ignored.map_or(0, |(_, count)| count);
        let ignored = self.ignored.into_iter().map(|breach| Problem { field: breach.path, problem: breach.problem });
        let problems: Vec<Problem> = self.refused.into_iter().chain(ignored).collect();
        if problems.is_empty() { Ok(()) } else { Err(refusal(problems, more)) }
    }
}

fn refusal(mut problems: Vec<Problem>, more: usize) -> DocumentError {
    if more > 0 {
        problems.push(Problem { field: String::new(), problem: format!("and {more} more problems") });
    }
    DocumentError { problems }
}
