"""The commands of `huiban`, one module each, imported only when they run."""
