//! What `udta` says of a track: labels and kinds (ISO/IEC 14496-12 8.10). It is the part of a file that tools write most
//! carelessly, and nothing plays by it, so what cannot be read is left out.

use super::Kind;
use crate::isobmff::boxes::BoxSlice;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct UserData {
    pub(super) label: Option<String>,
    pub(super) kinds: Vec<Kind>,
}

/// Reads the user data of `trak`: a label box, then QuickTime's `name`, is the label.
pub(super) fn read(trak: &BoxSlice) -> UserData {
    let Ok(Some(udta)) = trak.child(b"udta") else { return UserData::default() };
    let (mut group_label, mut first_label, mut name, mut kinds) = (None, None, None, Vec::new());
    for child in udta.children().map_while(Result::ok) {
        match &child.kind().0 {
            b"labl" => match read_label(&child) {
                Some((label, true)) => group_label = group_label.or(Some(label)),
                Some((label, false)) => first_label = first_label.or(Some(label)),
                None => (),
            },
            b"name" => name = name.or(said(&String::from_utf8_lossy(child.body()))),
            b"kind" => kinds.extend(read_kind(&child)),
            b"tagc" => {
                let tag = said(&String::from_utf8_lossy(child.body()));
                kinds.extend(tag.map(|value| Kind { scheme: String::new(), value }));
            }
            _ => (),
        }
    }
    UserData { label: group_label.or(first_label).or(name), kinds }
}

/// `LabelBox` (8.10.5): the label, and whether it stands for its group, that is, is the one to show where languages do
/// not matter.
fn read_label(labl: &BoxSlice) -> Option<(String, bool)> {
    const GROUP_LABEL: u32 = 1;
    let mut fields = labl.fields();
    let (_, flags) = fields.version_and_flags().ok()?;
    fields.u16().ok()?;
    fields.string();
    Some((said(&fields.string())?, flags & GROUP_LABEL != 0))
}

/// `KindBox` (8.10.4).
fn read_kind(kind: &BoxSlice) -> Option<Kind> {
    let mut fields = kind.fields();
    fields.version_and_flags().ok()?;
    let (scheme, value) = (fields.string(), fields.string());
    (!scheme.is_empty()).then_some(Kind { scheme, value })
}

/// Text without zero bytes and space around it, if any is left.
fn said(text: &str) -> Option<String> {
    let text = text.trim_matches(|character: char| character == '\0' || character.is_whitespace());
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::write::{boxed, full_box};
    use bytes::BufMut;

    fn read_udta(content: impl FnOnce(&mut Vec<u8>)) -> UserData {
        let mut bytes = Vec::new();
        boxed(&mut bytes, b"trak", |out| boxed(out, b"udta", content));
        read(&BoxSlice::root(&bytes.into(), 0).unwrap())
    }

    fn label(out: &mut Vec<u8>, flags: u32, text: &[u8]) {
        full_box(out, b"labl", 0, flags, |out| {
            out.put_slice(b"\0\x01en\0");
            out.put_slice(text);
        });
    }

    #[test]
    fn labels_go_before_names_and_group_labels_first() {
        let name = |out: &mut Vec<u8>| boxed(out, b"name", |out| out.put_slice(b"from name"));
        assert_eq!(read_udta(name).label.as_deref(), Some("from name"));
        let data = read_udta(|out| {
            name(out);
            label(out, 0, b"one of many\0");
            label(out, 1, b"of the group\0");
        });
        assert_eq!(data.label.as_deref(), Some("of the group"));
    }

    #[test]
    fn kinds_and_tags_are_kept_in_order() {
        let data = read_udta(|out| {
            full_box(out, b"kind", 0, 0, |out| out.put_slice(b"urn:mpeg:dash:role:2011\0main\0"));
            boxed(out, b"tagc", |out| out.put_slice(b"public.accessibility.describes-video"));
            full_box(out, b"kind", 0, 0, |out| out.put_slice(b"about:html-kind\0"));
        });
        let kinds: Vec<_> = data.kinds.iter().map(|kind| (kind.scheme.as_str(), kind.value.as_str())).collect();
        assert_eq!(
            kinds,
            [
                ("urn:mpeg:dash:role:2011", "main"),
                ("", "public.accessibility.describes-video"),
                ("about:html-kind", ""),
            ]
        );
    }

    #[test]
    fn careless_user_data_is_left_out() {
        let data = read_udta(|out| {
            label(out, 1, b"\0");
            boxed(out, b"name", |out| out.put_slice(b"  \0"));
            boxed(out, b"kind", |out| out.put_slice(b"\0"));
            out.put_slice(b"\xff\xff\xff\xffname");
        });
        assert_eq!(data, UserData::default());
    }
}
