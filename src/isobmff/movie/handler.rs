//! The handler of a track: what kind of media it carries, and sometimes a name (ISO/IEC 14496-12 8.4.3).

use crate::isobmff::BoxError;
use crate::isobmff::boxes::{BoxSlice, FourCc};
use crate::track::TrackType;

/// What `hdlr` says.
#[derive(Debug)]
pub(super) struct Handler {
    pub(super) kind: FourCc,
    name: String,
}

pub(super) fn read(mdia: &BoxSlice) -> Result<Handler, BoxError> {
    let hdlr = mdia.require(b"hdlr")?;
    let mut fields = hdlr.fields();
    fields.skip(4)?;
    let quicktime = fields.take(4)? == b"mhlr";
    let mut kind = FourCc([0; 4]);
    kind.0.copy_from_slice(fields.take(4)?);
    // Some writers leave the reserved fields and the name out.
    let name = fields.skip(12).map(|()| name_text(fields.rest(), quicktime)).unwrap_or_default();
    Ok(Handler { kind, name })
}

/// QuickTime counts the characters first; ISO ends them with a zero. Files mix the two up, so a first byte that is
/// exactly the count of what follows is taken for one.
fn name_text(bytes: &[u8], quicktime: bool) -> String {
    let text = match bytes.split_first() {
        Some((&count, rest)) if quicktime || usize::from(count) == rest.len() => {
            &rest[..usize::from(count).min(rest.len())]
        }
        _ => bytes,
    };
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    String::from_utf8_lossy(&text[..end]).trim().to_owned()
}

/// The track type that the media header stands for, where the handler cannot be read.
pub(super) fn type_by_media_header(mdia: &BoxSlice) -> Option<TrackType> {
    let minf = mdia.child(b"minf").ok().flatten()?;
    minf.children().map_while(Result::ok).find_map(|child| match &child.kind().0 {
        b"vmhd" => Some(TrackType::Video),
        b"smhd" => Some(TrackType::Audio),
        b"sthd" => Some(TrackType::Text),
        _ => None,
    })
}

impl Handler {
    /// `None` for what carries no media: timecode, hint, metadata, auxiliary pictures.
    pub(super) fn track_type(&self) -> Option<TrackType> {
        match &self.kind.0 {
            b"vide" => Some(TrackType::Video),
            b"soun" => Some(TrackType::Audio),
            b"text" | b"subt" | b"sbtl" | b"clcp" | b"subp" => Some(TrackType::Text),
            _ => None,
        }
    }

    /// The name, unless it only names the software or the kind of media.
    pub(super) fn label(&self) -> Option<String> {
        let name = self.name.to_ascii_lowercase();
        let generic = name.is_empty()
            || name.contains("handler")
            || SOFTWARE.iter().any(|software| name.starts_with(software))
            || name.chars().any(char::is_control)
            || WORDS.contains(&name.as_str());
        (!generic).then(|| self.name.clone())
    }
}

/// How names begin that only say who wrote the file.
const SOFTWARE: [&str; 11] = [
    "(c)",
    "©",
    "gpac iso",
    "core media",
    "mainconcept",
    "#mainconcept",
    "l-smash",
    "bento4",
    "iso media file",
    "eti iso",
    "gopro",
];

/// Names that say no more than the track's type.
const WORDS: [&str; 8] = ["video", "audio", "sound", "text", "subtitle", "subtitles", "mono", "stereo"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::write::{boxed, full_box};

    fn handler(content: &[u8]) -> Handler {
        let mut bytes = Vec::new();
        boxed(&mut bytes, b"mdia", |out| full_box(out, b"hdlr", 0, 0, |out| out.extend_from_slice(content)));
        read(&BoxSlice::root(&bytes.into(), 0).unwrap()).unwrap()
    }

    fn label(name: &[u8]) -> Option<String> {
        handler(&[b"\0\0\0\0soun\0\0\0\0\0\0\0\0\0\0\0\0", name].concat()).label()
    }

    #[test]
    fn a_name_that_says_something_is_a_label() {
        assert_eq!(label("Español (latino)\0".as_bytes()).as_deref(), Some("Español (latino)"));
        assert_eq!(label(b"Director's commentary").as_deref(), Some("Director's commentary"), "no zero at the end");
    }

    #[test]
    fn generic_names_are_not() {
        for name in [
            &b"SoundHandler\0"[..],
            b"VideoHandler\0",
            b"SubtitleHandler\0",
            b"GPAC ISO Audio Handler\0",
            b"GPAC ISO Video\0",
            b"Core Media Audio\0",
            b"Mainconcept MP4 Sound Media Handler\0",
            b"L-SMASH Audio Handler\0",
            b"Bento4 Sound Handler\0",
            b"Apple Sound Media Handler\0",
            b"Stereo\0",
            b"(C) 2007 Google Inc. v08.13.2007.",
            b"\0",
            b"",
        ] {
            assert_eq!(label(name), None, "{:?}", name.escape_ascii().to_string());
        }
    }

    #[test]
    fn quicktime_counts_its_characters() {
        let name = b"mhlrsounappl\0\0\0\0\0\0\0\0\x07Deutsch";
        assert_eq!(handler(&[b"\0\0\0\0", &name[4..]].concat()).label().as_deref(), Some("Deutsch"));
        assert_eq!(handler(name).label().as_deref(), Some("Deutsch"));
        assert_eq!(handler(b"mhlrsounappl\0\0\0\0\0\0\0\0\xffcut").label().as_deref(), Some("cut"));
    }

    #[test]
    fn handlers_without_media_have_no_type() {
        let kind = |kind: &[u8; 4]| handler(&[b"\0\0\0\0", &kind[..]].concat()).track_type();
        assert_eq!(kind(b"vide"), Some(TrackType::Video));
        assert_eq!(kind(b"sbtl"), Some(TrackType::Text));
        assert_eq!(kind(b"clcp"), Some(TrackType::Text));
        assert_eq!([kind(b"tmcd"), kind(b"meta"), kind(b"hint")], [None; 3]);
    }
}
