//! What a listener answers: players, editors, or both.

use crate::api::Api;
use crate::origin::{Body, Origin};
use hyper::body::Incoming;
use hyper::{Request, Response};
use std::sync::Arc;

/// What stands behind a listener.
pub(super) enum Site {
    Players(Arc<Origin>),
    Editors(Arc<Api>),
    /// The editors' paths are the API's, all others the origin's.
    Both(Arc<Origin>, Arc<Api>),
}

impl Site {
    pub(super) async fn respond(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        match &*self {
            Site::Editors(api) => Box::pin(api.respond(request)).await,
            // Boxed, so that the players' requests do not carry the room for it.
            Site::Both(_, api) if api.has(request.uri().path()) => Box::pin(api.respond(request)).await,
            Site::Both(origin, _) | Site::Players(origin) => origin.respond(request).await,
        }
    }
}
