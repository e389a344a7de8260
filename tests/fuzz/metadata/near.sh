# @Timeuot 5
