//! What stands in the parentheses of a streaming URL: `format=m3u8-cmaf,filter=mobile;short`.

use super::LinkError;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;

/// So many filters may be named in a URL.
pub const MOST_FILTERS: usize = 3;

/// All but the unreserved characters of RFC 3986 2.3.
pub(super) const ESCAPES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A format that is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `m3u8-cmaf`
    Hls,
    /// `mpd-time-cmaf`
    Dash,
    /// `mpd-time-csf`: the common streaming format, which is what CMAF was made of.
    DashCsf,
}

impl Format {
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Hls => "m3u8-cmaf",
            Format::Dash => "mpd-time-cmaf",
            Format::DashCsf => "mpd-time-csf",
        }
    }
}

/// The options of a streaming URL. Options that nobody knows are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options<'a> {
    /// Any word; see [`Options::format`].
    pub format: Option<&'a str>,
    pub encryption: Option<&'a str>,
    pub filters: Vec<&'a str>,
    /// Whether a variant without video is offered beside those with it.
    pub audio_only: bool,
    /// Which sound MPEG-TS would have: nothing for the formats that are served.
    pub audio_track: Option<&'a str>,
}

impl<'a> Options<'a> {
    /// Reads one `name=value`.
    pub(super) fn add(&mut self, option: &'a str) -> Result<(), LinkError> {
        let (name, value) = option.split_once('=').ok_or(LinkError::Syntax("an option is no name=value"))?;
        let value = value.trim();
        if value.is_empty() {
            return Err(LinkError::Syntax("an option has no value"));
        }
        let place = match name.trim() {
            name if name.eq_ignore_ascii_case("format") => &mut self.format,
            name if name.eq_ignore_ascii_case("encryption") => &mut self.encryption,
            name if name.eq_ignore_ascii_case("audioTrack") => &mut self.audio_track,
            name if name.eq_ignore_ascii_case("filter") => return self.add_filters(value),
            name if name.eq_ignore_ascii_case("audio-only") => {
                self.audio_only = truth(value)?;
                return Ok(());
            }
            _ => return Ok(()),
        };
        if place.is_some_and(|before| !before.eq_ignore_ascii_case(value)) {
            return Err(LinkError::Syntax("an option is given twice"));
        }
        *place = Some(value);
        Ok(())
    }

    fn add_filters(&mut self, names: &'a str) -> Result<(), LinkError> {
        for name in names.split(';').map(str::trim).filter(|name| !name.is_empty()) {
            if self.filters.iter().any(|before| before.eq_ignore_ascii_case(name)) {
                continue;
            }
            if self.filters.len() == MOST_FILTERS {
                return Err(LinkError::FilterCount);
            }
            self.filters.push(name);
        }
        Ok(())
    }

    /// The format that is asked for; the error says why it is not served.
    pub fn format(&self) -> Result<Format, LinkError> {
        let smooth = || LinkError::Format("Smooth Streaming is not served".to_owned());
        let word = self.format.ok_or_else(smooth)?.to_ascii_lowercase();
        match word.as_str() {
            "m3u8-cmaf" => Ok(Format::Hls),
            "mpd-time-cmaf" => Ok(Format::Dash),
            "mpd-time-csf" => Ok(Format::DashCsf),
            "m3u8-aapl" | "m3u8-aapl-v3" | "m3u8-aapl-v4" => {
                Err(LinkError::Format(format!("HLS with MPEG-TS ({word}) is not served yet")))
            }
            "fmp4" | "fmp4-v20" => Err(smooth()),
            _ => Err(LinkError::Format(format!("there is no format {word:?}"))),
        }
    }

    /// Errs where an encryption is asked for: there is none.
    pub fn is_clear(&self, format: Format) -> Result<(), LinkError> {
        let Some(encryption) = self.encryption else { return Ok(()) };
        let goes = match encryption.to_ascii_lowercase().as_str() {
            "cbc" => true,
            "cbcs-aapl" => format == Format::Hls,
            "cenc" => format != Format::Hls,
            "piff" => false,
            _ => return Err(LinkError::UnknownEncryption(encryption.to_owned())),
        };
        let encryption = encryption.to_owned();
        Err(match goes {
            true => LinkError::NotEncrypted(encryption),
            false => LinkError::EncryptionOfOtherFormat { encryption, format: format.as_str() },
        })
    }
}

fn truth(word: &str) -> Result<bool, LinkError> {
    match word {
        word if word.eq_ignore_ascii_case("true") => Ok(true),
        word if word.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(LinkError::Syntax("audio-only is neither true nor false")),
    }
}

/// As in URLs, each behind a comma, escaped where need be.
impl fmt::Display for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let escaped = |word| utf8_percent_encode(word, ESCAPES);
        if let Some(format) = self.format {
            write!(f, ",format={}", escaped(format))?;
        }
        for (place, filter) in self.filters.iter().enumerate() {
            let before = if place == 0 { ",filter=" } else { ";" };
            write!(f, "{before}{}", escaped(filter))?;
        }
        if self.audio_only {
            f.write_str(",audio-only=true")?;
        }
        if let Some(track) = self.audio_track {
            write!(f, ",audioTrack={}", escaped(track))?;
        }
        if let Some(encryption) = self.encryption {
            write!(f, ",encryption={}", escaped(encryption))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Options<'_>, LinkError> {
        let mut options = Options::default();
        text.split(',').try_for_each(|option| options.add(option)).map(|()| options)
    }

    #[test]
    fn formats_are_served_or_told() {
        for (option, served) in [
            ("format=m3u8-cmaf", Ok(Format::Hls)),
            ("FORMAT=M3U8-CMAF", Ok(Format::Hls)),
            ("format=mpd-time-cmaf", Ok(Format::Dash)),
            ("format=mpd-time-csf", Ok(Format::DashCsf)),
            ("format=m3u8-aapl", Err("MPEG-TS")),
            ("format=m3u8-aapl-v3", Err("MPEG-TS")),
            ("format=m3u8-aapl-v4", Err("MPEG-TS")),
            ("format=fmp4", Err("Smooth")),
            ("format=fmp4-v20", Err("Smooth")),
            ("audio-only=true", Err("Smooth")),
            ("format=avi", Err("no format")),
        ] {
            match (read(option).unwrap().format(), served) {
                (Ok(format), Ok(expected)) => assert_eq!(format, expected, "{option}"),
                (Err(error), Err(word)) => {
                    assert!(error.to_string().contains(word), "{option}: {error}");
                    assert_eq!((error.status(), error.code()), (415, "MPE_OUTPUT_FORMAT_NOT_SUPPORTED"));
                }
                (got, _) => panic!("{option}: {got:?}"),
            }
        }
    }

    #[test]
    fn an_encryption_is_refused_with_the_published_code() {
        for (encryption, format, status, code) in [
            ("cbc", Format::Hls, 403, "MPE_ENC_ENCRYPTION_NOT_SET_IN_DELIVERY_POLICY"),
            ("cbcs-aapl", Format::Hls, 403, "MPE_ENC_ENCRYPTION_NOT_SET_IN_DELIVERY_POLICY"),
            ("CENC", Format::Dash, 403, "MPE_ENC_ENCRYPTION_NOT_SET_IN_DELIVERY_POLICY"),
            ("cbcs-aapl", Format::DashCsf, 415, "MPE_OUTPUT_PROTECTION_FORMAT_NOT_SUPPORTED"),
            ("cenc", Format::Hls, 415, "MPE_OUTPUT_PROTECTION_FORMAT_NOT_SUPPORTED"),
            ("piff", Format::Dash, 415, "MPE_OUTPUT_PROTECTION_FORMAT_NOT_SUPPORTED"),
            ("rot13", Format::Dash, 415, "MPE_ENCRYPTION_NOT_SUPPORTED"),
        ] {
            let option = format!("encryption={encryption}");
            let error = read(&option).unwrap().is_clear(format).unwrap_err();
            assert_eq!((error.status(), error.code()), (status, code), "{encryption}");
        }
        assert_eq!(Options::default().is_clear(Format::Hls), Ok(()));
    }

    #[test]
    fn options_are_read_leniently_and_not_guessed() {
        let options = read("Filter=a; b;A,audio-only=TRUE,audioTrack=eng,startTime=2020,what=ever").unwrap();
        assert_eq!((options.filters, options.audio_only, options.audio_track), (vec!["a", "b"], true, Some("eng")));
        for (text, code) in [
            ("format", "MPE_BAD_URL_SYNTAX"),
            ("format=", "MPE_BAD_URL_SYNTAX"),
            ("format=m3u8-cmaf,format=fmp4", "MPE_BAD_URL_SYNTAX"),
            ("audio-only=1", "MPE_BAD_URL_SYNTAX"),
            ("filter=a;b;c;d", "MPE_FILTER_COMPOSITION_FILTER_COUNT_OVER_LIMIT"),
            ("filter=a;b,filter=c;d", "MPE_FILTER_COMPOSITION_FILTER_COUNT_OVER_LIMIT"),
        ] {
            assert_eq!(read(text).unwrap_err().code(), code, "{text}");
        }
    }
}
