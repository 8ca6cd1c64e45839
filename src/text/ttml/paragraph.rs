//! A `<p>` being read: runs of text, each with its own time, and the cues they make.

use super::super::runs::{self, Run, Style};
use super::OpenCue;

/// A `<p>` and what has been read of it.
#[derive(Debug)]
pub(super) struct Paragraph {
    time: Span,
    pub(super) settings: String,
    forced: bool,
    runs: Vec<TimedRun>,
}

/// From a moment to another, or for ever, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) begin: u64,
    pub(super) end: Option<u64>,
}

impl Span {
    /// Where what follows something that never ends begins.
    pub(super) const NEVER: u64 = u64::MAX;

    pub(super) fn is_empty(&self) -> bool {
        self.begin == Self::NEVER || self.end.is_some_and(|end| end <= self.begin)
    }

    fn covers(&self, moment: u64) -> bool {
        self.begin <= moment && self.end.is_none_or(|end| moment < end)
    }
}

#[derive(Debug)]
struct TimedRun {
    time: Span,
    run: Run,
}

impl Paragraph {
    pub(super) fn new(time: Span, settings: String, forced: bool) -> Self {
        Paragraph { time, settings, forced, runs: Vec::new() }
    }

    pub(super) fn push(&mut self, time: Span, style: Style, text: &str) {
        match self.runs.last_mut().filter(|last| last.time == time && last.run.style == style) {
            Some(last) => last.run.text.push_str(text),
            None => self.runs.push(TimedRun { time, run: Run { style, text: text.to_owned() } }),
        }
    }

    /// Whether nothing has been read that can be seen.
    pub(super) fn is_blank(&self) -> bool {
        self.runs.iter().all(|timed| timed.run.text.trim().is_empty())
    }

    /// The cues: one, or where spans come and go, one for each stretch in which the same text is shown.
    ///
    /// Text that stays while other text comes is repeated, so cues may take more room than the document. `budget` is
    /// how many bytes they may take; beyond it the whole text is shown all the time. False if that was so.
    pub(super) fn into_cues(self, budget: &mut usize, cues: &mut Vec<OpenCue>) -> bool {
        let moments = self.moments();
        let bytes: usize = self.runs.iter().map(|timed| timed.run.text.len() + 1).sum();
        let repeated = bytes.saturating_mul(moments.len());
        let affordable = moments.len() <= 1 || repeated <= *budget;
        if moments.len() <= 1 || !affordable {
            let runs: Vec<Run> = self.runs.into_iter().map(|timed| timed.run).collect();
            let time = Span { begin: moments.first().copied().unwrap_or(self.time.begin), end: self.time.end };
            let whole = Stretch { settings: self.settings, forced: self.forced };
            whole.cue(time, &runs, cues);
            return affordable;
        }
        *budget -= repeated;
        let whole = Stretch { settings: self.settings, forced: self.forced };
        for (place, &begin) in moments.iter().enumerate() {
            let shown = self.runs.iter().filter(|timed| timed.time.covers(begin));
            let runs: Vec<Run> = shown.map(|timed| timed.run.clone()).collect();
            let end = moments.get(place + 1).copied().or(self.time.end);
            whole.cue(Span { begin, end }, &runs, cues);
        }
        true
    }

    /// When what is shown changes: once, unless spans are timed apart.
    fn moments(&self) -> Vec<u64> {
        let mut moments: Vec<u64> = Vec::new();
        for timed in &self.runs {
            moments.push(timed.time.begin);
            moments.extend(timed.time.end.filter(|&end| Some(end) != self.time.end));
        }
        moments.sort_unstable();
        moments.dedup();
        moments
    }
}

/// What the cues of a paragraph have in common.
struct Stretch {
    settings: String,
    forced: bool,
}

impl Stretch {
    fn cue(&self, time: Span, runs: &[Run], cues: &mut Vec<OpenCue>) {
        let payload = runs::to_payload(runs);
        if payload.is_empty() || time.is_empty() {
            return;
        }
        cues.push(OpenCue {
            start: time.begin,
            end: time.end,
            settings: self.settings.clone(),
            payload,
            forced: self.forced,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(begin: u64, end: u64) -> Span {
        Span { begin, end: Some(end) }
    }

    fn cues(time: Span, runs: &[(Span, &str)], mut budget: usize) -> (Vec<(u64, u64, String)>, bool) {
        let mut paragraph = Paragraph::new(time, String::new(), false);
        runs.iter().for_each(|(time, text)| paragraph.push(*time, Style::default(), text));
        let mut cues = Vec::new();
        let affordable = paragraph.into_cues(&mut budget, &mut cues);
        (cues.into_iter().map(|cue| (cue.start, cue.end.unwrap(), cue.payload)).collect(), affordable)
    }

    fn cue(begin: u64, end: u64, text: &str) -> (u64, u64, String) {
        (begin, end, text.to_owned())
    }

    #[test]
    fn one_time_one_cue() {
        let whole = span(10, 20);
        assert_eq!(cues(whole, &[(whole, "a "), (whole, "b")], 0), (vec![cue(10, 20, "a b")], true));
        assert_eq!(cues(whole, &[(whole, " \n")], 0), (vec![], true));
        assert_eq!(cues(whole, &[], 0), (vec![], true));
    }

    #[test]
    fn words_that_come_one_by_one() {
        let runs = [(span(10, 20), "a "), (span(13, 20), "b "), (span(16, 18), "c")];
        let expected = [cue(10, 13, "a"), cue(13, 16, "a b"), cue(16, 18, "a b c"), cue(18, 20, "a b")];
        assert_eq!(cues(span(10, 20), &runs, 1000), (expected.to_vec(), true));
    }

    #[test]
    fn times_with_nothing_to_show_have_no_cue() {
        let runs = [(span(10, 12), "a"), (span(14, 16), "b")];
        assert_eq!(cues(span(10, 20), &runs, 1000).0, [cue(10, 12, "a"), cue(14, 16, "b")]);
    }

    #[test]
    fn beyond_the_budget_all_is_shown_at_once() {
        let runs = [(span(10, 20), "a "), (span(13, 20), "b")];
        assert_eq!(cues(span(10, 20), &runs, 3), (vec![cue(10, 20, "a b")], false));
    }
}
