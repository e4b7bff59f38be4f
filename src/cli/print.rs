//! Printing to standard output, and to a file that is whole or not there.

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;

use anyhow::Context;
use clap::ValueEnum;

use crate::report::render::TextStyle;

/// In which form a command prints what it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

/// Prints to standard output. A reader that went away (`| head`) is no error.
pub(crate) fn out(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("standard output cannot be written to")
        }
        _ => Ok(()),
    }
}

/// Writes a file through a temporary one beside it. A file that is there already stays, unless `force`.
pub(crate) fn file(path: &Path, text: &str, force: bool) -> anyhow::Result<()> {
    bytes(path, text.as_bytes(), force)
}

/// The same for a file that is no text.
pub(crate) fn bytes(path: &Path, content: &[u8], force: bool) -> anyhow::Result<()> {
    let place = path.display();
    if path.is_dir() {
        anyhow::bail!("{place}: this is a folder. Name a file.");
    }
    let exists =
        || anyhow::anyhow!("{place}: there is a file of this name. Choose another name, or add --force to replace it.");
    if !force && path.exists() {
        return Err(exists());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(|| {
        format!("{place}: no file can be written in this folder. Choose another, or ask for the right")
    })?;
    file.write_all(content).with_context(|| format!("{place}: could not be written"))?;
    file.as_file().sync_all().with_context(|| format!("{place}: could not be written"))?;
    if force {
        file.persist(path).map(drop).map_err(|error| error.error)
    } else {
        match file.persist_noclobber(path) {
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => return Err(exists()),
            other => other.map(drop).map_err(|error| error.error),
        }
    }
    .with_context(|| format!("{place}: could not be written"))
}

/// As wide as the terminal, or 100 columns; ASCII where the locale says so.
pub(crate) fn style() -> TextStyle {
    let mut style = TextStyle::default();
    if std::io::stdout().is_terminal()
        && let Ok((columns, _)) = crossterm::terminal::size()
    {
        style.width = usize::from(columns).min(160);
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    style.ascii = locale.is_some_and(|locale| locale == "C" || locale == "POSIX");
    style
}

/// A line on standard error; nothing can be told where that is closed.
pub(crate) fn tell(words: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{words}");
}
