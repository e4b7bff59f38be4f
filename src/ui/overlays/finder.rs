//! Command palette and help.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::commands::{COMMANDS, Command};
use crate::app::places::top::{context_below, palette as palette_commands};
use crate::app::{Entry, ListPane, Model, PaneId, Picker, key};
use crate::report::words;
use crate::ui::columns::Columns;
use crate::ui::layout::{Layout, Part};
use crate::ui::panel::{List, Title, empty, overlay};
use crate::ui::text;
use crate::ui::theme::Theme;

pub fn palette(
    frame: &mut Frame<'_>,
    laid_out: &Layout,
    area: Rect,
    query: &Entry,
    pane: &ListPane,
    model: &Model,
    theme: &Theme,
) {
    overlay(frame, area, &Title::new("Commands").right("type to find"), theme);
    entry(frame, laid_out.part(Part::Entry), query, theme);
    commands(frame, laid_out, pane, &palette_commands(model), model, theme);
}

pub fn help(
    frame: &mut Frame<'_>,
    laid_out: &Layout,
    area: Rect,
    query: &Entry,
    pane: &ListPane,
    model: &Model,
    theme: &Theme,
) {
    overlay(frame, area, &Title::new("Help").note("every command").right("type to find, Enter runs"), theme);
    entry(frame, laid_out.part(Part::Entry), query, theme);
    let all: Vec<&'static Command> = COMMANDS.iter().collect();
    commands(frame, laid_out, pane, &all, model, theme);
}

fn commands(
    frame: &mut Frame<'_>,
    laid_out: &Layout,
    pane: &ListPane,
    all: &[&'static Command],
    model: &Model,
    theme: &Theme,
) {
    let Some(area) = laid_out.pane(PaneId::Top) else { return };
    let rows = model.rows(PaneId::Top);
    if rows.is_empty() {
        empty(frame, area.rows, &["No command is called that."], theme);
        return;
    }
    let context = context_below(model);
    let selected = rows.get(pane.list.selected).and_then(|row| all.get(*row)).copied();
    about(frame, laid_out.part(Part::Detail), selected, theme);
    let list = List { area, pane, len: rows.len(), focused: true, theme };
    list.draw(frame, |at, width| {
        let Some(command) = rows.get(at).and_then(|row| all.get(*row)) else { return Line::default() };
        let keys: Vec<String> = model.bindings.keys(command).into_iter().map(key::label_sequence).collect();
        let here = command.contexts.has(context);
        let reason = (command.disabled)(model).filter(|_| here);
        let (title, about, about_style) = match reason {
            Some(reason) => (theme.faint, format!("not now: {reason}"), theme.warn),
            None if here => (theme.text, command.doc.to_owned(), theme.muted),
            None => (theme.muted, command.doc.to_owned(), theme.faint),
        };
        Columns::new(width)
            .gap(1)
            .put(command.title, 16, title)
            .put(&keys.join(", "), 13, theme.key)
            .rest(&about, about_style)
            .done()
    });
}

/// The selected command's sentence, which its row may have cut off.
fn about(frame: &mut Frame<'_>, area: Rect, command: Option<&Command>, theme: &Theme) {
    let Some(command) = command.filter(|_| area.height > 1) else { return };
    let rule = "─".repeat(usize::from(area.width));
    frame.render_widget(Line::styled(rule, theme.faint), Rect { height: 1, ..area });
    let lines = text::wrap(command.doc, usize::from(area.width));
    for (y, line) in (1..area.height).zip(lines) {
        frame.render_widget(Line::styled(line, theme.text), Rect { y: area.y + y, height: 1, ..area });
    }
}

/// Files and folders to pick from.
pub fn picker(frame: &mut Frame<'_>, laid_out: &Layout, area: Rect, picker: &Picker, model: &Model, theme: &Theme) {
    let folder = picker.folder.display().to_string();
    overlay(frame, area, &Title::new("Pick").note(folder).right("type to find, Enter opens"), theme);
    entry(frame, laid_out.part(Part::Entry), &picker.query, theme);
    let Some(area) = laid_out.pane(PaneId::Top) else { return };
    let rows = model.rows(PaneId::Top);
    if rows.is_empty() {
        empty(frame, area.rows, &["Nothing here is called that."], theme);
        return;
    }
    let list = List { area, pane: &picker.pane, len: rows.len(), focused: true, theme };
    list.draw(frame, |at, width| {
        let Some(item) = rows.get(at).and_then(|row| picker.entries.get(*row)) else { return Line::default() };
        let (kind, style) = match item.name.as_str() {
            "." => ("this folder".to_owned(), theme.accent),
            ".." => ("up".to_owned(), theme.muted),
            _ if item.is_folder => ("folder".to_owned(), theme.accent),
            name if name.starts_with("template:") => ("template".to_owned(), theme.text),
            name if ends(name, &[".db", ".sqlite", ".sqlite3"]) => ("database".to_owned(), theme.text),
            name if ends(name, &[".yaml", ".yml"]) => ("profile".to_owned(), theme.text),
            _ if item.bytes == 0 => (String::new(), theme.text),
            _ => (words::bytes(item.bytes as f64), theme.text),
        };
        let name = usize::from(width).saturating_sub(16);
        Columns::new(width).gap(1).put(&item.name, name, style).right(&kind, 12, theme.muted).done()
    });
}

fn ends(name: &str, endings: &[&str]) -> bool {
    let name = name.to_ascii_lowercase();
    endings.iter().any(|ending| name.ends_with(ending))
}

/// A text field with its cursor.
pub fn entry(frame: &mut Frame<'_>, area: Rect, entry: &Entry, theme: &Theme) {
    let before: String = entry.text().chars().take(entry.cursor()).collect();
    let width = usize::from(area.width).saturating_sub(3);
    let used = text::width(&before);
    // The text slides to the left, so that the cursor stays in the field.
    let skipped = used.saturating_sub(width);
    let shown: String = if skipped == 0 {
        entry.text().to_owned()
    } else {
        let mut gone = 0;
        entry
            .text()
            .chars()
            .skip_while(|letter| {
                gone += text::width(letter.encode_utf8(&mut [0; 4]));
                gone <= skipped
            })
            .collect()
    };
    let line = Columns::new(area.width).just("▸ ", theme.accent).just(&shown, theme.text);
    frame.render_widget(line.done(), area);
    frame.set_cursor_position((area.x + 2 + (used - skipped) as u16, area.y));
}
