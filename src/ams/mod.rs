//! What Azure Media Services had beside assets and tracks: streaming locators, and filters of an asset or of the account.
//!
//! Pure types, as they stood in its API, and the [`Shelf`] that keeps them in the store's own folder. What a filter does
//! to a presentation, and what an URL with a locator means, is for those who answer players; how they are made and shown,
//! for the API.

mod drawer;
mod filter;
mod guid;
mod locator;
mod note;
mod shelf;
mod timestamp;

pub use drawer::{Drawer, PutError};
pub use filter::{Condition, Filter, FirstQuality, Operation, Property, TimeRange, TrackSelection};
pub use guid::Guid;
pub use locator::Locator;
pub use note::AssetNote;
pub use shelf::{AddError, Owner, Shelf};
pub use timestamp::Timestamp;
