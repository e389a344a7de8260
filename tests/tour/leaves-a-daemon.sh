#!/bin/sh
# Passes, but leaves a process behind: in a session of its own and with a parent that is gone, as daemons do.
# The box sees it all the same, names it in the result, and ends it.
setsid sh -c 'sleep 600 &' >/dev/null 2>&1
exit 0
