//! Where an IMSC region must lie to show a cue where its WebVTT settings put it.
//!
//! WebVTT places a cue by its line and position, TTML by a region that text fills from its top, its middle or its
//! bottom. Best effort: percentages are exact, line numbers become steps of a line height, regions of WebVTT are not
//! looked at, and everything stays within a margin.

use super::settings::{Align, Edge, Line, Settings, Vertical};

/// A region: where, and how text lies in it. All lengths are percent of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placement {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    /// Where text gathers in the block direction: `before`, `center` or `after`.
    pub(super) display_align: &'static str,
    pub(super) text_align: &'static str,
    /// TTML writing mode; `None` is horizontal.
    pub(super) writing_mode: Option<&'static str>,
}

/// Kept free at each edge.
const MARGIN: f32 = 5.0;
/// Height of a line at the font size of the documents written.
const LINE: f32 = 6.0;
/// A region needs room for a line or two, however near to an edge it is asked to be.
const LEAST: f32 = 12.0;

impl Placement {
    pub(super) fn of(settings: &str) -> Self {
        let settings = Settings::parse(settings);
        let (x, width) = across(&settings);
        let (y, height, display_align) = down(&settings);
        let text_align = settings.align.as_str();
        let upright = Placement { x, y, width, height, display_align, text_align, writing_mode: None };
        match settings.vertical {
            None => upright,
            // Lines are columns now: what was across goes down.
            Some(Vertical::RightToLeft) => Placement {
                x: 100.0 - y - height,
                y: x,
                width: height,
                height: width,
                writing_mode: Some("tbrl"),
                ..upright
            },
            Some(Vertical::LeftToRight) => {
                Placement { x: y, y: x, width: height, height: width, writing_mode: Some("tblr"), ..upright }
            }
        }
    }
}

/// Start and width along the line, from position, size and alignment (W3C WebVTT 7.2).
fn across(settings: &Settings) -> (f32, f32) {
    let (edge, default) = match settings.align {
        Align::Start | Align::Left => (Edge::Start, 0.0),
        Align::Center => (Edge::Center, 50.0),
        Align::End | Align::Right => (Edge::End, 100.0),
    };
    let position = settings.position.unwrap_or(default).clamp(MARGIN, 100.0 - MARGIN);
    let size = settings.size.unwrap_or(100.0);
    let room = |most: f32| size.min(most).max(LEAST);
    let (start, width) = match settings.position_align.unwrap_or(edge) {
        Edge::Start => (position, room(100.0 - MARGIN - position)),
        Edge::Center => {
            let width = room(2.0 * (position - MARGIN).min(100.0 - MARGIN - position));
            (position - width / 2.0, width)
        }
        Edge::End => {
            let width = room(position - MARGIN);
            (position - width, width)
        }
    };
    (start.clamp(0.0, 100.0 - width), width)
}

/// Start and height across the lines, and where text gathers.
fn down(settings: &Settings) -> (f32, f32, &'static str) {
    let bottom = 100.0 - MARGIN;
    let below = |top: f32| {
        let top = top.clamp(MARGIN, bottom - LEAST);
        (top, bottom - top, "before")
    };
    let above = |end: f32| {
        let end = end.clamp(MARGIN + LEAST, bottom);
        (MARGIN, end - MARGIN, "after")
    };
    let number = |lines: i32| (lines.clamp(0, 100) as f32) * LINE;
    match (settings.line, settings.line_align) {
        (None, _) => above(bottom),
        (Some(Line::Number(line)), _) if line >= 0 => below(MARGIN + number(line)),
        (Some(Line::Number(line)), _) => above(bottom - number(line.saturating_add(1).saturating_neg())),
        (Some(Line::Percent(at)), Edge::End) => above(at),
        (Some(Line::Percent(at)), Edge::Center) => {
            let half = (at - MARGIN).min(bottom - at).max(LEAST / 2.0);
            let top = (at - half).clamp(0.0, 100.0 - 2.0 * half);
            (top, 2.0 * half, "center")
        }
        // A cue that starts near the bottom would leave the picture; players move it up to the last line.
        (Some(Line::Percent(at)), Edge::Start) if at > bottom - LEAST => above(bottom),
        (Some(Line::Percent(at)), Edge::Start) => below(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(settings: &str) -> (f32, f32, f32, f32, &'static str, &'static str) {
        let Placement { x, y, width, height, display_align, text_align, .. } = Placement::of(settings);
        (x, y, width, height, display_align, text_align)
    }

    #[test]
    fn bottom_and_top() {
        assert_eq!(place(""), (5.0, 5.0, 90.0, 90.0, "after", "center"));
        assert_eq!(place("line:-1"), place(""));
        assert_eq!(place("line:0"), (5.0, 5.0, 90.0, 90.0, "before", "center"));
        assert_eq!(place("line:20%"), (5.0, 20.0, 90.0, 75.0, "before", "center"));
        assert_eq!(place("line:80%,end"), (5.0, 5.0, 90.0, 75.0, "after", "center"));
        assert_eq!(place("line:50%,center"), (5.0, 5.0, 90.0, 90.0, "center", "center"));
        assert_eq!(place("line:90%"), place(""));
    }

    #[test]
    fn sides() {
        assert_eq!(place("align:left"), (5.0, 5.0, 90.0, 90.0, "after", "left"));
        assert_eq!(place("position:60% align:start size:30%"), (60.0, 5.0, 30.0, 90.0, "after", "start"));
        assert_eq!(place("position:40% align:end"), (5.0, 5.0, 35.0, 90.0, "after", "end"));
        assert_eq!(place("position:30% size:20%"), (20.0, 5.0, 20.0, 90.0, "after", "center"));
    }

    #[test]
    fn vertical_text_stands_in_columns() {
        let placement = Placement::of("vertical:rl line:0");
        assert_eq!((placement.writing_mode, placement.display_align), (Some("tbrl"), "before"));
        assert_eq!(Placement::of("vertical:lr").writing_mode, Some("tblr"));
    }

    proptest! {
        #[test]
        fn every_region_is_within_the_picture(
            line in prop::option::of("-?[0-9]{1,9}|[0-9]{1,2}%(,start|,center|,end)?"),
            position in prop::option::of("[0-9]{1,2}%(,line-left|,center|,line-right)?"),
            size in prop::option::of("[0-9]{1,2}%"),
            rest in "( align:(start|center|end|left|right))?( vertical:(rl|lr))?",
        ) {
            let setting = |name: &str, value: Option<String>| value.map(|value| format!(" {name}:{value}")).unwrap_or_default();
            let text = setting("line", line) + &setting("position", position) + &setting("size", size) + &rest;
            let Placement { x, y, width, height, .. } = Placement::of(&text);
            prop_assert!(width >= 1.0 && height >= 1.0, "{text}: {width} {height}");
            prop_assert!(x > -0.01 && y > -0.01 && x + width < 100.01 && y + height < 100.01, "{text}: {x} {y} {width} {height}");
        }
    }
}
