//! A job that somebody waits for: carried out by the process that asks, unless another does.

use super::{JobStatus, Jobs};
use crate::store::StoreError;
use std::collections::HashMap;
use std::time::Duration;

impl Jobs {
    /// Sees a job through to its end: carries it out in this process, unless another does. `tell` is called with its
    /// progress in percent, now and then. Comes back early, with a job that waits, where the jobs are stopped; `None`
    /// where there is no such job.
    pub async fn finish(&self, id: &str, tell: impl Fn(u8)) -> Result<Option<JobStatus>, StoreError> {
        const LOOKED_EVERY: Duration = Duration::from_millis(200);
        let shared = &self.shared;
        let mut others = HashMap::new();
        loop {
            let Some(kept) = shared.shelf.get(id).await? else { return Ok(None) };
            let status = self.status(&kept);
            if status.state.has_ended() || *shared.stopping.borrow() {
                return Ok(Some(status));
            }
            tell(status.progress);
            if !shared.is_free(&kept, &mut others) || !shared.can(&kept.record.work) {
                tokio::time::sleep(LOOKED_EVERY).await;
                continue;
            }
            let Ok(claimed) = shared.claim(&kept).await else { continue };
            let here = shared.take(&claimed);
            let mut run = std::pin::pin!(shared.carry_out(claimed, here));
            let mut ticks = tokio::time::interval(LOOKED_EVERY);
            loop {
                tokio::select! {
                    _ = &mut run => break,
                    _ = ticks.tick() => {
                        if let Some((_, here)) = shared.here().get(id) {
                            tell(here.progress.get());
                        }
                    }
                }
            }
        }
    }
}
