//! The Data place: objects, their fields with statistics, their records.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Line;

use crate::app::figures::{short_count, short_share};
use crate::app::places::data::{Listed, listed, type_name, type_word};
use crate::app::{Model, PaneId};
use crate::record::Kind;
use crate::report::words;
use crate::schema::{Field, FieldStats};
use crate::ui::columns::{Columns, spread};
use crate::ui::layout::{Layout, PaneArea, Part};
use crate::ui::panel::{List, Title, bar, empty, filtered_title, panel};
use crate::ui::text;
use crate::ui::theme::Theme;

pub fn view(frame: &mut Frame<'_>, laid_out: &Layout, model: &Model, theme: &Theme) {
    if let Some(area) = laid_out.pane(PaneId::Objects) {
        objects(frame, area, model, theme);
    }
    if let Some(area) = laid_out.pane(PaneId::Fields) {
        fields(frame, area, model, theme);
        detail(frame, laid_out.part(Part::Detail), model, theme);
    }
    if let Some(area) = laid_out.pane(PaneId::Records) {
        records(frame, area, model, theme);
    }
}

fn objects(frame: &mut Frame<'_>, area: &PaneArea, model: &Model, theme: &Theme) {
    let focused = model.data.focus == PaneId::Objects && model.overlays.is_empty();
    let rows = model.rows(PaneId::Objects);
    let all = listed(model);
    let title = filtered_title(Title::new("Objects"), &model.data.objects, rows.len(), all.len());
    panel(frame, area.frame, &title, focused, theme);
    let Some(project) = &model.project else { return };
    let list = List { area, pane: &model.data.objects, len: rows.len(), focused, theme };
    list.draw(frame, |at, width| {
        let (side, name, count) = match rows.get(at).and_then(|row| all.get(*row)) {
            Some(Listed::Source(at)) => {
                let source = &project.sources[*at];
                ("source", source.name.as_str(), short_count(source.records))
            }
            Some(Listed::Target(at)) => ("target", project.targets.objects[*at].name.as_str(), String::new()),
            None => ("", "", String::new()),
        };
        let side_width = if width > 24 { 6 } else { 1 };
        let side = if width > 24 { side } else { side.get(..1).unwrap_or_default() };
        let style = if side.starts_with('s') { theme.accent } else { theme.warn };
        Columns::new(width)
            .put(side, side_width, style)
            .put(name, usize::from(width).saturating_sub(side_width + 7), theme.text)
            .right(&count, 5, theme.muted)
            .done()
    });
}

/// Widths of the field table's columns: name, type, filled, distinct, samples.
fn widths(width: u16) -> Vec<usize> {
    let gaps = 4;
    spread(usize::from(width).saturating_sub(gaps), &[(12, 2), (8, 0), (4, 0), (6, 0), (8, 4)])
}

fn fields(frame: &mut Frame<'_>, area: &PaneArea, model: &Model, theme: &Theme) {
    let focused = model.data.focus == PaneId::Fields && model.overlays.is_empty();
    let rows = model.rows(PaneId::Fields);
    let object = model.data.object(model);
    let shown: &[Field] = object.map_or(&[], |object| &object.fields);
    let name = object.map_or("no object", |object| object.name.as_str());
    let title = filtered_title(Title::new(name).note("fields"), &model.data.fields, rows.len(), shown.len());
    let title = if title.right.is_empty() { title.right(scan_note(model)) } else { title };
    panel(frame, area.frame, &title, focused, theme);
    if shown.is_empty() {
        empty(
            frame,
            area.rows,
            &["This object has no fields.", "An empty file has none; pick another object on the left."],
            theme,
        );
        return;
    }
    let target = matches!(model.data.current(model), Some(Listed::Target(_)));
    let w = widths(area.rows.width);
    let (third, fourth) = if target { ("req.", "length") } else { ("full", "values") };
    let heading = Columns::new(area.rows.width)
        .put("field", w[0], theme.muted)
        .put("type", w[1], theme.muted)
        .right(third, w[2], theme.muted)
        .right(fourth, w[3], theme.muted)
        .rest(if target { "label" } else { "samples" }, theme.muted);
    frame.render_widget(heading.done(), above(area.rows));
    let list = List { area, pane: &model.data.fields, len: rows.len(), focused, theme };
    list.draw(frame, |at, width| {
        let Some((position, field)) = rows.get(at).and_then(|row| Some((*row, shown.get(*row)?))) else {
            return Line::default();
        };
        let line =
            Columns::new(width).put(&field.name, w[0], theme.text).put(type_name(field.field_type), w[1], theme.accent);
        match model.data.stats(model, position) {
            Some(stats) => line
                .right(&short_share(stats.filled_share()), w[2], filled_style(stats, theme))
                .right(&short_count(stats.distinct.count), w[3], theme.muted)
                .rest(&samples(stats), theme.muted)
                .done(),
            None => {
                let limits = &field.constraints;
                let length = limits.max_length.map_or_else(String::new, |max| max.to_string());
                line.right(if limits.required { "yes" } else { "" }, w[2], theme.warn)
                    .right(&length, w[3], theme.muted)
                    .rest(field.label.as_deref().unwrap_or_default(), theme.muted)
                    .done()
            }
        }
    });
}

fn filled_style(stats: &FieldStats, theme: &Theme) -> ratatui::style::Style {
    match stats.filled_share() {
        share if share >= 0.999 => theme.good,
        share if share >= 0.5 => theme.text,
        _ => theme.warn,
    }
}

fn samples(stats: &FieldStats) -> String {
    stats.samples.join("  ")
}

/// The line above a rectangle.
fn above(rows: Rect) -> Rect {
    Rect { y: rows.y.saturating_sub(1), height: 1, ..rows }
}

/// How far the statistics reach.
fn scan_note(model: &Model) -> String {
    let Some(Listed::Source(at)) = model.data.current(model) else { return String::new() };
    let Some(source) = model.project.as_ref().and_then(|project| project.sources.get(at)) else { return String::new() };
    if let Some((object, _, bytes, Some(total))) = &model.data.scanning
        && *object == source.name
        && *total > 0
    {
        return format!("scanned {}", short_share(*bytes as f64 / *total as f64));
    }
    match &source.stats {
        Some(stats) if stats.complete => words::records(stats.records),
        Some(stats) => format!("first {}", words::records(stats.records)),
        None => String::new(),
    }
}

fn detail(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    if area.height < 3 {
        return;
    }
    let Some(object) = model.data.object(model) else { return };
    let Some((position, field)) = model.selected(PaneId::Fields).and_then(|at| Some((at, object.fields.get(at)?)))
    else {
        return;
    };
    let title = Title::new(&field.name).note(type_word(field)).right("i shows all");
    let inner = panel(frame, area, &title, false, theme).inner(Margin::new(1, 0));
    match model.data.stats(model, position) {
        Some(stats) => stats_detail(frame, inner, stats, theme),
        None => target_detail(frame, inner, field, theme),
    }
}

/// Evidence on the left, the most frequent values with bars on the right.
fn stats_detail(frame: &mut Frame<'_>, area: Rect, stats: &FieldStats, theme: &Theme) {
    let left = area.width / 2;
    let mut lines: Vec<Line<'static>> = Vec::new();
    let evidence = &stats.inference.evidence;
    for sentence in evidence {
        for (at, line) in text::wrap(sentence, usize::from(left).saturating_sub(4)).into_iter().enumerate() {
            let dot = if at == 0 { "· " } else { "  " };
            lines.push(Columns::new(left).just(dot, theme.accent).just(&line, theme.text).done());
        }
    }
    if let (Some(min), Some(max)) = (stats.min_length, stats.max_length) {
        lines.push(
            Columns::new(left).just("  ", theme.text).just(&format!("{min} to {max} characters"), theme.muted).done(),
        );
    }
    if let Some(pattern) = stats.patterns.first() {
        lines.push(Columns::new(left).just("  most look like ", theme.muted).just(&pattern.text, theme.text).done());
    }
    for (y, line) in lines.into_iter().enumerate().take(usize::from(area.height)) {
        frame.render_widget(line, Rect { y: area.y + y as u16, height: 1, width: left, ..area });
    }
    let right = Rect { x: area.x + left + 1, width: area.width - left - 1, ..area };
    let most = stats.values.first().map_or(1, |value| value.count.max(1));
    for (y, value) in stats.values.iter().enumerate().take(usize::from(area.height)) {
        let share = value.count as f64 / most as f64;
        let bar_width = usize::from(right.width / 4).min(16);
        let line = Columns::new(right.width)
            .put(&value.text, usize::from(right.width).saturating_sub(bar_width + 9), theme.text)
            .right(&short_count(value.count), 6, theme.muted)
            .pieces(bar(share, bar_width, theme).into_iter().map(|span| (span.content.into_owned(), span.style)));
        frame.render_widget(line.done(), Rect { y: right.y + y as u16, height: 1, ..right });
    }
}

fn target_detail(frame: &mut Frame<'_>, area: Rect, field: &Field, theme: &Theme) {
    let mut lines: Vec<(&str, String)> = Vec::new();
    if let Some(label) = &field.label {
        lines.push(("label", label.clone()));
    }
    let limits = &field.constraints;
    if !limits.one_of.is_empty() {
        lines.push(("values", limits.one_of.join(", ")));
    }
    if let Some(object) = &field.references {
        lines.push(("points to", object.clone()));
    }
    if let Some(description) = &field.description {
        lines.push(("about", description.clone()));
    }
    if limits.read_only {
        lines.push(("system", "the target fills this in; a migration cannot write it".to_owned()));
    }
    let mut y = 0;
    for (label, value) in lines {
        for (at, line) in text::wrap(&value, usize::from(area.width).saturating_sub(11)).into_iter().enumerate() {
            if y >= area.height {
                return;
            }
            let label = if at == 0 { label } else { "" };
            let line = Columns::new(area.width).put(label, 10, theme.muted).rest(&line, theme.text);
            frame.render_widget(line.done(), Rect { y: area.y + y, height: 1, ..area });
            y += 1;
        }
    }
}

fn records(frame: &mut Frame<'_>, area: &PaneArea, model: &Model, theme: &Theme) {
    let focused = model.data.focus == PaneId::Records && model.overlays.is_empty();
    let object = model.data.object(model);
    let name = object.map_or("no object", |object| object.name.as_str());
    let count = model.data.record_count(model);
    let selected = model.data.records.list.selected as u64;
    let place =
        if count == 0 { String::new() } else { format!("{} of {}", words::count(selected + 1), words::count(count)) };
    panel(frame, area.frame, &Title::new(name).note("records").right(place), focused, theme);
    let Some(object) = object.filter(|_| count > 0) else {
        let why = if model.data.source_name(model).is_some() {
            "This object has no records."
        } else {
            "Records of the target are not shown."
        };
        empty(frame, area.rows, &[why, "t goes back to the fields."], theme);
        return;
    };
    let columns: Vec<(usize, usize)> = visible_columns(model, area.rows.width, &object.fields);
    let number_width = words::count(count).len().max(4);
    let mut heading = Columns::new(area.rows.width).right("#", number_width, theme.muted);
    for (column, width) in &columns {
        heading = heading.put(&object.fields[*column].name, *width, theme.muted);
    }
    frame.render_widget(heading.done(), above(area.rows));
    let list = List { area, pane: &model.data.records, len: count as usize, focused, theme };
    list.draw(frame, |at, width| {
        let mut line = Columns::new(width).right(&words::count(at as u64 + 1), number_width, theme.faint);
        let Some((records, row)) = model.data.record(model, at as u64) else {
            return line.just("…", theme.faint).done();
        };
        for (column, width) in &columns {
            let cell = records.cell(row, *column);
            let (shown, style) = match cell.kind {
                Kind::Missing => ("".into(), theme.faint),
                Kind::Null => ("∅".into(), theme.faint),
                Kind::Bytes => (cell.display(), theme.warn),
                _ => (cell.display(), theme.text),
            };
            line = line.put(&shown, *width, style);
        }
        line.done()
    });
}

/// The columns that fit, from the first one scrolled to, each as wide as its values need.
fn visible_columns(model: &Model, width: u16, fields: &[Field]) -> Vec<(usize, usize)> {
    let mut left = usize::from(width).saturating_sub(8);
    let mut columns = Vec::new();
    for (column, field) in fields.iter().enumerate().skip(model.data.column.min(fields.len().saturating_sub(1))) {
        let longest = model.data.stats(model, column).and_then(|stats| stats.max_length).unwrap_or(12) as usize;
        let wanted = longest.max(text::width(&field.name)).clamp(4, 28);
        if left < 4 {
            break;
        }
        let given = wanted.min(left);
        columns.push((column, given));
        left = left.saturating_sub(given + 1);
    }
    columns
}
