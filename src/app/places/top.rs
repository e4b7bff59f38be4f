//! What lies on top of a place: palette, help, candidates, bulk accept, questions, sheets.

use super::{map, run, start};
use crate::app::boards::{self, drift, fixes, groups, reading, twins, values};
use crate::app::commands::{COMMANDS, Command, Id};
use crate::app::context::Context;
use crate::app::filter::{self, Order};
use crate::app::mapping::{State, TargetRow};
use crate::app::overlay::{ChooserPurpose, Confirm, ConfirmAction, PickEntry, Picker, Prompt, PromptPurpose};
use crate::app::{Effect, Job, Model, Overlay, PaneId, Tone, key};
use crate::ui::layout::sheet_lines;

/// Where a command that is found by name would land: on what lies below the palette or the help.
pub fn context_below(model: &Model) -> Context {
    let below = model.overlays.len().checked_sub(2).and_then(|at| model.overlays.get(at));
    below.map_or(model.place.context(), Overlay::context)
}

/// Commands of the palette: those that apply to what lies below.
pub fn palette(model: &Model) -> Vec<&'static Command> {
    palette_in(context_below(model))
}

fn palette_in(context: Context) -> Vec<&'static Command> {
    COMMANDS.iter().filter(|command| command.contexts.has(context) && !moves(command.id)).collect()
}

/// Movements are in help, but not in the palette: nobody looks for "down" by name.
fn moves(id: Id) -> bool {
    use Id::{Back, Down, First, Last, Left, NextMatch, PageDown, PageUp, PreviousMatch, Right, Up};
    matches!(id, Down | Up | Left | Right | PageDown | PageUp | First | Last | Back | NextMatch | PreviousMatch)
}

/// What a command's row is found by.
fn searched(model: &Model, command: &'static Command) -> String {
    let keys: Vec<String> = model.bindings.keys(command).into_iter().map(key::label_sequence).collect();
    format!("{} {} {}", command.title, keys.join(" "), command.doc)
}

/// Suggestions that a bulk accept with this threshold (in percent) would take.
pub fn bulk_rows(model: &Model, threshold: u8) -> Vec<&TargetRow> {
    let least = f64::from(threshold) / 100.0;
    let rows = model.map.targets.iter();
    rows.filter(|row| row.state == State::Suggested && row.confidence.unwrap_or(0.0) >= least).collect()
}

pub fn rows(model: &Model) -> Vec<usize> {
    match model.overlays.last() {
        Some(Overlay::Palette { query, .. }) => {
            let texts: Vec<String> = palette(model).into_iter().map(|command| searched(model, command)).collect();
            filter::matching(query.text(), &texts, Order::Best)
        }
        Some(Overlay::Help { query, .. }) => {
            let texts: Vec<String> = COMMANDS.iter().map(|command| searched(model, command)).collect();
            let order = if query.text().trim().is_empty() { Order::List } else { Order::Best };
            filter::matching(query.text(), &texts, order)
        }
        Some(Overlay::Candidates { target, .. }) => {
            let count = candidates(model, *target).len();
            (0..count).collect()
        }
        Some(Overlay::Bulk(bulk)) => (0..bulk_rows(model, bulk.threshold).len()).collect(),
        Some(Overlay::Sheet(sheet)) => (0..sheet_lines(sheet, model.width).len()).collect(),
        Some(Overlay::Board(board)) => boards::rows(model, board),
        Some(Overlay::Picker(picker)) => {
            let here = |at: &usize| !picker.entries[*at].name.contains('/');
            if picker.query.text().trim().is_empty() {
                return (0..picker.entries.len()).filter(here).collect();
            }
            // What is typed is looked for in the folders below as well.
            let names: Vec<&str> = picker.entries.iter().map(|entry| entry.name.as_str()).collect();
            filter::matching(picker.query.text(), &names, Order::Best)
        }
        Some(Overlay::Chooser(chooser)) => filter::matching(chooser.pane.filter.text(), &chooser.rows, Order::List),
        _ => Vec::new(),
    }
}

/// Source fields for a target: candidates with their confidence, then all others by name.
pub fn candidates(model: &Model, target: usize) -> Vec<(String, Option<&crate::matching::Candidate>)> {
    let (Some(project), Some(row)) = (&model.project, model.map.targets.get(target)) else { return Vec::new() };
    let ranked = project.candidates(&row.name);
    let mut all: Vec<(String, Option<&crate::matching::Candidate>)> =
        ranked.iter().map(|candidate| (candidate.field.clone(), Some(candidate))).collect();
    if let Some(source) = project.source() {
        for field in &source.object.fields {
            if !ranked.iter().any(|candidate| candidate.field == field.name) {
                all.push((field.name.clone(), None));
            }
        }
    }
    all
}

pub fn execute(model: &mut Model, id: Id) -> Vec<Effect> {
    match (model.overlays.last_mut(), id) {
        (Some(Overlay::Editor(_)), id) => crate::app::editor::execute(model, id),
        (Some(Overlay::Board(_)), id) => boards::execute(model, id),
        (Some(Overlay::Confirm(confirm)), Id::Left | Id::Right | Id::NextPane | Id::PreviousPane) => {
            confirm.on_verb = !confirm.on_verb;
            Vec::new()
        }
        (Some(Overlay::Bulk(bulk)), Id::Left) => {
            bulk.threshold = bulk.threshold.saturating_sub(5);
            Vec::new()
        }
        (Some(Overlay::Bulk(bulk)), Id::Right) => {
            bulk.threshold = (bulk.threshold + 5).min(100);
            Vec::new()
        }
        (Some(_), Id::Choose | Id::Accept) => choose(model),
        (Some(Overlay::Candidates { .. }), Id::Edit) => edit_candidate(model),
        _ => Vec::new(),
    }
}

fn choose(model: &mut Model) -> Vec<Effect> {
    let selected = model.selected(PaneId::Top);
    let Some(overlay) = model.overlays.pop() else { return Vec::new() };
    match overlay {
        Overlay::Palette { query, pane } => {
            let commands = palette_in(model.context());
            let texts: Vec<String> = commands.iter().map(|command| searched(model, command)).collect();
            let found = filter::matching(query.text(), &texts, Order::Best);
            let command = found.get(pane.list.selected).and_then(|at| commands.get(*at).copied());
            command.map_or_else(Vec::new, |command| crate::app::update::run_command(model, command))
        }
        Overlay::Help { query, pane } => match selected.and_then(|at| COMMANDS.get(at)) {
            Some(command) if command.contexts.has(model.context()) => crate::app::update::run_command(model, command),
            Some(command) => {
                let title = command.title;
                model.overlays.push(Overlay::Help { query, pane });
                model.say(Tone::Note, format!("{title} does not apply here"));
                Vec::new()
            }
            None => Vec::new(),
        },
        Overlay::Candidates { target, .. } => {
            let source = selected.and_then(|at| candidates(model, target).get(at).map(|(name, _)| name.clone()));
            if let Some(source) = source {
                map::take_candidate(model, target, &source);
            }
            Vec::new()
        }
        Overlay::Bulk(bulk) => {
            let rows: Vec<TargetRow> = bulk_rows(model, bulk.threshold).into_iter().cloned().collect();
            map::accept_rows(model, &rows);
            model.say(Tone::Good, format!("accepted {} suggestions; u takes them back", rows.len()));
            Vec::new()
        }
        Overlay::Picker(picker) => picked(model, picker, selected),
        Overlay::Confirm(confirm) => confirmed(model, confirm),
        Overlay::Prompt(prompt) => prompted(model, prompt),
        Overlay::Chooser(chooser) => {
            if let Some(at) = selected {
                return chosen(model, chooser.purpose, chooser.rows.get(at).map_or("", String::as_str), at);
            }
            Vec::new()
        }
        Overlay::Sheet(_) | Overlay::Editor(_) | Overlay::Board(_) => Vec::new(),
    }
}

/// A folder is looked into; a file (or ".", the folder itself) answers the question below.
fn picked(model: &mut Model, picker: Picker, selected: Option<usize>) -> Vec<Effect> {
    let Some(entry) = selected.and_then(|at| picker.entries.get(at)).cloned() else {
        model.overlays.push(Overlay::Picker(picker));
        return Vec::new();
    };
    if entry.is_folder && entry.name != "." {
        let folder = match entry.name.as_str() {
            ".." => picker.folder.parent().map_or_else(|| picker.folder.clone(), Into::into),
            name => picker.folder.join(name),
        };
        model.overlays.push(Overlay::Picker(Picker { folder: folder.clone(), ..Picker::default() }));
        return vec![Effect::ListFolder { folder }];
    }
    let text = match entry.name.as_str() {
        "." => picker.folder.display().to_string(),
        name if name.starts_with("template:") => name.to_owned(),
        name => picker.folder.join(name).display().to_string(),
    };
    match model.overlays.pop() {
        Some(Overlay::Prompt(mut prompt)) => {
            prompt.entry = crate::app::Entry::of(&text);
            prompted(model, prompt)
        }
        _ => Vec::new(),
    }
}

/// What lies in a folder came: the picker shows it.
pub fn listed(model: &mut Model, folder: std::path::PathBuf, mut entries: Vec<PickEntry>) {
    let purpose = model.overlays.iter().rev().find_map(|overlay| match overlay {
        Overlay::Prompt(prompt) => Some(&prompt.purpose),
        _ => None,
    });
    match purpose {
        Some(PromptPurpose::OpenSource) => {
            entries.insert(0, PickEntry { name: ".".to_owned(), is_folder: true, bytes: 0 })
        }
        Some(PromptPurpose::OpenTarget { .. }) => {
            let named = crate::schema::templates().iter().map(|template| template.name);
            entries.extend(named.map(|name| PickEntry {
                name: format!("template:{name}"),
                is_folder: false,
                bytes: 0,
            }));
        }
        _ => {}
    }
    if let Some(Overlay::Picker(picker)) = model.overlays.last_mut() {
        (picker.folder, picker.entries) = (folder, entries);
    }
}

fn edit_candidate(model: &mut Model) -> Vec<Effect> {
    let selected = model.selected(PaneId::Top);
    let Some(Overlay::Candidates { target, .. }) = model.overlays.pop() else { return Vec::new() };
    let source = selected.and_then(|at| candidates(model, target).get(at).map(|(name, _)| name.clone()));
    let name = model.map.targets.get(target).map(|row| row.name.clone());
    match (name, source) {
        (Some(name), Some(source)) => {
            crate::app::editor::open(model, &name, Some(crate::transform::field_reference(&source)))
        }
        _ => Vec::new(),
    }
}

fn chosen(model: &mut Model, purpose: ChooserPurpose, row: &str, at: usize) -> Vec<Effect> {
    match purpose {
        ChooserPurpose::Pair => show_pair(model, at),
        ChooserPurpose::Value { from } => values::chosen(model, from, row),
        ChooserPurpose::Survivor { group } => groups::chosen(model, group, row),
        ChooserPurpose::DuplicateKey => return twins::key_chosen(model, row),
        ChooserPurpose::Fix { group } => return fixes::chosen(model, group, at),
        ChooserPurpose::Rebind { line } => drift::chosen(model, line, row),
        ChooserPurpose::Reading { setting } => reading::chosen(model, setting, row),
    }
    Vec::new()
}

/// Another object of the profile (of the report, there) comes on the screen.
fn show_pair(model: &mut Model, at: usize) {
    if model.place == crate::app::Place::Report {
        model.report.show_object(at);
    } else if let Some(project) = &mut model.project {
        project.pair = at;
        model.map.source_pane = Default::default();
        model.map.target_pane = Default::default();
        model.map.marked.clear();
        model.preview = crate::app::places::preview::PreviewPlace::default();
        map::refresh(model);
    }
}

/// Esc on a question: nothing is done.
pub fn declined(model: &mut Model, confirm: Confirm) -> Vec<Effect> {
    match confirm.action {
        ConfirmAction::TakeDraft(draft) => {
            model.say(Tone::Note, format!("the draft is left where it is, beside {}", draft.profile_path.display()));
            Vec::new()
        }
        ConfirmAction::Run | ConfirmAction::RunAgain { .. } | ConfirmAction::Overwrite(_) => Vec::new(),
    }
}

fn confirmed(model: &mut Model, confirm: Confirm) -> Vec<Effect> {
    if !confirm.on_verb {
        return declined(model, confirm);
    }
    match confirm.action {
        ConfirmAction::Run => run::start(model, false),
        ConfirmAction::RunAgain { object } => run::start_again(model, object),
        ConfirmAction::Overwrite(path) => crate::app::update::save_to(model, path, true),
        ConfirmAction::TakeDraft(draft) => crate::app::update::take_draft(model, &draft),
    }
}

fn prompted(model: &mut Model, prompt: Prompt) -> Vec<Effect> {
    let text = prompt.entry.text().trim().to_owned();
    match prompt.purpose {
        PromptPurpose::Note { target } => {
            map::set_note(model, &target, &text);
            Vec::new()
        }
        PromptPurpose::Value { target, from } => {
            values::set(model, &target, &[(from, text)]);
            Vec::new()
        }
        PromptPurpose::Correct { target, from } => {
            let step = format!("recode({{{}: {}}})", fixes::quoted(&from), fixes::quoted(&text));
            mend(model, &target, &step, true);
            Vec::new()
        }
        PromptPurpose::OpenSource | PromptPurpose::OpenTarget { .. } | PromptPurpose::OpenProfile
            if text.is_empty() =>
        {
            model.overlays.push(Overlay::Prompt(prompt));
            crate::app::update::execute(model, Id::Browse)
        }
        _ if text.is_empty() => {
            model.say(Tone::Note, "nothing was typed");
            Vec::new()
        }
        PromptPurpose::OpenSource => {
            start::ask(model, PromptPurpose::OpenTarget { source: text });
            Vec::new()
        }
        PromptPurpose::OpenTarget { source } => start::open(model, Job::Pair { source, target: text }),
        PromptPurpose::OpenProfile => start::open(model, Job::Profile { path: text.into(), schema: None }),
        PromptPurpose::SaveAs => crate::app::update::save_to(model, text.into(), false),
        PromptPurpose::Default { target } => {
            mend(model, &target, &format!("default({})", fixes::quoted(&text)), false);
            Vec::new()
        }
    }
}

fn mend(model: &mut Model, target: &str, step: &str, first: bool) {
    if fixes::add_step(model, target, step, first) {
        model.say(Tone::Good, format!("{target} has a new step: {step}; r runs these records again"));
    } else {
        model.say(Tone::Bad, format!("{step} does not fit into the expression: e edits it"));
    }
}

pub fn copyable(model: &Model, overlay: &Overlay) -> Option<String> {
    match overlay {
        Overlay::Sheet(sheet) => {
            let of = sheet_lines(sheet, model.width).get(sheet.pane.list.selected)?.of;
            sheet.lines.get(of).map(|(_, text)| text.clone())
        }
        Overlay::Candidates { target, .. } => {
            let at = model.selected(PaneId::Top)?;
            candidates(model, *target).get(at).map(|(name, _)| name.clone())
        }
        Overlay::Board(board) => {
            let row = boards::table(model, board).rows.into_iter().nth(model.selected(PaneId::Top)?)?;
            let cells: Vec<String> =
                row.into_iter().map(|(text, _)| text).filter(|text| text.chars().count() > 1).collect();
            Some(cells.join("\t"))
        }
        _ => None,
    }
}
