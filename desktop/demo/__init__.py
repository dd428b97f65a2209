"""The demo: the main job, end to end, with real processes and a line that is cut on purpose."""
