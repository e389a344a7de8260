// The first steps of every mode; see process.h.
#include "init/process.h"

#include <linux/prctl.h>

#include "init/syscalls.h"

namespace hutch::init {

namespace {
constexpr unsigned descriptors_without_close_range = 4096;
} // namespace

void block_signals()
{
    set_signal_mask(~std::uint64_t{0});
}

void close_above(int last)
{
    const auto first = static_cast<unsigned>(last) + 1;
    if (close_range(first, ~0U) >= 0) {
        return;
    }
    for (unsigned fd = first; fd < descriptors_without_close_range; ++fd) { // before 5.9, or refused by a filter around us
        close(static_cast<int>(fd));
    }
}

void set_name(const char* name)
{
    prctl(PR_SET_NAME, as_word(name));
}

void set_traceable(bool traceable)
{
    prctl(PR_SET_DUMPABLE, traceable ? 1 : 0);
}

} // namespace hutch::init
