# @Timeout=5
