//! Reads `wvtt` samples (ISO/IEC 14496-30 7.4) back into cues.

use super::boxes;
use super::payload::{clean_line, clean_payload};
use super::timed_text::Piece;
use super::webvtt;

/// STYLE and REGION blocks of the sample entry.
pub(super) fn blocks(sample_entry: &[u8]) -> Vec<String> {
    let head = boxes::child(boxes::sample_entry_fields(sample_entry), b"vttC").unwrap_or_default();
    webvtt::header_blocks(&String::from_utf8_lossy(head))
}

/// The cues of a sample; none for a gap (`vtte`). Comments (`vtta`) are skipped.
pub(super) fn read(sample: &[u8]) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut known = sample.is_empty();
    for (kind, body) in boxes::children(sample) {
        match &kind {
            b"vttc" => pieces.extend(piece(body)),
            b"vtte" | b"vtta" => {}
            _ => continue,
        }
        known = true;
    }
    match known {
        true => Ok(pieces),
        false => Err("no vttc or vtte box was found".to_owned()),
    }
}

fn piece(cue: &[u8]) -> Option<Piece> {
    let text = |kind| boxes::child(cue, kind).map(String::from_utf8_lossy);
    let payload = clean_payload(&text(b"payl")?);
    (!payload.is_empty()).then(|| Piece {
        source: boxes::child(cue, b"vsid").and_then(|body| body.first_chunk()).map(|id| u32::from_be_bytes(*id)),
        id: text(b"iden").and_then(|id| clean_line(&id)),
        settings: text(b"sttg").and_then(|settings| clean_line(&settings)).unwrap_or_default(),
        payload,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        boxes::push(&mut out, kind, body);
        out
    }

    #[test]
    fn a_cue_with_all_its_boxes() {
        let inner = [
            boxed(b"vsid", &[0, 0, 0, 9]),
            boxed(b"iden", b"one"),
            boxed(b"sttg", b"line:0"),
            boxed(b"payl", b"a\r\n\r\nb --> c"),
        ]
        .concat();
        let sample = [boxed(b"vtta", b"a comment"), boxed(b"vttc", &inner)].concat();
        let expected = Piece {
            source: Some(9),
            id: Some("one".to_owned()),
            settings: "line:0".to_owned(),
            payload: "a\nb --&gt; c".to_owned(),
        };
        assert_eq!(read(&sample), Ok(vec![expected]));
    }

    #[test]
    fn gaps_and_rubbish() {
        assert_eq!(read(&boxed(b"vtte", b"")), Ok(vec![]));
        assert_eq!(read(b""), Ok(vec![]));
        assert_eq!(read(&boxed(b"vttc", b"")), Ok(vec![]));
        assert!(read(b"plain text").is_err());
    }

    #[test]
    fn blocks_of_the_configuration() {
        let entry = boxes::sample_entry(b"wvtt", &boxed(b"vttC", b"WEBVTT\nX: y\n\nSTYLE\n::cue { color: red }\n"));
        assert_eq!(blocks(&entry), ["STYLE\n::cue { color: red }"]);
        assert_eq!(blocks(b"wvtt"), Vec::<String>::new());
    }
}
