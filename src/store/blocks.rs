//! Memory for what is read of files, used again.
//!
//! A block that was given back is still in the processor's cache, need not be cleared, and costs no page faults.

use bytes::Bytes;
use std::sync::{Arc, Mutex, PoisonError};

/// Smaller and larger reads are no matter for a pool.
const SMALLEST: usize = 16 << 10;
const LARGEST: usize = 256 << 10;
/// Most bytes kept for later.
const KEPT: usize = 4 << 20;

/// Blocks that wait for use, of the sizes 16, 32, … 256 KiB.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    blocks: [Vec<Vec<u8>>; 5],
    bytes: usize,
}

/// Bytes to be filled, `len` of them, with whatever was in them before.
#[derive(Debug)]
pub(super) struct Block {
    bytes: Vec<u8>,
    len: usize,
    pool: Arc<Blocks>,
}

impl Blocks {
    pub(super) fn take(self: &Arc<Self>, len: usize) -> Block {
        let waiting = class(len).and_then(|class| self.waiting().take(class));
        let bytes = waiting.unwrap_or_else(|| vec![0; class(len).map_or(len, |class| SMALLEST << class)]);
        Block { bytes, len, pool: Arc::clone(self) }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        // Whole between any two statements, so a panic elsewhere spoils nothing.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn take(&mut self, class: usize) -> Option<Vec<u8>> {
        let block = self.blocks.get_mut(class)?.pop()?;
        self.bytes -= block.len();
        Some(block)
    }

    fn put(&mut self, class: usize, block: Vec<u8>) {
        if self.bytes + block.len() <= KEPT
            && let Some(blocks) = self.blocks.get_mut(class)
        {
            self.bytes += block.len();
            blocks.push(block);
        }
    }
}

/// The place of blocks for `len` bytes: the smallest that hold them.
fn class(len: usize) -> Option<usize> {
    let fits = (SMALLEST / 2 + 1..=LARGEST).contains(&len);
    fits.then(|| (len.div_ceil(SMALLEST)).next_power_of_two().trailing_zeros() as usize)
}

impl Block {
    pub(super) fn freeze(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Block {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl AsMut<[u8]> for Block {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.len]
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if let Some(class) = class(self.len) {
            self.pool.waiting().put(class, std::mem::take(&mut self.bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_the_length_that_was_asked_whatever_it_was_before() {
        let blocks = Arc::new(Blocks::default());
        for len in [0, 1, 100, SMALLEST, SMALLEST + 1, 100_000, 60_000, LARGEST, LARGEST + 1, 70_000] {
            let mut block = blocks.take(len);
            assert_eq!(block.as_ref().len(), len);
            block.as_mut().fill(7);
            assert_eq!(block.freeze(), vec![7; len]);
        }
    }

    #[test]
    fn a_block_is_used_again_when_the_last_slice_of_it_is_gone() {
        let blocks = Arc::new(Blocks::default());
        let first = blocks.take(100_000).freeze();
        let (place, part) = (first.as_ptr(), first.slice(5..10));
        drop(first);
        assert_ne!(blocks.take(100_000).as_ref().as_ptr(), place);
        drop(part);
        assert_eq!(blocks.take(120_000).as_ref().as_ptr(), place);
    }

    #[test]
    fn no_more_is_kept_than_may_be() {
        let blocks = Arc::new(Blocks::default());
        let many: Vec<Block> = (0..100).map(|_| blocks.take(LARGEST)).collect();
        drop(many);
        let waiting = blocks.waiting();
        assert_eq!(waiting.bytes, KEPT);
        assert_eq!(waiting.blocks.iter().flatten().map(Vec::len).sum::<usize>(), KEPT);
    }
}
