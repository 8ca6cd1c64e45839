//! Regions as WebVTT cue settings, best effort.
//!
//! Text in a region of TTML lies at its top, middle or bottom (`tts:displayAlign`); that line becomes the cue's line,
//! and the side to which text is aligned becomes its position. A region that ends in the lowest fifth and is filled
//! from the bottom is where WebVTT puts cues anyway. Text is centred unless alignment is said, as players show TTML
//! without styles, though TTML would start it at the left.

use super::super::settings::write_percent;
use super::namespace::Ns;
use super::style::{DisplayAlign, StyleSet, TextAlign, WritingMode};
use super::xml::Element;

/// Across and down.
pub(super) type Pair = (f32, f32);

/// What lengths are measured against: parameters of the root.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Canvas {
    /// `tts:extent` of the root, in pixels.
    pixels: Option<Pair>,
    /// `ttp:cellResolution`.
    cells: Pair,
}

impl Default for Canvas {
    fn default() -> Self {
        Canvas { pixels: None, cells: (32.0, 15.0) }
    }
}

impl Canvas {
    pub(super) fn of(root: &Element) -> Self {
        let two = |text: &str, unit| {
            let mut parts = text.split_ascii_whitespace().map(|part| number(part.strip_suffix(unit)?));
            let pair = (parts.next()??, parts.next()??);
            (pair.0 > 0.0 && pair.1 > 0.0).then_some(pair)
        };
        let pixels = root.get(Ns::Styling, "extent").and_then(|text| two(text, "px"));
        let cells = root.get(Ns::Parameter, "cellResolution").and_then(|text| two(text, ""));
        Canvas { pixels, cells: cells.unwrap_or((32.0, 15.0)) }
    }

    /// Two lengths as percent of the picture; `None` for `auto` and units that cannot be resolved.
    pub(super) fn pair(&self, text: &str) -> Option<Pair> {
        let mut parts = text.split_ascii_whitespace();
        let across = length(parts.next()?, self.cells.0, self.pixels.map(|pixels| pixels.0))?;
        let down = length(parts.next()?, self.cells.1, self.pixels.map(|pixels| pixels.1))?;
        Some((across, down))
    }
}

fn length(text: &str, cells: f32, pixels: Option<f32>) -> Option<f32> {
    let unit = text.find(|character: char| character.is_ascii_alphabetic() || character == '%')?;
    let (value, unit) = text.split_at_checked(unit)?;
    let value = number(value)?;
    let percent = match unit {
        "%" | "rw" | "rh" => value,
        "c" => value * 100.0 / cells,
        "px" => value * 100.0 / pixels?,
        _ => return None,
    };
    Some(percent.clamp(0.0, 100.0))
}

fn number(text: &str) -> Option<f32> {
    text.parse().ok().filter(|number: &f32| number.is_finite() && (0.0..1e6).contains(number))
}

/// The cue settings of text with this look in this region.
pub(super) fn settings(text: &StyleSet, region: Option<&StyleSet>) -> String {
    let nothing = StyleSet::default();
    let region = region.unwrap_or(&nothing);
    let align = text.text_align.or(region.text_align).unwrap_or(TextAlign::Center);
    let vertical = match region.writing_mode {
        Some(WritingMode::RightToLeft) => Some("vertical:rl".to_owned()),
        Some(WritingMode::LeftToRight) => Some("vertical:lr".to_owned()),
        _ => None,
    };
    // Columns have their line across; how far is left to the player.
    let (line, position) = match vertical {
        Some(_) => (None, None),
        None => (line(region), position(region, align)),
    };
    let parts = [vertical, line, position, alignment(align).map(str::to_owned)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn line(region: &StyleSet) -> Option<String> {
    const LOW: f32 = 80.0;
    let placed = region.origin.is_some() || region.extent.is_some();
    // TTML fills regions from the top unless it says otherwise; without a region that would be nowhere in particular.
    let fill = region.display_align.or(placed.then_some(DisplayAlign::Before))?;
    let (_, top) = region.origin.unwrap_or_default();
    let height = region.extent.map_or(100.0, |(_, height)| height).min(100.0 - top);
    match fill {
        DisplayAlign::Before if top == 0.0 => Some("line:0".to_owned()),
        DisplayAlign::Before => Some(format!("line:{}", write_percent(top))),
        DisplayAlign::Center => Some(format!("line:{},center", write_percent(top + height / 2.0))),
        DisplayAlign::After if top + height >= LOW => None,
        DisplayAlign::After => Some(format!("line:{},end", write_percent(top + height))),
    }
}

fn position(region: &StyleSet, align: TextAlign) -> Option<String> {
    let (left, _) = region.origin?;
    let (width, _) = region.extent?;
    let right = (left + width).min(100.0);
    let at = match align {
        TextAlign::Start | TextAlign::Left => left,
        TextAlign::Center => left + (right - left) / 2.0,
        TextAlign::End | TextAlign::Right => right,
    };
    // Nobody sees two percent, and a region with a border on one side only is common.
    let centred = align == TextAlign::Center && (at - 50.0).abs() <= 2.0;
    (!centred).then(|| format!("position:{}", write_percent(at)))
}

fn alignment(align: TextAlign) -> Option<&'static str> {
    match align {
        TextAlign::Start => Some("align:start"),
        TextAlign::Left => Some("align:left"),
        TextAlign::Center => None,
        TextAlign::Right => Some("align:right"),
        TextAlign::End => Some("align:end"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(origin: Pair, extent: Pair, display_align: DisplayAlign) -> StyleSet {
        let display_align = Some(display_align);
        StyleSet { origin: Some(origin), extent: Some(extent), display_align, ..StyleSet::default() }
    }

    fn aligned(align: TextAlign) -> StyleSet {
        StyleSet { text_align: Some(align), ..StyleSet::default() }
    }

    #[test]
    fn the_usual_place_needs_no_settings() {
        let bottom = region((10.0, 10.0), (80.0, 80.0), DisplayAlign::After);
        assert_eq!(settings(&StyleSet::default(), Some(&bottom)), "");
        assert_eq!(settings(&StyleSet::default(), None), "");
    }

    #[test]
    fn lines_follow_the_side_that_text_gathers_at() {
        let place = |align| settings(&StyleSet::default(), Some(&region((10.0, 20.0), (80.0, 30.0), align)));
        assert_eq!(place(DisplayAlign::Before), "line:20%");
        assert_eq!(place(DisplayAlign::Center), "line:35%,center");
        assert_eq!(place(DisplayAlign::After), "line:50%,end");
        let whole = StyleSet { display_align: Some(DisplayAlign::Before), ..StyleSet::default() };
        assert_eq!(settings(&StyleSet::default(), Some(&whole)), "line:0");
    }

    #[test]
    fn positions_follow_alignment() {
        let left = region((10.0, 50.0), (30.0, 40.0), DisplayAlign::After);
        let place = |align| settings(&aligned(align), Some(&left));
        assert_eq!(place(TextAlign::Left), "position:10% align:left");
        assert_eq!(place(TextAlign::Center), "position:25%");
        assert_eq!(place(TextAlign::End), "position:40% align:end");
        assert_eq!(settings(&aligned(TextAlign::Start), None), "align:start");
    }

    #[test]
    fn vertical_text() {
        let region = StyleSet { writing_mode: Some(WritingMode::RightToLeft), ..StyleSet::default() };
        assert_eq!(settings(&StyleSet::default(), Some(&region)), "vertical:rl");
    }

    #[test]
    fn lengths_of_all_units() {
        let canvas = Canvas { pixels: Some((1280.0, 720.0)), cells: (40.0, 24.0) };
        assert_eq!(canvas.pair("10% 20.5%"), Some((10.0, 20.5)));
        assert_eq!(canvas.pair("640px 360px"), Some((50.0, 50.0)));
        assert_eq!(canvas.pair("10c 12c"), Some((25.0, 50.0)));
        assert_eq!(canvas.pair("10rw 500rh"), Some((10.0, 100.0)));
        for text in ["auto", "1em 2em", "10%", "x% y%", "-5% 5%", "1e9% 1%", "NaN% 1%"] {
            assert_eq!(canvas.pair(text), None, "{text}");
        }
        assert_eq!(Canvas::default().pair("10px 10px"), None);
    }
}
