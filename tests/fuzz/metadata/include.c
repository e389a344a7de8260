#include <a>
// @Slow
