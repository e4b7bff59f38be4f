//! The seam between a run and the file system: everything a run writes, and the files it reads, goes through here, so
//! that tests can let any single call fail ([`super::faults`]). New files are private to the user.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use super::faults::{self, Call, Watch};

/// An open file. Interrupted reads and writes are tried again.
#[derive(Debug)]
pub(crate) struct DiskFile {
    file: File,
    watch: Option<Arc<Watch>>,
}

impl DiskFile {
    /// Opens a file for reading.
    pub fn open(path: &Path) -> io::Result<DiskFile> {
        Self::with(path, OpenOptions::new().read(true))
    }

    /// Makes an empty file, or empties the one that is there.
    pub fn create(path: &Path) -> io::Result<DiskFile> {
        Self::with(path, private(OpenOptions::new().write(true).create(true).truncate(true)))
    }

    /// Makes a file that must not be there yet.
    pub fn create_new(path: &Path) -> io::Result<DiskFile> {
        Self::with(path, private(OpenOptions::new().write(true).create_new(true)))
    }

    /// Opens a file as it is for writing; makes it where it is absent.
    pub fn open_or_create(path: &Path) -> io::Result<DiskFile> {
        Self::with(path, private(OpenOptions::new().write(true).create(true).truncate(false)))
    }

    /// Opens a file that exists for writing.
    pub fn open_to_write(path: &Path) -> io::Result<DiskFile> {
        Self::with(path, OpenOptions::new().write(true))
    }

    /// Opens a file so that writes go to its end; makes it where it is absent.
    pub fn append(path: &Path) -> io::Result<DiskFile> {
        Self::with(path, private(OpenOptions::new().append(true).create(true)))
    }

    /// A file without a name in `folder`, for reading and writing; gone when it is closed.
    pub fn unnamed(folder: &Path) -> io::Result<DiskFile> {
        let watch = faults::watch(folder);
        if let Some(watch) = &watch {
            watch.ask(Call::Open, 0)?;
        }
        Ok(DiskFile { file: tempfile::tempfile_in(folder)?, watch })
    }

    fn with(path: &Path, options: &OpenOptions) -> io::Result<DiskFile> {
        let watch = faults::watch(path);
        if let Some(watch) = &watch {
            watch.ask(Call::Open, 0)?;
        }
        Ok(DiskFile { file: options.open(path)?, watch })
    }

    fn ask(&self, call: Call, bytes: usize) -> io::Result<usize> {
        match &self.watch {
            Some(watch) => watch.ask(call, bytes),
            None => Ok(bytes),
        }
    }

    pub fn metadata(&self) -> io::Result<fs::Metadata> {
        self.file.metadata()
    }

    /// Makes content and length durable.
    pub fn sync(&self) -> io::Result<()> {
        self.ask(Call::Sync, 0)?;
        self.file.sync_all()
    }

    pub fn set_len(&self, len: u64) -> io::Result<()> {
        self.ask(Call::Write, 0)?;
        self.file.set_len(len)
    }

    pub fn try_lock(&self) -> Result<(), fs::TryLockError> {
        self.file.try_lock()
    }

    /// Gives a lock up for all that hold the file, even a process that was just started and has not let go of it yet.
    pub fn unlock(&self) -> io::Result<()> {
        self.file.unlock()
    }
}

impl Read for DiskFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = match self.ask(Call::Read, buffer.len()) {
                Ok(bytes) => self.file.read(&mut buffer[..bytes]),
                Err(error) => Err(error),
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }
}

impl Write for DiskFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            let written = match self.ask(Call::Write, bytes.len()) {
                Ok(count) => self.file.write(&bytes[..count]),
                Err(error) => Err(error),
            };
            if let Some(watch) = &self.watch {
                watch.written();
            }
            match written {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for DiskFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Opens a file for reading, for libraries that ask for one of the standard library; nothing is written through it.
pub(crate) fn open_plain(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// The whole content of a file.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    DiskFile::open(path)?.read_to_end(&mut content)?;
    Ok(content)
}

pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    faults::ask(to, Call::Rename)?;
    fs::rename(from, to)
}

/// A second name for a file; an error where the name is taken.
pub(crate) fn hard_link(from: &Path, to: &Path) -> io::Result<()> {
    faults::ask(to, Call::Rename)?;
    fs::hard_link(from, to)
}

pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    faults::ask(path, Call::Remove)?;
    fs::remove_file(path)
}

/// Removes a file if it is there.
pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Makes a folder, and those above it, that only the user can enter; leaves those that are there as they are.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    faults::ask(path, Call::Open)?;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    faults::ask(folder, Call::Sync)?;
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &OpenOptions {
    options
}
