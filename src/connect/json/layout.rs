//! How the records lie in a JSON file.

use memchr::memchr;

use super::array::{value_end, whitespace};

/// How the records lie in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Layout {
    /// One a line.
    Lines,
    /// One after another, with white space between them; a single object is one record.
    Sequence { start: usize },
    /// In an array that starts (after its bracket) at `start`; what stands around it is `head` and, behind the
    /// array, as many closing words as the head opened.
    Array { start: usize, head: Vec<u8>, key: Option<String> },
}

impl Layout {
    /// Where the first record may start.
    pub fn start(&self) -> usize {
        match self {
            Layout::Lines => 0,
            Layout::Sequence { start } | Layout::Array { start, .. } => *start,
        }
    }

    pub fn evidence(&self) -> String {
        match self {
            Layout::Lines => "records: one object a line (NDJSON)".to_owned(),
            Layout::Sequence { .. } => "records: objects one after another".to_owned(),
            Layout::Array { key: None, .. } => "records: the objects of the array that is the whole file".to_owned(),
            Layout::Array { key: Some(key), .. } => format!("records: the objects of the array `{key}`"),
        }
    }
}

/// Tells the layout from the start of a file (`from` is behind a byte-order mark). `Err`: what is wrong, and where.
pub(super) fn of(sample: &[u8], from: usize, whole: bool) -> Result<Layout, (usize, String)> {
    let start = whitespace(sample, from);
    match sample.get(start) {
        None => Err((start, "there is nothing but white space".to_owned())),
        Some(b'[') => Ok(Layout::Array { start: start + 1, head: sample[from..start].to_vec(), key: None }),
        Some(b'{') => Ok(of_objects(sample, from, start, whole)),
        Some(_) => Ok(Layout::Sequence { start }),
    }
}

fn of_objects(sample: &[u8], from: usize, start: usize, whole: bool) -> Layout {
    let end = value_end(sample, start, whole);
    if let Some(end) = end {
        let next = whitespace(sample, end);
        if next < sample.len() {
            let one_line = memchr(b'\n', &sample[start..end]).is_none();
            let next_line = memchr(b'\n', &sample[end..next]).is_some();
            return if one_line && next_line { Layout::Lines } else { Layout::Sequence { start } };
        }
    }
    match array_of_objects(sample, start, whole) {
        Some((at, key)) => Layout::Array { start: at, head: sample[from..at - 1].to_vec(), key: Some(key) },
        None => Layout::Sequence { start },
    }
}

/// The first property of an object whose value is an array of objects: the place behind its bracket, and its key.
fn array_of_objects(sample: &[u8], object: usize, whole: bool) -> Option<(usize, String)> {
    let mut at = whitespace(sample, object + 1);
    loop {
        let key_end = value_end(sample, at, whole)?;
        let key: String = serde_json::from_slice(sample.get(at..key_end)?).ok()?;
        at = whitespace(sample, key_end);
        if sample.get(at) != Some(&b':') {
            return None;
        }
        at = whitespace(sample, at + 1);
        if sample.get(at) == Some(&b'[') {
            let first = whitespace(sample, at + 1);
            if sample.get(first) == Some(&b'{') {
                return Some((at + 1, key));
            }
        }
        at = whitespace(sample, value_end(sample, at, whole)?);
        if sample.get(at) != Some(&b',') {
            return None;
        }
        at = whitespace(sample, at + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> String {
        of(text.as_bytes(), 0, true).unwrap().evidence()
    }

    #[test]
    fn layouts_are_told_apart() {
        assert!(word("{\"a\":1}\n{\"a\":2}\n").contains("NDJSON"));
        assert!(word(" [ {\"a\":1} ]").contains("whole file"));
        assert!(word("{\"n\":[1], \"next\":null, \"rows\" : [ {\"a\":1} ]}").contains("`rows`"));
        assert!(word("{\n\"a\":1\n}\n{\n\"a\":2\n}").contains("one after another"));
        assert!(word("{\"a\":[1,2]}").contains("one after another"));
        assert!(of(b"  ", 0, true).is_err());
    }
}
