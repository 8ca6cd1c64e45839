//! Streaming locators: made, shown, taken back; and the paths that they give players.

use super::answer::{Answer, nothing, ok, value};
use super::call::Call;
use super::fault::Fault;
use super::names;
use super::odata::{Operand, Wanted};
use super::policies;
use crate::ams::{Guid, Locator, Timestamp};
use crate::ams::{name_of, path_of};
use hyper::StatusCode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

const TYPE: &str = "Microsoft.Media/mediaservices/streamingLocators";
/// Locators of an asset.
const MOST: usize = 100;
/// Filters of a locator.
const MOST_FILTERS: usize = 10;
/// What the name of a manifest takes unescaped.
const ESCAPES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Manifests that players are pointed to, by protocol: those of CMAF, which all of them take, first.
const PATHS: [(&str, &[&str]); 2] = [("Hls", &["m3u8-cmaf"]), ("Dash", &["mpd-time-cmaf", "mpd-time-csf"])];

fn resource(call: &Call<'_>, locator: &Locator) -> Value {
    let mut properties = json!({
        "assetName": name_of(&locator.asset),
        "created": locator.created,
        "endTime": locator.end,
        "streamingLocatorId": locator.id,
        "streamingPolicyName": locator.policy,
        "contentKeys": [],
        "filters": locator.filters,
    });
    add_start(&mut properties, locator);
    let id = call.id(&format!("/streamingLocators/{}", locator.name));
    json!({ "name": locator.name, "id": id, "type": TYPE, "properties": properties })
}

fn add_start(value: &mut Value, locator: &Locator) {
    if let (Some(start), Some(fields)) = (locator.start, value.as_object_mut()) {
        fields.insert("startTime".to_owned(), start.to_string().into());
    }
}

fn unknown(name: &str) -> Fault {
    Fault::unknown(&format!("there is no streaming locator {name:?}"))
}

/// The locator of that name, if the caller has to do with its asset.
async fn find(call: &Call<'_>, name: &str) -> Result<Option<Locator>, Fault> {
    Ok(call.azure.shelf.locator_named(name).await?.filter(|locator| call.caller.sees(&locator.asset)))
}

pub(super) async fn list(call: &Call<'_>) -> Answer {
    let wanted = Wanted::of(call, &["assetName", "created", "startTime", "endTime", "streamingLocatorId"])?;
    let mut locators = call.azure.shelf.locators().await?;
    locators.retain(|locator| call.caller.sees(&locator.asset));
    let property = |locator: &Locator, property: &str| match property {
        "name" => Operand::Word(locator.name.clone()),
        "assetName" => Operand::Word(name_of(&locator.asset)),
        "created" => Operand::Moment(locator.created),
        "startTime" => locator.start.map_or(Operand::Nothing, Operand::Moment),
        "endTime" => Operand::Moment(locator.end),
        _ => Operand::Word(locator.id.to_string()),
    };
    let page = wanted.page(call, &call.id("/streamingLocators"), locators, property)?;
    let mut body = json!({ "value": page.items.iter().map(|locator| resource(call, locator)).collect::<Vec<_>>() });
    if let (Some(next), Some(body)) = (page.next, body.as_object_mut()) {
        body.insert("@odata.nextLink".to_owned(), next.into());
    }
    ok(&body)
}

pub(super) async fn get(call: &Call<'_>, name: &str) -> Answer {
    let locator = find(call, name).await?.ok_or_else(|| unknown(name))?;
    ok(&resource(call, &locator))
}

/// The fields of a request, each taken out as it is read.
struct Fields(Map<String, Value>);

impl Fields {
    fn word(&mut self, name: &str) -> Result<Option<String>, Fault> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(word)) => Ok(Some(word)),
            Some(_) => Err(Fault::bad(format!("properties.{name} is no string."))),
        }
    }

    fn moment(&mut self, name: &str) -> Result<Option<Timestamp>, Fault> {
        let moment = self.word(name)?.map(|word| word.parse());
        moment.transpose().map_err(|error| Fault::bad(format!("properties.{name}: {error}.")))
    }

    fn words(&mut self, name: &str) -> Result<Vec<String>, Fault> {
        let words = match self.0.remove(name) {
            None | Some(Value::Null) => Some(Vec::new()),
            Some(Value::Array(words)) => words.iter().map(|word| word.as_str().map(str::to_owned)).collect(),
            Some(_) => None,
        };
        words.ok_or_else(|| Fault::bad(format!("properties.{name} is no list of strings.")))
    }
}

pub(super) async fn create(call: &Call<'_>, name: &str) -> Answer {
    names::check(name)?;
    let locator = read(call, name).await?;
    let of_asset = call.azure.shelf.locators().await?.iter().filter(|other| other.asset == locator.asset).count();
    if of_asset >= MOST {
        return Err(Fault::bad(format!("The asset has {MOST} streaming locators already; delete some.")));
    }
    call.azure.shelf.add_locator(&locator).await?;
    Ok(value(StatusCode::CREATED, &resource(call, &locator)))
}

/// The locator that a request describes.
async fn read(call: &Call<'_>, name: &str) -> Result<Locator, Fault> {
    let mut fields = Fields(call.properties()?);
    let missing = |field: &str| Fault::bad(format!("properties.{field} can not be null."));
    let asset = fields.word("assetName")?.ok_or_else(|| missing("assetName"))?;
    let policy = fields.word("streamingPolicyName")?.ok_or_else(|| missing("streamingPolicyName"))?;
    let policy = policies::streaming(&policy)?;
    let id = fields.word("streamingLocatorId")?.map(|id| id.parse::<Guid>());
    let id = id.transpose().map_err(|error| Fault::bad(format!("properties.streamingLocatorId: {error}.")))?;
    let (start, end) = (fields.moment("startTime")?, fields.moment("endTime")?.unwrap_or(Timestamp::MAX));
    let filters = fields.words("filters")?;
    let keys = fields.0.remove("contentKeys");
    let has_keys = keys.is_some_and(|keys| keys.as_array().is_none_or(|keys| !keys.is_empty()) && !keys.is_null());
    if has_keys || fields.word("defaultContentKeyPolicyName")?.is_some() {
        return Err(Fault::bad("Streams are not encrypted here, so a locator has no content keys."));
    }
    let passed_over = ["created", "alternativeMediaId"];
    if let Some(unknown) = fields.0.keys().find(|field| !passed_over.contains(&field.as_str())) {
        return Err(Fault::bad(format!("A streaming locator has no property {unknown:?}.")));
    }
    if filters.len() > MOST_FILTERS {
        return Err(Fault::bad(format!("A streaming locator has at most {MOST_FILTERS} filters.")));
    }
    if start.is_some_and(|start| start >= end) {
        return Err(Fault::bad("properties.startTime must lie before endTime."));
    }
    call.sees(&path_of(&asset))?;
    let found = call.find(&path_of(&asset)).await?.filter(|found| call.caller.sees(&found.path));
    let found = found.ok_or_else(|| Fault::bad(format!("Asset {asset:?} is not found.")))?;
    let id = id
        .map_or_else(Guid::random, Ok)
        .map_err(|problem| Fault::new(StatusCode::SERVICE_UNAVAILABLE, "ServerBusy", problem))?;
    let created = Timestamp::now();
    Ok(Locator {
        name: name.to_owned(),
        id,
        asset: found.path,
        policy: policy.to_owned(),
        created,
        start,
        end,
        filters,
    })
}

pub(super) async fn delete(call: &Call<'_>, name: &str) -> Answer {
    let Some(locator) = find(call, name).await? else { return nothing(StatusCode::NO_CONTENT) };
    call.azure.shelf.remove_locator(&locator).await?;
    nothing(StatusCode::OK)
}

pub(super) async fn of_asset(call: &Call<'_>, asset: &str) -> Answer {
    let found = call.asset(asset).await?;
    let locators = call.azure.shelf.locators().await?;
    let locators = locators.iter().filter(|locator| locator.asset == found.path).map(|locator| {
        let mut value = json!({
            "name": locator.name,
            "assetName": name_of(&locator.asset),
            "created": locator.created,
            "endTime": locator.end,
            "streamingLocatorId": locator.id,
            "streamingPolicyName": locator.policy,
        });
        add_start(&mut value, locator);
        value
    });
    ok(&json!({ "streamingLocators": locators.collect::<Vec<_>>() }))
}

pub(super) async fn paths(call: &Call<'_>, name: &str) -> Answer {
    let locator = find(call, name).await?.ok_or_else(|| unknown(name))?;
    let manifest = manifest_name(call, &locator.asset).await?;
    let manifest = utf8_percent_encode(&manifest, ESCAPES);
    let path = |format: &&str| format!("/{}/{manifest}.ism/manifest(format={format})", locator.id);
    let protocols = PATHS.iter().map(|(protocol, formats)| {
        let paths: Vec<String> = formats.iter().map(path).collect();
        json!({ "streamingProtocol": protocol, "encryptionScheme": "NoEncryption", "paths": paths })
    });
    ok(&json!({ "streamingPaths": protocols.collect::<Vec<_>>(), "downloadPaths": [] }))
}

/// The name of the server manifest in the folder, else that of the folder.
async fn manifest_name(call: &Call<'_>, asset: &str) -> Result<String, Fault> {
    let folder = call.api.catalog.folder(asset).await?;
    let files = folder.iter().flat_map(|(_, listing)| &listing.files);
    let stem = |name: &str| {
        let (stem, suffix) = name.rsplit_once('.')?;
        (suffix.eq_ignore_ascii_case("ism") && !stem.is_empty()).then(|| stem.to_owned())
    };
    let own = || asset.rsplit('/').next().unwrap_or(asset).to_owned();
    Ok(files.filter_map(|file| stem(&file.name)).next().unwrap_or_else(own))
}

/// Nothing is encrypted.
pub(super) async fn keys(call: &Call<'_>, name: &str) -> Answer {
    find(call, name).await?.ok_or_else(|| unknown(name))?;
    ok(&json!({ "contentKeys": [] }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_are_pointed_to_what_is_served() {
        let formats: Vec<&str> = PATHS.iter().flat_map(|(_, formats)| formats.iter().copied()).collect();
        assert_eq!(formats, ["m3u8-cmaf", "mpd-time-cmaf", "mpd-time-csf"]);
    }
}
