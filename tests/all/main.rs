//! All integration tests in one binary: building and linking once is most of their cost.

mod architecture;
mod check;
mod cli;
mod engine;
mod inspect;
mod sample;
