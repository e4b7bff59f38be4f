//! A text, its tree, and what is to be written -> the new text. Only lines that change are touched: comments, order,
//! blank lines and the form of everything else stay as they are.

use std::ops::Range;

use super::layout::{self, Inside, Item, Layout, Out};
use super::yaml::{Entry, Node, Style, Value};

/// The whole text with `out` written over its root.
pub(super) fn rewrite(text: &str, root: &Node, out: &Out) -> String {
    let writer = Writer { text };
    let Value::Map(entries) = &root.value else { return String::new() };
    let (Some(first), end) = (entries.first(), writer.end(root)) else { return String::new() };
    let start = first.key_bytes.start;
    if writer.is_flow(root) {
        // A whole profile in braces: write it anew.
        return format!("{}\n", layout::block(&writer.resolved(root, out), 0));
    }
    let head = text.get(..start).unwrap_or_default();
    let tail = text.get(end..).unwrap_or_default();
    let body = writer.block(root, out);
    let newline = if tail.is_empty() { "\n" } else { "" };
    format!("{head}{body}{newline}{tail}")
}

struct Writer<'t> {
    text: &'t str,
}

/// One entry of a block map or list: what stands before it and itself, up to the end of its last line.
struct Chunk {
    /// From the end of the chunk before: line breaks, blank lines, comments, indentation. Empty for the first.
    lead: String,
    body: String,
}

impl Writer<'_> {
    fn slice(&self, bytes: Range<usize>) -> &str {
        self.text.get(bytes).unwrap_or_default()
    }

    // Where nodes end.

    fn is_flow(&self, node: &Node) -> bool {
        matches!(self.slice(node.bytes.clone()).as_bytes().first(), Some(b'{' | b'[')) && !node.alias
    }

    fn is_collection(&self, node: &Node) -> bool {
        matches!(node.value, Value::List(_) | Value::Map(_)) && !node.alias
    }

    /// Where a node's text ends; for block collections with the comment behind their last line.
    fn end(&self, node: &Node) -> usize {
        match &node.value {
            _ if node.alias => node.bytes.end,
            Value::Scalar { .. } => {
                node.bytes.start + self.slice(node.bytes.clone()).trim_end_matches(['\n', ' ', '\t']).len()
            }
            Value::List(items) => {
                let inner = items.iter().map(|item| self.end(item)).max().unwrap_or(node.bytes.start + 1);
                self.collection_end(node, inner)
            }
            Value::Map(entries) => {
                // What a merge brought in stands elsewhere in the text.
                let own = entries.iter().filter(|entry| entry.key_bytes.start >= node.bytes.start);
                let inner = own.map(|entry| self.entry_end(entry)).max().unwrap_or(node.bytes.start + 1);
                self.collection_end(node, inner)
            }
        }
    }

    fn entry_end(&self, entry: &Entry) -> usize {
        let behind_key = self.slice(entry.key_bytes.end..self.text.len());
        let blanks = behind_key.len() - behind_key.trim_start_matches([' ', '\t']).len();
        let colon = usize::from(behind_key.trim_start_matches([' ', '\t']).starts_with(':'));
        let key = entry.key_bytes.end + if colon == 1 { blanks + 1 } else { 0 };
        if entry.value.is_null() && entry.value.bytes.is_empty() { key } else { key.max(self.end(&entry.value)) }
    }

    fn collection_end(&self, node: &Node, inner: usize) -> usize {
        if !self.is_flow(node) {
            return self.line_end(inner);
        }
        // Between the last child and the closing bracket stand only blanks, commas and comments.
        let mut in_comment = false;
        for (at, letter) in self.slice(inner..self.text.len()).char_indices() {
            match letter {
                '\n' => in_comment = false,
                '#' => in_comment = true,
                '}' | ']' if !in_comment => return inner + at + 1,
                _ => {}
            }
        }
        self.text.len()
    }

    fn line_end(&self, at: usize) -> usize {
        self.slice(at..self.text.len()).find('\n').map_or(self.text.len(), |newline| at + newline)
    }

    /// The column, in characters from 0, of a byte.
    fn column(&self, at: usize) -> usize {
        let before = self.slice(0..at);
        before.rsplit('\n').next().unwrap_or_default().trim_start_matches('\u{feff}').chars().count()
    }

    // Writing.

    /// A block collection from its first key or dash to the end of its last line.
    fn block(&self, node: &Node, out: &Out) -> String {
        match (&node.value, out) {
            (_, Out::Keep) => self.slice(self.start(node)..self.end(node)).to_owned(),
            (Value::Map(entries), Out::Map { entries: wanted, .. }) => self.block_map(entries, wanted),
            (Value::List(items), Out::List { items: wanted, .. }) => self.block_list(items, wanted),
            _ => layout::block(&self.resolved(node, out), self.column(self.start(node))),
        }
    }

    /// Where a block collection's first key or dash stands.
    fn start(&self, node: &Node) -> usize {
        match &node.value {
            Value::Map(entries) if self.is_collection(node) && !self.is_flow(node) => {
                let own = entries.iter().filter(|entry| entry.key_bytes.start >= node.bytes.start);
                own.map(|entry| entry.key_bytes.start).min().unwrap_or(node.bytes.start)
            }
            Value::List(items) if self.is_collection(node) && !self.is_flow(node) => {
                items.first().map_or(node.bytes.start, |item| self.dash(item))
            }
            _ => node.bytes.start,
        }
    }

    /// The dash before a list item. Between the two may stand blanks, a comment, an anchor, a tag, and the header of a
    /// block of text.
    fn dash(&self, item: &Node) -> usize {
        let mut before = self.slice(0..self.start(item)).trim_end();
        if matches!(item.value, Value::Scalar { style: Style::Block, .. })
            && let Some(header) = before.rfind(['|', '>'])
        {
            before = before.get(..header).unwrap_or_default().trim_end();
        }
        while !before.is_empty() && !before.ends_with('-') {
            let line = before.rfind('\n').map_or(0, |at| at + 1);
            let cut = match before.get(line..).and_then(|line| line.find('#')) {
                Some(comment) => line + comment,
                None => before.rfind([' ', '\t', '\n']).unwrap_or(0),
            };
            before = before.get(..cut).unwrap_or_default().trim_end();
        }
        before.len().saturating_sub(1)
    }

    fn block_map(&self, entries: &[Entry], wanted: &[(String, Out)]) -> String {
        let Some(first) = entries.first() else { return String::new() };
        let indent = self.column(first.key_bytes.start);
        let mut previous = first.key_bytes.start;
        let mut chunks = Vec::new();
        for entry in entries {
            let lead = self.slice(previous..entry.key_bytes.start).to_owned();
            previous = self.line_end(self.entry_end(entry));
            let out = wanted.iter().find(|(key, _)| *key == entry.key).map(|(_, out)| out);
            chunks.push(Chunk { lead, body: out.map_or_else(String::new, |out| self.entry(entry, out, indent)) });
        }
        let order: Vec<(Option<usize>, String)> = wanted
            .iter()
            .map(|(key, out)| match entries.iter().position(|entry| entry.key == *key) {
                Some(at) => (Some(at), String::new()),
                None => (None, layout::entry(key, out, indent)),
            })
            .collect();
        join(&chunks, &order, indent)
    }

    fn block_list(&self, items: &[Node], wanted: &[Item]) -> String {
        let Some(first) = items.first() else { return String::new() };
        let mut previous = self.dash(first);
        let indent = self.column(previous);
        let mut chunks = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let dash = self.dash(item);
            let lead = self.slice(previous..dash).to_owned();
            previous = self.line_end(self.end(item));
            let out = wanted.iter().find(|wanted| wanted.was == Some(index)).map(|wanted| &wanted.out);
            let body = match out {
                None => String::new(),
                Some(Out::Keep) => self.slice(dash..previous).to_owned(),
                Some(out) if self.is_collection(item) && !self.is_flow(item) => {
                    format!("{}{}", self.slice(dash..self.start(item)), self.block(item, out))
                }
                Some(out) => {
                    let tail = self.slice(self.end(item)..previous);
                    format!("{}{tail}", layout::list_item(&self.resolved(item, out), indent))
                }
            };
            chunks.push(Chunk { lead, body });
        }
        let order: Vec<(Option<usize>, String)> = wanted
            .iter()
            .map(|item| match item.was {
                Some(at) if at < items.len() => (Some(at), String::new()),
                _ => (None, layout::list_item(&item.out, indent)),
            })
            .collect();
        join(&chunks, &order, indent)
    }

    /// One entry of a block map, from its key to the end of its last line.
    fn entry(&self, entry: &Entry, out: &Out, indent: usize) -> String {
        let node = &entry.value;
        let end = self.line_end(self.entry_end(entry));
        if *out == Out::Keep {
            return self.slice(entry.key_bytes.start..end).to_owned();
        }
        let key = self.slice(entry.key_bytes.clone());
        let same_kind =
            matches!((&node.value, out), (Value::Map(_), Out::Map { .. }) | (Value::List(_), Out::List { .. }));
        let emptied = matches!(out, Out::Map { entries, .. } if entries.is_empty())
            || matches!(out, Out::List { items, .. } if items.is_empty());
        if same_kind && self.is_collection(node) && !self.is_flow(node) && !emptied {
            return format!("{}{}", self.slice(entry.key_bytes.start..self.start(node)), self.block(node, out));
        }
        let resolved = self.resolved(node, out);
        let used = indent + key.chars().count() + 1;
        let behind = self.slice(entry.key_bytes.end..end);
        let comments = self.comments_within(entry, end);
        if layout::goes_on_one_line(&resolved, used) && !behind.contains('\n') {
            // The blanks behind the colon stay, so that aligned columns stay aligned.
            let between = self.slice(entry.key_bytes.end..node.bytes.start.max(entry.key_bytes.end));
            let between = if between.starts_with(':') && between.ends_with(' ') { between } else { ": " };
            let tail = self.slice(self.entry_end(entry)..end);
            let clean = if between.contains(['&', '!', '#', '|', '>']) { ": " } else { between };
            return format!("{key}{clean}{}{tail}", layout::flow(&resolved, Inside::Block));
        }
        let pad = " ".repeat(indent);
        let above: String = comments.iter().map(|comment| format!("{comment}\n{pad}")).collect();
        format!("{above}{key}:{}", layout::behind_key(&resolved, indent, used))
    }

    /// Comments inside a value that is written anew: they move above it.
    fn comments_within(&self, entry: &Entry, end: usize) -> Vec<&str> {
        let mut taken = vec![entry.key_bytes.clone()];
        scalars(&entry.value, &mut taken);
        taken.sort_by_key(|bytes| bytes.start);
        taken.push(end..end);
        let mut comments = Vec::new();
        let mut at = entry.key_bytes.start;
        for bytes in taken {
            for line in self.slice(at..bytes.start.max(at)).split('\n') {
                if let Some(comment) = line.find('#') {
                    comments.push(line.get(comment..).unwrap_or_default().trim_end());
                }
            }
            at = at.max(bytes.end);
        }
        comments
    }

    /// `out` with the text's own values in the place of every `Keep`.
    fn resolved(&self, node: &Node, out: &Out) -> Out {
        match out {
            Out::Keep => self.as_written(node),
            Out::Map { entries, layout } => {
                let entries = entries.iter().map(|(key, out)| {
                    let inner = match (out, node.get(key)) {
                        (Out::Keep, Some(value)) => self.as_written(value),
                        (_, Some(value)) => self.resolved(value, out),
                        _ => out.clone(),
                    };
                    (key.clone(), inner)
                });
                Out::Map { entries: entries.collect(), layout: *layout }
            }
            Out::List { items, layout } => {
                let old = match &node.value {
                    Value::List(items) => items.as_slice(),
                    _ => &[],
                };
                let items = items.iter().map(|item| Item {
                    was: item.was,
                    out: match item.was.and_then(|at| old.get(at)) {
                        Some(was) => self.resolved(was, &item.out),
                        None => item.out.clone(),
                    },
                });
                Out::List { items: items.collect(), layout: *layout }
            }
            _ => out.clone(),
        }
    }

    fn as_written(&self, node: &Node) -> Out {
        match &node.value {
            Value::Scalar { text, style: Style::SingleQuoted | Style::DoubleQuoted } => {
                let written = self.slice(node.bytes.clone());
                let stays = !written.contains('\n') && !node.alias;
                if stays { Out::Word(written.to_owned()) } else { Out::Text(text.clone()) }
            }
            Value::Scalar { text, style: Style::Block } => Out::Text(text.clone()),
            Value::Scalar { .. } if node.is_null() => Out::Word("null".to_owned()),
            Value::Scalar { text, .. } => Out::Expression(text.clone()),
            Value::List(items) => Out::list(items.iter().map(|item| self.as_written(item)).collect(), Layout::Fit),
            Value::Map(entries) => Out::Map {
                entries: entries.iter().map(|entry| (entry.key.clone(), self.as_written(&entry.value))).collect(),
                layout: Layout::Fit,
            },
        }
    }
}

fn scalars(node: &Node, found: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::Scalar { .. } => found.push(node.bytes.clone()),
        Value::List(items) => items.iter().for_each(|item| scalars(item, found)),
        Value::Map(entries) => {
            for entry in entries {
                found.push(entry.key_bytes.clone());
                scalars(&entry.value, found);
            }
        }
    }
}

/// Chunks in their new order; what stood before a removed chunk stays where it was, if it is more than a line break.
fn join(chunks: &[Chunk], order: &[(Option<usize>, String)], indent: usize) -> String {
    let pad = " ".repeat(indent);
    let kept: Vec<bool> = (0..chunks.len()).map(|index| order.iter().any(|(was, _)| *was == Some(index))).collect();
    let mut text = String::new();
    let mut first = true;
    let mut push = |lead: &str, body: &str| {
        match (first, lead.is_empty()) {
            // The text before the collection already ends in the indentation.
            (true, _) => text.push_str(lead.trim_start_matches('\n').trim_start_matches(' ')),
            (false, true) => {
                text.push('\n');
                text.push_str(&pad);
            }
            (false, false) => text.push_str(lead),
        }
        first = false;
        text.push_str(body);
    };
    for (was, new) in order {
        let Some(index) = *was else {
            push("", new);
            continue;
        };
        let Some(chunk) = chunks.get(index) else { continue };
        let orphans: Vec<&str> = (0..index)
            .rev()
            .take_while(|before| !kept[*before])
            .filter_map(|before| chunks.get(before))
            .map(|chunk| comments_of(&chunk.lead))
            .collect();
        let lead: String = orphans.into_iter().rev().chain([chunk.lead.as_str()]).collect();
        push(&lead, &chunk.body);
    }
    let behind = (0..chunks.len()).rev().take_while(|index| !kept[*index]);
    let orphans: Vec<&str> =
        behind.filter_map(|index| chunks.get(index)).map(|chunk| comments_of(&chunk.lead)).collect();
    text.extend(orphans.into_iter().rev());
    text
}

/// The part of a lead that holds comments: all but the last line's indentation.
fn comments_of(lead: &str) -> &str {
    if !lead.contains('#') {
        return "";
    }
    lead.rfind('\n').map_or("", |at| &lead[..at])
}
