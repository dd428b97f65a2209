"""The queued sync module: local store, outbox, protocol, transfer, merge. No Qt."""
