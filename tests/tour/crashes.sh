#!/bin/sh
# Dies by a signal, as a C program with a bad pointer does.
echo "following a bad pointer"
kill -SEGV $$
