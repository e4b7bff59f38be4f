//! Work in source order: chunk n enters when chunk n-1 has left. Cancelling wakes every waiter.

use std::sync::{Condvar, Mutex, PoisonError};

/// A place that chunks pass one at a time, in order of their sequence number.
pub(super) struct Turn<T> {
    state: Mutex<State<T>>,
    moved: Condvar,
}

struct State<T> {
    next: u64,
    closed: bool,
    value: T,
}

/// The turn was closed because another worker failed; the reason stands elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Closed;

impl<T> Turn<T> {
    pub fn new(value: T) -> Turn<T> {
        Turn { state: Mutex::new(State { next: 0, closed: false, value }), moved: Condvar::new() }
    }

    /// Waits for the turn of `sequence`, runs `work`, and lets the next in. A turn whose work panicked is closed.
    pub fn take<R>(&self, sequence: u64, work: impl FnOnce(&mut T) -> R) -> Result<R, Closed> {
        let mut state = self.state.lock().map_err(|_| Closed)?;
        while state.next != sequence && !state.closed {
            state = self.moved.wait(state).map_err(|_| Closed)?;
        }
        if state.closed {
            return Err(Closed);
        }
        let answer = work(&mut state.value);
        state.next += 1;
        drop(state);
        self.moved.notify_all();
        Ok(answer)
    }

    /// Turns away everyone who waits or comes later.
    pub fn close(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.moved.notify_all();
    }

    pub fn into_inner(self) -> T {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_come_in_order_whatever_the_threads_do() {
        let turn = Turn::new(Vec::new());
        std::thread::scope(|scope| {
            for sequence in (0..32).rev() {
                let turn = &turn;
                scope.spawn(move || turn.take(sequence, |seen: &mut Vec<u64>| seen.push(sequence)));
            }
        });
        assert_eq!(turn.into_inner(), (0..32).collect::<Vec<_>>());
    }

    #[test]
    fn closing_wakes_those_who_wait() {
        let turn = Turn::new(());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| turn.take(5, |()| ()));
            turn.close();
            assert_eq!(waiting.join().expect("no panic"), Err(Closed));
        });
    }
}
