//! Refusals: each with the status and the code that the service published.

use super::support::{GUID, Server};

#[tokio::test]
async fn refusals_have_the_published_code() {
    let server = Server::legacy().await;
    server.locate("legacy", &[]).await;
    for (path, status, code, word) in [
        // Formats.
        ("manifest", 415, "MPE_OUTPUT_FORMAT_NOT_SUPPORTED", "Smooth"),
        ("manifest(format=fmp4-v20)", 415, "MPE_OUTPUT_FORMAT_NOT_SUPPORTED", "Smooth"),
        ("manifest(format=m3u8-aapl)", 415, "MPE_OUTPUT_FORMAT_NOT_SUPPORTED", "MPEG-TS"),
        ("manifest(format=m3u8-aapl-v3,audioTrack=eng)", 415, "MPE_OUTPUT_FORMAT_NOT_SUPPORTED", "MPEG-TS"),
        ("manifest(format=m3u8)", 415, "MPE_OUTPUT_FORMAT_NOT_SUPPORTED", "m3u8-cmaf"),
        ("QualityLevels(82917)/Fragments(video=0)", 415, "MPE_OUTPUT_FORMAT_NOT_SUPPORTED", "Smooth"),
        // Encryption.
        (
            "manifest(format=m3u8-cmaf,encryption=cbcs-aapl)",
            403,
            "MPE_ENC_ENCRYPTION_NOT_SET_IN_DELIVERY_POLICY",
            "encrypted",
        ),
        ("manifest(format=m3u8-cmaf,encryption=cenc)", 415, "MPE_OUTPUT_PROTECTION_FORMAT_NOT_SUPPORTED", "cenc"),
        ("manifest(format=m3u8-cmaf,encryption=x)", 415, "MPE_ENCRYPTION_NOT_SUPPORTED", "x"),
        // Syntax.
        ("manifest(format=m3u8-cmaf", 400, "MPE_BAD_URL_SYNTAX", "parentheses"),
        ("QualityLevels(x)/Manifest(video,format=m3u8-cmaf)", 400, "MPE_BAD_URL_SYNTAX", "bits per second"),
        ("segments/en/rev", 400, "MPE_BAD_URL_SYNTAX", "form"),
        ("segments/en/rev/x.mp3", 400, "MPE_BAD_URL_SYNTAX", "segment"),
        ("manifest(format=m3u8-cmaf%", 400, "MPE_BAD_URL_SYNTAX", "%"),
        ("%2e%2e/manifest(format=m3u8-cmaf)", 403, "MPE_UNAUTHORIZED", "upwards"),
        // Tracks.
        ("QualityLevels(82917)/Manifest(sound,format=m3u8-cmaf)", 404, "MPE_EGRESS_TRACK_NOT_FOUND", "sound"),
        ("QualityLevels(1)/Manifest(video,format=m3u8-cmaf)", 404, "MPE_MANIFEST_MEDIA_ENTRY_NOT_FOUND", "1 bit/s"),
        ("QualityLevels(0)/Manifest(transcript,format=m3u8-cmaf)", 404, "", "transcript"),
        ("QualityLevels(82917)/Fragments(video=1,format=m3u8-cmaf)", 404, "MPE_FRAGMENT_TIMESTAMP_NOT_FOUND", "1"),
        ("QualityLevels(82917)/KeyFrames(video=1,format=m3u8-cmaf)", 404, "MPE_FRAGMENT_TIMESTAMP_NOT_FOUND", "1"),
        (
            "QualityLevels(40640)/Manifest(aac_eng_2_40640_2_1,format=m3u8-cmaf,type=keyframes)",
            415,
            "MPE_MEDIA_TYPE_NOT_SUPPORTED",
            "key frames",
        ),
        ("QualityLevels(82917)/Manifest(video,format=mpd-time-cmaf)", 415, "MPE_MEDIA_TYPE_NOT_SUPPORTED", "m3u8-cmaf"),
        ("segments/video-82917/0123abcd/0.m4s", 410, "MPE_RESOURCE_NOT_FOUND", "fetch the manifest again"),
        ("segments/none/0123abcd/0.m4s", 404, "MPE_EGRESS_TRACK_NOT_FOUND", "none"),
        // Filters.
        ("manifest(format=m3u8-cmaf,filter=none)", 404, "MPE_EGRESS_FILTER_NOT_FOUND", "none"),
        ("manifest(format=m3u8-cmaf,filter=a;b;c;d)", 415, "MPE_FILTER_COMPOSITION_FILTER_COUNT_OVER_LIMIT", "3"),
    ] {
        for target in [GUID, "legacy"] {
            let answer = server.get(&format!("/{target}/x.ism/{path}")).await;
            // A hidden track is told as one that never was.
            let code = if code.is_empty() { "MPE_EGRESS_TRACK_NOT_FOUND" } else { code };
            let told = answer.refused(status, code);
            assert!(told.contains(word), "{path}: {told}");
        }
    }
    let told = server.get("/none/x.ism/manifest(format=m3u8-cmaf)").await.refused(404, "MPE_RESOURCE_NOT_FOUND");
    assert!(told.contains("none"), "{told}");
    let other = GUID.replace('5', "6");
    server.get(&format!("/{other}/x.ism/manifest(format=m3u8-cmaf)")).await.refused(404, "MPE_RESOURCE_NOT_FOUND");
    let path = format!("/{GUID}/x.ism/QualityLevels(82917)/Fragments(video=0,format=m3u8-cmaf)");
    let answer = server.ask("GET", &path, &[("range", "bytes=99999999-")]).await;
    assert!(answer.header("content-range").starts_with("bytes */"));
    answer.refused(416, "MPE_STORAGE_INVALID_RANGE");
    let refused = server.ask("HEAD", "/legacy/x.ism/manifest", &[]).await;
    assert_eq!((refused.status.as_u16(), refused.header("x-ms-error-code")), (415, "MPE_OUTPUT_FORMAT_NOT_SUPPORTED"));
}

/// What is no link is answered as before.
#[tokio::test]
async fn other_paths_have_no_code() {
    let server = Server::legacy().await;
    for path in ["/legacy/x.ism/master.m3u8", "/legacy/none.m3u8", "/x.ism/manifest(format=m3u8-cmaf)"] {
        let answer = server.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-ms-error-code")), (404, ""), "{path}");
    }
}
