//! All integration tests in one binary: building and linking once is most of their cost.

mod architecture;
mod bad_input;
mod boards;
mod check;
mod cli;
mod connect;
mod engine;
mod eval;
mod every_command;
mod faults;
mod fuzz;
mod harness;
mod hostile;
mod inspect;
mod job;
mod kills;
mod learning;
mod ledger;
mod matching;
mod matrix;
mod pty;
mod random;
mod readme;
mod sample;
mod scenario;
mod screens;
