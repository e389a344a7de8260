#!/bin/sh
# Any other exit code says: failed (77 and 99 mean something else). What it printed is shown with the failure.
echo "expected 5, got $((2 + 2))"
exit 1
