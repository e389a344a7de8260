#!/bin/sh
# @Timeout 1h 30m
# @Memory 25%
# @CPU 150%
# @Pids 20
# @IO /scratch wbps=10M riops=2K
# @Profile fast
# @Policy strict
# @Priority P1
# @Tag a
# @Group db, gpu
# @Depends-On x
# @Retries 2 delay=5s
# @Ports 2
# @Slots 2
# @Isolation process
# @Network private
# @Exclusive
# @Slow no
# @Skip why
# @Planned later
