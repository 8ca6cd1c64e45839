//! WebVTT cue settings taken apart (W3C WebVTT 6.3, "parse the WebVTT cue settings").

/// What the settings say; `None` and empty where they do not.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Settings {
    pub(super) vertical: Option<Vertical>,
    pub(super) line: Option<Line>,
    pub(super) line_align: Edge,
    /// Percent of the width.
    pub(super) position: Option<f32>,
    pub(super) position_align: Option<Edge>,
    /// Percent of the width.
    pub(super) size: Option<f32>,
    pub(super) align: Align,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vertical {
    /// Lines follow each other from right to left.
    RightToLeft,
    LeftToRight,
}

impl Vertical {
    fn as_str(self) -> &'static str {
        match self {
            Vertical::RightToLeft => "rl",
            Vertical::LeftToRight => "lr",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Line {
    /// Lines of text from the top, or from the bottom where negative: -1 is the last.
    Number(i32),
    Percent(f32),
}

impl Line {
    /// Lines that players fit into a picture.
    const IN_PICTURE: f32 = 15.0;

    fn number(self) -> i32 {
        match self {
            Line::Number(number) => number,
            Line::Percent(percent) => (percent / 100.0 * Line::IN_PICTURE).round().min(Line::IN_PICTURE - 1.0) as i32,
        }
    }
}

/// Which part of the cue box is put in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Edge {
    #[default]
    Start,
    Center,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Align {
    Start,
    #[default]
    Center,
    End,
    Left,
    Right,
}

impl Align {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Align::Start => "start",
            Align::Center => "center",
            Align::End => "end",
            Align::Left => "left",
            Align::Right => "right",
        }
    }
}

impl Settings {
    /// Reads what can be read; what is unknown or wrong is ignored, as the specification has it.
    pub(super) fn parse(text: &str) -> Self {
        let mut settings = Settings::default();
        for (name, value) in text.split_ascii_whitespace().filter_map(|setting| setting.split_once(':')) {
            settings.set(name, value);
        }
        settings
    }

    /// What of the settings needs no percentage: writing direction, line by number, alignment.
    pub(super) fn without_percentages(&self) -> String {
        let vertical = self.vertical.map(|vertical| format!("vertical:{}", vertical.as_str()));
        let line = self.line.map(|line| format!("line:{}", line.number()));
        let align = (self.align != Align::default()).then(|| format!("align:{}", self.align.as_str()));
        [vertical, line, align].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn set(&mut self, name: &str, value: &str) {
        let (head, tail) = value.split_once(',').map_or((value, None), |(head, tail)| (head, Some(tail)));
        match name {
            "vertical" => self.vertical = vertical(value).or(self.vertical),
            "size" => self.size = percent(value).or(self.size),
            "align" => self.align = align(value).unwrap_or(self.align),
            "line" => {
                if let (Some(line), Ok(edge)) = (line(head), tail.map_or(Ok(Edge::Start), line_edge)) {
                    (self.line, self.line_align) = (Some(line), edge);
                }
            }
            "position" => {
                if let (Some(position), Ok(edge)) = (percent(head), tail.map(position_edge).transpose()) {
                    (self.position, self.position_align) = (Some(position), edge);
                }
            }
            _ => {}
        }
    }
}

fn vertical(value: &str) -> Option<Vertical> {
    match value {
        "rl" => Some(Vertical::RightToLeft),
        "lr" => Some(Vertical::LeftToRight),
        _ => None,
    }
}

fn align(value: &str) -> Option<Align> {
    match value {
        "start" => Some(Align::Start),
        "center" | "middle" => Some(Align::Center),
        "end" => Some(Align::End),
        "left" => Some(Align::Left),
        "right" => Some(Align::Right),
        _ => None,
    }
}

fn line(value: &str) -> Option<Line> {
    match value.ends_with('%') {
        true => percent(value).map(Line::Percent),
        false => value.parse().ok().map(Line::Number),
    }
}

fn line_edge(value: &str) -> Result<Edge, ()> {
    match value {
        "start" => Ok(Edge::Start),
        "center" => Ok(Edge::Center),
        "end" => Ok(Edge::End),
        _ => Err(()),
    }
}

fn position_edge(value: &str) -> Result<Edge, ()> {
    match value {
        "line-left" => Ok(Edge::Start),
        "center" | "middle" => Ok(Edge::Center),
        "line-right" => Ok(Edge::End),
        _ => Err(()),
    }
}

/// A percentage from 0 to 100.
pub(super) fn percent(value: &str) -> Option<f32> {
    let number = value.strip_suffix('%')?;
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    number.parse().ok().filter(|number| plain && (0.0..=100.0).contains(number))
}

/// A percentage as it is written: at most two decimals, none that are zero.
pub(super) fn write_percent(value: f32) -> String {
    let text = format!("{:.2}", value.clamp(0.0, 100.0));
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_settings() {
        let settings = Settings::parse("vertical:rl line:10%,center position:20%,line-right size:30.5% align:left");
        let expected = Settings {
            vertical: Some(Vertical::RightToLeft),
            line: Some(Line::Percent(10.0)),
            line_align: Edge::Center,
            position: Some(20.0),
            position_align: Some(Edge::End),
            size: Some(30.5),
            align: Align::Left,
        };
        assert_eq!(settings, expected);
        assert_eq!(Settings::parse("line:-2").line, Some(Line::Number(-2)));
    }

    #[test]
    fn what_is_wrong_is_ignored() {
        let text = "line:x line:5,upper position:120% size:-1% size:NaN% align:high vertical: :: region:r align";
        assert_eq!(Settings::parse(text), Settings::default());
    }

    #[test]
    fn what_needs_no_percentage_is_kept() {
        for (settings, kept) in [
            ("", ""),
            ("line:10%", "line:2"),
            ("line:85%,end", "line:13"),
            ("line:0% position:50%", "line:0"),
            ("line:100%", "line:14"),
            ("line:-2,center align:center", "line:-2"),
            ("position:30%,line-left size:50% align:start", "align:start"),
            ("vertical:rl line:3 align:right region:r", "vertical:rl line:3 align:right"),
            ("startTime:never text:x", ""),
        ] {
            assert_eq!(Settings::parse(settings).without_percentages(), kept, "{settings}");
        }
    }

    #[test]
    fn percentages_are_short() {
        assert_eq!(write_percent(50.0), "50%");
        assert_eq!(write_percent(33.333_332), "33.33%");
        assert_eq!(write_percent(0.5), "0.5%");
        assert_eq!(write_percent(-3.0), "0%");
        assert_eq!(write_percent(100.0), "100%");
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "(line|position|size|align|:|,|%|[0-9. -]|start){0,20}") {
            let kept = Settings::parse(&text).without_percentages();
            prop_assert!(!kept.contains(['%', ',']));
            prop_assert_eq!(Settings::parse(&kept).without_percentages(), kept);
        }
    }
}
