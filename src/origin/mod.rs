//! HTTP for players: from a URL to a response, and how long it may be cached.
//!
//! [`Route`] reads the URL; `rendered` holds a manifest with its codings; [`Body`] streams the pieces of a segment from
//! the store; `headers` and `response` know what HTTP says. All of it is protocol: what an asset is, the handler knows.

mod block;
mod body;
mod conditional;
mod encoding;
mod handler;
mod headers;
mod kept;
mod links;
mod range;
mod refusal;
mod rendered;
mod response;
mod route;

pub use body::{Body, Source};
pub use conditional::EntityTag;
pub(crate) use encoding::Encoding;
pub use handler::{Origin, OriginOptions};
pub use range::Requested;
pub use route::{Route, RouteError, SegmentForm, decode_path};
