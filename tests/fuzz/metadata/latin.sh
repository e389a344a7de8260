# @Tag ä
