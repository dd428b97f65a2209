"""The association's end: API, authority over rules and workflow, accounts, blobs."""
