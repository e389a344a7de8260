#include "run/leftovers.h"

#include <utility>

#include "kernel/process.h"

namespace hutch::run {

namespace {

constexpr std::size_t most_leaks = 256;
constexpr std::size_t most_stuck = 8;

} // namespace

std::vector<Leak> describe_leftovers(const std::vector<int>& pids)
{
    std::vector<Leak> leaks;
    for (int pid : pids) {
        if (leaks.size() == most_leaks) {
            break;
        }
        if (auto leak = kernel::describe_process(pid)) {
            leaks.push_back(std::move(*leak));
        }
    }
    return leaks;
}

std::string describe_unkillable(const std::vector<int>& pids)
{
    std::string text = "still there 5 s after the kill";
    for (std::size_t i = 0; i < pids.size() && i < most_stuck; ++i) {
        text += "; " + kernel::describe_stuck(pids[i]);
    }
    return text;
}

} // namespace hutch::run
