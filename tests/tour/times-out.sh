#!/bin/sh
# Never comes to an end. It is asked to leave when its time is over (the tour gives 2 seconds), then made to.
echo "waiting for a train"
sleep 600
