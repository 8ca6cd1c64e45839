//! Which reader a caption file needs: its name says, its content must agree.

use super::{Captions, TextError, read_srt, read_ttml, read_webvtt, srt, webvtt};

/// Files beyond this are refused: a day of captions takes a few megabytes.
pub const MAX_FILE_BYTES: usize = 64 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    WebVtt,
    Srt,
    Ttml,
}

impl Format {
    const ALL: [Format; 3] = [Format::WebVtt, Format::Srt, Format::Ttml];

    fn extensions(self) -> &'static [&'static str] {
        match self {
            Format::WebVtt => &["vtt", "webvtt"],
            Format::Srt => &["srt"],
            Format::Ttml => &["ttml", "dfxp", "xml", "imsc"],
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
        Self::ALL.into_iter().find(|format| format.extensions().contains(&extension.as_str()))
    }

    /// What the content looks like, from its first few thousand bytes; `None` where it gives no hint.
    fn of_content(bytes: &[u8]) -> Option<Self> {
        const LOOKED_AT: usize = 4096;
        // Half a character at the cut, or another encoding, does not matter for a hint. UTF-16 loses its zero bytes.
        let head: Vec<u8> = bytes.iter().take(LOOKED_AT).copied().filter(|&byte| byte != 0).collect();
        let head = String::from_utf8_lossy(&head);
        let head = head.trim_start_matches(['\u{feff}', '\u{fffd}']);
        if webvtt::has_signature(head) {
            Some(Format::WebVtt)
        } else if head.trim_start().starts_with('<') {
            Some(Format::Ttml)
        } else if head.lines().any(srt::is_timing_line) {
            Some(Format::Srt)
        } else {
            None
        }
    }

    fn name(self) -> &'static str {
        match self {
            Format::WebVtt => "WebVTT",
            Format::Srt => "SRT",
            Format::Ttml => "TTML",
        }
    }
}

/// Reads a caption file by the extension of its name: `.vtt`, `.webvtt`, `.srt`, `.ttml`, `.dfxp`, `.imsc`, `.xml`.
/// A file whose content is of another format is an error that says so.
pub fn read_file(name: &str, bytes: &[u8]) -> Result<Captions, TextError> {
    if bytes.len() > MAX_FILE_BYTES {
        let problem = format!("{name} has {} bytes; caption files may have at most {MAX_FILE_BYTES}", bytes.len());
        return Err(TextError::new(1, problem));
    }
    let Some(format) = Format::of_name(name) else {
        let problem = format!("{name} is no caption file by its name; use .vtt, .srt, .ttml, .dfxp, .imsc or .xml");
        return Err(TextError::new(1, problem));
    };
    match Format::of_content(bytes) {
        Some(content) if content != format => {
            let extension = content.extensions().first().copied().unwrap_or_default();
            let problem = format!(
                "{name} is named as {} but its content is {}: name it .{extension}",
                format.name(),
                content.name()
            );
            Err(TextError::new(1, problem))
        }
        _ => match format {
            Format::WebVtt => read_webvtt(bytes),
            Format::Srt => read_srt(bytes),
            Format::Ttml => read_ttml(bytes),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VTT: &[u8] = b"\xef\xbb\xbfWEBVTT\n\n00:01.000 --> 00:02.000\nx\n";
    const SRT: &[u8] = b"1\r\n00:00:01,000 --> 00:00:02,000\r\nx\r\n";
    const TTML: &[u8] = b"<?xml version=\"1.0\"?>\n<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><div>\
                          <p begin=\"1s\" end=\"2s\">x</p></div></body></tt>";

    #[test]
    fn names_choose_the_reader() {
        for (name, bytes) in
            [("a.vtt", VTT), ("a.WebVTT", VTT), ("a.b.srt", SRT), ("a.ttml", TTML), ("a.dfxp", TTML), ("a.xml", TTML)]
        {
            let captions = read_file(name, bytes).unwrap();
            assert_eq!((captions.cues[0].start, captions.cues[0].payload.as_str()), (1000, "x"), "{name}");
        }
    }

    #[test]
    fn a_wrong_name_is_told_with_the_right_one() {
        for (name, bytes, right) in [
            ("a.vtt", SRT, ".srt"),
            ("a.vtt", TTML, ".ttml"),
            ("a.srt", VTT, ".vtt"),
            ("a.ttml", VTT, ".vtt"),
            ("a.xml", SRT, ".srt"),
        ] {
            let error = read_file(name, bytes).unwrap_err();
            assert!(error.problem.contains(&format!("name it {right}")), "{error}");
        }
    }

    #[test]
    fn other_names_and_sizes_are_refused() {
        assert!(read_file("a.txt", VTT).unwrap_err().problem.contains(".vtt"));
        assert!(read_file("vtt", VTT).is_err());
        assert!(read_file("a.vtt", &vec![b' '; MAX_FILE_BYTES + 1]).unwrap_err().problem.contains("at most"));
    }

    #[test]
    fn utf16_is_recognised() {
        let text = format!("\u{feff}{}", String::from_utf8_lossy(SRT));
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read_file("a.srt", &bytes).unwrap().cues.len(), 1);
        assert!(read_file("a.vtt", &bytes).unwrap_err().problem.contains("name it .srt"));
    }

    #[test]
    fn content_without_a_hint_is_left_to_the_reader() {
        assert!(read_file("a.vtt", b"").unwrap_err().problem.contains("WEBVTT"));
        assert_eq!(read_file("a.srt", b"").unwrap().cues, []);
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..100), kind in 0usize..3) {
            let _ = read_file(["a.vtt", "a.srt", "a.ttml"][kind], &bytes);
        }
    }
}
