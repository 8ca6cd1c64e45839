//! Assets and tracks as programs give them.

use super::super::*;
use super::{HARBOUR, asset_of};
use serde_json::{Value, json};

#[test]
fn to_a_program_null_is_absence() {
    let value = json!({
        "title": null, "segment_duration": null,
        "tracks": [{"name": "t", "type": "text", "file": "t.vtt", "label": null, "roles": null, "default": null}]
    });
    let plain = Track::new("t", TrackType::Text, "t.vtt");
    assert_eq!(asset_from_value(&value).unwrap().tracks, [plain]);
    let refused = |value: Value| track_from_value(&value, "").unwrap_err().to_string();
    assert_eq!(refused(json!({"name": null, "type": "text", "file": "t.vtt"})), "name: is missing");
    let misspelt = json!({"name": "t", "type": "text", "file": "t.vtt", "visiblity": null});
    assert_eq!(refused(misspelt), "visiblity: unknown field, did you mean \"visibility\"?");
    assert_eq!(refused(json!(null)), "expected an object, found null (leave the field out instead)");
    assert!(refused(json!({"name": "t", "type": "text", "file": "t.vtt", "roles": [null]})).starts_with("roles[0]: "));
}

#[test]
fn bytes_of_a_program_are_read_strictly() {
    let text = r#"{"a": [1, 2.5, -3, 1e300, null, "x", true], "b": {"c": 4294967295}}"#;
    assert_eq!(value_of(text.as_bytes()).unwrap(), serde_json::from_str::<Value>(text).unwrap());
    let twice = value_of(br#"{"a": [{"b": 1, "b": 2}], "a": 1}"#).unwrap_err();
    let fields: Vec<&str> = twice.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["a[0].b", "a"]);
    for bytes in [&b"{"[..], b"\xff", b"", &vec![b' '; MAX_BYTES + 1], "[".repeat(100_000).as_bytes()] {
        assert_eq!(value_of(bytes).unwrap_err().problems.len(), 1);
    }
    assert_eq!(asset_from_value(&value_of(HARBOUR.as_bytes()).unwrap()).unwrap(), asset_of(HARBOUR));
}

#[test]
fn a_patch_changes_what_it_names() {
    let track = asset_of(HARBOUR).tracks.remove(2);
    let patched = |patch: Value| patched_track(&track, &patch).map_err(|error| error.to_string());
    assert_eq!(patched(json!({})), Ok(track.clone()));
    let hidden = Track { visibility: Visibility::Hidden, label: None, roles: Vec::new(), ..track.clone() };
    assert_eq!(patched(json!({"visibility": "hidden", "label": null, "roles": []})), Ok(hidden));
    assert!(patched(json!({"file": null})).unwrap_err().contains("file: is missing"));
    assert!(patched(json!({"lable": null})).unwrap_err().contains("did you mean \"label\""));
    assert!(patched(json!({"language": "english"})).unwrap_err().contains("English is \"en\""));
    assert!(patched(json!([])).unwrap_err().contains("expected an object, found a list"));
    let asset = asset_of(HARBOUR);
    let live = patched_asset(&asset, &json!({"kind": "live-archive", "title": null})).unwrap();
    assert_eq!(live, Asset { kind: AssetKind::LiveArchive, title: None, ..asset });
}

/// The examples of RFC 7396, appendix A.
#[test]
fn patches_are_merged_as_the_rfc_says() {
    for (target, patch, result) in [
        (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
        (json!({"a": "b"}), json!({"a": null}), json!({})),
        (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
        (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
        (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
        (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
        (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
        (json!({"a": "b"}), json!(["c"]), json!(["c"])),
        (json!({"a": "foo"}), json!(null), json!(null)),
        (json!({"a": "foo"}), json!("bar"), json!("bar")),
        (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
        (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
        (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
    ] {
        let mut merged = target.clone();
        merge_patch(&mut merged, &patch);
        assert_eq!(merged, result, "{target} {patch}");
    }
}
