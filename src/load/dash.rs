//! The MPD as a player reads it (ISO/IEC 23009-1): the first period, whose representations name their segments by
//! template.

mod template;

use super::Address;
use super::title::{Choice, Part, Piece, Stream, Timeline, Title};
use super::xml::Element;
use crate::track::TrackType;
use std::sync::Arc;
use template::Template;

/// Reads an MPD.
pub(super) fn title(address: &Address, text: &[u8]) -> Result<Title, String> {
    let text = str::from_utf8(text).map_err(|_| format!("{address} is not UTF-8"))?;
    let mpd = Element::parse(text).map_err(|problem| format!("{address} is no MPD: {problem}"))?;
    if mpd.name != "MPD" {
        return Err(format!("{address} is no MPD: its element is <{}>", mpd.name));
    }
    if mpd.attribute("type") == Some("dynamic") {
        return Err(format!("{address} is live (type=\"dynamic\"); recordings alone can be played"));
    }
    let period = mpd.child("Period").ok_or_else(|| format!("{address} has no Period"))?;
    let end = period.attribute("duration").or(mpd.attribute("mediaPresentationDuration")).and_then(seconds);
    let mut title = Title::default();
    for set in period.all("AdaptationSet").filter(|set| !is_trick_mode(set)) {
        let mut choice = Choice { name: name_of(set), rungs: Vec::new(), default: is_main(set) };
        let mut track_type = None;
        for representation in set.all("Representation") {
            let Some(found) = type_of(set, representation) else { continue };
            track_type = Some(found);
            let level = Level { levels: [&mpd, period, set, representation], end };
            choice.rungs.push(Stream::Listed(Arc::new(level.timeline(address)?)));
        }
        if let Some(track_type) = track_type {
            title.menu_mut(track_type).push(choice);
        }
    }
    if title.is_empty() {
        return Err(format!("{address} offers nothing to play"));
    }
    Ok(title)
}

/// A representation with what it inherits.
struct Level<'a> {
    /// From the MPD down to the representation.
    levels: [&'a Element; 4],
    /// Of the period, in seconds.
    end: Option<f64>,
}

impl Level<'_> {
    fn timeline(&self, address: &Address) -> Result<Timeline, String> {
        let base = self.base(address)?;
        let [.., representation] = self.levels;
        let id = representation.attribute("id").unwrap_or_default();
        let bandwidth = representation.attribute("bandwidth").unwrap_or_default();
        let template = Template::new(&self.levels, id, bandwidth);
        let timeline = match template {
            Some(template) => template.timeline(&base, self.end)?,
            // Text that is one file, which a player fetches whole.
            None if representation.child("BaseURL").is_some() && representation.child("SegmentBase").is_none() => {
                let piece = Piece { address: base, range: None };
                let duration = self.end.unwrap_or(1.0);
                Timeline { inits: Vec::new(), parts: vec![Part { piece, init: None, start: 0.0, duration }] }
            }
            None => {
                return Err(format!("{address}: representation {id:?} has no SegmentTemplate, which alone is played"));
            }
        };
        match timeline.parts.is_empty() {
            true => Err(format!("{address}: representation {id:?} has no segment")),
            false => Ok(timeline),
        }
    }

    /// ISO/IEC 23009-1 5.6.4: each level's BaseURL resolves against that above it.
    fn base(&self, address: &Address) -> Result<Address, String> {
        let bases = self.levels.iter().filter_map(|level| level.child("BaseURL"));
        bases.into_iter().try_fold(address.clone(), |address, base| address.resolve(&base.text))
    }
}

fn type_of(set: &Element, representation: &Element) -> Option<TrackType> {
    let said = |name| representation.attribute(name).or(set.attribute(name));
    let codecs = said("codecs").unwrap_or_default();
    let kind = set.attribute("contentType").or_else(|| said("mimeType")?.split('/').next())?;
    match kind {
        "video" => Some(TrackType::Video),
        "audio" => Some(TrackType::Audio),
        "text" => Some(TrackType::Text),
        "application" if codecs.starts_with("stpp") || codecs.starts_with("wvtt") => Some(TrackType::Text),
        _ => None,
    }
}

fn name_of(set: &Element) -> String {
    let label = set.child("Label").map(|label| label.text.as_str());
    label.or(set.attribute("lang")).or(set.attribute("id")).unwrap_or_default().to_owned()
}

fn is_main(set: &Element) -> bool {
    set.all("Role").any(|role| role.attribute("value") == Some("main"))
}

/// DASH-IF IOP 3.2.9: key frames for fast winding, which is not how people watch.
fn is_trick_mode(set: &Element) -> bool {
    let mut properties = set.all("EssentialProperty").chain(set.all("SupplementalProperty"));
    properties.any(|property| property.attribute("schemeIdUri") == Some("http://dashif.org/guidelines/trickmode"))
}

/// An `xs:duration` of days and less, in seconds.
fn seconds(text: &str) -> Option<f64> {
    let mut sum = 0.0;
    let mut in_time = false;
    let mut rest = text.strip_prefix('P')?;
    while let Some(first) = rest.chars().next() {
        if first == 'T' {
            (in_time, rest) = (true, &rest[1..]);
            continue;
        }
        let unit = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..unit].parse().ok()?;
        sum += number
            * match (rest[unit..].chars().next()?, in_time) {
                ('D', false) => 86_400.0,
                ('H', true) => 3600.0,
                ('M', true) => 60.0,
                ('S', true) => 1.0,
                _ => return None,
            };
        rest = &rest[unit + 1..];
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        Address::parse("http://a/harbour/manifest.mpd").unwrap()
    }

    fn read(content: &str) -> Result<Title, String> {
        let mpd =
            format!(r#"<MPD type="static" mediaPresentationDuration="PT1M2.5S"><Period>{content}</Period></MPD>"#);
        title(&address(), mpd.as_bytes())
    }

    const VIDEO: &str = r#"<AdaptationSet contentType="video"><BaseURL>v/</BaseURL>
        <SegmentTemplate timescale="10" initialization="$RepresentationID$/i.mp4" media="$RepresentationID$/$Time$.m4s">
        <SegmentTimeline><S t="0" d="60" r="1"/><S d="45"/></SegmentTimeline></SegmentTemplate>
        <Representation id="low" bandwidth="1"/><Representation id="high" bandwidth="2"/></AdaptationSet>"#;

    #[test]
    fn sets_are_choices_and_representations_rungs() {
        let audio = r#"<AdaptationSet mimeType="audio/mp4" lang="de"><Role value="main"/>
            <SegmentTemplate duration="20" media="a$Number%03d$.m4s"/><Representation id="de"/></AdaptationSet>"#;
        let text = r#"<AdaptationSet contentType="text" lang="de"><Representation id="t"><BaseURL>t.vtt</BaseURL>
            </Representation></AdaptationSet>"#;
        let trick = VIDEO.replace(
            "<BaseURL>",
            r#"<EssentialProperty schemeIdUri="http://dashif.org/guidelines/trickmode"/><BaseURL>"#,
        );
        let title = read(&format!("{VIDEO}{audio}{text}{trick}")).unwrap();
        assert_eq!((title.video.len(), title.audio.len(), title.text.len()), (1, 1, 1));
        assert!(title.audio[0].default);
        let Stream::Listed(low) = &title.video[0].rungs[0] else { panic!("listed") };
        assert_eq!(low.inits[0].address.to_string(), "http://a/harbour/v/low/i.mp4");
        let parts: Vec<_> = low.parts.iter().map(|p| (p.piece.address.to_string(), p.start, p.duration)).collect();
        assert_eq!(
            parts[1..],
            [
                ("http://a/harbour/v/low/60.m4s".to_owned(), 6.0, 6.0),
                ("http://a/harbour/v/low/120.m4s".to_owned(), 12.0, 4.5)
            ]
        );
        let Stream::Listed(audio) = &title.audio[0].rungs[0] else { panic!("listed") };
        assert_eq!(
            (audio.parts.len(), audio.parts[3].piece.address.to_string().as_str()),
            (4, "http://a/harbour/a004.m4s")
        );
        let Stream::Listed(text) = &title.text[0].rungs[0] else { panic!("listed") };
        assert_eq!((text.parts.len(), text.end()), (1, 62.5));
    }

    #[test]
    fn what_cannot_be_played_is_said() {
        assert!(title(&address(), br#"<MPD type="dynamic"/>"#).unwrap_err().contains("live"));
        assert!(title(&address(), b"<html/>").unwrap_err().contains("<html>"));
        assert!(read("").unwrap_err().contains("nothing to play"));
        let single = r#"<AdaptationSet contentType="video"><Representation id="x"><BaseURL>x.mp4</BaseURL><SegmentBase/></Representation></AdaptationSet>"#;
        assert!(read(single).unwrap_err().contains("SegmentTemplate"));
        let endless = VIDEO.replace(r#"d="60" r="1""#, r#"d="60" r="4000000000""#);
        assert!(read(&endless).unwrap_err().contains("segments"));
        let timeless = VIDEO.replace(r#"timescale="10""#, r#"timescale="0""#);
        assert!(read(&timeless).unwrap_err().contains("timescale"));
    }

    #[test]
    fn durations() {
        assert_eq!(seconds("PT1H2M3.5S"), Some(3723.5));
        assert_eq!(seconds("P1DT1S"), Some(86_401.0));
        assert_eq!(["1S", "PT1X", "P1M", "PT1"].map(seconds), [None; 4]);
    }
}
