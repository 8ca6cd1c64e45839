//! The grammar of streaming URLs, read and written.
//!
//! ```text
//! /{locator or asset}/{name}.ism/manifest(format=m3u8-cmaf,filter=mobile)[.m3u8]
//!                     …/QualityLevels({bit rate})/Manifest({track},format=m3u8-cmaf[,type=keyframes])
//!                     …/QualityLevels({bit rate})/Fragments({track}={time or i},format=m3u8-cmaf)
//!                     …/QualityLevels({bit rate})/KeyFrames({track}={time},format=m3u8-cmaf)
//!                     …/segments/{track}/{rev}/{time}.m4s
//! ```
//!
//! The last is ours: the segments of the asset, with URLs that name their bytes. A path is percent-decoded before it comes
//! here, so it does not matter which of its parentheses, commas and equals signs a client has encoded; words are
//! known in any case.

use super::LinkError;
use super::options::{ESCAPES, Options};
use percent_encoding::utf8_percent_encode;
use std::fmt;

/// A streaming URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link<'a> {
    /// The id of a locator, or the name of an asset.
    pub target: &'a str,
    /// Of the server manifest, without `.ism`. It need not exist.
    pub name: &'a str,
    pub object: Object<'a>,
}

/// What lies behind `{name}.ism/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object<'a> {
    Manifest(Options<'a>),
    Playlist {
        bit_rate: u64,
        track: &'a str,
        key_frames: bool,
        options: Options<'a>,
    },
    Fragment {
        bit_rate: u64,
        track: &'a str,
        at: At,
        options: Options<'a>,
    },
    KeyFrame {
        bit_rate: u64,
        track: &'a str,
        time: u64,
        options: Options<'a>,
    },
    /// `{track}/{rev}/{file}`, as behind `media/` in the asset's own URLs.
    Segment(&'a str),
}

/// Which fragment of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// What all others need: `i`.
    Init,
    /// In ticks: of [`super::TICKS`] a second in DASH, of the track's own timescale in HLS.
    Time(u64),
}

/// In any case, before a parenthesis or alone.
const MANIFEST: &str = "manifest";
const QUALITY_LEVELS: &str = "QualityLevels";
const FRAGMENTS: &str = "Fragments";
const KEY_FRAMES: &str = "KeyFrames";
const SEGMENTS: &str = "segments";

impl<'a> Link<'a> {
    /// Reads a decoded path. `None` where it is no streaming URL; an error where it is meant as one.
    pub fn parse(path: &'a str) -> Option<Result<Link<'a>, LinkError>> {
        let path = path.strip_prefix('/')?;
        let (target, name, rest) = split(path)?;
        Some(object(rest).map(|object| Link { target, name, object }))
    }
}

/// The target, the name, and what lies behind `.ism/`.
fn split(path: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(slash) = path.get(from..)?.find('/') {
        let end = from + slash;
        let (before, rest) = (path.get(..end)?, path.get(end + 1..)?);
        if let Some((target, file)) = before.rsplit_once('/')
            && let Some(name) = without_suffix(file, ".ism")
            && !name.is_empty()
            && is_object(rest)
        {
            return Some((target, name, rest));
        }
        from = end + 1;
    }
    None
}

/// Whether `rest` begins with a word of the grammar.
fn is_object(rest: &str) -> bool {
    let part = rest.split('/').next().unwrap_or(rest);
    let word = part.split('(').next().unwrap_or(part);
    let has_parentheses = word.len() < part.len();
    let is = |known: &str| word.eq_ignore_ascii_case(known);
    is(MANIFEST)
        || is(SEGMENTS) && !has_parentheses && rest.len() > part.len()
        || has_parentheses && (is(QUALITY_LEVELS) || is(FRAGMENTS) || is(KEY_FRAMES))
}

/// `text` without `suffix`, in whatever case.
fn without_suffix<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let at = text.len().checked_sub(suffix.len())?;
    let (start, end) = (text.get(..at)?, text.get(at..)?);
    end.eq_ignore_ascii_case(suffix).then_some(start)
}

fn object(rest: &str) -> Result<Object<'_>, LinkError> {
    let parts: Vec<&str> = rest.splitn(5, '/').collect();
    match parts.as_slice() {
        [manifest] => match arguments(manifest, MANIFEST)? {
            Some(arguments) => Ok(Object::Manifest(options(arguments)?.0)),
            None => Err(LinkError::Syntax("QualityLevels({bit rate})/ is missing")),
        },
        [segments, _, _, _] if segments.eq_ignore_ascii_case(SEGMENTS) => {
            Ok(Object::Segment(rest.get(segments.len() + 1..).unwrap_or_default()))
        }
        [levels, part] => {
            let levels = arguments(levels, QUALITY_LEVELS)?;
            let bit_rate = levels.and_then(decimal);
            of_level(bit_rate.ok_or(LinkError::Syntax("QualityLevels has no number of bits per second"))?, part)
        }
        _ => Err(LinkError::Syntax("there is nothing of this form")),
    }
}

/// What lies behind `QualityLevels({bit_rate})/`.
fn of_level(bit_rate: u64, part: &str) -> Result<Object<'_>, LinkError> {
    if let Some(arguments) = arguments(part, MANIFEST)? {
        let (track, rest) = arguments.split_once(',').unwrap_or((arguments, ""));
        let (options, kind) = options(rest)?;
        let key_frames = match kind {
            None => false,
            Some(kind) if kind.eq_ignore_ascii_case("keyframes") => true,
            Some(_) => return Err(LinkError::Syntax("type is not keyframes")),
        };
        return Ok(Object::Playlist { bit_rate, track: named(track)?, key_frames, options });
    }
    let (arguments, is_key_frame) = match (arguments(part, FRAGMENTS)?, arguments(part, KEY_FRAMES)?) {
        (Some(arguments), _) => (arguments, false),
        (None, Some(arguments)) => (arguments, true),
        (None, None) => return Err(LinkError::Syntax("there is nothing of this form")),
    };
    let (first, rest) = arguments.split_once(',').unwrap_or((arguments, ""));
    let (track, time) = first.rsplit_once('=').ok_or(LinkError::Syntax("a fragment has no time"))?;
    let (track, options) = (named(track)?, options(rest)?.0);
    let at = match time.trim() {
        init if init.eq_ignore_ascii_case("i") => At::Init,
        time => At::Time(decimal(time).ok_or(LinkError::Syntax("the time of a fragment is no number"))?),
    };
    match (at, is_key_frame) {
        (At::Time(time), true) => Ok(Object::KeyFrame { bit_rate, track, time, options }),
        (At::Init, true) => Err(LinkError::Syntax("the time of a key frame is no number")),
        (at, false) => Ok(Object::Fragment { bit_rate, track, at, options }),
    }
}

/// What stands in the parentheses behind `word`, and nothing where they are left out; `None` where another word stands.
fn arguments<'a>(part: &'a str, word: &str) -> Result<Option<&'a str>, LinkError> {
    let Some(rest) = part.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)) else { return Ok(None) };
    let rest = part.get(rest.len()..).unwrap_or_default();
    if rest.is_empty() {
        return Ok(Some(""));
    }
    // Some players want to see such a name at the end.
    let rest = [".m3u8", ".mpd"].iter().find_map(|suffix| without_suffix(rest, suffix)).unwrap_or(rest);
    let inside = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inside.map(Some).ok_or(LinkError::Syntax("its parentheses do not match"))
}

/// The options, and `type` of a playlist.
fn options(text: &str) -> Result<(Options<'_>, Option<&str>), LinkError> {
    let (mut options, mut kind) = (Options::default(), None);
    for option in text.split(',').map(str::trim).filter(|option| !option.is_empty()) {
        match option.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("type") => kind = Some(value.trim()),
            _ => options.add(option)?,
        }
    }
    Ok((options, kind))
}

fn named(track: &str) -> Result<&str, LinkError> {
    let track = track.trim();
    if track.is_empty() { Err(LinkError::Syntax("the name of the track is missing")) } else { Ok(track) }
}

fn decimal(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// The path, percent-encoded.
impl fmt::Display for Link<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.target.split('/') {
            write!(f, "/{}", utf8_percent_encode(part, ESCAPES))?;
        }
        write!(f, "/{}.ism/{}", utf8_percent_encode(self.name, ESCAPES), self.object)
    }
}

/// What lies behind `{name}.ism/`, percent-encoded.
impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let escaped = |word| utf8_percent_encode(word, ESCAPES);
        match self {
            Object::Manifest(options) => {
                let options = options.to_string();
                match options.strip_prefix(',') {
                    Some(options) => write!(f, "{MANIFEST}({options})"),
                    None => f.write_str(MANIFEST),
                }
            }
            Object::Playlist { bit_rate, track, key_frames, options } => {
                let kind = if *key_frames { ",type=keyframes" } else { "" };
                write!(f, "{QUALITY_LEVELS}({bit_rate})/Manifest({}{options}{kind})", escaped(track))
            }
            Object::Fragment { bit_rate, track, at, options } => {
                write!(f, "{QUALITY_LEVELS}({bit_rate})/{FRAGMENTS}({}={at}{options})", escaped(track))
            }
            Object::KeyFrame { bit_rate, track, time, options } => {
                write!(f, "{QUALITY_LEVELS}({bit_rate})/{KEY_FRAMES}({}={time}{options})", escaped(track))
            }
            Object::Segment(rest) => {
                f.write_str(SEGMENTS)?;
                rest.split('/').try_for_each(|part| write!(f, "/{}", escaped(part)))
            }
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Init => f.write_str("i"),
            At::Time(time) => write!(f, "{time}"),
        }
    }
}

#[cfg(test)]
mod tests;
