use super::super::{Jobs, JobsOptions};
use super::*;
use crate::catalog::{Catalog, CatalogOptions, FileUpload};
use crate::store::LocalStore;
use bytes::Bytes;
use std::path::Path;
use std::time::Duration;

fn jobs(folder: &Path) -> Jobs {
    let store = Arc::new(LocalStore::open(folder).unwrap());
    let max_staleness = Duration::from_secs(1);
    let options = CatalogOptions { cache_bytes: 1 << 20, max_staleness, segment_duration: Duration::from_secs(6) };
    Jobs::new(Arc::new(Catalog::new(store, None, options)), JobsOptions::default())
}

/// Captions of one cue, on their way.
async fn coming(jobs: &Jobs, words: &str) -> FileUpload {
    let catalog = &jobs.shared.catalog;
    let mut upload = catalog.upload("asset", "made.vtt", &Expected::Any, u64::MAX).await.unwrap();
    upload.append(Bytes::from(format!("WEBVTT\n\n00:00.000 --> 00:01.000\n{words}\n"))).await.unwrap();
    upload
}

/// An edit takes the track out, and then the job's file is nobody's; what a person put there is.
#[tokio::test]
async fn what_a_job_made_goes_with_its_track_and_nothing_else() {
    for (is_its_own, is_replaced) in [(true, false), (true, true), (false, false)] {
        let folder = tempfile::tempdir().unwrap();
        let asset = folder.path().join("asset");
        std::fs::create_dir(&asset).unwrap();
        std::fs::write(asset.join("asset.json"), r#"{"tracks": []}"#).unwrap();
        let jobs = jobs(folder.path());
        let placed = Placed::default();
        match is_its_own {
            true => placed.put(coming(&jobs, "Hm").await).await.unwrap(),
            false => drop(coming(&jobs, "Hm").await.finish().await.unwrap()),
        }
        if is_replaced {
            coming(&jobs, "Ahem").await.finish().await.unwrap();
        }
        let work = Work::Fetch { url: "https://a.example/x.vtt".to_owned(), target: "made.vtt".to_owned() };
        let record = Record { placed: placed.revision().await, ..Record::new("asset", "made", work) };
        assert_eq!(record.placed.is_some(), is_its_own);
        let id = jobs.shared.shelf.add(record).await.unwrap().id;
        jobs.shared.let_go("asset").await.unwrap();
        assert_eq!(jobs.get(&id).await.unwrap().unwrap().state, JobState::Cancelled);
        assert_eq!(asset.join("made.vtt").exists(), !is_its_own || is_replaced);
    }
}
