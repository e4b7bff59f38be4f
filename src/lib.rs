//! # mapwright
//!
//! The terminal workbench for moving customer data. This page is the map of the house; `ARCHITECTURE.md` tells the
//! words, the road of a record and the recipes for adding things.
//!
//! Domain rooms need no screen: [`record`], [`schema`], [`connect`], [`profile`], [`transform`], [`rules`],
//! [`dedupe`], [`matching`], [`engine`], [`report`], [`exchange`], [`workspace`].
//!
//! Rooms of the workbench: [`app`] decides what happens next on screen (pure), [`ui`] turns state into cells (pure),
//! [`worker`] runs effects on threads, [`term`] owns the terminal. [`cli`] parses the command line and prints.
//!
//! The dependency rule, enforced by `tests/architecture.rs`: domain rooms import none of `app`, `ui`, `worker`,
//! `term`, `cli`; `app` imports domain rooms and `ui::layout`; `ui` reads `app` and changes nothing.
#![forbid(unsafe_code)]

pub mod app;
pub mod cli;
pub mod connect;
pub mod dedupe;
pub mod engine;
pub mod exchange;
pub mod matching;
pub mod profile;
pub mod record;
pub mod report;
pub mod rules;
pub mod schema;
pub mod term;
pub mod transform;
pub mod ui;
pub mod worker;
pub mod workspace;
