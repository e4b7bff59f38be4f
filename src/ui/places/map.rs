//! The Map place: source fields, links, target fields, and the mapping of the selected one.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use crate::app::figures::{short_count, short_share};
use crate::app::places::data::type_name;
use crate::app::places::map::{Show, expression_of, proposed};
use crate::app::{Model, PaneId, State, TargetRow};
use crate::schema::Field;
use crate::ui::columns::Columns;
use crate::ui::layout::{Layout, PaneArea, Part};
use crate::ui::links::{Link, Weight, draw};
use crate::ui::panel::{List, Title, empty, filtered_title, panel};
use crate::ui::text;
use crate::ui::theme::Theme;

pub fn view(frame: &mut Frame<'_>, laid_out: &Layout, model: &Model, theme: &Theme) {
    let (Some(source), Some(target)) = (laid_out.pane(PaneId::Sources), laid_out.pane(PaneId::Targets)) else { return };
    let source_rows = model.rows(PaneId::Sources);
    let target_rows = model.rows(PaneId::Targets);
    sources(frame, source, model, &source_rows, theme);
    targets(frame, target, model, &target_rows, theme);
    links(frame, laid_out.part(Part::Gutter), model, &source_rows, &target_rows, theme);
    detail(frame, laid_out.part(Part::Detail), model, theme);
}

pub fn state_style(state: State, theme: &Theme) -> Style {
    match state {
        State::Accepted => theme.good,
        State::Edited => theme.accent,
        State::Suggested => theme.warn,
        State::Missing | State::Broken => theme.bad,
        State::Unused | State::System => theme.muted,
    }
}

fn sources(frame: &mut Frame<'_>, area: &PaneArea, model: &Model, rows: &[usize], theme: &Theme) {
    let focused = model.map.focus == PaneId::Sources && model.overlays.is_empty();
    let Some(project) = &model.project else { return };
    let source = project.source();
    let name = source.map_or("source", |source| source.name.as_str());
    let fields: &[Field] = source.map_or(&[], |source| &source.object.fields);
    let title = filtered_title(Title::new(name), &model.map.source_pane, rows.len(), fields.len());
    panel(frame, area.frame, &title, focused, theme);
    if rows.is_empty() {
        let lines: &[&str] = if fields.is_empty() {
            &["The source object has no fields."]
        } else {
            &["No field matches.", "Esc shows all."]
        };
        empty(frame, area.rows, lines, theme);
        return;
    }
    let linked = model.map.current_target(model).map_or(&[][..], |row| row.sources.as_slice());
    let list = List { area, pane: &model.map.source_pane, len: rows.len(), focused, theme };
    list.draw(frame, |at, width| {
        let Some((row, field)) = rows.get(at).and_then(|at| Some((model.map.sources.get(*at)?, fields.get(*at)?)))
        else {
            return Line::default();
        };
        let w = SourceWidths::of(width);
        let stats = source.and_then(|source| source.field_stats(row.field));
        let used = if row.used_by.is_empty() { theme.muted } else { theme.good };
        let name = if linked.contains(&row.field) { theme.accent } else { theme.text };
        let mut line = Columns::new(width).put(row.glyph(), 1, used).put(&field.name, w.name, name);
        line = line.put(type_name(field.field_type), w.kind, theme.muted);
        if let Some(stats) = stats {
            line = line
                .right(&short_share(stats.filled_share()), w.filled, theme.muted)
                .right(&short_count(stats.distinct.count), w.distinct, theme.muted)
                .put(stats.samples.first().map_or("", String::as_str), w.sample, theme.muted);
        } else {
            line = line.gap(w.filled + w.distinct + w.sample + 3);
        }
        line.put(row.word(), w.word, used).done()
    });
}

struct SourceWidths {
    name: usize,
    kind: usize,
    filled: usize,
    distinct: usize,
    sample: usize,
    word: usize,
}

impl SourceWidths {
    /// What is shown, by how much room there is: the name always, then the filled share, type, state, count, sample.
    fn of(width: u16) -> SourceWidths {
        let width = usize::from(width);
        let kind = if width >= 38 { 8 } else { 0 };
        let filled = if width >= 20 { 4 } else { 0 };
        let distinct = if width >= 48 { 5 } else { 0 };
        let word = if width >= 40 { 9 } else { 0 };
        let sample = if width >= 64 { (width - 50).min(28) } else { 0 };
        let gaps = [kind, filled, distinct, word, sample].into_iter().filter(|column| *column > 0).count();
        let name = width.saturating_sub(2 + kind + filled + distinct + word + sample + gaps);
        SourceWidths { name, kind, filled, distinct, sample, word }
    }
}

fn targets(frame: &mut Frame<'_>, area: &PaneArea, model: &Model, rows: &[usize], theme: &Theme) {
    let focused = model.map.focus == PaneId::Targets && model.overlays.is_empty();
    let Some(project) = &model.project else { return };
    let target = project.target();
    let name = project.mapping().map_or("target", |mapping| if mapping.to.is_empty() { "target" } else { &mapping.to });
    let mut title = filtered_title(Title::new(name), &model.map.target_pane, rows.len(), model.map.targets.len());
    if model.map.show != Show::All {
        title = title.note(format!("only {}", model.map.show.word())).right(format!(
            "{} of {}",
            rows.len(),
            model.map.targets.len()
        ));
    }
    panel(frame, area.frame, &title, focused, theme);
    if rows.is_empty() {
        let lines: &[&str] = match (model.map.targets.is_empty(), model.map.show) {
            (true, _) => &["The target has no fields."],
            (false, Show::Open) => &["Nothing is open.", "f shows the other fields."],
            (false, _) => &["No field matches.", "Esc clears the filter, f shows other fields."],
        };
        empty(frame, area.rows, lines, theme);
        return;
    }
    let list = List { area, pane: &model.map.target_pane, len: rows.len(), focused, theme };
    list.draw(frame, |at, width| match rows.get(at).and_then(|at| model.map.targets.get(*at)) {
        Some(row) => target_line(row, target.and_then(|target| target.fields.get(row.field)), model, width, theme),
        None => Line::default(),
    });
}

fn target_line(row: &TargetRow, field: Option<&Field>, model: &Model, width: u16, theme: &Theme) -> Line<'static> {
    let style = state_style(row.state, theme);
    let room = usize::from(width);
    let roomy = room >= 46;
    let kind = if roomy { 8 } else { 0 };
    let percent = if roomy { 4 } else { 0 };
    let target = model.project.as_ref().and_then(|project| project.target());
    let has_label = target.is_some_and(|target| target.fields.iter().any(|field| field.label.is_some()));
    let label = if room >= 96 && has_label { 24 } else { 0 };
    let gaps = usize::from(kind > 0) + usize::from(percent > 0) + usize::from(label > 0) + 1;
    let spare = room.saturating_sub(4 + kind + percent + label + WORD + gaps);
    // Where there is room, what fills the field stands beside it.
    let name = if room >= 66 { (spare * 2 / 5).clamp(20, 40) } else { spare };
    let filled = spare.saturating_sub(name + 1);
    let by = if filled > 0 { expression_of(model, row) } else { None };
    let marked = if model.map.marked.contains(&row.name) { "•" } else { " " };
    let shown = if row.required { format!("{}*", row.name) } else { row.name.clone() };
    let name_style = if matches!(row.state, State::Unused | State::System) { theme.muted } else { theme.text };
    let sure = row.confidence.filter(|_| matches!(row.state, State::Suggested | State::Accepted));
    let confidence = sure.map(|confidence| format!("{:.0}%", (confidence * 100.0).floor())).unwrap_or_default();
    // Where there is no room for both, a suggestion says how sure it is: its glyph tells the rest.
    let word = if !roomy && row.state == State::Suggested { &confidence } else { row.state.word() };
    Columns::new(width)
        .put(row.state.glyph(), 1, style)
        .put(marked, 1, theme.accent)
        .put(&shown, name, name_style)
        .put(field.and_then(|field| field.label.as_deref()).unwrap_or_default(), label, theme.muted)
        .put(&by.map_or_else(String::new, |by| format!("← {by}")), filled, theme.muted)
        .put(field.map_or("", |field| type_name(field.field_type)), kind, theme.muted)
        .right(&confidence, percent, style)
        .right(word, WORD, style)
        .done()
}

/// Columns of a state's word.
const WORD: usize = 9;

fn links(frame: &mut Frame<'_>, area: Rect, model: &Model, sources: &[usize], targets: &[usize], theme: &Theme) {
    let source_offset = model.map.source_pane.list.offset as i64;
    let target_offset = model.map.target_pane.list.offset as i64;
    let selected_target = model.selected(PaneId::Targets);
    let selected_source = model.selected(PaneId::Sources);
    let by_source = model.map.focus == PaneId::Sources;
    let mut position = vec![None; model.map.sources.len()];
    for (at, row) in sources.iter().enumerate() {
        if let Some(slot) = position.get_mut(*row) {
            *slot = Some(at as i64);
        }
    }
    let mut lines = Vec::new();
    for (at, row) in targets.iter().enumerate() {
        let Some(target) = model.map.targets.get(*row) else { continue };
        for source in &target.sources {
            let Some(Some(from)) = position.get(*source) else { continue };
            let selected = if by_source { selected_source == Some(*source) } else { selected_target == Some(*row) };
            let weight = match (selected, target.mapping) {
                (true, _) => Weight::Selected,
                (false, Some(_)) => Weight::Mapped,
                (false, None) => Weight::Suggested,
            };
            lines.push(Link { from: from - source_offset, to: at as i64 - target_offset, weight });
        }
    }
    for (y, row) in draw(usize::from(area.width), usize::from(area.height), &lines).into_iter().enumerate() {
        for (x, cell) in row.into_iter().enumerate() {
            let Some(cell) = cell else { continue };
            let style = match cell.weight {
                Weight::Suggested => theme.faint,
                Weight::Mapped => theme.muted,
                Weight::Selected => theme.accent.patch(theme.title),
            };
            frame.buffer_mut()[(area.x + x as u16, area.y + y as u16)].set_symbol(cell.glyph).set_style(style);
        }
    }
}

fn detail(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    let Some(row) = model.map.current_target(model) else {
        panel(frame, area, &Title::default(), false, theme);
        return;
    };
    let Some(project) = &model.project else { return };
    let style = state_style(row.state, theme);
    let label = project.target().and_then(|target| target.field(&row.name)).and_then(|field| field.label.clone());
    let field = project.target().and_then(|target| target.field(&row.name));
    let kind = field.map(crate::app::places::data::type_word).unwrap_or_default();
    let note =
        [label.unwrap_or_default(), kind].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let title = Title::new(&row.name).note(note).right(format!("{} {}", row.state.glyph(), row.state.word()));
    let inner = panel(frame, area, &title, false, theme).inner(Margin::new(1, 0));
    let mut lines: Vec<Line<'static>> = Vec::new();
    let width = inner.width;
    let source_fields: &[Field] = project.source().map_or(&[], |source| &source.object.fields);
    match expression_of(model, row) {
        Some(text) => lines.push(filled_by(width, &text, theme)),
        None => {
            if let Some(source) = row.sources.first().and_then(|at| source_fields.get(*at)) {
                let sure = row.confidence.filter(|_| matches!(row.state, State::Suggested | State::Accepted));
                let confidence = sure.map(|c| format!("{:.0}%", c * 100.0)).unwrap_or_default();
                let line = Columns::new(width)
                    .just("? ", style)
                    .just(&proposed_text(model, row, source), theme.text)
                    .just(&format!("  {confidence}  "), style)
                    .just("a accepts, Enter shows others", theme.muted);
                lines.push(line.done());
            }
        }
    }
    let mut sentences: Vec<(String, Style)> = Vec::new();
    if let Some(problem) = &row.problem {
        sentences.push((problem.clone(), theme.bad));
    } else if let Some(reason) = reason(model, row, source_fields).filter(|_| row.state != State::Edited) {
        sentences.push((reason, theme.muted));
    }
    sentences.extend(advice(row).map(|advice| (advice.to_owned(), theme.text)));
    for (sentence, style) in sentences {
        lines.extend(
            text::wrap(&sentence, usize::from(width)).into_iter().take(2).map(|line| Line::styled(line, style)),
        );
    }
    let room = usize::from(inner.height).saturating_sub(lines.len());
    lines.extend(live_values(model, row, width, room, theme));
    for (y, line) in lines.into_iter().enumerate().take(usize::from(inner.height)) {
        frame.render_widget(line, Rect { y: inner.y + y as u16, height: 1, ..inner });
    }
}

/// The expression that accepting would put there.
fn proposed_text(model: &Model, row: &TargetRow, source: &Field) -> String {
    let project = model.project.as_ref();
    let field = project.and_then(|project| project.target()).and_then(|target| target.fields.get(row.field));
    match (project, field) {
        (Some(project), Some(field)) => proposed(project, &source.name, field).expression().text.clone(),
        _ => source.name.clone(),
    }
}

fn filled_by(width: u16, expression: &str, theme: &Theme) -> Line<'static> {
    Columns::new(width).just("← ", theme.accent).just(expression, theme.text).done()
}

/// Runners-up below this are not named beside the suggestion.
const WORTH_NAMING: f64 = 0.05;

/// Why the source field is suggested, and which comes next.
fn reason(model: &Model, row: &TargetRow, fields: &[Field]) -> Option<String> {
    let source = fields.get(*row.sources.first()?)?;
    let candidates = model.project.as_ref()?.candidates(&row.name);
    let candidate = candidates.iter().find(|candidate| candidate.field == source.name)?;
    let runner_up = candidates.iter().find(|other| other.field != source.name && other.confidence >= WORTH_NAMING);
    let then = runner_up.map(|other| format!("; then {} {:.0}%", other.field, (other.confidence * 100.0).floor()));
    let sentence = format!("{}{}", candidate.reason, then.unwrap_or_default());
    (!sentence.is_empty()).then_some(sentence)
}

fn advice(row: &TargetRow) -> Option<&'static str> {
    match row.state {
        State::Missing => {
            Some("The target requires this field. Enter shows candidates, e writes an expression or a constant.")
        }
        State::System => Some("The target fills this in by itself; a migration cannot write it."),
        State::Unused => Some("Not mapped. Enter shows candidates, e writes an expression."),
        State::Broken => Some("e opens the expression at the fault."),
        State::Accepted | State::Edited | State::Suggested => None,
    }
}

/// Real values, as they come in and as they go out.
fn live_values(model: &Model, row: &TargetRow, width: u16, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    let live = model.map.live.as_ref().filter(|live| live.target == row.name);
    let evaluated = live.map_or(&[][..], |live| live.evaluation.rows.as_slice());
    if !evaluated.is_empty() {
        let half = (usize::from(width).saturating_sub(4) / 2).min(44);
        let shown = evaluated.iter().take(room).map(|row| {
            let line = Columns::new(width).put(&row.inputs.join("  "), half, theme.muted).just("→ ", theme.faint);
            match (row.findings.first(), &row.output) {
                (Some(finding), _) => line.just("✗ ", theme.bad).just(&finding.reason, theme.bad).done(),
                (None, Some(output)) => line.just(output, theme.text).done(),
                (None, None) => line.just("∅", theme.faint).done(),
            }
        });
        return shown.collect();
    }
    let Some(source) = model.project.as_ref().and_then(|project| project.source()) else { return Vec::new() };
    let Some(column) = row.sources.first() else { return Vec::new() };
    let values: Vec<String> = source.field_stats(*column).map_or_else(Vec::new, |stats| stats.samples.clone());
    values
        .into_iter()
        .take(room)
        .map(|value| Columns::new(width).just("  ", theme.text).just(&value, theme.muted).done())
        .collect()
}
