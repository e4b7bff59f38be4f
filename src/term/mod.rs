//! The terminal itself: guard, input, loop, clipboard, signals.
