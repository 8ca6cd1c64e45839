//! The dialect of the service: line by line what its packager gave.

use super::support::{Server, attributes};
use signalbox::track::Dialect;

async fn text(server: &Server, rest: &str) -> String {
    server.get(&format!("/legacy/legacy.ism/{rest}")).await.ok().text()
}

#[tokio::test]
async fn hls_is_worded_as_the_service_did() {
    let server = Server::of(&["legacy"], Dialect::Ams).await;
    let playlist = text(&server, "manifest(format=m3u8-cmaf,audio-only=true)").await;
    let children = |bit_rate: u64, track: &str| format!("QualityLevels({bit_rate})/Manifest({track},format=m3u8-cmaf)");
    let (main, described, words) =
        (children(40_640, "aac_eng_2_40640_2_1"), children(40_471, "aac_eng_described"), children(1505, "subt_en-us"));
    let mut expected = vec![
        "#EXTM3U".to_owned(),
        "#EXT-X-VERSION:7".to_owned(),
        format!(
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"aac_eng_2_40640_2_1\",LANGUAGE=\"eng\",DEFAULT=YES,\
             AUTOSELECT=YES,CHANNELS=\"2\",URI=\"{main}\""
        ),
        format!(
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"aac_eng_described\",LANGUAGE=\"eng\",AUTOSELECT=YES,\
             CHARACTERISTICS=\"public.accessibility.describes-video\",CHANNELS=\"2\",URI=\"{described}\""
        ),
    ];
    let lines: Vec<&str> = playlist.lines().collect();
    assert_eq!(lines[..4], expected.iter().map(String::as_str).collect::<Vec<_>>()[..]);
    assert!(lines[4].starts_with("#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subs\",NAME=\"English\",LANGUAGE=\"en-US\","));
    assert!(lines[4].ends_with(&format!("URI=\"{words}\"")), "{}", lines[4]);
    expected.clear();
    // 1.022 of picture and sound, and 16,319.
    for (bit_rate, bandwidth, size) in
        [(31_139, 89_677, "320x180"), (51_767, 110_759, "480x270"), (82_917, 142_594, "640x360")]
    {
        let begin = format!("BANDWIDTH={bandwidth},RESOLUTION={size},CODECS=\"");
        let (video, keys) =
            (children(bit_rate, "video"), children(bit_rate, "video").replace("cmaf)", "cmaf,type=keyframes)"));
        let place = lines.iter().position(|line| *line == video).unwrap();
        assert!(lines[place - 1].starts_with(&format!("#EXT-X-STREAM-INF:{begin}")), "{}", lines[place - 1]);
        assert!(lines[place - 1].ends_with("AUDIO=\"audio\",SUBTITLES=\"subs\""), "{}", lines[place - 1]);
        assert!(lines[place + 1].starts_with(&format!("#EXT-X-I-FRAME-STREAM-INF:{begin}")), "{}", lines[place + 1]);
        assert!(lines[place + 1].ends_with(&format!("URI=\"{keys}\"")), "{}", lines[place + 1]);
    }
    let last = &lines[lines.len() - 2..];
    assert!(last[0].starts_with("#EXT-X-STREAM-INF:BANDWIDTH=49693,CODECS=\"mp4a.40."), "{}", last[0]);
    assert_eq!(last[1], main);
}

#[tokio::test]
async fn media_playlists_are_worded_as_the_service_did() {
    let server = Server::of(&["legacy"], Dialect::Ams).await;
    let playlist = text(&server, "QualityLevels(82917)/Manifest(video,format=m3u8-cmaf)").await;
    let lines: Vec<&str> = playlist.lines().collect();
    assert_eq!(
        lines[..8],
        [
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            "#EXT-X-ALLOW-CACHE:NO",
            "#EXT-X-MEDIA-SEQUENCE:0",
            "#EXT-X-TARGETDURATION:6",
            "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00Z",
            "#EXT-X-MAP:URI=\"Fragments(video=i,format=m3u8-cmaf)\"",
            "#EXTINF:6.000000,no-desc",
        ]
    );
    assert_eq!(lines[8], "Fragments(video=0,format=m3u8-cmaf)");
    let frames = text(&server, "QualityLevels(82917)/Manifest(video,format=m3u8-cmaf,type=keyframes)").await;
    assert!(frames.contains("#EXT-X-I-FRAMES-ONLY\n"));
    assert!(frames.contains("\nKeyFrames(video=0,format=m3u8-cmaf)\n"), "{frames}");
    // Captions are IMSC1.
    let init = "QualityLevels(1505)/Fragments(subt_en-us=i,format=m3u8-cmaf)";
    let init = server.get(&format!("/legacy/legacy.ism/{init}")).await.ok();
    assert!(init.body.windows(4).any(|word| word == b"stpp"));
}

#[tokio::test]
async fn the_mpd_is_worded_as_the_service_did() {
    let server = Server::of(&["legacy"], Dialect::Ams).await;
    for format in ["mpd-time-csf", "mpd-time-cmaf"] {
        let mpd = text(&server, &format!("manifest(format={format})")).await;
        assert_eq!(attributes(&mpd, "minBufferTime"), ["PT7S"]);
        assert!(attributes(&mpd, "timescale").iter().all(|timescale| *timescale == "10000000"), "{mpd}");
        let sets: Vec<&str> = mpd.split("<AdaptationSet").skip(1).collect();
        let [main, described, video, words] = sets[..] else { panic!("{mpd}") };
        for (set, group, called) in [
            (video, "1", "video"),
            (main, "5", "aac_eng_2_40640_2_1"),
            (described, "5", "aac_eng_described"),
            (words, "3", "subt_en-us"),
        ] {
            let media = format!("QualityLevels($Bandwidth$)/Fragments({called}=$Time$,format={format})");
            let init = format!("QualityLevels($Bandwidth$)/Fragments({called}=i,format={format})");
            assert_eq!(
                (attributes(set, "media"), attributes(set, "initialization")),
                (vec![media.as_str()], vec![init.as_str()])
            );
            assert_eq!((attributes(set, "group"), attributes(set, "profiles")), (vec![group], vec!["ccff"]));
            assert_eq!(attributes(set, "bitstreamSwitching"), ["false"]);
        }
        // The highest bit rate first.
        assert_eq!(attributes(video, "bandwidth"), ["82917", "51767", "31139"]);
        assert!(video.contains(" id=\"1_V_video_1\"") && video.contains(" id=\"1_V_video_3\""), "{video}");
        assert_eq!((attributes(video, "maxWidth"), attributes(video, "maxHeight")), (vec!["640"], vec!["360"]));
        assert!(
            main.contains(" id=\"5_A_aac_eng_2_40640_2_1_1\"") && main.contains("<Label>aac_eng_2_40640_2_1</Label>")
        );
        assert!(main.contains("value=\"main\"") && attributes(main, "lang") == ["en"], "{main}");
        let access =
            described.find("<Accessibility schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"description\"/>").unwrap();
        assert!(access < described.find("<Role").unwrap(), "{described}");
        assert_eq!(described.matches("<Accessibility").count(), 1, "{described}");
        assert_eq!((attributes(words, "codecs")[0], attributes(words, "lang")), ("stpp.ttml.im1t", vec!["en-US"]));
    }
}

#[tokio::test]
async fn an_asset_may_say_its_own_dialect() {
    let (standard, ams) = (Server::legacy().await, Server::of(&["legacy"], Dialect::Ams).await);
    for (server, word) in [(&standard, "ams"), (&ams, "standard")] {
        let before = text(server, "manifest(format=m3u8-cmaf)").await;
        let file = server.folder.path().join("legacy/legacy.ism");
        let manifest = std::fs::read_to_string(&file).unwrap();
        let meta = format!("<head>\n    <meta name=\"signalbox_dialect\" content=\"{word}\" />");
        std::fs::write(&file, manifest.replacen("<head>", &meta, 1)).unwrap();
        let after = text(server, "manifest(format=m3u8-cmaf)").await;
        assert_ne!(before.contains("AVERAGE-BANDWIDTH"), after.contains("AVERAGE-BANDWIDTH"), "{after}");
        // The asset's own manifests are as they were.
        assert!(server.get("/legacy/master.m3u8").await.ok().text().contains("AVERAGE-BANDWIDTH"));
    }
}
