//! Paths inside a store.
