//! The few boxes that timed text samples and sample entries are made of (ISO/IEC 14496-12 4.2). Sizes are 32 bits
//! here: a sample of text is never longer.

/// The boxes in `bytes`, one after another. Ends early where a size is wrong, as the rest cannot be told apart.
pub(super) fn children(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let size = usize::try_from(u32::from_be_bytes(*rest.first_chunk()?)).ok()?;
        let kind = *rest.get(4..)?.first_chunk()?;
        // Size 0 means to the end (4.2.2).
        let (this, after) = rest.split_at_checked(if size == 0 { rest.len() } else { size })?;
        rest = after;
        Some((kind, this.get(8..)?))
    })
}

/// The body of the first box of that kind.
pub(super) fn child<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    children(bytes).find(|(found, _)| found == kind).map(|(_, body)| body)
}

/// Appends a box. A body beyond 4 GiB cannot come from a caption file, which is bounded far below.
pub(super) fn push(out: &mut Vec<u8>, kind: &[u8; 4], body: &[u8]) {
    let size = u32::try_from(body.len() + 8).unwrap_or(u32::MAX);
    out.extend_from_slice(&size.to_be_bytes());
    out.extend_from_slice(kind);
    out.extend_from_slice(body);
}

/// A sample entry (ISO/IEC 14496-12 8.5.2) of a text track with the given fields: data reference 1.
pub(super) fn sample_entry(kind: &[u8; 4], fields: &[u8]) -> Vec<u8> {
    let body = [&[0, 0, 0, 0, 0, 0, 0, 1], fields].concat();
    let mut out = Vec::with_capacity(body.len() + 8);
    push(&mut out, kind, &body);
    out
}

/// What follows the eight bytes that all sample entries share; empty where the entry is too short.
pub(super) fn sample_entry_fields(entry: &[u8]) -> &[u8] {
    entry.get(16..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn written_then_read() {
        let mut bytes = Vec::new();
        push(&mut bytes, b"payl", b"text");
        push(&mut bytes, b"vtte", b"");
        let boxes: Vec<_> = children(&bytes).collect();
        assert_eq!(boxes, [(*b"payl", &b"text"[..]), (*b"vtte", &b""[..])]);
        assert_eq!(sample_entry_fields(&sample_entry(b"wvtt", b"abc")), b"abc");
    }

    #[test]
    fn wrong_sizes_end_the_list() {
        assert_eq!(children(&[0, 0, 0, 7, b'a', b'b', b'c', b'd']).count(), 0);
        assert_eq!(children(&[0, 0, 0, 9, b'a', b'b', b'c', b'd']).count(), 0);
        assert_eq!(children(&[0, 0, 0, 0, b'a', b'b', b'c', b'd', 1]).count(), 1);
        assert_eq!(children(&[0, 0, 0, 8]).count(), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(0u8..12, 0..60)) {
            prop_assert!(children(&bytes).count() <= bytes.len() / 8);
        }
    }
}
