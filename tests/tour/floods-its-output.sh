#!/bin/sh
# Prints 50 MB. The beginning and the end are kept, the middle is counted.
yes 'All work and no play makes Jack a dull boy.' | head -c 50000000
echo
echo 'The last line.'
