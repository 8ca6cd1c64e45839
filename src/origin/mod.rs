//! HTTP for players: from a URL to a response, and how long it may be cached.
//!
//! [`Route`] reads the URL; [`Rendered`] holds a manifest with its codings; [`Body`] streams the pieces of a segment
//! from the store; [`response`] knows the headers. All of it is protocol: what an asset is, the handler knows.

mod body;
mod conditional;
mod encoding;
mod handler;
mod range;
mod rendered;
pub mod response;
mod route;

pub use body::{Body, Source};
pub use conditional::EntityTag;
pub use encoding::Encoding;
pub use handler::{Origin, OriginOptions};
pub use range::Requested;
pub use rendered::{Rendered, Variant};
pub use route::{Route, RouteError, SegmentForm, decode_path};
