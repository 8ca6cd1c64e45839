//! HLS media characteristic tags (RFC 8216bis 4.4.6.1).
