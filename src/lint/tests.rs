//! Each rule has an asset that breaks it and one, as near to it as may be, that does not.

mod any_asset;
mod cases;
mod stage;

use super::{Finding, RULES, RuleInfo, Severity, unreadable};
use cases::CASES;
use stage::Stage;
use std::collections::BTreeSet;

fn rules_of(findings: &[Finding]) -> Vec<(&str, Option<&str>)> {
    findings.iter().map(|finding| (finding.rule, finding.track.as_deref())).collect()
}

#[test]
fn a_good_asset_gives_no_finding() {
    assert_eq!(Stage::good().lint(), []);
}

#[test]
fn each_rule_finds_what_it_is_for_and_nothing_near_it() {
    for case in CASES {
        let found = Stage::good().with(case.bad).lint();
        assert!(rules_of(&found).contains(&(case.rule, case.track)), "{}: {found:#?}", case.rule);
        let found = Stage::good().with(case.near).lint();
        assert!(!found.iter().any(|finding| finding.rule == case.rule), "near {}: {found:#?}", case.rule);
    }
}

#[test]
fn a_document_that_cannot_be_used_is_a_finding() {
    let finding = unreadable("asset.json", "tracks[1].name: is missing");
    assert_eq!((finding.rule, finding.severity), ("document-unreadable", Severity::Error));
    assert!(finding.message.contains("tracks[1].name"));
}

#[test]
fn every_rule_has_a_case() {
    let tested: BTreeSet<&str> = CASES.iter().map(|case| case.rule).chain(["document-unreadable"]).collect();
    let all: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(tested, all);
    assert_eq!(all.len(), RULES.len(), "an id is given twice");
}

#[test]
fn ids_are_words_joined_by_hyphens_and_the_worst_come_first() {
    for rule in RULES {
        let words = rule
            .id
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        assert!(words, "{}", rule.id);
        assert!(!rule.finds.ends_with('.'), "{}", rule.finds);
    }
    assert!(RULES.is_sorted_by_key(|rule| std::cmp::Reverse(rule.severity)));
}

/// What a finding says of its rule is what the table says, and it tells a person what to do.
#[test]
fn findings_agree_with_the_table_and_are_in_order() {
    for case in CASES {
        let stage = Stage::good().with(case.bad);
        let names: Vec<String> = stage.tracks.iter().map(|loaded| loaded.track.name.clone()).collect();
        let found = stage.lint();
        let place = |finding: &Finding| finding.track.as_ref().and_then(|name| names.iter().position(|n| n == name));
        assert!(found.is_sorted_by_key(|finding| (std::cmp::Reverse(finding.severity), place(finding))), "{found:#?}");
        for finding in &found {
            let rule = RULES.iter().find(|rule| rule.id == finding.rule).unwrap();
            assert_eq!((finding.severity, finding.clause), (rule.severity, rule.clause), "{finding:?}");
            assert!(!finding.message.is_empty() && !finding.remedy.is_empty());
            assert!(finding.track.as_ref().is_none_or(|name| names.contains(name)), "{finding:?}");
            assert!(finding.fix.as_ref().is_none_or(|fix| names.contains(&fix.track) && !fix.set.is_empty()));
        }
    }
}

/// A fix is offered as a button: pressing it must take the finding away.
#[test]
fn a_fix_mends_what_it_is_offered_for() {
    let mut mended = BTreeSet::new();
    for case in CASES {
        let mut stage = Stage::good().with(case.bad);
        let found = stage.lint();
        let of_case = |finding: &&Finding| (finding.rule, finding.track.as_deref()) == (case.rule, case.track);
        let Some(fix) = found.iter().find(of_case).and_then(|finding| finding.fix.clone()) else { continue };
        stage.apply(&fix);
        let after = stage.lint();
        assert!(!rules_of(&after).contains(&(case.rule, case.track)), "{}: {fix:?} {after:#?}", case.rule);
        mended.insert(case.rule);
    }
    let one_edit = ["description-as-default", "unknown-characteristic", "forced-without-cues", "default-audio-missing"];
    assert!(one_edit.iter().all(|rule| mended.contains(rule)), "{mended:?}");
}

#[test]
fn findings_of_one_rule_are_bounded_and_counted() {
    let stage = Stage::good().with(|stage| stage.unused = (0..5000).map(|n| format!("{n}.vtt")).collect());
    let found = stage.lint();
    assert_eq!(found.len(), super::finding::MOST_OF_A_RULE + 1);
    assert_eq!(found.last().unwrap().message, "4900 more findings of this rule");
}

#[test]
fn a_file_of_nothing_but_faults_gives_one_finding_with_its_count() {
    let cues: Vec<(u64, u64, &str)> = (0..100_000).map(|n| (n, n + 50_000, "x")).collect();
    let found = Stage::good().with(|stage| stage.text("en-captions", &cues)).lint();
    let overlaps: Vec<&Finding> = found.iter().filter(|finding| finding.rule == "cues-overlap").collect();
    assert_eq!(overlaps.len(), 1);
    assert!(overlaps[0].message.contains("99999 cues") && overlaps[0].message.len() < 200, "{}", overlaps[0].message);
}

#[test]
fn json_has_the_fields_that_scripts_read() {
    let found = Stage::good().with(|stage| stage.track("en").default = false).lint();
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json[0]["rule"], "default-audio-missing");
    assert_eq!(json[0]["severity"], "warning");
    assert_eq!(json[0]["track"], serde_json::Value::Null);
    assert_eq!(json[0]["fix"], serde_json::json!({ "track": "en", "set": { "default": true } }));
    for field in ["message", "remedy", "clause"] {
        assert!(json[0].get(field).is_some(), "{field}");
    }
}

/// The table of README.md.
fn table() -> String {
    let row = |rule: &RuleInfo| {
        let clause = rule.clause.unwrap_or_default().replace("Apple HLS Authoring Specification", "Apple");
        format!("| `{}` | {} | {} | {clause} |\n", rule.id, rule.severity, rule.finds)
    };
    let head = "| rule | severity | what it finds | clause |\n|---|---|---|---|\n";
    head.to_owned() + &RULES.iter().map(row).collect::<String>()
}

#[test]
fn the_readme_lists_the_rules_as_they_are() {
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&table()), "README.md should hold this table:\n{}", table());
}
