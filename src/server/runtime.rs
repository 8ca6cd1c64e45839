//! The threads of the process.

use super::ServerConfig;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use tokio::runtime::{Builder, Runtime};

/// Threads that may wait for a disk at once. More would not make it faster, and each holds a block of media.
const MAX_READERS: usize = 128;

/// The threads that serve requests, as many as `config` says, and those that read from disks.
pub fn runtime(config: &ServerConfig) -> std::io::Result<Runtime> {
    let workers =
        config.workers.map_or_else(|| available_parallelism().map_or(1, NonZeroUsize::get), NonZeroUsize::get);
    // One worker needs nobody to share its work with: accepting and serving are one thread, and none wakes the other.
    let mut builder = match workers {
        1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder.worker_threads(workers).max_blocking_threads(MAX_READERS).thread_name("signalbox").enable_all().build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_as_many_workers_as_configured() {
        for workers in [1, 3] {
            let config = ServerConfig { workers: NonZeroUsize::new(workers), ..ServerConfig::default() };
            assert_eq!(runtime(&config).unwrap().metrics().num_workers(), workers);
        }
    }
}
