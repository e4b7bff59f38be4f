//! The profile while it is edited: every step can be taken back and done again.

use super::Profile;
use super::edit::{Edit, EditError};

/// A profile with the steps that led to it.
#[derive(Debug, Clone, Default)]
pub struct History {
    profile: Profile,
    /// Inverses, the latest last.
    done: Vec<Step>,
    /// Changes taken back, the next to do again last.
    undone: Vec<Step>,
    /// How many steps were done when the profile was last saved; `None` once that state cannot be reached any more.
    saved: Option<usize>,
}

#[derive(Debug, Clone)]
struct Step {
    name: String,
    edit: Edit,
}

impl History {
    /// A profile as it was opened: clean, with no steps.
    pub fn new(profile: Profile) -> History {
        History { profile, done: Vec::new(), undone: Vec::new(), saved: Some(0) }
    }

    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Applies a change as a new step; what was taken back before is forgotten.
    ///
    /// # Errors
    /// Where the change does not fit the profile; nothing has then changed.
    pub fn apply(&mut self, edit: Edit) -> Result<(), EditError> {
        let name = edit.name();
        let inverse = edit.apply(&mut self.profile)?;
        if self.saved.is_some_and(|saved| saved > self.done.len()) {
            self.saved = None;
        }
        self.undone.clear();
        self.done.push(Step { name, edit: inverse });
        Ok(())
    }

    /// Takes the last step back and gives its name.
    pub fn undo(&mut self) -> Option<String> {
        Self::shift(&mut self.profile, &mut self.done, &mut self.undone)
    }

    /// Does the step again that was taken back last and gives its name.
    pub fn redo(&mut self) -> Option<String> {
        Self::shift(&mut self.profile, &mut self.undone, &mut self.done)
    }

    fn shift(profile: &mut Profile, from: &mut Vec<Step>, to: &mut Vec<Step>) -> Option<String> {
        let step = from.pop()?;
        // A step's inverse fits the state that the step left behind; were it not so, the step is dropped.
        let inverse = step.edit.apply(profile).ok()?;
        to.push(Step { name: step.name.clone(), edit: inverse });
        Some(step.name)
    }

    /// Walks to the state after `steps` steps.
    pub fn go_to(&mut self, steps: usize) {
        while self.done.len() > steps && self.undo().is_some() {}
        while self.done.len() < steps && self.redo().is_some() {}
    }

    /// How many steps are done; the state that [`History::go_to`] would return to.
    pub fn position(&self) -> usize {
        self.done.len()
    }

    /// Names of all steps in order; those from [`History::position`] on are taken back.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.done.iter().chain(self.undone.iter().rev()).map(|step| step.name.as_str())
    }

    /// The profile differs from the one that was last saved or opened.
    pub fn is_dirty(&self) -> bool {
        self.saved != Some(self.done.len())
    }

    pub fn mark_saved(&mut self) {
        self.saved = Some(self.done.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::arbitrary::{any_edits, sample};

    #[test]
    fn dirty_is_the_distance_to_the_last_save() {
        let mut history = History::new(sample());
        assert!(!history.is_dirty());
        history.apply(Edit::SetName(Some("x".to_owned()))).expect("fits");
        assert!(history.is_dirty());
        history.mark_saved();
        assert_eq!(history.undo().as_deref(), Some("name the profile"));
        assert!(history.is_dirty());
        history.redo();
        assert!(!history.is_dirty());
        history.undo();
        history.apply(Edit::SetName(None)).expect("fits");
        history.undo();
        assert!(history.is_dirty(), "the saved state is out of reach");
    }

    #[test]
    fn a_change_that_does_not_fit_changes_nothing() {
        let mut history = History::new(sample());
        let edits = vec![
            Edit::SetName(Some("x".to_owned())),
            Edit::RemoveField { object: 0, target: "no such field".to_owned() },
        ];
        assert!(history.apply(Edit::Many { name: "both".to_owned(), edits }).is_err());
        assert_eq!(*history.profile(), sample());
        assert_eq!((history.position(), history.steps().count()), (0, 0));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
        #[test]
        fn undo_all_restores_and_redo_all_returns(edits in any_edits()) {
            let mut history = History::new(sample());
            let mut states = vec![history.profile().clone()];
            for edit in edits {
                if history.apply(edit).is_ok() {
                    states.push(history.profile().clone());
                }
            }
            proptest::prop_assert_eq!(history.position() + 1, states.len());
            for at in (0..states.len()).chain((0..states.len()).rev()) {
                history.go_to(at);
                proptest::prop_assert_eq!(history.profile(), &states[at]);
            }
            proptest::prop_assert!(!history.is_dirty());
        }
    }
}
