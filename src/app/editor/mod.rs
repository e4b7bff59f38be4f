//! The expression editor: a text area, what is wrong under which characters, and results on real records.

mod moves;
mod offers;

use std::sync::Arc;

use moves::{move_step, step_off, step_on};
use offers::take_completion;
use tui_textarea::{CursorMove, Key, TextArea};

use super::commands::Id;
use super::effect::{Asker, Question};
use super::key::Chord;
use super::places::map;
use super::steps::OffStep;
use super::{Effect, Model, Overlay, Records, Tone};
use crate::engine::Finding;
use crate::profile::{Expression, FieldMapping, FilledBy, ObjectMapping, Profile};
use crate::record::Origin;
use crate::schema::{Object, checks_for};
use crate::transform::{Completion, Diagnostic, Program, Scope, Span, field_reference};

/// An expression that is being edited.
#[derive(Debug, Clone)]
pub struct Editor {
    /// Name of the target field.
    pub target: String,
    pub area: TextArea<'static>,
    /// Names that the expression may use.
    pub source_fields: Vec<String>,
    pub target_fields: Vec<String>,
    /// Words that could stand at the cursor; shown while a word is typed.
    pub completions: Vec<Completion>,
    pub completion: usize,
    /// One was moved to: Enter takes it.
    pub picking: bool,
    /// What is wrong with the text as it stands.
    pub diagnostic: Option<Diagnostic>,
    /// What the text gives on the sample; of `evaluated`, which may be older than the text.
    pub evaluation: Option<Evaluation>,
    /// Counts changes of the text.
    pub revision: u64,
    pub evaluated: u64,
    /// The first of the sample's records that is shown.
    pub record: usize,
    /// The text that the profile has.
    pub applied: String,
    /// Steps that are switched off, the latest last.
    pub off: Vec<OffStep>,
    /// Values that the target field takes, offered inside quotes.
    pub allowed: Vec<String>,
    /// Signature and sentence of the function whose parentheses the cursor stands in.
    pub signature: Option<(String, String)>,
    /// Records that it is tried on; the source's first ones where there are none.
    pub sample: Option<Arc<Records>>,
}

/// What an expression gives on the records of the sample.
#[derive(Debug, Clone, Default)]
pub struct Evaluation {
    /// Names of the source fields that it reads.
    pub inputs: Vec<String>,
    pub rows: Vec<EvaluatedRow>,
    /// Records of the sample for which the field has a finding.
    pub failing: usize,
    /// Why nothing could be computed, where the expression is right by itself.
    pub problem: Option<String>,
}

/// One record's way through the expression.
#[derive(Debug, Clone, Default)]
pub struct EvaluatedRow {
    pub origin: Origin,
    /// Values of [`Evaluation::inputs`].
    pub inputs: Vec<String>,
    /// Each step's characters in the expression and its value.
    pub steps: Vec<(Span, String)>,
    pub output: Option<String>,
    pub findings: Vec<Finding>,
}

impl Editor {
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Byte position of the cursor in the text.
    pub fn cursor(&self) -> usize {
        let cursor = self.area.cursor();
        let lines = self.area.lines();
        let before: usize = lines.iter().take(cursor.0).map(|line| line.len() + 1).sum();
        let within = lines
            .get(cursor.0)
            .map_or(0, |line| line.char_indices().nth(cursor.1).map_or(line.len(), |(byte, _)| byte));
        before + within
    }

    /// Whether the results shown belong to the text shown.
    pub fn current(&self) -> bool {
        self.evaluated == self.revision
    }

    fn check(&mut self) {
        let text = self.text();
        let scope = Scope { source_fields: &self.source_fields, target_fields: &self.target_fields };
        let wrong = Program::compile(&text, &scope).err();
        self.diagnostic = wrong.filter(|_| !text.trim().is_empty()).and_then(|all| all.into_iter().next());
    }
}

/// Opens the editor on a target field; `text` replaces what the profile has.
pub fn open(model: &mut Model, target: &str, text: Option<String>) -> Vec<Effect> {
    open_on(model, target, text, None)
}

/// The same, with results on these records instead of the source's first ones.
pub fn open_on(model: &mut Model, target: &str, text: Option<String>, sample: Option<Arc<Records>>) -> Vec<Effect> {
    let Some(project) = &model.project else { return Vec::new() };
    let mapped = project.mapping().and_then(|mapping| mapping.fields.iter().find(|field| field.target == target));
    let applied = mapped.map_or_else(String::new, expression_text);
    let row = model.map.targets.iter().find(|row| row.name == target);
    let suggested = row
        .and_then(|row| row.sources.first())
        .and_then(|source| project.source()?.object.fields.get(*source))
        .map(|field| field_reference(&field.name));
    let kept = model.map.drafts.get(&(project.pair, target.to_owned())).cloned();
    let from_draft = kept.is_some() && text.is_none();
    let text = text
        .or(kept)
        .unwrap_or_else(|| if applied.is_empty() { suggested.unwrap_or_default() } else { applied.clone() });
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    let source_fields = project.source().map_or_else(Vec::new, |source| names(&source.object));
    let target_fields = project
        .mapping()
        .map_or_else(Vec::new, |mapping| mapping.fields.iter().map(|field| field.target.clone()).collect());
    let mut editor = Editor {
        target: target.to_owned(),
        area,
        source_fields,
        target_fields,
        completions: Vec::new(),
        completion: 0,
        picking: false,
        diagnostic: None,
        evaluation: None,
        revision: 1,
        evaluated: 0,
        record: 0,
        applied,
        off: model.map.off.get(&(project.pair, target.to_owned())).cloned().unwrap_or_default(),
        allowed: project
            .target()
            .and_then(|object| object.field(target))
            .map_or_else(Vec::new, |field| field.constraints.one_of.clone()),
        signature: None,
        sample,
    };
    editor.check();
    editor.look_around();
    let effects = evaluate(model, &editor);
    model.overlays.push(Overlay::Editor(Box::new(editor)));
    if from_draft {
        model.say(Tone::Note, "this is your draft from before; Ctrl-S applies it");
    }
    effects
}

fn names(object: &Object) -> Vec<String> {
    object.fields.iter().map(|field| field.name.clone()).collect()
}

pub fn expression_text(mapping: &FieldMapping) -> String {
    match &mapping.filled_by {
        FilledBy::Expression(expression) => expression.text.clone(),
        FilledBy::Lookup(lookup) => lookup.value.text.clone(),
    }
}

/// Takes a key as text; results follow.
pub fn press(model: &mut Model, chord: &Chord) -> Vec<Effect> {
    if let Some(Overlay::Editor(editor)) = model.overlays.last_mut()
        && !editor.completions.is_empty()
        && !chord.ctrl
    {
        let count = editor.completions.len();
        match chord.key {
            Key::Down => {
                editor.completion = if editor.picking { (editor.completion + 1) % count } else { 0 };
                editor.picking = true;
                return Vec::new();
            }
            Key::Up => {
                editor.completion = (editor.completion + count - 1) % count;
                editor.picking = true;
                return Vec::new();
            }
            Key::Enter if editor.picking => return take_completion(model),
            _ => {}
        }
    }
    edit(model, |area| match (chord.key, chord.ctrl) {
        (Key::Char('u'), true) => {
            area.delete_line_by_head();
        }
        (Key::Char('w'), true) => {
            area.delete_word();
        }
        (Key::Char('a'), true) | (Key::Home, _) => area.move_cursor(CursorMove::Head),
        (Key::Char('e'), true) | (Key::End, _) => area.move_cursor(CursorMove::End),
        (Key::Char('y'), true) => {
            area.redo();
        }
        (Key::Char('_' | '/' | '7'), true) => {
            area.undo();
        }
        (Key::Left, true) => area.move_cursor(CursorMove::WordBack),
        (Key::Right, true) => area.move_cursor(CursorMove::WordForward),
        (Key::Left, false) => area.move_cursor(CursorMove::Back),
        (Key::Right, false) => area.move_cursor(CursorMove::Forward),
        (Key::Up, _) => area.move_cursor(CursorMove::Up),
        (Key::Down, _) => area.move_cursor(CursorMove::Down),
        _ => {
            area.input_without_shortcuts(chord.clone());
        }
    })
}

/// Pasted text goes in without controls; a paste never applies anything.
pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let clean: String =
        text.replace("\r\n", "\n").chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect();
    edit(model, |area| {
        area.insert_str(&clean);
    })
}

fn edit(model: &mut Model, change: impl FnOnce(&mut TextArea<'static>)) -> Vec<Effect> {
    let Some(Overlay::Editor(mut editor)) = model.overlays.pop() else { return Vec::new() };
    let before = editor.text();
    change(&mut editor.area);
    let mut effects = Vec::new();
    editor.forget_completions();
    if editor.text() != before {
        editor.revision += 1;
        editor.check();
        editor.offer();
        effects = evaluate(model, &editor);
    }
    editor.look_around();
    model.overlays.push(Overlay::Editor(editor));
    effects
}

/// The profile's object with the edited expression in it.
fn with_expression(mapping: &mut ObjectMapping, target: &str, text: &str, new: Option<FieldMapping>) {
    match mapping.fields.iter_mut().find(|field| field.target == target) {
        Some(field) => match &mut field.filled_by {
            FilledBy::Expression(expression) => *expression = Expression::new(text),
            FilledBy::Lookup(lookup) => lookup.value = Expression::new(text),
        },
        None => mapping.fields.push(FieldMapping {
            target: target.to_owned(),
            filled_by: FilledBy::Expression(Expression::new(text)),
            ..new.unwrap_or_default()
        }),
    }
}

fn evaluate(model: &Model, editor: &Editor) -> Vec<Effect> {
    let text = editor.text();
    if editor.diagnostic.is_some() || text.trim().is_empty() {
        return Vec::new();
    }
    let Some(project) = &model.project else { return Vec::new() };
    let Some(source) = project.source() else { return Vec::new() };
    let mut profile = Profile::clone(&project.profile);
    if let Some(mapping) = profile.objects.get_mut(project.pair) {
        with_expression(mapping, &editor.target, &text, fresh(model, &editor.target));
    }
    vec![Effect::Evaluate(Box::new(Question {
        asker: Asker::Editor,
        revision: editor.revision,
        profile: Arc::new(profile),
        pair: project.pair,
        target: editor.target.clone(),
        expression: text,
        sample: Arc::clone(editor.sample.as_ref().unwrap_or(&source.sample)),
    }))]
}

/// A line for a target field that is not mapped yet, with the checks that its schema demands.
fn fresh(model: &Model, target: &str) -> Option<FieldMapping> {
    let field = model.project.as_ref()?.target()?.field(target)?;
    Some(FieldMapping { target: target.to_owned(), checks: checks_for(field), ..FieldMapping::default() })
}

pub fn answered(model: &mut Model, revision: u64, evaluation: Evaluation) {
    if let Some(Overlay::Editor(editor)) = model.overlays.last_mut()
        && revision >= editor.evaluated
    {
        editor.evaluated = revision;
        editor.record = editor.record.min(evaluation.rows.len().saturating_sub(1));
        editor.evaluation = Some(evaluation);
    }
}

pub fn execute(model: &mut Model, id: Id) -> Vec<Effect> {
    match id {
        Id::Apply => apply(model),
        Id::Complete => return take_completion(model),
        Id::NextRecord | Id::PageDown => step(model, |record, rows| (record + 1).min(rows.saturating_sub(1))),
        Id::PreviousRecord | Id::PageUp => step(model, |record, _| record.saturating_sub(1)),
        Id::NextFailing => to_failing(model, true),
        Id::PreviousFailing => to_failing(model, false),
        Id::StepOff => return step_off(model),
        Id::StepOn => return step_on(model),
        Id::StepEarlier => return move_step(model, false),
        Id::StepLater => return move_step(model, true),
        _ => {}
    }
    Vec::new()
}

fn apply(model: &mut Model) {
    let Some(Overlay::Editor(editor)) = model.overlays.last() else { return };
    if let Some(diagnostic) = &editor.diagnostic {
        let sentence = diagnostic.sentence();
        model.say(Tone::Bad, format!("not applied: {sentence}"));
        return;
    }
    let (target, text) = (editor.target.clone(), editor.text());
    if text.trim().is_empty() {
        model.say(Tone::Bad, "not applied: the expression is empty; D in the map takes a mapping out");
        return;
    }
    let new = fresh(model, &target);
    keep_off(model);
    model.overlays.pop();
    let Some(project) = &mut model.project else { return };
    model.map.drafts.remove(&(project.pair, target.clone()));
    let order = project.target().map_or_else(Vec::new, |object| object.fields.clone());
    project.change(format!("edit {target}"), |mapping| {
        with_expression(mapping, &target, &text, new);
        // A new line was put last: it goes where the target's order has it.
        if let Some(at) = mapping.fields.iter().position(|field| field.target == target)
            && at + 1 == mapping.fields.len()
        {
            let field = mapping.fields.remove(at);
            map::put(&mut mapping.fields, field, &order);
        }
    });
    map::refresh(model);
    model.say(Tone::Good, format!("{target} is filled by {text}"));
}

/// Leaves the editor (or closes the offered words first); a text that was not applied is kept for the next time.
pub fn leave(model: &mut Model) {
    if let Some(Overlay::Editor(editor)) = model.overlays.last_mut()
        && !editor.completions.is_empty()
    {
        return editor.forget_completions();
    }
    keep_off(model);
    let Some(Overlay::Editor(editor)) = model.overlays.pop() else { return };
    let Some(project) = &model.project else { return };
    let key = (project.pair, editor.target.clone());
    let text = editor.text();
    if text == editor.applied || text.trim().is_empty() {
        model.map.drafts.remove(&key);
    } else {
        model.map.drafts.insert(key, text);
        model.say(Tone::Note, "not applied; the text is kept for the next time you edit this field");
    }
}

/// Steps that are switched off wait for the next time the field is edited.
fn keep_off(model: &mut Model) {
    let (Some(Overlay::Editor(editor)), Some(project)) = (model.overlays.last(), &model.project) else { return };
    let key = (project.pair, editor.target.clone());
    if editor.off.is_empty() {
        model.map.off.remove(&key);
    } else {
        model.map.off.insert(key, editor.off.clone());
    }
}

fn step(model: &mut Model, to: impl Fn(usize, usize) -> usize) {
    if let Some(Overlay::Editor(editor)) = model.overlays.last_mut() {
        let rows = editor.evaluation.as_ref().map_or(0, |evaluation| evaluation.rows.len());
        editor.record = to(editor.record, rows);
    }
}

fn to_failing(model: &mut Model, forward: bool) {
    let Some(Overlay::Editor(editor)) = model.overlays.last_mut() else { return };
    let Some(evaluation) = &editor.evaluation else { return };
    let rows = evaluation.rows.len();
    let fails = |at: &usize| !evaluation.rows[*at].findings.is_empty();
    let from = editor.record.min(rows.saturating_sub(1));
    let found = if forward {
        (from + 1..rows).chain(0..rows.min(from + 1)).find(fails)
    } else {
        (0..from).rev().chain((from..rows).rev()).find(fails)
    };
    match found {
        Some(at) => editor.record = at,
        None => model.say(Tone::Good, "no record of the sample fails"),
    }
}
