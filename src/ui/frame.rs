//! The whole frame: header, place, what lies on top, status, footer.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Clear;

use super::columns::Columns;
use super::layout::{Layout, SMALLEST, TABS_FROM, layout};
use super::theme::{Theme, to_ascii};
use super::{overlays, places, text, tour, which_key};
use crate::app::commands::{COMMANDS, Command, Id, title_in};
use crate::app::context::Context;
use crate::app::{Model, Place, Tone, key};

const SPINNER: [&str; 4] = ["·", "•", "●", "•"];

/// Draws the model.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let theme = Theme::of(model.looks);
    let laid_out = layout(frame.area(), model);
    if laid_out.too_small {
        too_small(frame, laid_out.body, &theme);
    } else {
        header(frame, &laid_out, model, &theme);
        match model.place {
            Place::Start => places::start::view(frame, &laid_out, model, &theme),
            Place::Data => places::data::view(frame, &laid_out, model, &theme),
            Place::Map => places::map::view(frame, &laid_out, model, &theme),
            Place::Preview => places::preview::view(frame, &laid_out, model, &theme),
            Place::Run => places::run::view(frame, &laid_out, model, &theme),
            Place::Report => places::report::view(frame, &laid_out, model, &theme),
        }
        overlays::view(frame, &laid_out, model, &theme);
        tour::view(frame, &laid_out, model, &theme);
        which_key::view(frame, &laid_out, model, &theme);
        status(frame, laid_out.status, model, &theme);
        footer(frame, laid_out.footer, model, &theme);
    }
    if model.looks.ascii {
        to_ascii(frame.buffer_mut());
    }
}

fn too_small(frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let lines = [
        format!(
            "mapwright needs {} x {} characters; this is {} x {}.",
            SMALLEST.0, SMALLEST.1, area.width, area.height
        ),
        "Make the window larger, or press q to quit.".to_owned(),
    ];
    let wrapped: Vec<String> = lines.iter().flat_map(|line| text::wrap(line, usize::from(area.width))).collect();
    for (y, line) in wrapped.into_iter().enumerate().take(usize::from(area.height)) {
        frame.render_widget(Line::styled(line, theme.text), Rect { y: area.y + y as u16, height: 1, ..area });
    }
}

fn header(frame: &mut Frame<'_>, laid_out: &Layout, model: &Model, theme: &Theme) {
    frame.render_widget(Line::styled(" mapwright", theme.title), laid_out.header);
    let unsaved = model.project.as_ref().is_some_and(crate::app::Project::unsaved);
    for (number, (place, area)) in laid_out.tabs.iter().enumerate() {
        let here = *place == model.place;
        let style = if here {
            theme.selected
        } else if model.project.is_some() {
            theme.text
        } else {
            theme.faint
        };
        let key = if here || model.project.is_none() { style } else { theme.key };
        let columns = Columns::new(area.width)
            .just(" ", style)
            .just(&(number + 1).to_string(), key)
            .just(" ", style)
            .just(place.title(), style)
            .just(" ", style);
        frame.render_widget(columns.done(), *area);
    }
    let from = laid_out.tabs.last().map_or(0, |(_, area)| area.right());
    let room = laid_out.header.right().saturating_sub(from + 2);
    if let Some(project) = &model.project
        && room > 8
    {
        let mut title = text::cell(&project.title(), usize::from(room) - 2);
        if unsaved {
            title.push_str(" •");
        }
        let area = Rect { x: from + 1, width: room, ..laid_out.header };
        frame.render_widget(Line::styled(title, theme.muted).right_aligned(), area);
    } else if unsaved {
        // Where the name has no room, the mark that something is unsaved has.
        frame.render_widget(
            Line::styled("•", theme.warn),
            Rect { x: laid_out.header.x + TABS_FROM - 1, width: 1, ..laid_out.header },
        );
    }
}

fn status(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    let mut line = Columns::new(area.width).gap(1);
    if let Some((what, step)) = model.spinner() {
        line = line.just(SPINNER[step % SPINNER.len()], theme.accent).gap(1).just(what, theme.muted).gap(2);
    }
    if let Some(toast) = &model.toast {
        let (glyph, style) = match toast.tone {
            Tone::Good => ("✓", theme.good),
            Tone::Note => ("·", theme.text),
            Tone::Bad => ("✗", theme.bad),
        };
        if text::width(&toast.text) > line.left().saturating_sub(2) {
            return long_toast(frame, area, glyph, &toast.text, style);
        }
        line = line.just(glyph, style).gap(1).just(&toast.text, style);
    } else {
        line = line.just(&places::summary(model), theme.muted);
    }
    frame.render_widget(line.done(), area);
}

/// Lines that a toast takes at most.
const TOAST_LINES: usize = 4;

/// What does not fit into the status line grows upwards, over the place.
fn long_toast(frame: &mut Frame<'_>, area: Rect, glyph: &str, said: &str, style: Style) {
    let lines = text::wrap(said, usize::from(area.width).saturating_sub(4));
    let count = lines.len().clamp(1, TOAST_LINES) as u16;
    let area = Rect { y: area.y + 1 - count.min(area.y), height: count, ..area };
    frame.render_widget(Clear, area);
    for (y, line) in (0..count).zip(lines) {
        let glyph = if y == 0 { glyph } else { " " };
        let line = Columns::new(area.width).gap(1).just(glyph, style).gap(1).just(&line, style).done();
        frame.render_widget(line, Rect { y: area.y + y, height: 1, ..area });
    }
}

fn footer(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    let context = model.context();
    let line = if !model.pending.is_empty() {
        waiting(area.width, model, theme)
    } else if let Some(id) = model.filtering {
        filter_line(area.width, model, id, theme)
    } else {
        hints(area.width, model, context, theme)
    };
    frame.render_widget(line, area);
    if let Some(id) = model.filtering
        && let Some(pane) = model.pane(id)
    {
        let before: String = pane.filter.text().chars().take(pane.filter.cursor()).collect();
        let x = area.x + 2 + text::width(&before) as u16;
        frame.set_cursor_position((x.min(area.right().saturating_sub(1)), area.y));
    }
}

/// The beginning of a sequence; the panel above lists how it may go on.
fn waiting(width: u16, model: &Model, theme: &Theme) -> Line<'static> {
    let pressed: Vec<String> = model.pending.iter().map(key::label).collect();
    Columns::new(width)
        .gap(1)
        .just(&pressed.join(" "), theme.key)
        .just(" … the next key", theme.muted)
        .gap(2)
        .just("Esc", theme.key)
        .just(" leaves it", theme.muted)
        .done()
}

fn filter_line(width: u16, model: &Model, id: crate::app::PaneId, theme: &Theme) -> Line<'static> {
    let typed = model.pane(id).map_or("", |pane| pane.filter.text());
    let count = model.row_count(id);
    Columns::new(width)
        .gap(1)
        .just("/", theme.key)
        .just(typed, theme.text)
        .gap(3)
        .just(&format!("{count} rows"), theme.muted)
        .gap(2)
        .just("Enter", theme.key)
        .gap(1)
        .just("keep", theme.muted)
        .gap(2)
        .just("Esc", theme.key)
        .gap(1)
        .just("show all", theme.muted)
        .done()
}

/// Keys for what can be done here, the most useful first, as many as fit; help and quit always.
fn hints(width: u16, model: &Model, context: Context, theme: &Theme) -> Line<'static> {
    let mut usable: Vec<&'static Command> = COMMANDS
        .iter()
        .filter(|command| command.rank > 0 && command.contexts.has(context))
        .filter(|command| command.id != Id::Back || !model.overlays.is_empty() || filtered(model))
        .filter(|command| (command.disabled)(model).is_none() && !model.bindings.keys(command).is_empty())
        .collect();
    usable.sort_by_key(|command| command.rank);
    let (always, first): (Vec<&'static Command>, Vec<&'static Command>) =
        usable.into_iter().partition(|command| matches!(command.id, Id::Help | Id::Quit | Id::Back));
    let reserved: usize = always.iter().map(|command| hint_width(command, context, model)).sum();
    let mut line = Columns::new(width).gap(1);
    for command in first {
        if line.left() < hint_width(command, context, model) + reserved {
            continue;
        }
        line = hint(line, command, context, model, theme);
    }
    for command in always {
        line = hint(line, command, context, model, theme);
    }
    line.done()
}

fn filtered(model: &Model) -> bool {
    model.pane(model.place_focus()).is_some_and(crate::app::ListPane::filtered)
}

fn hint_width(command: &'static Command, context: Context, model: &Model) -> usize {
    text::width(&shown_key(command, model)) + 1 + text::width(title_in(command, context)) + 2
}

fn shown_key(command: &'static Command, model: &Model) -> String {
    model.bindings.keys(command).first().map_or_else(String::new, |keys| key::label_sequence(keys))
}

fn hint(line: Columns, command: &'static Command, context: Context, model: &Model, theme: &Theme) -> Columns {
    line.just(&shown_key(command, model), theme.key)
        .just(" ", Style::new())
        .just(title_in(command, context), theme.muted)
        .just("  ", Style::new())
}
