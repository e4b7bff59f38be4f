//! From key presses to commands, sequences included.

use super::bindings::Bindings;
use super::commands::Command;
use super::context::Context;
use super::key::{self, Chord};

/// What the keys pressed so far mean.
pub enum Resolved {
    Command(&'static Command),
    /// The beginning of a sequence.
    Pending,
    Nothing,
}

/// Looks up the keys pressed so far in a context.
pub fn resolve(context: Context, pressed: &[Chord], bindings: &Bindings) -> Resolved {
    let mut pending = false;
    for (command, sequence) in sequences(context, bindings) {
        let mut wanted = sequence.split(' ').filter_map(key::chord);
        let fits = pressed.iter().all(|chord| wanted.next().as_ref() == Some(chord));
        match (fits, wanted.next()) {
            (true, None) => return Resolved::Command(command),
            (true, Some(_)) => pending = true,
            (false, _) => {}
        }
    }
    if pending { Resolved::Pending } else { Resolved::Nothing }
}

/// What may follow the keys pressed so far, for the which-key line: the next key and the command's title.
pub fn continuations(context: Context, pressed: &[Chord], bindings: &Bindings) -> Vec<(String, &'static str)> {
    sequences(context, bindings)
        .filter_map(|(command, sequence)| {
            let chords: Vec<Chord> = sequence.split(' ').filter_map(key::chord).collect();
            let rest = chords.strip_prefix(pressed).filter(|rest| !rest.is_empty())?;
            let title = super::commands::title_in(command, context);
            Some((rest.iter().map(key::label).collect::<Vec<_>>().join(" "), title))
        })
        .collect()
}

fn sequences(context: Context, bindings: &Bindings) -> impl Iterator<Item = (&'static Command, &str)> {
    bindings
        .commands()
        .filter(move |command| command.contexts.has(context))
        .flat_map(|command| bindings.keys(command).into_iter().map(move |keys| (command, keys)))
}

#[cfg(test)]
mod tests {
    use super::super::commands::Id;
    use super::*;

    #[test]
    fn sequences_wait_for_their_second_key() {
        let g = key::chord("g").expect("a key");
        assert!(matches!(resolve(Context::Map, std::slice::from_ref(&g), &Bindings::default()), Resolved::Pending));
        assert!(
            matches!(resolve(Context::Map, &[g.clone(), g.clone()], &Bindings::default()), Resolved::Command(command) if command.id == Id::First)
        );
        let following = continuations(Context::Map, &[g], &Bindings::default());
        assert!(following.contains(&("g".to_owned(), "first")) && following.contains(&("r".to_owned(), "Run")));
    }

    #[test]
    fn keys_mean_what_their_context_says() {
        let d = key::chord("d").expect("a key");
        assert!(
            matches!(resolve(Context::Run, std::slice::from_ref(&d), &Bindings::default()), Resolved::Command(command) if command.id == Id::DryRun)
        );
        assert!(
            matches!(resolve(Context::Preview, &[d], &Bindings::default()), Resolved::Command(command) if command.id == Id::Changes)
        );
    }
}
