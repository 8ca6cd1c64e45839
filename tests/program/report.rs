//! `signalbox report`: text, JSON and CSV of real assets.

use super::samples::samples;
use super::support::{Said, program};
use serde_json::Value;

fn report(arguments: &[&str]) -> Said {
    let said = Said::of(program().arg("report").arg(samples()).args(arguments));
    assert_eq!(said.err, "");
    said
}

#[test]
fn text_is_a_table_for_each_asset_and_the_sums() {
    let said = report(&[]);
    assert_eq!(said.code, Some(0));
    let words = |start: &str| -> Vec<&str> {
        let line = said.out.lines().find(|line| line.trim_start().starts_with(start)).unwrap_or_default();
        line.split_whitespace().collect()
    };
    assert_eq!(words("en "), ["en", "yes", "yes", "-", "yes", "-", "-"]);
    assert_eq!(words("de "), ["de", "MISSING", "MISSING", "yes", "-", "-", "-"]);
    assert!(said.out.contains("5 assets, 4 with video, 1 of them complete\n"), "{}", said.out);
    assert!(said.out.contains("missing in 3 (EN 301 549 7.2, WCAG 1.2.5)"), "{}", said.out);
}

#[test]
fn json_has_assets_sums_and_what_is_missing() {
    for arguments in [&["--json"][..], &["--format", "json"]] {
        let said = report(arguments);
        assert_eq!(said.code, Some(0));
        let json: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(json["assets"].as_array().unwrap().len(), 5);
        assert_eq!(json["assets"][0]["languages"][0]["audio_description"][0], "en-description");
        assert_eq!(json["totals"]["captions"]["missing"], 3);
        let missing = json["missing"].as_array().unwrap();
        assert!(missing.iter().any(|gap| gap["asset"] == "talk" && gap["feature"] == "captions"), "{missing:?}");
        assert!(missing.iter().all(|gap| gap["asset"] != "radio"), "radio has no pictures");
    }
}

#[test]
fn csv_has_a_row_for_each_language() {
    let said = report(&["--format", "csv"]);
    assert_eq!(said.code, Some(0));
    let rows: Vec<&str> = said.out.split_terminator("\r\n").collect();
    assert!(rows[0].starts_with("asset,title,language,audio,audio_description,captions,"));
    assert_eq!(rows[1], "harbour,Harbour at night,en,en,en-description,en-captions,,,,en-forced,,,,,");
    assert_eq!(rows.len(), 1 + 3 + 1 + 1 + 1 + 1);
}

#[test]
fn strict_fails_where_something_is_missing() {
    assert_eq!(report(&["--strict"]).code, Some(1));
    let radio = Said::of(program().arg("report").arg(samples().join("radio")).arg("--strict"));
    assert_eq!(radio.code, Some(0), "{radio:?}");
}

#[test]
fn an_asset_that_cannot_be_looked_at_has_its_row_and_fails_the_command() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("broken")).unwrap();
    std::fs::write(folder.path().join("broken/asset.json"), "{").unwrap();
    let said = Said::of(program().arg("report").arg(folder.path()).args(["--format", "csv"]));
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("broken/asset.json"), "{said:?}");
    assert!(said.out.lines().nth(1).unwrap().starts_with("broken,,,,,,,,,,,,,,"), "{said:?}");
}

#[test]
fn two_formats_at_once_are_wrong_usage() {
    let said = Said::of(program().arg("report").arg(samples()).args(["--json", "--format", "csv"]));
    assert_eq!(said.code, Some(2));
}
