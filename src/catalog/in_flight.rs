//! Joins identical work: while a load of a key is under way, whoever asks for the same key waits for it.
//!
//! Errors reach all who waited and are not kept: the next to ask tries again.

use dashmap::DashMap;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use std::hash::Hash;
use std::sync::Arc;

type Work<V, E> = Shared<BoxFuture<'static, Result<V, E>>>;

/// The loads under way.
pub struct InFlight<K, V, E> {
    works: Arc<DashMap<K, Work<V, E>>>,
}

impl<K, V, E> Default for InFlight<K, V, E>
where
    K: Eq + Hash,
{
    fn default() -> Self {
        InFlight { works: Arc::new(DashMap::new()) }
    }
}

impl<K, V, E> InFlight<K, V, E>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    E: Clone + Send + Sync + 'static,
{
    /// Joins the load of `key`, starting it with `work` where none is under way.
    pub async fn join(&self, key: K, work: impl FnOnce() -> BoxFuture<'static, Result<V, E>>) -> Result<V, E> {
        // The entry's guard is gone before anything is awaited; a guard held across an await could deadlock the map.
        let shared = self.works.entry(key.clone()).or_insert_with(|| self.start(key, work())).clone();
        shared.await
    }

    /// The work takes itself off the list when it ends, so that it does so even if whoever began it has gone.
    fn start(&self, key: K, work: BoxFuture<'static, Result<V, E>>) -> Work<V, E> {
        let works = Arc::clone(&self.works);
        async move {
            let result = work.await;
            works.remove(&key);
            result
        }
        .boxed()
        .shared()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Notify;

    #[tokio::test]
    async fn a_hundred_who_ask_at_once_load_once() {
        let loads: InFlight<&str, usize, ()> = InFlight::default();
        let (count, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let ask = || {
            let (count, gate) = (Arc::clone(&count), Arc::clone(&gate));
            loads.join("asset", move || {
                async move {
                    gate.notified().await;
                    Ok(count.fetch_add(1, Ordering::SeqCst))
                }
                .boxed()
            })
        };
        // Polled after the others: all have asked when the load may go on.
        let open_gate = async { gate.notify_one() };
        let (results, ()) = tokio::join!(futures_util::future::join_all((0..100).map(|_| ask())), open_gate);
        assert!(results.iter().all(|result| *result == Ok(0)));
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn an_error_is_shared_and_not_kept() {
        let loads: InFlight<&str, (), &str> = InFlight::default();
        let failed = loads.join("asset", || async { Err("no") }.boxed()).await;
        assert_eq!(failed, Err("no"));
        assert_eq!(loads.join("asset", || async { Ok(()) }.boxed()).await, Ok(()));
    }
}
