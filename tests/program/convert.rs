//! `signalbox convert`.

use super::support::{Said, program};
use std::path::Path;

/// The sample `legacy` in a store of its own.
fn legacy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets-sample/legacy");
    std::fs::create_dir(folder.path().join("legacy")).unwrap();
    for file in std::fs::read_dir(sample).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), folder.path().join("legacy").join(file.file_name())).unwrap();
    }
    folder
}

fn convert(folder: &Path, to: &str, more: &[&str]) -> Said {
    Said::of(program().arg("convert").arg(folder).args(["legacy", "--to", to]).args(more))
}

#[test]
fn a_manifest_becomes_asset_json_and_what_has_no_place_is_told() {
    let folder = legacy();
    let printed = convert(folder.path(), "json", &["--stdout"]);
    assert_eq!(printed.code, Some(0));
    assert!(
        printed.err.contains("no place in asset.json for: ") && printed.err.contains("systemBitrate"),
        "{printed:?}"
    );
    assert!(!folder.path().join("legacy/asset.json").exists());

    let written = convert(folder.path(), "json", &[]);
    assert_eq!((written.code, written.err.as_str()), (Some(0), ""));
    let lines: Vec<&str> = written.out.lines().collect();
    assert_eq!(lines.first(), Some(&"legacy/asset.json is written"));
    assert_eq!(lines.last(), Some(&"legacy/asset.json is the track document that counts"));
    let document = std::fs::read_to_string(folder.path().join("legacy/asset.json")).unwrap();
    assert_eq!(document, printed.out);

    let again = convert(folder.path(), "json", &[]);
    assert!(again.failure().contains("legacy/asset.json is there already; say --force"), "{again:?}");
    assert_eq!(convert(folder.path(), "json", &["--force"]).code, Some(0));
}

#[test]
fn what_cannot_be_converted_is_said() {
    let folder = legacy();
    let same = convert(folder.path(), "ism", &[]);
    assert_eq!(same.failure(), "legacy has no other track document than legacy.ism");
    let unknown = Said::of(program().arg("convert").arg(folder.path()).args(["none", "--to", "ism"]));
    assert!(unknown.failure().contains("no asset \"none\""), "{unknown:?}");
    let wrong = Said::of(program().arg("convert").arg(folder.path()).args(["legacy", "--to", "xml"]));
    assert_eq!(wrong.code, Some(2));
}
