//! The streaming URLs of Azure Media Services: `/{locator}/{name}.ism/manifest(format=m3u8-cmaf)` and all that lies behind.
//!
//! [`Link`] is their grammar, [`StreamNames`] says what the tracks of an asset are called in them, [`LinkError`] what may be
//! wrong with one, with the code that the service published for it. Pure: who a locator belongs to, and what a filter is,
//! others know.

mod error;
mod names;
mod options;
mod url;

pub use error::LinkError;
pub use names::{StreamName, StreamNames};
pub use options::{Format, MOST_FILTERS, Options};
pub use url::{At, Link, Object};

/// Ticks of a second in the URLs of DASH.
pub const TICKS: u32 = 10_000_000;
