//! A profile, and where to read and write instead of where it says: what commands about a profile are given.

use std::path::PathBuf;

use super::print::tell;
use crate::connect::Location;
use crate::profile::Profile;
use crate::record::safe_text;

#[derive(Debug, clap::Args)]
pub(crate) struct Profiled {
    /// The mapping profile
    pub profile: PathBuf,
    /// Read from here instead of the profile's source; what is pinned about that one holds here as far as it applies
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// Take this target instead of the profile's; what is pinned about that one holds here as far as it applies
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,
}

impl Profiled {
    /// The source given in the place of the profile's.
    pub fn source(&self, profile: &Profile) -> Option<Location> {
        self.source.as_deref().map(|address| instead("--source", &profile.source, address))
    }

    /// The target given in the place of the profile's.
    pub fn target(&self, profile: &Profile) -> Option<Location> {
        self.target.as_deref().map(|address| instead("--target", &profile.target, address))
    }
}

/// Tells which settings of the profile mean nothing in the other place.
fn instead(option: &str, pinned: &Location, address: &str) -> Location {
    let (location, left) = pinned.instead(address);
    if !left.is_empty() {
        let names: Vec<String> = left.iter().map(|name| format!("`{name}`")).collect();
        tell(format_args!(
            "note: {option} {}: of the profile's settings, {} {} nothing in this format and {} left out",
            safe_text(address),
            names.join(", "),
            if left.len() == 1 { "means" } else { "mean" },
            if left.len() == 1 { "is" } else { "are" },
        ));
    }
    location
}
