//! Streaming policies: those that came with the service and encrypt nothing.

use super::answer::{Answer, ok};
use super::call::Call;
use super::fault::Fault;
use serde_json::{Value, json};

/// Files are not handed out as they are, so the second is as good as the first here.
const CLEAR: [&str; 2] = ["Predefined_ClearStreamingOnly", "Predefined_DownloadAndClearStreaming"];

fn find(name: &str) -> Option<&'static str> {
    CLEAR.into_iter().find(|known| known.eq_ignore_ascii_case(name))
}

/// The policy of that name, as it is written, if a locator can have it.
pub(super) fn streaming(name: &str) -> Result<&'static str, Fault> {
    find(name).ok_or_else(|| {
        let known = CLEAR.join(" and ");
        Fault::bad(format!("The streaming policy {name:?} is not found; {known} are, as nothing is encrypted here."))
    })
}

fn resource(call: &Call<'_>, name: &str) -> Value {
    let protocols = json!({ "download": false, "dash": true, "hls": true, "smoothStreaming": false });
    json!({
        "name": name,
        "id": call.id(&format!("/streamingPolicies/{name}")),
        "type": "Microsoft.Media/mediaservices/streamingPolicies",
        "properties": { "noEncryption": { "enabledProtocols": protocols } },
    })
}

pub(super) fn list(call: &Call<'_>) -> Answer {
    let resources: Vec<Value> = CLEAR.iter().map(|name| resource(call, name)).collect();
    ok(&json!({ "value": resources }))
}

pub(super) fn get(call: &Call<'_>, name: &str) -> Answer {
    let name = find(name).ok_or_else(|| Fault::unknown(&format!("there is no streaming policy {name:?}")))?;
    ok(&resource(call, name))
}
