//! Which cues a window of time shows, without looking at all of them.
//!
//! Cues are sorted by start, so those that start before the window ends are found by bisection. Among them the ones
//! that end after the window starts may lie anywhere: a sign may stay for an hour. A binary tree whose nodes hold the
//! greatest end below them finds these in O(found · log n), however long any cue is.

use super::{Captions, Cue};
use std::mem::size_of;
use std::sync::OnceLock;

/// The index of [`Captions::cues`], made on first use. It is derived, so it takes no part in comparison.
#[derive(Debug, Default)]
pub struct CueIndex {
    /// Node `k` has the children `2k` and `2k + 1`; the root is 1; leaves are the second half, one per cue.
    greatest_end: OnceLock<Vec<u64>>,
}

/// A copy starts without its index: whoever copies captions may be about to change the cues.
impl Clone for CueIndex {
    fn clone(&self) -> Self {
        CueIndex::default()
    }
}

impl PartialEq for CueIndex {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl CueIndex {
    /// What the index of so many cues takes, whether or not it is made yet.
    pub(super) fn heap_bytes_for(cues: usize) -> usize {
        2 * cues.next_power_of_two() * size_of::<u64>()
    }

    fn tree(&self, cues: &[Cue]) -> &[u64] {
        self.greatest_end.get_or_init(|| {
            let leaves = cues.len().next_power_of_two();
            let mut tree = vec![0; leaves];
            tree.extend(cues.iter().map(|cue| cue.end));
            tree.resize(2 * leaves, 0);
            for node in (1..leaves).rev() {
                tree[node] = tree[2 * node].max(tree[2 * node + 1]);
            }
            tree
        })
    }
}

/// One question: cues before place `before` that end after `start`.
struct Query<'a> {
    tree: &'a [u64],
    start: u64,
    before: usize,
    found: Vec<usize>,
}

impl Query<'_> {
    /// Looks below `node`, which stands for `width` cues from place `first` on. The depth is log2 of the cue count.
    fn descend(&mut self, node: usize, first: usize, width: usize) {
        let ends_after = self.tree.get(node).is_some_and(|&end| end > self.start);
        if first >= self.before || !ends_after {
            return;
        }
        if width <= 1 {
            self.found.push(first);
            return;
        }
        let half = width / 2;
        self.descend(2 * node, first, half);
        self.descend(2 * node + 1, first + half, half);
    }
}

impl Captions {
    /// Places in `cues` of those shown at some moment of `start..end` (milliseconds), in order.
    pub fn overlapping(&self, start: u64, end: u64) -> Vec<usize> {
        if start >= end {
            return Vec::new();
        }
        let before = self.cues.partition_point(|cue| cue.start < end);
        let tree = self.index.tree(&self.cues);
        let mut query = Query { tree, start, before, found: Vec::new() };
        query.descend(1, 0, tree.len() / 2);
        query.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn captions(times: &[(u64, u64)]) -> Captions {
        let cue = |&(start, length): &(u64, u64)| Cue {
            id: None,
            start,
            end: start + length,
            settings: String::new(),
            payload: "x".to_owned(),
        };
        Captions { cues: times.iter().map(cue).collect(), ..Captions::default() }.sorted()
    }

    #[test]
    fn a_long_cue_is_found_behind_many_short_ones() {
        let mut times = vec![(0, 3_600_000)];
        times.extend((1..1000).map(|n| (n * 1000, 500)));
        assert_eq!(captions(&times).overlapping(900_600, 901_000), [0]);
        assert_eq!(captions(&times).overlapping(900_400, 901_001), [0, 900, 901]);
    }

    #[test]
    fn a_cue_that_ends_where_the_window_starts_is_not_shown() {
        let captions = captions(&[(0, 1000), (2000, 500)]);
        assert_eq!(captions.overlapping(1000, 2000), [0usize; 0]);
        assert_eq!(captions.overlapping(999, 2001), [0, 1]);
        assert_eq!(captions.overlapping(500, 500), [0usize; 0]);
    }

    #[test]
    fn a_copy_may_be_changed() {
        let original = captions(&[(0, 1000)]);
        assert_eq!(original.overlapping(500, 600), [0]);
        let mut later = original.clone();
        later.cues.iter_mut().for_each(|cue| (cue.start, cue.end) = (cue.start + 5000, cue.end + 5000));
        assert_eq!(later.overlapping(5500, 5600), [0]);
    }

    #[test]
    fn no_cues_no_answer() {
        assert_eq!(Captions::default().overlapping(0, u64::MAX), [0usize; 0]);
    }

    proptest! {
        #[test]
        fn finds_what_a_scan_finds(
            times in prop::collection::vec((0u64..2000, 1u64..500), 0..60),
            start in 0u64..2500,
            length in 0u64..800,
        ) {
            let captions = captions(&times);
            let end = start + length;
            let shown = |cue: &Cue| start < end && cue.start < end && cue.end > start;
            let scanned: Vec<usize> =
                (0..captions.cues.len()).filter(|&place| shown(&captions.cues[place])).collect();
            prop_assert_eq!(captions.overlapping(start, end), scanned);
        }
    }
}
