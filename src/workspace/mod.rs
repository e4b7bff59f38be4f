//! What is remembered: runs, links, learned matches.
