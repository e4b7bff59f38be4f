//! What comes from keyboard and mouse, as messages.

use std::sync::mpsc::Sender;

use crossterm::event::{self, Event, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};

use crate::app::key;
use crate::app::{Mouse, MouseAction, Msg};

/// Reads events for ever and sends what means something. Ends when nobody listens or the terminal is gone.
pub(crate) fn listen(sender: &Sender<Msg>) {
    loop {
        let Ok(event) = event::read() else {
            let _ = sender.send(Msg::Stop);
            return;
        };
        if let Some(msg) = message(event)
            && sender.send(msg).is_err()
        {
            return;
        }
    }
}

fn message(event: Event) -> Option<Msg> {
    match event {
        // Windows tells releases too; repeats count as presses.
        Event::Key(pressed) if pressed.kind != KeyEventKind::Release => Some(Msg::Key(key::normal(pressed.into()))),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(width, height) => Some(Msg::Resize { width, height }),
        Event::Mouse(mouse) => mouse_message(mouse),
        _ => None,
    }
}

fn mouse_message(mouse: MouseEvent) -> Option<Msg> {
    let action = match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => MouseAction::Press,
        MouseEventKind::ScrollDown => MouseAction::WheelDown,
        MouseEventKind::ScrollUp => MouseAction::WheelUp,
        _ => return None,
    };
    Some(Msg::Mouse(Mouse { column: mouse.column, row: mouse.row, action }))
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;

    #[test]
    fn releases_are_dropped_and_repeats_kept() {
        let press = |kind| Event::Key(KeyEvent::new_with_kind(KeyCode::Char('j'), KeyModifiers::NONE, kind));
        assert!(message(press(KeyEventKind::Release)).is_none());
        assert!(message(press(KeyEventKind::Press)).is_some());
        assert!(message(press(KeyEventKind::Repeat)).is_some());
    }

    #[test]
    fn the_mouse_that_only_moves_says_nothing() {
        let moved = MouseEvent { kind: MouseEventKind::Moved, column: 1, row: 1, modifiers: KeyModifiers::NONE };
        assert!(message(Event::Mouse(moved)).is_none());
    }
}
