//! The pictures of the README, made from the real screens on the demo:
//!
//! `cargo build && cargo run --example pictures -- docs/pictures`

mod screen;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use mapwright::app::{Job, Looks};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use screen::Screen;

/// A character's width and height, and the letters' size, in pixels.
const WIDTH: f32 = 8.4;
const HEIGHT: f32 = 18.0;
const LETTERS: f32 = 14.0;
const PAPER: &str = "#14181d";
const INK: &str = "#d7dae0";

/// File name, size, keys from the map of the demo on.
const PICTURES: &[(&str, (u16, u16), &str)] = &[
    ("map", (120, 34), "jjj"),
    ("evidence", (120, 34), "/city<enter><enter>"),
    ("edit", (120, 34), "O<down><enter>…/phone<enter>e…"),
    ("values", (120, 30), "O<down><enter>…/status<enter>w…"),
    ("preview", (120, 34), "O<down><enter>…3…v…"),
    ("forecast", (120, 26), "4f…"),
    ("report", (120, 34), "4d…5…"),
];

fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "docs/pictures".to_owned()));
    std::fs::create_dir_all(&folder)?;
    let home = tempfile::tempdir()?;
    for (name, (width, height), keys) in PICTURES {
        let sample = home.path().join(name);
        let path = mapwright::workspace::unpack_sample(&sample)?;
        let mut screen = Screen::new(*width, *height, Looks::default());
        screen.open(Job::Profile { path, schema: Some(sample.join("target.sql")) });
        screen.keys(keys);
        screen.model.toast = None;
        let picture = svg(screen.draw());
        write(&folder.join(format!("{name}.svg")), &picture)?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text)?;
    println!("{}", path.display());
    Ok(())
}

/// A drawn buffer as a picture. Nothing but text and rectangles: it loads nothing.
fn svg(buffer: &Buffer) -> String {
    let (columns, rows) = (f32::from(buffer.area.width), f32::from(buffer.area.height));
    let (width, height) = (columns * WIDTH + 16.0, rows * HEIGHT + 16.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"{LETTERS}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n"
    );
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let first = &buffer[(x, y)];
            let mut text = String::new();
            let from = x;
            while x < buffer.area.width && alike(first, &buffer[(x, y)]) {
                text.push_str(buffer[(x, y)].symbol());
                x += 1;
            }
            run(&mut out, first, &text, from, x - from, y);
        }
    }
    out.push_str("</svg>\n");
    out
}

fn alike(a: &Cell, b: &Cell) -> bool {
    (a.fg, a.bg, a.modifier) == (b.fg, b.bg, b.modifier)
}

/// A stretch of cells of one style.
fn run(out: &mut String, cell: &Cell, text: &str, x: u16, columns: u16, y: u16) {
    let (left, top) = (f32::from(x) * WIDTH + 8.0, f32::from(y) * HEIGHT + 8.0);
    let wide = f32::from(columns) * WIDTH;
    if let Some(fill) = colour(cell.bg) {
        let _ = writeln!(
            out,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{HEIGHT}\" fill=\"{fill}\"/>"
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let mut style = String::new();
    if cell.modifier.contains(Modifier::BOLD) {
        style.push_str(" font-weight=\"bold\"");
    }
    if cell.modifier.contains(Modifier::UNDERLINED) {
        style.push_str(" text-decoration=\"underline\"");
    }
    let fill = colour(cell.fg).unwrap_or_else(|| INK.to_owned());
    let baseline = top + HEIGHT * 0.75;
    let safe = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(
        out,
        "<text x=\"{left:.1}\" y=\"{baseline:.1}\" textLength=\"{wide:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
         xml:space=\"preserve\" fill=\"{fill}\"{style}>{safe}</text>"
    );
}

/// The usual colours of a 256-colour terminal.
fn colour(colour: Color) -> Option<String> {
    let rgb = match colour {
        Color::Indexed(index @ 16..=231) => {
            let step = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
            let index = index - 16;
            (step(index / 36), step(index / 6 % 6), step(index % 6))
        }
        Color::Indexed(index @ 232..=255) => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
        Color::Rgb(red, green, blue) => (red, green, blue),
        Color::White => (255, 255, 255),
        Color::Gray => (170, 170, 170),
        Color::DarkGray => (85, 85, 85),
        Color::Blue => (40, 80, 170),
        Color::LightCyan => (85, 255, 255),
        Color::LightGreen => (85, 255, 85),
        Color::LightYellow => (255, 255, 85),
        Color::LightRed => (255, 85, 85),
        Color::LightMagenta => (255, 85, 255),
        _ => return None,
    };
    Some(format!("#{:02x}{:02x}{:02x}", rgb.0, rgb.1, rgb.2))
}
