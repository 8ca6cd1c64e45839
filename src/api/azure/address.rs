//! Addresses of Azure Resource Manager: subscription, resource group, account, and what of it is meant. Its words are read
//! in any case. Each part of a path is decoded by itself, so that a name may hold a slash.

use super::fault::Fault;
use crate::api::token::Scope;
use crate::origin::decode_path;
use hyper::Method;
use percent_encoding::percent_decode_str;

/// Whose an address is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) subscription: String,
    pub(super) resource_group: String,
    pub(super) name: String,
}

/// What is meant. Names are decoded and as they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Assets,
    Asset(String),
    ContainerSas(String),
    AssetLocators(String),
    Tracks(String),
    Track(String, String),
    TrackData(String, String),
    OperationStatus(String, String, String),
    OperationResult(String, String, String),
    /// Of an asset, or of the account.
    Filters(Option<String>),
    Filter(Option<String>, String),
    Locators,
    Locator(String),
    LocatorPaths(String),
    LocatorKeys(String),
    Endpoints,
    Endpoint(String),
    Policies,
    Policy(String),
}

/// An address, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) account: Account,
    pub(super) target: Target,
}

impl Account {
    /// The id of the account, as resource ids begin.
    pub(super) fn id(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Media/mediaservices/{}",
            self.subscription, self.resource_group, self.name
        )
    }
}

impl Address {
    /// Reads the path of a URL, as it was sent.
    pub(super) fn parse(path: &str) -> Result<Address, Fault> {
        // Refuses what is malformed, and what would lead upwards however often it is encoded.
        decode_path(path).map_err(|error| Fault::bad(error.to_string()))?;
        let parts = path.trim_matches('/').split('/');
        let parts: Vec<String> = parts.map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect();
        let unknown = || Fault::unknown("there is no resource of this form");
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let [subscriptions, subscription, groups, group, providers, media, services, account, rest @ ..] =
            parts.as_slice()
        else {
            return Err(unknown());
        };
        let words = [
            (subscriptions, "subscriptions"),
            (groups, "resourceGroups"),
            (providers, "providers"),
            (media, "Microsoft.Media"),
            (services, "mediaServices"),
        ];
        let names = [subscription, group, account].into_iter().chain(rest);
        if !words.iter().all(|(word, known)| word.eq_ignore_ascii_case(known))
            || names.into_iter().any(|name| name.is_empty())
        {
            return Err(unknown());
        }
        let account = Account {
            subscription: (*subscription).to_owned(),
            resource_group: (*group).to_owned(),
            name: (*account).to_owned(),
        };
        Ok(Address { account, target: Target::parse(rest).ok_or_else(unknown)? })
    }
}

impl Target {
    fn parse(parts: &[&str]) -> Option<Target> {
        let is = |word: &str, known: &str| word.eq_ignore_ascii_case(known);
        let own = |name: &&str| (*name).to_owned();
        Some(match parts {
            [kind] if is(kind, "assets") => Target::Assets,
            [kind, asset] if is(kind, "assets") => Target::Asset(own(asset)),
            [kind, asset, what] if is(kind, "assets") => match what {
                what if is(what, "listContainerSas") => Target::ContainerSas(own(asset)),
                what if is(what, "listStreamingLocators") => Target::AssetLocators(own(asset)),
                what if is(what, "tracks") => Target::Tracks(own(asset)),
                what if is(what, "assetFilters") => Target::Filters(Some(own(asset))),
                _ => return None,
            },
            [kind, asset, what, name] if is(kind, "assets") => match what {
                what if is(what, "tracks") => Target::Track(own(asset), own(name)),
                what if is(what, "assetFilters") => Target::Filter(Some(own(asset)), own(name)),
                _ => return None,
            },
            [kind, asset, tracks, track, what] if is(kind, "assets") && is(tracks, "tracks") => {
                is(what, "updateTrackData").then(|| Target::TrackData(own(asset), own(track)))?
            }
            [kind, asset, tracks, track, what, id] if is(kind, "assets") && is(tracks, "tracks") => match what {
                what if is(what, "operationStatuses") => Target::OperationStatus(own(asset), own(track), own(id)),
                what if is(what, "operationResults") => Target::OperationResult(own(asset), own(track), own(id)),
                _ => return None,
            },
            [kind] if is(kind, "accountFilters") => Target::Filters(None),
            [kind, name] if is(kind, "accountFilters") => Target::Filter(None, own(name)),
            [kind] if is(kind, "streamingLocators") => Target::Locators,
            [kind, name] if is(kind, "streamingLocators") => Target::Locator(own(name)),
            [kind, name, what] if is(kind, "streamingLocators") => match what {
                what if is(what, "listPaths") => Target::LocatorPaths(own(name)),
                what if is(what, "listContentKeys") => Target::LocatorKeys(own(name)),
                _ => return None,
            },
            [kind] if is(kind, "streamingEndpoints") => Target::Endpoints,
            [kind, name] if is(kind, "streamingEndpoints") => Target::Endpoint(own(name)),
            [kind] if is(kind, "streamingPolicies") => Target::Policies,
            [kind, name] if is(kind, "streamingPolicies") => Target::Policy(own(name)),
            _ => return None,
        })
    }

    /// The methods that it takes.
    pub(super) fn methods(&self) -> &'static str {
        match self {
            Target::Asset(_) | Target::Track(..) | Target::Filter(..) => "DELETE, GET, HEAD, PATCH, PUT",
            Target::Locator(_) => "DELETE, GET, HEAD, PUT",
            Target::ContainerSas(_)
            | Target::AssetLocators(_)
            | Target::TrackData(..)
            | Target::LocatorPaths(_)
            | Target::LocatorKeys(_) => "POST",
            Target::Assets
            | Target::Tracks(_)
            | Target::OperationStatus(..)
            | Target::OperationResult(..)
            | Target::Filters(_)
            | Target::Locators
            | Target::Endpoints
            | Target::Endpoint(_)
            | Target::Policies
            | Target::Policy(_) => "GET, HEAD",
        }
    }

    /// What a token must allow. What a SAS URL needs depends on what it is for, and is seen there.
    pub(super) fn scope(&self, method: &Method) -> Scope {
        let only_lists = matches!(
            self,
            Target::ContainerSas(_) | Target::AssetLocators(_) | Target::LocatorPaths(_) | Target::LocatorKeys(_)
        );
        if *method == Method::GET || only_lists { Scope::Read } else { Scope::Write }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ACCOUNT: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Media/mediaServices/acc";

    fn target(rest: &str) -> Option<Target> {
        Address::parse(&format!("{ACCOUNT}{rest}")).ok().map(|address| address.target)
    }

    #[test]
    fn words_are_read_in_any_case_and_names_as_they_are() {
        let path = "/SUBSCRIPTIONS/S/resourcegroups/RG/Providers/microsoft.media/mediaservices/Acc/Assets/My%20Asset/TRACKS/es%201";
        let address = Address::parse(path).unwrap();
        assert_eq!(address.target, Target::Track("My Asset".to_owned(), "es 1".to_owned()));
        let account = address.account;
        assert_eq!(
            account.id(),
            "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Media/mediaservices/Acc",
            "as ids are written"
        );
    }

    #[test]
    fn a_name_may_hold_an_encoded_slash() {
        assert_eq!(target("/assets/shows%2Fs01"), Some(Target::Asset("shows/s01".to_owned())));
        assert_eq!(target("/assets/tracks/tracks"), Some(Target::Tracks("tracks".to_owned())));
    }

    #[test]
    fn other_paths_are_nothing() {
        for rest in
            ["", "/", "/assets/a/b", "/assets//tracks", "/jobs", "/assets/a/tracks/t/x", "/streamingLocators/a/b"]
        {
            assert_eq!(target(rest), None, "{rest}");
        }
        for path in ["/subscriptions", "/subscriptions/s/resourceGroups/rg", &format!("{ACCOUNT}/assets/..%2f..%2fetc")]
        {
            assert!(Address::parse(path).is_err(), "{path}");
        }
    }

    proptest! {
        #[test]
        fn any_path_is_read_or_refused(rest in "[a-zA-Z/%0-9.]{0,60}") {
            let _ = Address::parse(&format!("{ACCOUNT}/assets/{rest}"));
            let _ = Address::parse(&format!("/subscriptions/{rest}"));
        }
    }
}
