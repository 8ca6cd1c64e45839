//! A file of one version, open: reads its bytes, and tells whether it still is what it was.

use super::blocks::Blocks;
use super::mapped::map;
use super::{FileVersion, Mapped};
use bytes::Bytes;
use memmap2::Mmap;
use rustix::fs::{FileType, Stat};
use rustix::io::{Errno, ReadWriteFlags, preadv2};
use std::fs::{File, Metadata};
use std::io::{ErrorKind, IoSliceMut, Result};
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Bytes between two ranges that are read rather than jumped over: copying so many takes as long as another call.
const HOLE: u64 = 4096;
/// Most bytes that are read at once for ranges with holes between them: few enough to stay near the processor.
const SPAN: u64 = 64 << 10;
/// Distance of the places where a stretch is looked at to learn whether it is in memory: what the kernel reads ahead.
const LOOK: u64 = 128 << 10;

#[derive(Debug)]
pub(super) struct OpenFile {
    file: File,
    /// Where it was found.
    place: PathBuf,
    stamp: Stamp,
    /// Made when first asked for; `None` where it cannot be.
    map: OnceLock<Option<Arc<Mmap>>>,
}

/// What tells versions of a local file apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    size: u64,
    seconds: i64,
    nanoseconds: i64,
    inode: u64,
    is_file: bool,
}

/// Whether a read may wait for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    Waits,
    /// Gives up where the bytes are not in memory.
    AtOnce,
}

/// What a read came to.
#[derive(Debug)]
pub(super) enum Read {
    Bytes(Bytes),
    /// The file is not what it was.
    Changed,
    /// It would have to wait.
    NotInMemory,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Stamp {
        Stamp {
            size: metadata.len(),
            seconds: metadata.mtime(),
            nanoseconds: metadata.mtime_nsec(),
            inode: metadata.ino(),
            is_file: metadata.is_file(),
        }
    }

    /// As the kernel tells it; the types of its fields differ from machine to machine.
    #[allow(clippy::unnecessary_cast)]
    pub(super) fn of_stat(found: &Stat) -> Stamp {
        Stamp {
            size: found.st_size as u64,
            seconds: found.st_mtime as i64,
            nanoseconds: found.st_mtime_nsec as i64,
            inode: found.st_ino as u64,
            is_file: FileType::from_raw_mode(found.st_mode) == FileType::RegularFile,
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn version(&self) -> FileVersion {
        let tag = format!("{}.{:09}", self.seconds, self.nanoseconds);
        FileVersion { size: self.size, tag, instance: self.inode }
    }

    pub(super) fn is(&self, version: &FileVersion) -> bool {
        self.is_file && self.version() == *version
    }
}

impl OpenFile {
    /// Opens the file that lies at `target`, found by the name `place`, which a link may have as well.
    pub(super) fn open(place: PathBuf, target: PathBuf) -> Result<OpenFile> {
        OpenFile::of(File::open(target)?, place)
    }

    /// An open file that was found by the name `place`.
    pub(super) fn of(file: File, place: PathBuf) -> Result<OpenFile> {
        let stamp = Stamp::of(&file.metadata()?);
        Ok(OpenFile { file, place, stamp, map: OnceLock::new() })
    }

    pub(super) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Whether the file can still be found, as it was. The name is looked up, since the open file would not know that
    /// another was renamed over it; where both agree in their inode they are one file.
    pub(super) fn is_in_place(&self) -> Result<bool> {
        match std::fs::metadata(&self.place) {
            Ok(metadata) => Ok(Stamp::of(&metadata) == self.stamp),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The bytes of `ranges`, which lie within the file and are `len` in all, one after the other. Its version is compared
    /// after the read: what was written meanwhile is not given.
    pub(super) fn read(
        &self,
        ranges: &[Range<u64>],
        len: usize,
        blocks: &Arc<Blocks>,
        patience: Patience,
    ) -> Result<Read> {
        if len == 0 {
            return Ok(Read::Bytes(Bytes::new()));
        }
        let mut block = blocks.take(len);
        match self.fill(block.as_mut(), ranges, blocks, patience) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(Read::Changed),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Read::NotInMemory),
            filled => filled?,
        }
        // Written in place while it was read?
        if Stamp::of(&self.file.metadata()?) != self.stamp {
            return Ok(Read::Changed);
        }
        Ok(Read::Bytes(block.freeze()))
    }

    /// The whole file as memory.
    pub(super) fn map(self: &Arc<Self>) -> Option<Mapped> {
        let map = self.map.get_or_init(|| map(&self.file).ok().map(Arc::new)).as_ref()?;
        Some(Mapped::new(Arc::clone(self), Arc::clone(map)))
    }

    /// Whether `range` can be read without waiting, as far as a look here and there tells.
    pub(super) fn is_in_memory(&self, range: &Range<u64>) -> bool {
        let last = range.end.saturating_sub(1).max(range.start);
        let places = range.clone().step_by(LOOK as usize).chain([last]);
        places.into_iter().all(|place| self.read_exact(&mut [0], place, Patience::AtOnce).is_ok())
    }

    /// Reads `range` to have it in memory.
    pub(super) fn load(&self, range: Range<u64>) -> Result<()> {
        let mut scratch = vec![0; SPAN as usize];
        for start in range.clone().step_by(SPAN as usize) {
            let len = SPAN.min(range.end - start) as usize;
            self.read_exact(&mut scratch[..len], start, Patience::Waits)?;
        }
        Ok(())
    }

    fn fill(
        &self,
        mut out: &mut [u8],
        mut ranges: &[Range<u64>],
        blocks: &Arc<Blocks>,
        patience: Patience,
    ) -> Result<()> {
        while let Some((span, together)) = next_span(ranges) {
            let (now, later) = ranges.split_at(together);
            ranges = later;
            if let [range] = now {
                self.read_exact(split_off(&mut out, range.end - range.start), range.start, patience)?;
                continue;
            }
            let mut scratch = blocks.take((span.end - span.start) as usize);
            self.read_exact(scratch.as_mut(), span.start, patience)?;
            for range in now {
                let at = (range.start - span.start) as usize;
                let part = split_off(&mut out, range.end - range.start);
                part.copy_from_slice(&scratch.as_ref()[at..at + part.len()]);
            }
        }
        Ok(())
    }

    fn read_exact(&self, mut out: &mut [u8], mut offset: u64, patience: Patience) -> Result<()> {
        let flags = match patience {
            Patience::Waits => ReadWriteFlags::empty(),
            Patience::AtOnce => ReadWriteFlags::NOWAIT,
        };
        while !out.is_empty() {
            match preadv2(&self.file, &mut [IoSliceMut::new(out)], offset, flags) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => {
                    offset += read as u64;
                    out = &mut out[read..];
                }
                Err(Errno::INTR) => {}
                // A file system that cannot tell is asked by a thread that may wait.
                Err(Errno::OPNOTSUPP | Errno::NOSYS) if patience == Patience::AtOnce => {
                    return Err(ErrorKind::WouldBlock.into());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// The first `len` bytes of what is still to be filled.
fn split_off<'a>(rest: &mut &'a mut [u8], len: u64) -> &'a mut [u8] {
    let (part, after) = std::mem::take(rest).split_at_mut(len as usize);
    *rest = after;
    part
}

/// How many of the first `ranges` are best read together, and from where to where.
fn next_span(ranges: &[Range<u64>]) -> Option<(Range<u64>, usize)> {
    let (first, others) = ranges.split_first()?;
    let mut span = first.clone();
    let mut together = 1;
    for range in others {
        let near = span.end <= range.start && range.start - span.end <= HOLE;
        if !near || range.end - span.start > SPAN {
            break;
        }
        span.end = range.end;
        together += 1;
    }
    Some((span, together))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::os::unix::fs::FileExt;

    fn file(content: &[u8]) -> (tempfile::TempDir, OpenFile) {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.mp4");
        std::fs::write(&place, content).unwrap();
        let open = OpenFile::open(place.clone(), place).unwrap();
        (folder, open)
    }

    fn read(open: &OpenFile, ranges: &[Range<u64>]) -> Option<Bytes> {
        let len = ranges.iter().map(|range| range.end - range.start).sum::<u64>() as usize;
        match open.read(ranges, len, &Arc::new(Blocks::default()), Patience::Waits).unwrap() {
            Read::Bytes(bytes) => Some(bytes),
            Read::Changed => None,
            Read::NotInMemory => panic!("it may wait"),
        }
    }

    #[test]
    fn near_ranges_are_read_together_and_far_ones_are_not() {
        assert_eq!(next_span(&[]), None);
        assert_eq!(next_span(std::slice::from_ref(&(5..9))), Some((5..9, 1)));
        assert_eq!(next_span(&[0..10, 20..30, 30..40]), Some((0..40, 3)));
        assert_eq!(next_span(&[0..10, 10 + HOLE..20 + HOLE, 21 + 2 * HOLE..22 + 2 * HOLE]), Some((0..20 + HOLE, 2)));
        assert_eq!(next_span(&[20..30, 0..10]), Some((20..30, 1)), "backwards");
        assert_eq!(next_span(&[0..10, 5..20]), Some((0..10, 1)), "they overlap");
        assert_eq!(next_span(&[0..SPAN, SPAN..SPAN + 1]), Some((0..SPAN, 1)));
        assert_eq!(next_span(&[0..u64::MAX, 0..u64::MAX]), Some((0..u64::MAX, 1)));
    }

    #[test]
    fn what_was_written_meanwhile_is_not_given() {
        let (_folder, open) = file(b"first");
        assert_eq!(read(&open, &[0..2, 2..5]).unwrap(), "first");
        let writer = File::options().write(true).open(&open.place).unwrap();
        writer.write_all_at(b"other", 0).unwrap();
        writer.set_modified(std::time::UNIX_EPOCH).unwrap();
        assert_eq!(read(&open, &[0..2, 2..5]), None);
        assert!(!open.is_in_place().unwrap());
    }

    #[test]
    fn a_file_cut_short_has_changed() {
        let (_folder, open) = file(&[7; 10_000]);
        File::options().write(true).open(&open.place).unwrap().set_len(5000).unwrap();
        assert_eq!(read(&open, &[0..4000, 4000..10_000]), None);
        assert_eq!(read(&open, &[0..10, 20..10_000]), None);
    }

    proptest! {
        #[test]
        fn ranges_come_in_the_order_asked(
            ranges in proptest::collection::vec((0u64..200_000, 0u64..20_000), 0..20),
            sorted in any::<bool>(),
        ) {
            let content: Vec<u8> = (0..220_000u32).map(|n| (n % 251) as u8).collect();
            let (_folder, open) = file(&content);
            let mut ranges: Vec<Range<u64>> = ranges.into_iter().map(|(start, len)| start..start + len).collect();
            if sorted {
                ranges.sort_by_key(|range| range.start);
            }
            let expected: Vec<u8> =
                ranges.iter().flat_map(|range| &content[range.start as usize..range.end as usize]).copied().collect();
            prop_assert!(read(&open, &ranges).unwrap() == expected);
        }
    }
}
