//! The keys that commands answer to: those of the table, and what the user's file says otherwise.
//!
//! The file has one command a line, `accept: a, ctrl-y`, with the name that palette and help show; keys are written as
//! there (`ctrl-s`, `enter`, `g g`), lines that begin with `#` are remarks.

use super::commands::{COMMANDS, Command, Id};
use super::key;
use crate::transform::nearest;

/// Keys of commands that the user's file names; all others keep those of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bindings(Vec<(Id, Vec<String>)>);

impl Bindings {
    /// Reads the file's text. What cannot be read is told and left out; the rest counts.
    pub fn parse(text: &str) -> (Bindings, Vec<String>) {
        let (mut bindings, mut problems) = (Bindings::default(), Vec::new());
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match binding(line) {
                Ok(binding) => bindings.0.push(binding),
                Err(problem) => problems.push(format!("line {number}: {problem}")),
            }
        }
        problems.extend(bindings.clashes());
        (bindings, problems)
    }

    /// The keys of a command, as in the table: a key or a sequence separated by spaces.
    pub fn keys(&self, command: &'static Command) -> Vec<&str> {
        match self.0.iter().find(|(id, _)| *id == command.id) {
            Some((_, keys)) => keys.iter().map(String::as_str).collect(),
            None => command.keys.to_vec(),
        }
    }

    /// Commands in the order in which a key is looked up: what the file says comes first.
    pub fn commands(&self) -> impl Iterator<Item = &'static Command> {
        let named = |command: &&Command| self.0.iter().any(|(id, _)| *id == command.id);
        let (first, rest): (Vec<&Command>, Vec<&Command>) = COMMANDS.iter().partition(named);
        first.into_iter().chain(rest)
    }

    /// Keys that mean two things somewhere: the file's meaning counts.
    fn clashes(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (id, keys) in &self.0 {
            let mine = super::commands::command(*id);
            for other in COMMANDS.iter().filter(|other| other.id != *id && other.contexts.meets(mine.contexts)) {
                for key in self.keys(other).into_iter().filter(|key| keys.iter().any(|mine| mine == key)) {
                    found.push(format!("{key} is {} and {}: it means {}", mine.title, other.title, mine.title));
                }
            }
        }
        found
    }
}

fn binding(line: &str) -> Result<(Id, Vec<String>), String> {
    let (name, keys) = line
        .split_once(": ")
        .or(line.strip_suffix(':').map(|name| (name, "")))
        .ok_or_else(|| format!("`{line}` says no key; write `accept: a, ctrl-y`"))?;
    let name = name.trim();
    let Some(command) = COMMANDS.iter().find(|command| command.title == name) else {
        let near = nearest(name, COMMANDS.iter().map(|command| command.title));
        let hint = near.map_or_else(|| "`?` lists all names".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(format!("there is no command `{name}`; {hint}"));
    };
    let keys: Vec<String> =
        keys.split(", ").map(|keys| keys.trim().to_owned()).filter(|keys| !keys.is_empty()).collect();
    for part in keys.iter().flat_map(|keys| keys.split(' ')) {
        if key::chord(part).is_none() {
            return Err(format!("`{part}` is no key; keys are written as `a`, `ctrl-s`, `alt-left`, `f5`"));
        }
    }
    Ok((command.id, keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_commands_get_their_keys_and_all_others_keep_theirs() {
        let (bindings, problems) = Bindings::parse("# mine\nundo: z, ctrl-y\n\nnote:\n");
        assert_eq!(problems, Vec::<String>::new());
        let keys = |id| bindings.keys(super::super::commands::command(id));
        assert_eq!(keys(Id::Undo), ["z", "ctrl-y"]);
        assert_eq!(keys(Id::Note), Vec::<&str>::new());
        assert_eq!(keys(Id::Redo), ["ctrl-r"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let (_, problems) = Bindings::parse("undoo: z\nundo: hyper-z\nundo\nredo: a");
        assert!(problems[0].starts_with("line 1: there is no command `undoo`; did you mean `undo`?"), "{problems:?}");
        assert!(problems[1].contains("`hyper-z` is no key"), "{problems:?}");
        assert!(problems[2].contains("says no key"), "{problems:?}");
        assert!(problems.iter().any(|problem| problem.contains("a is redo and accept")), "{problems:?}");
    }
}
