//! SegmentTemplate (ISO/IEC 23009-1 5.3.9.4): the names and times of segments.

use crate::load::Address;
use crate::load::title::{MAX_PARTS, Part, Piece, Timeline};
use crate::load::xml::Element;

/// A template with what it inherits.
pub(super) struct Template<'a> {
    /// From the representation up.
    templates: Vec<&'a Element>,
    id: &'a str,
    bandwidth: &'a str,
}

impl<'a> Template<'a> {
    /// The template of the innermost of `levels`; `None` where no level has one.
    pub(super) fn new(levels: &[&'a Element], id: &'a str, bandwidth: &'a str) -> Option<Template<'a>> {
        let templates: Vec<&Element> = levels.iter().rev().filter_map(|level| level.child("SegmentTemplate")).collect();
        (!templates.is_empty()).then_some(Template { templates, id, bandwidth })
    }

    /// The segments, of a period that is `end` seconds long.
    pub(super) fn timeline(&self, base: &Address, end: Option<f64>) -> Result<Timeline, String> {
        let media = self.attribute("media").ok_or_else(|| self.problem("has no media attribute"))?;
        let timescale = self.number("timescale", 1)?;
        if timescale == 0 {
            return Err(self.problem("has a timescale of 0"));
        }
        let offset = self.number("presentationTimeOffset", 0)?;
        let first_number = self.number("startNumber", 1)?;
        let mut timeline = Timeline::default();
        if let Some(name) = self.attribute("initialization") {
            timeline.inits.push(Piece { address: base.resolve(&self.name(name, 0, 0))?, range: None });
        }
        let in_seconds = |ticks: u64| ticks as f64 / timescale as f64;
        let end_ticks = end.map(|end| offset.saturating_add((end * timescale as f64).ceil() as u64));
        for (number, (time, duration)) in (first_number..).zip(self.times(offset, end_ticks)?) {
            let piece = Piece { address: base.resolve(&self.name(media, time, number))?, range: None };
            let start = in_seconds(time.saturating_sub(offset));
            let init = timeline.inits.len().checked_sub(1);
            timeline.parts.push(Part { piece, init, start, duration: in_seconds(duration) });
        }
        Ok(timeline)
    }

    /// Start and duration of each segment, in ticks.
    fn times(&self, offset: u64, end: Option<u64>) -> Result<Vec<(u64, u64)>, String> {
        if let Some(timeline) = self.templates.iter().find_map(|template| template.child("SegmentTimeline")) {
            return self.listed_times(timeline, end);
        }
        let duration = self.number("duration", 0)?;
        let end = end.ok_or_else(|| self.problem("has no SegmentTimeline, and the period no duration"))?;
        if duration == 0 {
            return Err(self.problem("has neither a SegmentTimeline nor a duration"));
        }
        self.check_count(end.saturating_sub(offset) / duration)?;
        Ok((offset..end).step_by(duration as usize).map(|time| (time, duration.min(end - time))).collect())
    }

    /// ISO/IEC 23009-1 5.3.9.6: a run of `r + 1` segments; a negative `r` runs to the next `t` or the end.
    fn listed_times(&self, timeline: &Element, end: Option<u64>) -> Result<Vec<(u64, u64)>, String> {
        let runs: Vec<&Element> = timeline.all("S").collect();
        let (mut times, mut time) = (Vec::new(), 0_u64);
        for (place, run) in runs.iter().enumerate() {
            let field = |element: &Element, name| element.attribute(name).and_then(|text| text.parse::<i64>().ok());
            time = field(run, "t").and_then(|time| u64::try_from(time).ok()).unwrap_or(time);
            let duration = field(run, "d").and_then(|duration| u64::try_from(duration).ok()).filter(|d| *d > 0);
            let duration = duration.ok_or_else(|| self.problem("has an S without a duration"))?;
            let count = match field(run, "r").unwrap_or(0) {
                repeats @ 0.. => repeats as u64 + 1,
                _ => {
                    let next = runs.get(place + 1).and_then(|next| field(next, "t")).map(|t| t.max(0) as u64);
                    let end = next.or(end).ok_or_else(|| self.problem("has an S that repeats without an end"))?;
                    end.saturating_sub(time).div_ceil(duration)
                }
            };
            self.check_count((times.len() as u64).saturating_add(count))?;
            for _ in 0..count {
                times.push((time, duration));
                time = time.saturating_add(duration);
            }
        }
        Ok(times)
    }

    fn check_count(&self, count: u64) -> Result<(), String> {
        match count <= MAX_PARTS as u64 {
            true => Ok(()),
            false => Err(self.problem(&format!("speaks of {count} segments; {MAX_PARTS} can be played"))),
        }
    }

    fn attribute(&self, name: &str) -> Option<&'a str> {
        self.templates.iter().find_map(|template| template.attribute(name))
    }

    fn number(&self, name: &str, default: u64) -> Result<u64, String> {
        let Some(text) = self.attribute(name) else { return Ok(default) };
        text.parse().map_err(|_| self.problem(&format!("says {name}={text:?}, which is no whole number")))
    }

    fn problem(&self, problem: &str) -> String {
        format!("the SegmentTemplate of representation {:?} {problem}", self.id)
    }

    /// Fills in a name (ISO/IEC 23009-1 5.3.9.4.4). An identifier that is not known stays as it is.
    fn name(&self, template: &str, time: u64, number: u64) -> String {
        let mut name = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('$') {
            name.push_str(before);
            let Some((inside, after)) = after.split_once('$') else {
                name.push('$');
                rest = after;
                break;
            };
            let (identifier, width) = match inside.split_once("%0") {
                Some((identifier, width)) => (identifier, width.trim_end_matches('d').parse().unwrap_or(1_usize)),
                None => (inside, 1),
            };
            let value = match identifier {
                "" => "$".to_owned(),
                "RepresentationID" => self.id.to_owned(),
                "Bandwidth" => self.bandwidth.to_owned(),
                "Time" => time.to_string(),
                "Number" => number.to_string(),
                _ => format!("${inside}$"),
            };
            // A longer number than 20 digits does not exist.
            name.extend(std::iter::repeat_n('0', width.min(20).saturating_sub(value.len())));
            name.push_str(&value);
            rest = after;
        }
        name + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(timeline: &str, end: Option<u64>) -> Result<Vec<(u64, u64)>, String> {
        let level = Element::parse(&format!("<R><SegmentTemplate>{timeline}</SegmentTemplate></R>")).unwrap();
        Template::new(&[&level], "v", "1").unwrap().times(0, end)
    }

    #[test]
    fn names_are_filled_in() {
        let level = Element::parse("<R><SegmentTemplate/></R>").unwrap();
        let template = Template::new(&[&level], "v", "500").unwrap();
        for (name, expected) in [
            ("$RepresentationID$-$Bandwidth$/$Time$.m4s", "v-500/9.m4s"),
            ("$Number%05d$.m4s", "00003.m4s"),
            ("a$$b$Time%02d$", "a$b09"),
            ("$Other$-$", "$Other$-$"),
        ] {
            assert_eq!(template.name(name, 9, 3), expected);
        }
    }

    #[test]
    fn runs_end_where_the_next_begins_or_the_period_ends() {
        let runs = r#"<SegmentTimeline><S t="5" d="10" r="-1"/><S t="30" d="4" r="-1"/></SegmentTimeline>"#;
        assert_eq!(times(runs, Some(37)).unwrap(), [(5, 10), (15, 10), (25, 10), (30, 4), (34, 4)]);
        assert!(times(runs, None).unwrap_err().contains("without an end"));
        assert!(times(r#"<SegmentTimeline><S t="5" d="0"/></SegmentTimeline>"#, None).is_err());
    }

    #[test]
    fn even_segments_end_with_the_period() {
        let level = Element::parse(r#"<R><SegmentTemplate duration="10"/></R>"#).unwrap();
        let times = Template::new(&[&level], "v", "1").unwrap().times(5, Some(28)).unwrap();
        assert_eq!(times, [(5, 10), (15, 10), (25, 3)]);
    }
}
