//! The workbench's looks: layout and view. Pure; reads the app and changes nothing.
