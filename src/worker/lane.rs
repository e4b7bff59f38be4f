//! Lanes: threads that do one piece of work at a time. A queue does all of it in order; a latest-wins lane forgets what
//! was overtaken by something newer.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Work; the flag says that nobody wants the result any more.
type Task = Box<dyn FnOnce(&AtomicBool) + Send>;

/// Counts work that is waited for or under way; for tests that wait until all is quiet.
pub(super) type Pending = Arc<AtomicUsize>;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Queue,
    /// Only the newest work is done, and what is under way is told to stop.
    LatestWins,
}

/// A thread with work before it. The thread ends when the lane goes.
pub(super) struct Lane {
    shared: Arc<Shared>,
    kind: Kind,
    pending: Pending,
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(Task, Arc<AtomicBool>)>,
    current: Option<Arc<AtomicBool>>,
    closed: bool,
}

impl Lane {
    pub fn new(name: &str, kind: Kind, pending: Pending) -> Lane {
        let shared = Arc::new(Shared { state: Mutex::default(), wake: Condvar::new() });
        let (theirs, count) = (Arc::clone(&shared), Arc::clone(&pending));
        let started = std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&theirs, &count));
        if let Err(error) = started {
            // Without threads there is no workbench; the panic hook says so and keeps the draft.
            panic!("a thread could not be started: {error}");
        }
        Lane { shared, kind, pending }
    }

    pub fn put(&self, task: impl FnOnce(&AtomicBool) + Send + 'static) {
        let mut state = lock(&self.shared.state);
        if self.kind == Kind::LatestWins {
            forget(&mut state, &self.pending);
        }
        self.pending.fetch_add(1, Ordering::SeqCst);
        state.waiting.push_back((Box::new(task), Arc::new(AtomicBool::new(false))));
        self.shared.wake.notify_one();
    }

    /// Forgets what waits and tells what is under way to stop.
    pub fn cancel(&self) {
        forget(&mut lock(&self.shared.state), &self.pending);
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let mut state = lock(&self.shared.state);
        forget(&mut state, &self.pending);
        state.closed = true;
        self.shared.wake.notify_one();
    }
}

fn forget(state: &mut State, pending: &Pending) {
    pending.fetch_sub(state.waiting.len(), Ordering::SeqCst);
    state.waiting.clear();
    if let Some(current) = &state.current {
        current.store(true, Ordering::SeqCst);
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn work(shared: &Shared, pending: &Pending) {
    loop {
        let (task, cancelled) = {
            let mut state = lock(&shared.state);
            loop {
                if let Some((task, cancelled)) = state.waiting.pop_front() {
                    state.current = Some(Arc::clone(&cancelled));
                    break (task, cancelled);
                }
                if state.closed {
                    return;
                }
                state = shared.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        };
        task(&cancelled);
        lock(&shared.state).current = None;
        pending.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_queue_does_everything_in_order() {
        let lane = Lane::new("test", Kind::Queue, Pending::default());
        let (sender, receiver) = mpsc::channel();
        for number in 0..20 {
            let sender = sender.clone();
            lane.put(move |_| sender.send(number).expect("listening"));
        }
        drop(sender);
        assert_eq!(receiver.iter().collect::<Vec<_>>(), (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn the_newest_overtakes_and_the_old_is_told() {
        let pending = Pending::default();
        let lane = Lane::new("test", Kind::LatestWins, Arc::clone(&pending));
        let (started, has_started) = mpsc::channel();
        let (sender, receiver) = mpsc::channel();
        let first = sender.clone();
        lane.put(move |cancelled| {
            started.send(()).expect("listening");
            while !cancelled.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            first.send("first was cancelled").expect("listening");
        });
        has_started.recv().expect("it starts");
        let second = sender.clone();
        lane.put(move |_| second.send("second").expect("listening"));
        lane.put(move |_| sender.send("third").expect("listening"));
        assert_eq!(receiver.iter().collect::<Vec<_>>().last(), Some(&"third"));
        assert!(receiver.try_recv().is_err());
    }
}
