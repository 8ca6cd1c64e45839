//! Streaming endpoints: there is one, `default`, and it is this server.

use super::answer::{Answer, ok};
use super::call::Call;
use super::fault::Fault;
use serde_json::{Value, json};

const NAME: &str = "default";

fn resource(call: &Call<'_>) -> Value {
    json!({
        "name": NAME,
        "id": call.id(&format!("/streamingEndpoints/{NAME}")),
        "type": "Microsoft.Media/mediaservices/streamingEndpoints",
        "location": "local",
        "tags": {},
        "properties": {
            "description": "",
            "scaleUnits": 0,
            "cdnEnabled": false,
            "customHostNames": [],
            "hostName": call.host_name,
            "provisioningState": "Succeeded",
            "resourceState": "Running",
        },
    })
}

pub(super) fn list(call: &Call<'_>) -> Answer {
    ok(&json!({ "value": [resource(call)] }))
}

pub(super) fn get(call: &Call<'_>, name: &str) -> Answer {
    match name.eq_ignore_ascii_case(NAME) {
        true => ok(&resource(call)),
        false => Err(Fault::unknown(&format!("there is no streaming endpoint {name:?}"))),
    }
}
