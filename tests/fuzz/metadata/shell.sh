#!/usr/bin/env bash
# Copies a tree.
# @Timeout 10m
# @Memory: 2048
# @Tag smoke, copy
# @DependsOn tests/make tree.sh
set -e
