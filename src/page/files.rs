//! The files of the page, as they are in the program.

/// One of its files.
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) media_type: &'static str,
    pub(super) bytes: &'static [u8],
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! files {
    ($($name:literal $media_type:ident,)*) => {
        /// All of them, by name.
        pub(super) const FILES: &[File] =
            &[$(File { name: $name, media_type: $media_type, bytes: include_bytes!(concat!("www/", $name)) }),*];
    };
}

files! {
    "addtrack.js" JS,
    "api.js" JS,
    "app.js" JS,
    "asset.css" CSS,
    "asset.js" JS,
    "base.css" CSS,
    "captions.js" JS,
    "catalogue.css" CSS,
    "catalogue.js" JS,
    "conflict.js" JS,
    "controls.css" CSS,
    "cueconflict.js" JS,
    "cues.js" JS,
    "desk.js" JS,
    "dialog.js" JS,
    "diff.js" JS,
    "dom.js" JS,
    "draft.js" JS,
    "figures.js" JS,
    "history.js" JS,
    "icon.svg" SVG,
    "index.html" HTML,
    "lint.js" JS,
    "menu.js" JS,
    "mse.js" JS,
    "operations.js" JS,
    "panels.css" CSS,
    "player.js" JS,
    "poster.js" JS,
    "preview.js" JS,
    "publish.js" JS,
    "report.js" JS,
    "reports.css" CSS,
    "router.js" JS,
    "session.js" JS,
    "signs.js" JS,
    "timeline.js" JS,
    "toast.js" JS,
    "tracks.js" JS,
    "viewermenu.js" JS,
    "words.js" JS,
}
