//! The threads of the process.

use super::ServerConfig;
use tokio::runtime::{Builder, Runtime};

/// Threads that may wait for a disk at once. More would not make it faster, and each holds a block of media.
const MAX_READERS: usize = 128;

/// The threads that serve requests, as many as `config` says, and those that read from disks.
pub fn runtime(config: &ServerConfig) -> std::io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    if let Some(workers) = config.workers {
        builder.worker_threads(workers.get());
    }
    builder.max_blocking_threads(MAX_READERS).thread_name("signalbox").enable_all().build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_as_many_workers_as_configured() {
        let config = ServerConfig { workers: std::num::NonZeroUsize::new(3), ..ServerConfig::default() };
        assert_eq!(runtime(&config).unwrap().metrics().num_workers(), 3);
    }
}
