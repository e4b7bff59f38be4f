//! Runs the app's effects on threads; cancellation; latest-wins previews.
