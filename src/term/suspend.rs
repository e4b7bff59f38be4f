//! Ctrl-Z: gives the terminal to the shell and takes it back on return.

use std::io;
use std::process::{Command, Stdio};

use super::guard;

/// Whether this system has job control.
pub(crate) fn possible() -> bool {
    cfg!(unix)
}

/// Stops the program until the shell continues it. `kill` is the POSIX way to stop oneself without unsafe code.
pub(crate) fn suspend(mouse: bool) -> io::Result<()> {
    guard::restore();
    let stopped = Command::new("kill")
        .args(["-TSTP", &std::process::id().to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    guard::enter(mouse)?;
    stopped.map(|_| ())
}
