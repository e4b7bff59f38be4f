//! How long a key press takes to its frame, on a large source while a run is in progress, and on a wide map:
//!
//! `cargo build --release && cargo run --release --example frames -- ROWS` (5000000 rows unless said otherwise).
//! Prints the median and the 99th percentile; ends with 1 where the 99th percentile passes 16 ms.

mod screen;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use mapwright::app::{Job, Looks, Msg, key};

use screen::Screen;

const FRAME: Duration = Duration::from_millis(16);

fn main() -> anyhow::Result<ExitCode> {
    let rows: usize = std::env::args().nth(1).map_or(Ok(5_000_000), |text| text.parse())?;
    let home =
        tempfile::tempdir_in(std::env::var_os("TMPDIR").map_or_else(|| PathBuf::from("/var/tmp"), PathBuf::from))?;
    let long = long(home.path(), rows)?;
    let wide = wide(home.path())?;
    Ok(ExitCode::from(u8::from(!(long && wide))))
}

/// Every place of the workbench on a long source, while its run goes on.
fn long(home: &Path, rows: usize) -> anyhow::Result<bool> {
    let path = home.join("long.csv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    writeln!(file, "id,name,mail,city,status,amount")?;
    for row in 0..rows {
        let city = ["Berlin", "München", "Wien", "Zürich"][row % 4];
        writeln!(
            file,
            "{row:08},Name {row},p{row}@example.org,{city},{},{}.50",
            ["act", "Active", "gone"][row % 3],
            row % 900
        )?;
    }
    file.flush()?;
    let profile = home.join("long.yaml");
    std::fs::write(
        &profile,
        "mapwright: 1\nsource: long.csv\ntarget: out/\nobjects:\n  - from: long.csv\n    to: long.csv\n    fields:\n      Id: id\n      Name: name | trim | title\n      Mail: { value: mail | email, type: email }\n      City: city\n      Status: { value: status | lower, values: { act: A, active: A }, otherwise: reject }\n      Amount: amount\n",
    )?;
    let mut screen = Screen::new(120, 40, Looks::default());
    let begun = Instant::now();
    screen.open(Job::Profile { path: profile, schema: None });
    println!("{rows} rows opened, scanned and suggested in {:.1} s", begun.elapsed().as_secs_f64());
    for chord in ["R", "<right>", "<enter>"] {
        timed(&mut screen, chord);
    }
    let mut times = Vec::new();
    let keys = [
        "4",
        "jjjkk",
        "1t<tab>",
        "Gggjjj",
        "<pagedown><pagedown>G",
        "llhh",
        "2jjjjkk",
        "/na<esc>",
        "<enter><esc>",
        "e | trim<esc>",
        "3jjj",
        "<tab>jjj",
        "5",
        "4",
        "?<esc>",
        ":rep<esc>",
        "2wjjj<esc>",
        "F/a<esc><esc>",
        "Cll<esc>",
        "U<esc>=<esc>",
        "gg",
    ];
    let mut running = 0;
    let until = Instant::now() + Duration::from_secs(40);
    while Instant::now() < until && times.len() < 6_000 {
        for keys in keys {
            times.extend(timed(&mut screen, keys));
        }
        running += usize::from(screen.model.run.running());
        std::thread::sleep(Duration::from_millis(5));
    }
    timed(&mut screen, "<ctrl-c>");
    screen.settle();
    println!("the run was under way in {running} of the rounds");
    Ok(told(&format!("{rows} rows, a run in progress"), times))
}

/// A map of 300 source fields and 300 target fields.
fn wide(home: &Path) -> anyhow::Result<bool> {
    let names: Vec<String> =
        (0..300).map(|at| format!("{}_{at}", ["name", "mail", "city", "phone", "amount", "created"][at % 6])).collect();
    let mut source = names.join(",");
    source.push('\n');
    for row in 0..200 {
        let cells: Vec<String> = (0..300).map(|column| format!("v{}", row * column % 97)).collect();
        source.push_str(&cells.join(","));
        source.push('\n');
    }
    std::fs::write(home.join("wide.csv"), source)?;
    let columns: Vec<String> =
        names.iter().rev().map(|name| format!("\"{}\" VARCHAR(80)", name.to_uppercase())).collect();
    std::fs::write(home.join("wide.sql"), format!("CREATE TABLE wide ({});", columns.join(", ")))?;
    let mut screen = Screen::new(200, 60, Looks::default());
    screen.open(Job::Pair {
        source: home.join("wide.csv").display().to_string(),
        target: home.join("wide.sql").display().to_string(),
    });
    screen.keys("A<left><left><left><left><left><enter>…");
    let mut times = Vec::new();
    for _ in 0..60 {
        for keys in ["jjjj", "kk", "<pagedown>", "G", "gg", "h", "jjj", "l", "]", "[", "/ci<esc>", "o"] {
            times.extend(timed(&mut screen, keys));
        }
    }
    Ok(told("a map of 300 x 300 fields", times))
}

/// Time of this thread on a processor, where the system tells it (proc(5), `schedstat`): what is left when others keep the
/// machine busy. Elsewhere the time that passes.
fn on_processor(begun: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = told.and_then(|text| text.split_whitespace().next()?.parse().ok());
    spent.map_or_else(|| begun.elapsed(), Duration::from_nanos)
}

/// Each key to its drawn frame, as time that passes and as processor time: what was queued is taken first, as the loop
/// does.
fn timed(screen: &mut Screen, keys: &str) -> Vec<(Duration, Duration)> {
    let mut times = Vec::new();
    for chord in key::scenario(keys) {
        let begun = Instant::now();
        let before = on_processor(begun);
        while let Ok(msg) = screen.messages.try_recv() {
            screen.send(msg);
        }
        screen.send(Msg::Key(key::normal(chord)));
        screen.draw();
        times.push((begun.elapsed(), on_processor(begun).saturating_sub(before)));
    }
    times
}

fn told(what: &str, times: Vec<(Duration, Duration)>) -> bool {
    let (passed, spent): (Vec<Duration>, Vec<Duration>) = times.into_iter().unzip();
    figures(&format!("{what}, processor time"), spent);
    figures(what, passed)
}

/// Prints the figures; true where the 99th percentile is within a frame.
fn figures(what: &str, mut times: Vec<Duration>) -> bool {
    times.sort_unstable();
    let at = |share: f64| times.get(((times.len() - 1) as f64 * share) as usize).copied().unwrap_or_default();
    let (middle, most) = (at(0.5), at(0.99));
    println!(
        "{what}: {} key presses, median {:.2} ms, 99% within {:.2} ms, the slowest {:.2} ms",
        times.len(),
        middle.as_secs_f64() * 1e3,
        most.as_secs_f64() * 1e3,
        at(1.0).as_secs_f64() * 1e3
    );
    most <= FRAME
}
