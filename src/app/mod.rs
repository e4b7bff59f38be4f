//! The workbench without a screen: model, messages, update, commands, keymap. Pure.
