#!/bin/sh
# Every process starts two more, ten generations deep: 2,047 processes, which stay for 5 seconds.
# Where a test may have 100 it gets no more than that, and nothing is left of it afterwards.
bomb() {
    [ "$1" -gt 0 ] || exec sleep 5
    bomb $(($1 - 1)) &
    bomb $(($1 - 1)) &
    wait
}
bomb 10
