//! Pairs of objects whose true mapping is known: pair files, and the tables in which systems say what their fields mean.

use std::path::{Path, PathBuf};

use mapwright::matching::object_from_field_list;
use mapwright::matching::training::Example;
use mapwright::schema::Object;

/// Targets that a system of the tables is paired with.
const PARTNERS: usize = 4;
/// What all table pairs count together, against one for each pair file.
const TABLES_COUNT: f32 = 1.0;

pub fn kind_of(example: &Example) -> &str {
    example.family.split(' ').next().unwrap_or_default()
}

pub fn pair_files(folder: &Path) -> Vec<Example> {
    files_of(folder, "json").iter().filter_map(|path| pair_file(path)).collect()
}

fn pair_file(path: &Path) -> Option<Example> {
    let text = std::fs::read_to_string(path).ok()?;
    let pair: serde_json::Value = serde_json::from_str(&text).ok()?;
    let object = |side: &str| object_from_field_list(&pair.get(side)?.to_string()).ok();
    let origin = pair.get("origin").and_then(|origin| origin.as_str()).unwrap_or_default();
    let repository = origin.split(' ').next().unwrap_or_default().to_owned();
    let truth = pair
        .get("truth")?
        .as_array()?
        .iter()
        .filter_map(|both| Some((both.get(0)?.as_str()?.to_owned(), both.get(1)?.as_str()?.to_owned())));
    Some(Example {
        name: pair.get("name")?.as_str()?.to_owned(),
        family: repository,
        source: object("source")?,
        target: object("target")?,
        truth: truth.collect(),
        weight: 1.0,
    })
}

/// One system of a table.
struct System {
    name: String,
    object: Object,
    /// What each field means; empty: nothing that others have.
    meanings: Vec<Vec<String>>,
}

/// A table: `[system Entity]` heads, then lines `name | label | type | meaning, meaning`.
fn read_table(text: &str) -> Vec<System> {
    let mut systems: Vec<System> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(head) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let (name, entity) = head.split_once(' ').unwrap_or((head, head));
            systems.push(System {
                name: name.to_owned(),
                object: Object { name: entity.to_owned(), ..Object::default() },
                meanings: Vec::new(),
            });
            continue;
        }
        let Some(system) = systems.last_mut() else { continue };
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, label, field_type, meanings] = parts[..] else {
            eprintln!("no field: {line}");
            continue;
        };
        let list = serde_json::json!({"entity": "", "fields": [{
            "name": name, "type": field_type, "label": if label.is_empty() { None } else { Some(label) }
        }]});
        if let Ok(object) = object_from_field_list(&list.to_string()) {
            system.object.fields.extend(object.fields);
            system.meanings.push(
                meanings
                    .split(',')
                    .map(str::trim)
                    .filter(|meaning| !meaning.is_empty() && *meaning != "-")
                    .map(str::to_owned)
                    .collect(),
            );
        }
    }
    systems
}

pub fn table_pairs(folder: &Path, files: usize) -> Vec<Example> {
    let mut pairs = Vec::new();
    for path in files_of(folder, "txt") {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let kind = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let systems = read_table(&text);
        for (at, source) in systems.iter().enumerate() {
            let step = (systems.len() / PARTNERS).max(1);
            for partner in 0..PARTNERS.min(systems.len().saturating_sub(1)) {
                let target = &systems[(at + 1 + partner * step) % systems.len()];
                if target.name != source.name {
                    pairs.extend(table_pair(&kind, source, target));
                }
            }
        }
    }
    let weight = TABLES_COUNT * files.max(20) as f32 / pairs.len().max(1) as f32;
    for pair in &mut pairs {
        pair.weight = weight;
    }
    pairs
}

fn table_pair(kind: &str, source: &System, target: &System) -> Option<Example> {
    let mut truth = Vec::new();
    for (a, meanings) in source.object.fields.iter().zip(&source.meanings) {
        for (b, others) in target.object.fields.iter().zip(&target.meanings) {
            if meanings.iter().any(|meaning| others.contains(meaning)) {
                truth.push((a.name.clone(), b.name.clone()));
            }
        }
    }
    (truth.len() >= 3).then(|| Example {
        name: format!("{} to {}", source.name, target.name),
        family: format!("{kind} {} {}", source.name, target.name),
        source: source.object.clone(),
        target: target.object.clone(),
        truth,
        weight: 1.0,
    })
}

/// Every system of the tables in `folder` joined with every system there whose name starts with `english-`.
pub fn foreign_pairs(folder: &Path) -> Vec<Example> {
    let mut pairs = Vec::new();
    for path in files_of(folder, "txt") {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let kind = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let (english, others): (Vec<System>, Vec<System>) =
            read_table(&text).into_iter().partition(|system| system.name.starts_with("english-"));
        for source in &others {
            pairs.extend(english.iter().filter_map(|target| table_pair(&kind, source, target)));
        }
    }
    pairs
}

/// The files of a folder with an ending, sorted.
fn files_of(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == ending));
    paths.sort();
    paths
}
