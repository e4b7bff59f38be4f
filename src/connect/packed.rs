//! Compressed files: gzip, zstd, and ZIP archives of data files, as source and (gzip, zstd) as target.
//!
//! A source is unpacked into a private temporary file first: every format may then look at its start, go back and
//! continue anywhere. The threat: a small file that grows without end. What grows more than any table does is refused
//! before it fills the disk. Names in an archive never lead out of the temporary folder.

use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::disk::DiskFile;
use super::file::{self, Existing, PendingFile};
use super::{
    ConnectError, Encoder, ErrorKind, Fingerprint, Holds, Location, Outcomes, Position, Publishing, ReadRequest,
    Reader, Sink, SinkSummary, Source, Target, TargetBatch, Ticket, WriteMode, WriteRequest, table,
};
use crate::schema::{Object, Schema};

/// Unpacked, a file that is larger than this...
const LARGE: u64 = 128 << 20;
/// ...and so many times as large as it was is refused.
const RATIO: u64 = 200;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
    Zip,
}

impl Packing {
    fn word(self) -> &'static str {
        match self {
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
            Packing::Zip => "ZIP",
        }
    }
}

/// Whether a file is packed, by what it holds; a workbook is a ZIP archive too, but none of data files.
pub(super) fn packing(path: &Path) -> Option<Packing> {
    let mut start = [0; 4];
    let mut input =
        DiskFile::open(path).ok().filter(|file| file.metadata().is_ok_and(|metadata| metadata.is_file()))?;
    input.read_exact(&mut start).ok()?;
    match start {
        [0x1f, 0x8b, ..] => Some(Packing::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd] => Some(Packing::Zstd),
        [b'P', b'K', 3 | 5, 4 | 6] => {
            let mut archive = zip::ZipArchive::new(BufReader::new(DiskFile::open(path).ok()?)).ok()?;
            let workbook = (0..archive.len()).any(|index| {
                let name =
                    archive.by_index_raw(index).ok().and_then(|part| part.name().ok().map(|name| name.into_owned()));
                name.is_some_and(|name| {
                    matches!(name.as_str(), "[Content_Types].xml" | "content.xml" | "xl/workbook.xml")
                })
            });
            (!workbook).then_some(Packing::Zip)
        }
        _ => None,
    }
}

/// The name without the ending of a packing; the packing a target name asks for.
pub(super) fn packed_name(path: &Path) -> Option<(PathBuf, Packing)> {
    let packing = match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "gz" | "gzip" => Packing::Gzip,
        "zst" | "zstd" => Packing::Zstd,
        "zip" => Packing::Zip,
        _ => return None,
    };
    Some((path.with_extension(""), packing))
}

/// Opens a packed file: what is in it, by the format of its own name or content.
pub(super) fn open_source(location: &Location, packing: Packing) -> Result<Box<dyn Source>, ConnectError> {
    let path = location.path();
    let folder = private_folder(&path)?;
    let unpacked = match packing {
        Packing::Zip => unzip(&path, folder.path())?,
        _ => {
            let name = packed_name(&path).map_or_else(|| path.clone(), |(plain, _)| plain);
            let name = name.file_name().map_or_else(|| "data".into(), std::ffi::OsStr::to_owned);
            let to = folder.path().join(name);
            let input = DiskFile::open(&path).map_err(|error| ConnectError::io(&path, "read", error))?;
            let size = input.metadata().map_err(|error| ConnectError::io(&path, "read", error))?.len();
            let mut input: Box<dyn Read> = match packing {
                Packing::Zstd => {
                    Box::new(zstd::stream::read::Decoder::new(input).map_err(|error| broken(&path, packing, &error))?)
                }
                _ => Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(input))),
            };
            unpack(&mut input, &to, size, &path, packing)?;
            to
        }
    };
    let inner = Location { address: unpacked.to_string_lossy().into_owned(), base: PathBuf::new(), ..location.clone() };
    Ok(Box::new(Unpacked { inner: table::open_source(&inner)?, path, packing, _folder: folder }))
}

/// Reads standard input into a temporary file and opens it; the format is pinned or found by content.
pub(super) fn open_standard_input(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    let name = Path::new("standard input");
    let folder = private_folder(name)?;
    let path = folder.path().join("stdin");
    file::create_private(&path)?;
    let mut output = DiskFile::open_to_write(&path).map_err(|error| ConnectError::io(&path, "write", error))?;
    io::copy(&mut io::stdin().lock(), &mut output).map_err(|error| ConnectError::io(name, "read", error))?;
    let inner = Location { address: path.to_string_lossy().into_owned(), base: PathBuf::new(), ..location.clone() };
    let source = table::open_source(&inner)?;
    Ok(Box::new(Unpacked { inner: source, path, packing: Packing::Gzip, _folder: folder }))
}

fn private_folder(path: &Path) -> Result<TempDir, ConnectError> {
    tempfile::Builder::new().prefix("mapwright-").tempdir().map_err(|error| ConnectError::io(path, "unpack", error))
}

fn broken(path: &Path, packing: Packing, error: &dyn std::fmt::Display) -> ConnectError {
    ConnectError::new(
        ErrorKind::Malformed,
        path.display().to_string(),
        format!("the {} archive is damaged or cut off: {error}", packing.word()),
        "Copy or export it again.",
    )
}

/// Copies until the end, or until it has grown too much.
fn unpack(input: &mut dyn Read, to: &Path, size: u64, path: &Path, packing: Packing) -> Result<(), ConnectError> {
    file::create_private(to)?;
    let mut output = DiskFile::open_to_write(to).map_err(|error| ConnectError::io(to, "write", error))?;
    let (mut buffer, mut written) = (vec![0; 256 << 10], 0u64);
    loop {
        let read = match input.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(broken(path, packing, &error)),
        };
        written += read as u64;
        if written > LARGE && written / RATIO > size {
            return Err(ConnectError::new(
                ErrorKind::NotReadable,
                path.display().to_string(),
                format!(
                    "{size} bytes have grown to {written} and more on unpacking; no table that people keep is packed that tightly"
                ),
                "If the file is meant, unpack it yourself and use what comes out.",
            ));
        }
        output.write_all(&buffer[..read]).map_err(|error| ConnectError::io(to, "write", error))?;
    }
}

/// Unpacks the data files of an archive; gives the only one, or the folder of several.
fn unzip(path: &Path, folder: &Path) -> Result<PathBuf, ConnectError> {
    let failed = |error: zip::result::ZipError| broken(path, Packing::Zip, &error);
    let input = DiskFile::open(path).map_err(|error| ConnectError::io(path, "read", error))?;
    let size = input.metadata().map_err(|error| ConnectError::io(path, "read", error))?.len();
    let mut archive = zip::ZipArchive::new(BufReader::new(input)).map_err(failed)?;
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(failed)?;
        let name = part.name().map_err(failed)?.into_owned();
        let plain = name.replace('\\', "/");
        let last = plain.rsplit('/').next().unwrap_or_default().to_owned();
        // Only the last part of a name counts: `../../etc/passwd` is `passwd` in the temporary folder.
        if part.is_dir() || last.is_empty() || last.starts_with('.') || plain.contains("__MACOSX/") || last == ".." {
            continue;
        }
        let to = folder.join(last.replace(|letter: char| letter.is_control(), "_"));
        if to.exists() {
            return Err(ConnectError::new(
                ErrorKind::Unsupported,
                format!("{}, entry {name}", path.display()),
                "two files in the archive have the same name",
                "Unpack it yourself and name the file to use.",
            ));
        }
        unpack(&mut part, &to, size, path, Packing::Zip)?;
        files.push(to);
    }
    match files.as_slice() {
        [] => Err(ConnectError::new(
            ErrorKind::Empty,
            path.display().to_string(),
            "the archive holds no files",
            "Name another file.",
        )),
        [only] => Ok(only.clone()),
        _ => Ok(folder.to_owned()),
    }
}

/// A source that was unpacked; the temporary files go with it.
struct Unpacked {
    inner: Box<dyn Source>,
    path: PathBuf,
    packing: Packing,
    _folder: TempDir,
}

impl Source for Unpacked {
    fn format(&self) -> &'static str {
        self.inner.format()
    }

    fn objects(&self) -> Result<Vec<String>, ConnectError> {
        self.inner.objects()
    }

    fn object(&self, name: &str) -> Result<Object, ConnectError> {
        self.inner.object(name)
    }

    fn evidence(&self, object: &str) -> Vec<String> {
        let mut evidence = self.inner.evidence(object);
        if self.path.file_name().is_some_and(|name| name != "stdin") {
            evidence.insert(0, format!("packed with {}", self.packing.word()));
        }
        evidence
    }

    fn inner(&self) -> Option<&dyn Source> {
        Some(&*self.inner)
    }

    fn read(&self, object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        self.inner.read(object, request)
    }

    /// That of the packed file: the unpacked one is new every time.
    fn fingerprint(&self, object: &str) -> Result<Fingerprint, ConnectError> {
        let inner = self.inner.fingerprint(object)?;
        let own = file::fingerprint(&self.path)?;
        Ok(Fingerprint { bytes: inner.bytes, ..own })
    }
}

/// Opens a target that is packed when it is whole.
pub(super) fn open_target(location: &Location) -> Result<Option<Box<dyn Target>>, ConnectError> {
    let path = location.path();
    let Some((plain, packing)) = packed_name(&path) else { return Ok(None) };
    if packing == Packing::Zip {
        return Err(ConnectError::new(
            ErrorKind::Unsupported,
            &location.address,
            "ZIP archives are read, but not written",
            "Write `.csv.gz` or `.csv.zst`, or pack the finished file.",
        ));
    }
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(plain.file_name().unwrap_or_default());
    let hidden = plain.with_file_name(hidden);
    let inner = Location { address: hidden.to_string_lossy().into_owned(), base: PathBuf::new(), ..location.clone() };
    Ok(Some(Box::new(PackedTarget { inner: table::open_target(&inner)?, path, packing })))
}

struct PackedTarget {
    inner: Box<dyn Target>,
    path: PathBuf,
    packing: Packing,
}

impl Target for PackedTarget {
    fn format(&self) -> &'static str {
        self.inner.format()
    }

    fn holds(&self, object: &str) -> Holds {
        self.inner.holds(object)
    }

    fn schema(&self) -> Result<Schema, ConnectError> {
        self.inner.schema()
    }

    fn single_object(&self) -> bool {
        true
    }

    fn open(&self, request: &WriteRequest) -> Result<Box<dyn Sink>, ConnectError> {
        let existing = match request.mode {
            WriteMode::Insert => Existing::Refuse,
            WriteMode::Replace => Existing::Replace,
            _ => {
                return Err(ConnectError::new(
                    ErrorKind::Unsupported,
                    self.path.display().to_string(),
                    "a packed file is written as a whole",
                    "Choose `write: insert` or `write: replace`, or a target that is not packed.",
                ));
            }
        };
        if existing == Existing::Refuse && self.path.symlink_metadata().is_ok() {
            return Err(file::exists(&self.path));
        }
        let inner = self.inner.open(&WriteRequest { mode: WriteMode::Replace, ..request.clone() })?;
        Ok(Box::new(PackedSink {
            encoder: inner.encoder(),
            inner: Some(inner),
            path: self.path.clone(),
            packing: self.packing,
            run: request.run.clone(),
            existing,
            packed: None,
        }))
    }
}

struct PackedSink {
    inner: Option<Box<dyn Sink>>,
    path: PathBuf,
    packing: Packing,
    run: String,
    existing: Existing,
    encoder: Arc<dyn Encoder>,
    packed: Option<PendingFile>,
}

/// Writes into a pending file.
struct Into<'a>(&'a mut PendingFile, Option<ConnectError>);

impl Write for Into<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                self.1 = Some(error);
                Err(io::Error::other("could not be written"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl PackedSink {
    fn inner(&mut self) -> Result<&mut Box<dyn Sink>, ConnectError> {
        self.inner.as_mut().ok_or_else(|| {
            let next = "This is an error of mapwright itself; tell its makers.";
            ConnectError::new(ErrorKind::Io, self.path.display().to_string(), "the target is sealed already", next)
        })
    }

    /// Packs the whole file that waits under `unpacked`.
    fn pack(&self, unpacked: &Path) -> Result<PendingFile, ConnectError> {
        let mut output = PendingFile::start(&self.path, &self.run, self.existing, None)?;
        match self.pack_into(unpacked, &mut output).and_then(|()| output.seal()) {
            Ok(()) => Ok(output),
            Err(error) => {
                // The first error is the one to tell.
                let _ = output.abandon(false);
                Err(error)
            }
        }
    }

    fn pack_into(&self, unpacked: &Path, output: &mut PendingFile) -> Result<(), ConnectError> {
        let mut input = file::open(unpacked)?;
        let mut into = Into(output, None);
        let packed = match self.packing {
            Packing::Zstd => zstd::stream::copy_encode(&mut input, &mut into, 3),
            _ => {
                let mut encoder = flate2::write::GzEncoder::new(&mut into, flate2::Compression::default());
                io::copy(&mut input, &mut encoder).and_then(|_| encoder.finish().map(|_| ()))
            }
        };
        packed.map_err(|error| into.1.take().unwrap_or_else(|| ConnectError::io(&self.path, "write", error)))
    }
}

impl Sink for PackedSink {
    fn encoder(&self) -> Arc<dyn Encoder> {
        self.encoder.clone()
    }

    fn submit(&mut self, batch: &TargetBatch) -> Result<Ticket, ConnectError> {
        self.inner()?.submit(batch)
    }

    fn collect(&mut self, ticket: Ticket) -> Result<Outcomes, ConnectError> {
        self.inner()?.collect(ticket)
    }

    fn checkpoint(&mut self) -> Result<Position, ConnectError> {
        self.inner()?.checkpoint()
    }

    /// Unpacked, as long as it is not packed.
    fn bytes(&self) -> u64 {
        let unpacked = self.inner.as_ref().map_or(0, |inner| inner.bytes());
        self.packed.as_ref().map_or(unpacked, PendingFile::written)
    }

    fn seal(&mut self) -> Result<(), ConnectError> {
        if self.packed.is_some() {
            return Ok(());
        }
        let inner = self.inner()?;
        inner.seal()?;
        for unpacked in inner.publishing() {
            self.packed = Some(self.pack(&unpacked.temporary)?);
        }
        self.inner.take().map_or(Ok(()), |inner| inner.abandon(false))
    }

    fn publishing(&self) -> Vec<Publishing> {
        self.packed.iter().map(PendingFile::publishing).collect()
    }

    fn finish(mut self: Box<Self>) -> Result<SinkSummary, ConnectError> {
        if let Err(error) = self.seal() {
            // The error that is told is the first one.
            let _ = self.abandon(false);
            return Err(error);
        }
        let Some(packed) = self.packed else { return Ok(SinkSummary::default()) };
        let bytes = packed.written();
        Ok(SinkSummary { bytes, files: vec![packed.finish()?] })
    }

    fn abandon(self: Box<Self>, keep: bool) -> Result<(), ConnectError> {
        let packed = self.packed.map_or(Ok(()), |packed| packed.abandon(false));
        self.inner.map_or(Ok(()), |inner| inner.abandon(keep)).and(packed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::open_source as open;

    fn at(path: &Path) -> Location {
        Location::from_argument(path.to_str().unwrap())
    }

    #[test]
    fn packed_files_are_read_as_what_they_hold() {
        let folder = tempfile::tempdir().unwrap();
        let text = "id,name\n1,Ann\n2,Bob\n";
        let gz = folder.path().join("a.csv.gz");
        let mut encoder =
            flate2::write::GzEncoder::new(std::fs::File::create(&gz).unwrap(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap();
        let zst = folder.path().join("a.csv.zst");
        std::fs::write(&zst, zstd::encode_all(text.as_bytes(), 1).unwrap()).unwrap();
        let archive = folder.path().join("a.zip");
        let mut writer = zip::ZipWriter::new(std::fs::File::create(&archive).unwrap());
        writer.start_file("../../a.csv", zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
        writer.finish().unwrap();
        for path in [gz, zst, archive] {
            let source = open(&at(&path)).unwrap();
            assert_eq!(source.objects().unwrap(), ["a.csv"]);
            assert_eq!(source.object("a.csv").unwrap().fields.len(), 2);
        }
        assert!(!folder.path().join("../../a.csv").exists());
    }

    #[test]
    fn what_grows_without_end_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb.csv.zst");
        let zeros = io::repeat(b'a').take(LARGE + (8 << 20));
        std::fs::write(&path, zstd::encode_all(zeros, 1).unwrap()).unwrap();
        let error = open(&at(&path)).map(|_| ()).unwrap_err();
        assert!(error.what.contains("grown"), "{error}");
    }

    #[test]
    fn a_cut_off_archive_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.csv.gz");
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&b"id,name\n1,Ann\n".repeat(1000)).unwrap();
        let bytes = encoder.finish().unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 20]).unwrap();
        assert_eq!(open(&at(&path)).map(|_| ()).unwrap_err().kind, ErrorKind::Malformed);
    }
}
