//! The registered languages: two-letter codes, their ISO 639-2 words and their own names.
