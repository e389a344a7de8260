#!/bin/sh
# Exit code 77 says: not tested, and here is why.
echo "needs a quantum computer"
exit 77
