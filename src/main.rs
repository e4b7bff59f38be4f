//! Start-up only.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    mapwright::cli::main()
}
