//! `mapwright profile`: mappings of other tools as profiles and back, and the sheet that people sign.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::exit::{Answer, Exit, run_error};
use super::print;
use crate::connect::{Location, open_source};
use crate::exchange::{self, FORMS, Form, Left, sheet};
use crate::profile;
use crate::record::safe_text;
use crate::schema::load_target;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a profile of another tool's mapping: Data Loader, SFDMU, HubSpot, OpenRefine, Frictionless
    Import {
        /// Its file; for SFDMU also the folder that holds export.json
        file: PathBuf,
        /// What it is of, where name and content do not tell: sdl, sfdmu, hubspot, openrefine, frictionless
        #[arg(long = "as", value_name = "FORM", value_parser = form)]
        form: Option<&'static Form>,
        /// The source of the profile
        #[arg(long, value_name = "SOURCE")]
        source: Option<String>,
        /// The target of the profile
        #[arg(long, value_name = "TARGET")]
        target: Option<String>,
        /// Write the profile here instead of to standard output
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Replace the file if there is one
        #[arg(long, requires = "out")]
        force: bool,
    },
    /// Make another tool's mapping of a profile
    Export {
        /// The mapping profile
        profile: PathBuf,
        /// sdl, sfdmu, hubspot, openrefine, frictionless
        #[arg(long = "as", value_name = "FORM", value_parser = form)]
        form: &'static Form,
        /// The folder to write into
        #[arg(long, short, value_name = "DIR", default_value = ".")]
        out: PathBuf,
        /// Replace files that are there
        #[arg(long)]
        force: bool,
    },
    /// Make the sheet that people sign: fields and rules in plain words, values before and after, open questions
    Sheet {
        /// The mapping profile
        profile: PathBuf,
        /// A workbook (.xlsx) or Markdown; without it, Markdown to standard output
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Read from here instead of the profile's source
        #[arg(long, value_name = "SOURCE")]
        source: Option<String>,
        /// What the target demands, where the profile's own target does not tell: `template:salesforce`, a schema file
        #[arg(long, value_name = "TARGET")]
        target: Option<String>,
        /// Look at so many records of each object
        #[arg(long, value_name = "N", default_value_t = 10_000)]
        records: u64,
        /// Replace the file if there is one
        #[arg(long, requires = "out")]
        force: bool,
    },
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

fn form(name: &str) -> Result<&'static Form, String> {
    exchange::form(name).ok_or_else(|| {
        let known: Vec<&str> = FORMS.iter().map(|form| form.name).collect();
        let near = profile::nearest(name, known.iter().copied());
        let meant = near.map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
        format!("there is no form `{name}`; there are {}.{meant}", known.join(", "))
    })
}

pub(crate) fn run(args: Args) -> Answer {
    match args.action {
        Action::Import { file, form, source, target, out, force } => {
            let mut imported = exchange::import(&file, form)?;
            // Paths on the command line start here, those of a profile from its folder.
            if let Some(source) = source {
                imported.profile.source = Location::from_argument(&source);
            }
            if let Some(target) = target {
                imported.profile.target = Location::from_argument(&target);
            }
            let profile = match &out {
                Some(out) => imported.profile.based_on(out.parent().unwrap_or(Path::new(""))),
                None => imported.profile,
            };
            let text = profile::write_new(&profile);
            match &out {
                Some(out) => print::file(out, &text, force)?,
                None => print::out(&text)?,
            }
            tell_left(&imported.left);
        }
        Action::Export { profile, form, out, force } => {
            let loaded = profile::load(&profile)?;
            let exported = exchange::export(&loaded.profile, form);
            std::fs::create_dir_all(&out)
                .map_err(|error| anyhow::anyhow!("{}: the folder cannot be made: {error}.", out.display()))?;
            for (name, text) in &exported.files {
                print::file(&out.join(plain_name(name)), text, force)?;
                print::tell(format_args!("written: {}", safe_text(&out.join(plain_name(name)).display().to_string())));
            }
            tell_left(&exported.left);
        }
        Action::Sheet { profile, out, source, target, records, force } => {
            let loaded = profile::load(&profile)?;
            let mapping = &loaded.profile;
            let location = source.as_deref().map_or_else(|| mapping.source.clone(), Location::from_argument);
            let target = target.as_deref().map_or_else(|| mapping.target.clone(), Location::from_argument);
            // A target that is not there yet demands nothing.
            let schema = load_target(&target).ok().filter(|schema| !schema.objects.is_empty());
            let ask = sheet::Ask {
                profile: mapping,
                source: &*open_source(&location)?,
                target: schema.as_ref(),
                now: jiff::Timestamp::now(),
                records,
            };
            let sheet = sheet::gather(&ask).map_err(|error| run_error(error, &profile, &loaded))?;
            match &out {
                None => print::out(&sheet::markdown(&sheet))?,
                Some(path) if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx")) => {
                    print::bytes(path, &sheet::workbook(&sheet)?, force)?;
                }
                Some(path) => print::file(path, &sheet::markdown(&sheet), force)?,
            }
            let open: usize = sheet.objects.iter().map(|object| object.open.len()).sum();
            print::tell(format_args!("{open} open questions"));
        }
    }
    Ok(Exit::Done)
}

/// An object's name never leads out of the folder.
fn plain_name(name: &str) -> String {
    let plain = |letter: char| if letter == '/' || letter == '\\' || letter.is_control() { '_' } else { letter };
    name.chars().map(plain).collect::<String>().trim_start_matches('.').to_owned()
}

/// What could not be carried over, on standard error.
fn tell_left(left: &[Left]) {
    let mut err = std::io::stderr().lock();
    if left.is_empty() {
        let _ = writeln!(err, "everything was carried over");
        return;
    }
    let _ = writeln!(err, "{} could not be carried over:", if left.len() == 1 { "one thing" } else { "these things" });
    for one in left {
        let _ = writeln!(err, "  {}", safe_text(&one.to_string()));
    }
}
