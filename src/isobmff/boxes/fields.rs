//! The fields of a box, read one after the other.

use super::BoxSlice;
use crate::isobmff::BoxError;

/// Reads big-endian fields of a box, one after the other.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    pub(super) owner: &'a BoxSlice,
    pub(super) position: usize,
}

impl<'a> Fields<'a> {
    /// Bytes not read yet.
    pub fn left(&self) -> usize {
        self.owner.bytes.len().saturating_sub(self.position)
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], BoxError> {
        let end = self.position.saturating_add(count);
        let taken = self.owner.bytes.get(self.position..end).ok_or_else(|| {
            let left = self.left();
            self.error(format!("the box is too short: {count} bytes should follow, {left} do"))
        })?;
        self.position = end;
        Ok(taken)
    }

    /// All bytes not read yet.
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = self.owner.bytes.get(self.position..).unwrap_or_default();
        self.position = self.owner.bytes.len();
        rest
    }

    pub fn skip(&mut self, count: usize) -> Result<(), BoxError> {
        self.take(count).map(|_| ())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BoxError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub fn u8(&mut self) -> Result<u8, BoxError> {
        self.array().map(u8::from_be_bytes)
    }

    pub fn u16(&mut self) -> Result<u16, BoxError> {
        self.array().map(u16::from_be_bytes)
    }

    pub fn u24(&mut self) -> Result<u32, BoxError> {
        self.array().map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    pub fn u32(&mut self) -> Result<u32, BoxError> {
        self.array().map(u32::from_be_bytes)
    }

    pub fn u64(&mut self) -> Result<u64, BoxError> {
        self.array().map(u64::from_be_bytes)
    }

    /// The version and flags that a full box starts with.
    pub fn version_and_flags(&mut self) -> Result<(u8, u32), BoxError> {
        Ok((self.u8()?, self.u24()?))
    }

    /// Text up to a zero byte or the end of the box; bytes that are not UTF-8 are replaced.
    pub fn string(&mut self) -> String {
        let rest = self.owner.bytes.get(self.position..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
        self.position = (self.position + length + 1).min(self.owner.bytes.len());
        String::from_utf8_lossy(&rest[..length]).into_owned()
    }

    /// An error about the byte to be read next.
    pub fn error(&self, problem: impl Into<String>) -> BoxError {
        self.owner.error_at(self.position, problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::write::full_box;

    #[test]
    fn fields_stop_at_the_end_of_their_box() {
        let mut bytes = Vec::new();
        full_box(&mut bytes, b"mdhd", 1, 0x020304, |out| out.extend_from_slice(b"hi\0\x05"));
        let mdhd = BoxSlice::root(&bytes.into(), 10).unwrap();
        let mut fields = mdhd.fields();
        assert_eq!(fields.version_and_flags(), Ok((1, 0x020304)));
        assert_eq!(fields.string(), "hi");
        let error = fields.u32().unwrap_err();
        assert_eq!(error.to_string(), "mdhd at byte 25: the box is too short: 4 bytes should follow, 1 do");
        assert_eq!((fields.u8(), fields.left()), (Ok(5), 0));
    }
}
