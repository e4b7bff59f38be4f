//! Finishing a run that was cut off: what is done stays, what is not is done again from the run's own start time, so
//! that the bytes are those of an undisturbed run.

use super::folder::Manifest;
use super::object::ObjectRun;
use super::run::{RunEnd, RunOptions};
use crate::connect::{ConnectError, ErrorKind, Location, complete};
use crate::report::Report;

/// The end of a run that needs nothing more: `done`, or stopped by its threshold.
pub(super) fn finished(options: &RunOptions, earlier: Option<&Manifest>) -> Result<Option<RunEnd>, ConnectError> {
    let Some(earlier) = earlier.filter(|manifest| matches!(manifest.state.as_str(), "done" | "stopped")) else {
        return Ok(None);
    };
    same_profile(options, earlier)?;
    let path = options.out.join("report.json");
    let bytes = crate::connect::disk::read(&path).map_err(|error| ConnectError::io(&path, "read", error))?;
    let report: Report = serde_json::from_slice(&bytes).map_err(|error| {
        let what = format!("the report of the finished run cannot be read: {error}");
        ConnectError::new(ErrorKind::Malformed, path.display().to_string(), what, "Run again into another folder.")
    })?;
    Ok(Some(RunEnd { report, folder: options.out.clone(), error: None }))
}

/// The run may only go on with the profile and the sources that it began with.
pub(super) fn unchanged(options: &RunOptions, earlier: &Manifest, objects: &[ObjectRun]) -> Result<(), ConnectError> {
    same_profile(options, earlier)?;
    for object in objects {
        let before = earlier.fingerprints.iter().find(|(name, _)| *name == object.from);
        if before.is_some_and(|(_, before)| *before != object.fingerprint) {
            return Err(ConnectError::new(
                ErrorKind::Changed,
                object.from.clone(),
                "the source changed since the run began, so the run cannot be finished as it was begun",
                "Bring the source back as it was, or start a new run without `--resume`.",
            ));
        }
    }
    Ok(())
}

/// The run may only go on between the places that it began with.
pub(super) fn same_places(earlier: &Manifest, source: &Location, target: &Location) -> Result<(), ConnectError> {
    let places = [("source", &earlier.source, source), ("target", &earlier.target, target)];
    for (word, before, now) in places {
        if *before != now.address {
            return Err(ConnectError::new(
                ErrorKind::Changed,
                now.address.clone(),
                format!("the run began with another {word} ({before})"),
                format!("Add `--{word} {before}`, or start a new run without `--resume`."),
            ));
        }
    }
    Ok(())
}

/// Objects whose target files got their final names before the run was cut off; where some of an object's parts did,
/// the others get theirs now.
///
/// # Errors
/// A part that was about to get its name and is gone.
pub(super) fn published(manifest: &Manifest) -> Result<Vec<String>, ConnectError> {
    let mut objects: Vec<&String> = manifest.publishing.iter().map(|(object, _)| object).collect();
    objects.dedup();
    let mut published = Vec::new();
    for object in objects {
        let all: Vec<_> = manifest.publishing.iter().filter(|(of, _)| of == object).map(|(_, one)| one).collect();
        if complete(&all)? {
            published.push(object.clone());
        }
    }
    Ok(published)
}

fn same_profile(options: &RunOptions, earlier: &Manifest) -> Result<(), ConnectError> {
    if earlier.profile_hash == options.profile_hash {
        return Ok(());
    }
    Err(ConnectError::new(
        ErrorKind::Changed,
        options.profile_path.clone(),
        "the profile changed since the run began, so the run cannot be finished as it was begun",
        "Bring the profile back as it was, or start a new run without `--resume`.",
    ))
}
