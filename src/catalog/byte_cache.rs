//! A cache bounded by bytes.

use quick_cache::sync::Cache;
use quick_cache::{OptionsBuilder, Weighter};
use std::hash::Hash;

/// A cache of at most `bytes`, as `weighter` counts them. It has one shard: divided, as is usual where there are many
/// processors, the bound would refuse whatever is larger than a shard's share.
pub(crate) fn byte_cache<K, V, W>(items: usize, bytes: u64, weighter: W) -> Cache<K, V, W>
where
    K: Eq + Hash,
    V: Clone,
    W: Weighter<K, V> + Clone,
{
    let bytes = bytes.max(1);
    let options = OptionsBuilder::new().shards(1).estimated_items_capacity(items).weight_capacity(bytes).build();
    match options {
        Ok(options) => Cache::with_options(options, weighter, Default::default(), Default::default()),
        // Only a bound left out is an error.
        Err(_) => Cache::with_weighter(items, bytes, weighter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone)]
    struct Length;

    impl Weighter<u32, Vec<u8>> for Length {
        fn weight(&self, _: &u32, value: &Vec<u8>) -> u64 {
            value.len() as u64
        }
    }

    #[test]
    fn one_value_may_take_most_of_the_bound() {
        let cache = byte_cache(1024, 1000, Length);
        cache.insert(1, vec![0; 900]);
        assert!(cache.get(&1).is_some());
        cache.insert(2, vec![0; 900]);
        assert!(cache.get(&1).is_none() || cache.get(&2).is_none(), "both are more than the bound");
        cache.insert(3, vec![0; 1100]);
        assert!(cache.get(&3).is_none() && cache.weight() <= 1000);
    }
}
