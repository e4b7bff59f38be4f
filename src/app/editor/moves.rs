//! Steps of the expression: switched off, switched on again, moved.

use tui_textarea::CursorMove;

use super::edit;
use crate::app::steps;
use crate::app::{Effect, Model, Overlay, Tone};

/// The text and the part of it that the cursor stands in.
fn at_step(model: &Model) -> Option<(String, usize)> {
    let Some(Overlay::Editor(editor)) = model.overlays.last() else { return None };
    let text = editor.text();
    let at = steps::at_cursor(&steps::parts(&text)?, editor.cursor());
    Some((text, at))
}

/// Puts another text into the editor, the cursor at the end of one of its parts.
fn put_text(model: &mut Model, text: &str, part: usize) -> Vec<Effect> {
    let effects = edit(model, |area| {
        area.select_all();
        area.insert_str(text);
        let before = &text[..steps::end_of(text, part)];
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
        area.move_cursor(CursorMove::Jump(before.matches('\n').count() as u16, column as u16));
    });
    if let Some(Overlay::Editor(editor)) = model.overlays.last_mut() {
        editor.forget_completions();
    }
    effects
}

pub(super) fn step_off(model: &mut Model) -> Vec<Effect> {
    let Some((text, step)) = at_step(model).and_then(|(text, at)| steps::without(&text, at)) else {
        model.say(Tone::Note, "put the cursor into a step (behind a bar) to switch it off");
        return Vec::new();
    };
    model.say(Tone::Note, format!("{} is off; Alt-I switches it on again", step.text));
    let at = step.at - 1;
    if let Some(Overlay::Editor(editor)) = model.overlays.last_mut() {
        editor.off.push(step);
    }
    put_text(model, &text, at)
}

pub(super) fn step_on(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Editor(editor)) = model.overlays.last_mut() else { return Vec::new() };
    let Some(step) = editor.off.last().cloned() else {
        model.say(Tone::Note, "no step is switched off");
        return Vec::new();
    };
    let Some(text) = steps::with(&editor.text(), &step) else {
        model.say(Tone::Bad, format!("{} does not fit in here any more", step.text));
        return Vec::new();
    };
    editor.off.pop();
    put_text(model, &text, step.at)
}

pub(super) fn move_step(model: &mut Model, later: bool) -> Vec<Effect> {
    let moved = at_step(model).and_then(|(text, at)| Some((steps::moved(&text, at, later)?, at)));
    let Some((text, at)) = moved else {
        model.say(Tone::Note, "this step has no other step on that side");
        return Vec::new();
    };
    put_text(model, &text, if later { at + 1 } else { at - 1 })
}
