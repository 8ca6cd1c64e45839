//! The process around the origin: configuration, log, listener, limits of connections, shutdown.
//!
//! [`serve`] knows nothing of assets: it gives each request to a handler. It takes care that a client which is slow,
//! silent or gone holds no connection longer than the limits say, and that a shutdown lets open responses end.

mod azure;
mod background;
mod clock;
mod config;
mod connection;
mod editing;
mod facades;
mod fetching;
mod listener;
mod log;
mod quantity;
mod runtime;
mod shutdown;
mod socket;

pub use azure::AzureConfig;
pub use background::{ConvertConfig, JobsConfig, PurgeConfig};
pub use config::{CatalogConfig, Config, ConfigError, PlaybackConfig, ServerConfig};
pub use editing::ApiConfig;
pub use fetching::{FetchConfig, TranscriberConfig};
pub use listener::{BindError, Drained, bind, serve};
pub use log::{LogError, init_log};
pub(crate) use quantity::parse_duration;
pub use runtime::runtime;
pub use shutdown::{Signals, run};
