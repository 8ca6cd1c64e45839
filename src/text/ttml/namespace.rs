//! The namespaces of TTML and its relatives, old and new, as the few that matter here.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ns {
    /// TTML elements: `http://www.w3.org/ns/ttml` and its predecessors.
    Tt,
    /// `tts:`
    Styling,
    /// `ttp:`
    Parameter,
    /// IMSC `itts:`
    Imsc,
    Smpte,
    Xml,
    /// A name without a namespace.
    None,
    Other,
}

impl Ns {
    /// TTML1 had drafts that were widely used, with `#style` where it has `#styling` now.
    pub(super) fn of(uri: &str) -> Self {
        const TTML: [&str; 4] = [
            "http://www.w3.org/ns/ttml",
            "http://www.w3.org/2006/10/ttaf1",
            "http://www.w3.org/2006/04/ttaf1",
            "http://www.w3.org/2005/11/ttaf1",
        ];
        match uri {
            "http://www.w3.org/XML/1998/namespace" => return Ns::Xml,
            "http://www.w3.org/ns/ttml/profile/imsc1#styling" => return Ns::Imsc,
            _ if uri.starts_with("http://www.smpte-ra.org/") => return Ns::Smpte,
            _ => {}
        }
        match TTML.iter().find_map(|base| uri.strip_prefix(base)) {
            Some("") => Ns::Tt,
            Some("#styling" | "#style" | "#style-extension" | "#styling-extension") => Ns::Styling,
            Some("#parameter") => Ns::Parameter,
            _ => Ns::Other,
        }
    }

    /// For documents that use the usual prefixes and declare none.
    pub(super) fn of_prefix(prefix: &str) -> Self {
        match prefix {
            "tt" => Ns::Tt,
            "tts" => Ns::Styling,
            "ttp" => Ns::Parameter,
            "itts" => Ns::Imsc,
            "smpte" => Ns::Smpte,
            _ => Ns::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new() {
        assert_eq!(Ns::of("http://www.w3.org/ns/ttml"), Ns::Tt);
        assert_eq!(Ns::of("http://www.w3.org/2006/10/ttaf1#style"), Ns::Styling);
        assert_eq!(Ns::of("http://www.w3.org/2006/04/ttaf1#parameter"), Ns::Parameter);
        assert_eq!(Ns::of("http://www.w3.org/ns/ttml#metadata"), Ns::Other);
        assert_eq!(Ns::of("http://www.w3.org/ns/ttml/profile/imsc1#styling"), Ns::Imsc);
        assert_eq!(Ns::of("http://www.smpte-ra.org/schemas/2052-1/2010/smpte-tt"), Ns::Smpte);
        assert_eq!(Ns::of("urn:ebu:tt:style"), Ns::Other);
    }
}
