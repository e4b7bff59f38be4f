//! Mappings of other tools, both ways. What one side cannot say is listed ([`Left`]), never dropped in silence.
//!
//! [`import`] makes a profile of a file of another tool; [`export`] makes that tool's files of a profile. One table of
//! forms; to add one: a file with its two functions, a line in [`FORMS`], a test.

mod frictionless;
mod grel;
mod hubspot;
mod openrefine;
mod plain;
mod properties;
mod sdl;
mod sfdmu;
pub mod sheet;
mod soql;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use crate::profile::Profile;

/// Something that could not be carried over: where it stood, and what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub place: String,
    pub what: String,
}

impl std::fmt::Display for Left {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// What was left, as it is gathered.
#[derive(Debug, Clone, Default)]
struct Leaving(Vec<Left>);

impl Leaving {
    fn note(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.0.push(Left { place: place.into(), what: what.into() });
    }
}

/// A profile made of another tool's file.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    pub profile: Profile,
    pub left: Vec<Left>,
}

/// Another tool's files made of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Name and content, each.
    pub files: Vec<(String, String)>,
    pub left: Vec<Left>,
}

/// A file that is not of the form it should be: what, where, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}. {next}")]
pub struct ExchangeError {
    pub place: String,
    pub what: String,
    pub next: String,
}

impl ExchangeError {
    fn new(place: impl Into<String>, what: impl Into<String>, next: impl Into<String>) -> ExchangeError {
        ExchangeError { place: place.into(), what: what.into(), next: next.into() }
    }
}

/// A file to be imported, and the way to those beside it.
struct Input<'a> {
    path: &'a Path,
    text: String,
}

impl Input<'_> {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    fn json(&self) -> Result<serde_json::Value, ExchangeError> {
        serde_json::from_str(&self.text).map_err(|error| {
            ExchangeError::new(self.place(), format!("this is no valid JSON: {error}"), "Export it again.")
        })
    }
}

/// A form of mapping of another tool.
pub struct Form {
    /// As `--as` takes it.
    pub name: &'static str,
    pub about: &'static str,
    /// Whether a file is of this form, by name and content.
    recognises: fn(&str, &str) -> bool,
    import: fn(&Input<'_>) -> Result<Imported, ExchangeError>,
    export: fn(&Profile) -> Exported,
}

/// Every form, the more particular before the more general.
pub static FORMS: &[Form] = &[
    Form {
        name: "sdl",
        about: "Salesforce Data Loader: a mapping file (.sdl), or the properties of a process that names one",
        recognises: |name, _| name.ends_with(".sdl") || name.ends_with(".properties"),
        import: sdl::import,
        export: sdl::export,
    },
    Form {
        name: "sfdmu",
        about: "SFDMU: export.json with FieldMapping.csv and ValueMapping.csv beside it",
        recognises: |_, text| text.contains("\"objects\"") && text.contains("\"query\""),
        import: sfdmu::import,
        export: sfdmu::export,
    },
    Form {
        name: "hubspot",
        about: "HubSpot: the request of an import",
        recognises: |_, text| text.contains("\"fileImportPage\"") || text.contains("\"importOperations\""),
        import: hubspot::import,
        export: hubspot::export,
    },
    Form {
        name: "openrefine",
        about: "OpenRefine: the history of operations",
        recognises: |_, text| text.trim_start().starts_with('[') && text.contains("\"op\""),
        import: openrefine::import,
        export: openrefine::export,
    },
    Form {
        name: "frictionless",
        about: "Frictionless: a table schema",
        recognises: |_, text| text.contains("\"fields\"") || text.contains("\"resources\""),
        import: frictionless::import,
        export: frictionless::export,
    },
];

/// The form of a name.
pub fn form(name: &str) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.name == name)
}

/// Makes a profile of a file of another tool; its form is found by name and content where none is given. A folder stands
/// for the `export.json` in it.
///
/// # Errors
/// A file that cannot be read or is not of the form.
pub fn import(path: &Path, form: Option<&Form>) -> Result<Imported, ExchangeError> {
    let file: PathBuf = if path.is_dir() { path.join("export.json") } else { path.to_owned() };
    let place = file.display().to_string();
    let bytes = std::fs::read(&file)
        .map_err(|error| ExchangeError::new(&place, format!("it cannot be read: {error}"), "Check the path."))?;
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| error.as_bytes().iter().map(|byte| char::from(*byte)).collect());
    let text = text.trim_start_matches('\u{feff}').to_owned();
    let name = file.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let found = form.or_else(|| FORMS.iter().find(|form| (form.recognises)(&name, &text)));
    let Some(form) = found else {
        let names: Vec<&str> = FORMS.iter().map(|form| form.name).collect();
        let next = format!("Say what it is with --as: {}.", names.join(", "));
        return Err(ExchangeError::new(place, "it is not known what tool this file is of", next));
    };
    (form.import)(&Input { path: &file, text })
}

/// Makes another tool's files of a profile.
pub fn export(profile: &Profile, form: &Form) -> Exported {
    (form.export)(profile)
}
