//! SAS URLs: what may be done with the files of one asset, by whom, and until when, sealed with the server's key.
//!
//! Nothing is kept of them. Each names the token it was made with and dies with it. There are two, as the service gave one
//! for each key of a storage account.

use super::answer::{Answer, ok};
use super::call::{Call, query};
use super::fault::Fault;
use super::{Azure, blob};
use crate::ams::Timestamp;
use crate::ams::name_of;
use crate::api::access::{Access, Caller};
use crate::api::platform::tracks::write_down;
use crate::api::seal::hex;
use crate::api::token::Scope;
use crate::store::StoreError;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// The version of the storage API that is spoken.
const VERSION: &str = "2022-11-02";
/// Seconds.
const LONGEST: i64 = 24 * 3600;
/// Clocks differ.
const TOLERANCE: i64 = 300;
const DEFAULT: i64 = 3600;
const PURPOSES: [&str; 2] = ["sas key 1", "sas key 2"];

/// What a SAS URL allows.
pub(super) struct Permit {
    /// `r`, `w`, `d` and `l`.
    letters: String,
    pub(super) caller: Caller,
}

impl Permit {
    pub(super) fn has(&self, letter: char) -> bool {
        self.letters.contains(letter)
    }
}

pub(super) async fn list(call: &Call<'_>, name: &str) -> Answer {
    let found = call.asset(name).await?;
    let (letters, scope, end) = asked(call)?;
    // Whatever it allows, it opens all files of the asset, those of hidden tracks as well.
    call.may(Scope::Write)?;
    if scope == Scope::Write {
        write_down(&call.api.catalog, &found.path, call.caller.name()).await?;
        super::block::sweep(call.api.catalog.store().as_ref()).await;
    }
    let mut urls = Vec::new();
    for purpose in PURPOSES {
        let (by, end) = (call.caller.name(), end.to_string());
        let mark = call.azure.seal.mark(purpose, &text(&found.path, letters, &end, &call.caller)).await?;
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        urls.push(format!(
            "{}{}/{}?sv={VERSION}&sr=c&sp={letters}&se={}&si={}&sig={mark}",
            call.public_url,
            blob::ROOT,
            encoded(&name_of(&found.path)),
            encoded(&end),
            encoded(by),
        ));
    }
    tracing::info!(by = call.caller.name(), asset = found.path, letters, "a SAS URL was made");
    ok(&json!({ "assetContainerSasUrls": urls }))
}

/// What is asked for: the letters of the permissions, what a token must allow for them, and the end.
fn asked(call: &Call<'_>) -> Result<(&'static str, Scope, Timestamp), Fault> {
    let body = call.object()?;
    let (letters, scope) = match body.get("permissions") {
        None | Some(Value::Null) => ("rl", Scope::Read),
        Some(Value::String(word)) if word.eq_ignore_ascii_case("Read") => ("rl", Scope::Read),
        Some(Value::String(word)) if word.eq_ignore_ascii_case("ReadWrite") => ("rwl", Scope::Write),
        Some(Value::String(word)) if word.eq_ignore_ascii_case("ReadWriteDelete") => ("rwdl", Scope::Write),
        Some(_) => return Err(Fault::bad("permissions is one of Read, ReadWrite and ReadWriteDelete.")),
    };
    let now = Timestamp::now();
    let end = match body.get("expiryTime") {
        None | Some(Value::Null) => now.plus_seconds(DEFAULT),
        Some(Value::String(text)) => text.parse().map_err(|error| Fault::bad(format!("expiryTime: {error}.")))?,
        Some(_) => return Err(Fault::bad("expiryTime is no string.")),
    };
    if end <= now || end > now.plus_seconds(LONGEST + TOLERANCE) {
        return Err(Fault::bad("expiryTime must lie in the next 24 hours."));
    }
    if let Some(unknown) = body.keys().find(|key| !["permissions", "expiryTime"].contains(&key.as_str())) {
        return Err(Fault::bad(format!("The body has the unknown property {unknown:?}.")));
    }
    Ok((letters, scope, end))
}

/// What is sealed.
fn text(path: &str, letters: &str, end: &str, by: &Caller) -> String {
    let digest = hex(by.digest());
    [path, letters, end, by.name(), &digest].map(|part| format!("{}:{part}", part.len())).concat()
}

/// What the SAS in `query_text` allows of the asset at `path`; `None` where it is none of this server's, or none any more.
pub(super) async fn permit(
    azure: &Azure,
    access: &Access,
    query_text: Option<&str>,
    path: &str,
) -> Result<Option<Permit>, StoreError> {
    let parameters = query(query_text);
    let one = |name: &str| {
        let mut values = parameters.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        values.next().filter(|_| values.next().is_none())
    };
    let (Some(letters), Some(end), Some(by), Some(mark)) = (one("sp"), one("se"), one("si"), one("sig")) else {
        return Ok(None);
    };
    let Some(caller) = access.named(by) else { return Ok(None) };
    let text = text(path, letters, end, &caller);
    let mut is_ours = false;
    for purpose in PURPOSES {
        is_ours |= azure.seal.is_mark(purpose, &text, mark).await?;
    }
    let is_over = end.parse::<Timestamp>().map_or(true, |end| end <= Timestamp::now());
    let scope = if letters.contains(['w', 'd']) { Scope::Write } else { Scope::Read };
    let may = is_ours && !is_over && caller.may(scope) && caller.sees(path);
    Ok(may.then(|| Permit { letters: letters.to_owned(), caller }))
}
