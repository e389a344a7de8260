"""doc
@Timeout x"""
# @Slow
