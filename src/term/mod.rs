//! The terminal itself: taking it over and giving it back, input, the loop, clipboard, signals.

mod draft;
mod event_loop;
mod guard;
mod input;
mod suspend;

pub use event_loop::{End, Ended, run};
