//! Joins identical work: while a load of a key is under way, whoever asks for the same key waits for it.
//!
//! Errors reach all who waited and are not kept: the next to ask tries again. A load runs to its end even if all who
//! asked have gone, as a client does that closes its connection: taken up again later, it would give an old answer.

use dashmap::DashMap;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use std::hash::Hash;
use std::sync::Arc;

type Work<V, E> = Shared<BoxFuture<'static, Option<Result<V, E>>>>;

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
    /// Joins the load of `key`, starting it with `work` where none is under way. `None` where the load broke off,
    /// by a panic or the end of the runtime.
    pub async fn join(&self, key: K, work: impl FnOnce() -> BoxFuture<'static, Result<V, E>>) -> Option<Result<V, E>> {
        // The entry's guard is gone before anything is awaited; a guard held across an await could deadlock the map.
        let shared = self.works.entry(key.clone()).or_insert_with(|| self.start(key, work())).clone();
        shared.await
    }

    /// From now on nobody joins the load of `key` that is under way: what it looks at has changed.
    pub fn leave(&self, key: &K) {
        self.works.remove(key);
    }

    /// The work takes itself off the list when it ends, however it ends.
    fn start(&self, key: K, work: BoxFuture<'static, Result<V, E>>) -> Work<V, E> {
        let listed = Listed { works: Arc::clone(&self.works), key };
        let running = tokio::spawn(async move {
            let _listed = listed;
            work.await
        });
        async move { running.await.ok() }.boxed().shared()
    }
}

/// A place on the list of works.
struct Listed<K: Eq + Hash, V, E> {
    works: Arc<DashMap<K, Work<V, E>>>,
    key: K,
}

impl<K: Eq + Hash, V, E> Drop for Listed<K, V, E> {
    fn drop(&mut self) {
        self.works.remove(&self.key);
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
        assert!(results.iter().all(|result| *result == Some(Ok(0))));
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn an_error_is_shared_and_not_kept() {
        let loads: InFlight<&str, (), &str> = InFlight::default();
        let failed = loads.join("asset", || async { Err("no") }.boxed()).await;
        assert_eq!(failed, Some(Err("no")));
        assert_eq!(loads.join("asset", || async { Ok(()) }.boxed()).await, Some(Ok(())));
    }

    #[tokio::test]
    async fn a_load_that_nobody_waits_for_any_more_ends_and_is_not_taken_up_again() {
        let loads: InFlight<&str, u32, ()> = InFlight::default();
        let (gate, ended) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let work = {
            let (gate, ended) = (Arc::clone(&gate), Arc::clone(&ended));
            async move {
                gate.notified().await;
                ended.notify_one();
                Ok(1)
            }
        };
        let asked = loads.join("asset", || work.boxed());
        assert!(asked.now_or_never().is_none(), "the asker goes away while the load waits");
        gate.notify_one();
        ended.notified().await;
        while !loads.works.is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(loads.join("asset", || async { Ok(2) }.boxed()).await, Some(Ok(2)));
    }

    #[tokio::test]
    async fn a_load_that_panics_is_told_and_not_kept() {
        let loads: InFlight<&str, (), ()> = InFlight::default();
        assert_eq!(loads.join("asset", || async { panic!("a defect") }.boxed()).await, None);
        assert_eq!(loads.join("asset", || async { Ok(()) }.boxed()).await, Some(Ok(())));
    }
}
