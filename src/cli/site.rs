//! What a listener answers: players, editors (the API and the page), or both.

use crate::api::Api;
use crate::origin::{Body, Origin};
use crate::page::Page;
use hyper::body::Incoming;
use hyper::{Request, Response};
use std::sync::Arc;

/// What stands behind a listener.
pub(super) enum Site {
    Players(Arc<Origin>),
    Editors(Editors),
    /// The editors' paths are the API's and the page's, all others the origin's.
    Both(Arc<Origin>, Editors),
}

/// The editors' side: the API, and the page where there is one.
pub(super) struct Editors {
    pub(super) api: Arc<Api>,
    pub(super) page: Option<Page>,
}

impl Site {
    pub(super) async fn respond(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        match &*self {
            // Boxed, so that the players' requests do not carry the room for it.
            Site::Both(_, editors) if editors.has(request.uri().path()) => Box::pin(editors.respond(request)).await,
            Site::Both(origin, _) | Site::Players(origin) => origin.respond(request).await,
            Site::Editors(editors) => Box::pin(editors.respond(request)).await,
        }
    }
}

impl Editors {
    fn has(&self, path: &str) -> bool {
        self.api.has(path) || self.page.is_some() && Page::has(path)
    }

    async fn respond(&self, request: Request<Incoming>) -> Response<Body> {
        match self.page {
            Some(page) if Page::has(request.uri().path()) => self.api.counted(page.respond(&request.into_parts().0)),
            _ => self.api.respond(request).await,
        }
    }
}
