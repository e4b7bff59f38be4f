//! The sample that README, demo and tests use.

use std::path::Path;

#[test]
fn its_profile_is_well_formed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/profile.yaml");
    let loaded = mapwright::profile::load(&path).unwrap_or_else(|problems| panic!("{problems}"));
    let objects: Vec<&str> = loaded.profile.objects.iter().map(|object| object.to.as_str()).collect();
    assert_eq!(objects, ["Account", "Contact", "Deal"]);
    assert!(loaded.profile.objects.iter().any(|object| !object.examples.is_empty()));
}
