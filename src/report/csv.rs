//! The report as a table for spreadsheets (RFC 4180): one row for each language of each asset.

use super::{AssetReport, LanguageReport};

/// The first row.
pub const HEADER: &str = "asset,title,language,audio,audio_description,captions,closed_captions,automatic_captions,\
                          subtitles,forced_subtitles,clear_dialogue,easy_reader,sign_language,missing,problem\r\n";

/// The rows of one asset; one without a language where it has no audio. Names in one field are parted by spaces, which
/// no name has.
pub fn rows(report: &AssetReport) -> String {
    if report.languages.is_empty() {
        return row(report, &LanguageReport::default());
    }
    report.languages.iter().map(|language| row(report, language)).collect()
}

fn row(report: &AssetReport, language: &LanguageReport) -> String {
    let missing = report.missing.iter().filter(|missing| missing.language == language.language);
    let missing: Vec<&str> = missing.map(|missing| missing.feature.as_str()).collect();
    let fields = [
        report.asset.clone(),
        report.title.clone().unwrap_or_default(),
        language.language.clone(),
        language.audio.join(" "),
        language.audio_description.join(" "),
        language.captions.join(" "),
        language.closed_captions.join(" "),
        language.automatic_captions.join(" "),
        language.subtitles.join(" "),
        language.forced_subtitles.join(" "),
        language.clear_dialogue.join(" "),
        language.easy_reader.join(" "),
        report.sign_language.join(" "),
        missing.join(" "),
        report.problem.clone().unwrap_or_default(),
    ];
    fields.map(|field| written(&field)).join(",") + "\r\n"
}

/// A field as it is written: quoted where it must be, and with an apostrophe before what a spreadsheet would take for a
/// formula.
fn written(field: &str) -> String {
    let guarded = match field.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{field}"),
        _ => field.to_owned(),
    };
    match guarded.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{}\"", guarded.replace('"', "\"\"")),
        false => guarded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_quoted_and_formulas_guarded() {
        for (field, wanted) in [
            ("plain", "plain"),
            ("a, b", "\"a, b\""),
            ("say \"a\"", "\"say \"\"a\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("@SUM(A1,A2)", "\"'@SUM(A1,A2)\""),
            ("-5", "'-5"),
            ("+5", "'+5"),
            ("", ""),
        ] {
            assert_eq!(written(field), wanted);
        }
    }

    #[test]
    fn the_header_has_a_name_for_each_field() {
        let row = rows(&AssetReport::failed("a", "gone"));
        assert_eq!(row.matches(',').count(), HEADER.matches(',').count());
        assert_eq!(row, "a,,,,,,,,,,,,,,gone\r\n");
    }

    /// Reads one row as RFC 4180 2 says.
    fn read(row: &str) -> Vec<String> {
        let (mut fields, mut quoted) = (vec![String::new()], false);
        let mut characters = row.strip_suffix("\r\n").unwrap().chars().peekable();
        while let Some(character) = characters.next() {
            let field = fields.last_mut().unwrap();
            match character {
                '"' if quoted && characters.peek() == Some(&'"') => field.extend(characters.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => fields.push(String::new()),
                _ => field.push(character),
            }
        }
        fields
    }

    proptest! {
        #[test]
        fn a_title_comes_back_as_it_was(title in "[-=+@a,\" \n]{0,8}", asset in "[a-z/,\"]{1,5}") {
            let report = AssetReport { title: Some(title.clone()), ..AssetReport::of(&asset, None, None) };
            let fields = read(&rows(&report));
            prop_assert_eq!(fields.len(), HEADER.split(',').count());
            prop_assert_eq!(&fields[0], &asset);
            prop_assert_eq!(fields[1].strip_prefix('\'').unwrap_or(&fields[1]), title);
            prop_assert!(!fields[1].starts_with(['=', '+', '-', '@']));
        }
    }
}
