# @Slow
# @Slow
