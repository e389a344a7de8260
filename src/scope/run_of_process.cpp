#include "scope/run_of_process.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/file.h"
#include "base/text.h"

namespace hutch::scope {

std::optional<RunId> EnvironmentReader::run_of(int pid)
{
    const std::string path = fmt::format("/proc/{}/environ", pid);
    const auto text = base::read_into(base::at_path(path), buffer_);
    if (!text) {
        return std::nullopt;
    }
    for (const std::string_view entry : base::split(*text, '\0')) {
        const auto halves = base::cut(entry, '=');
        if (halves.before == "HUTCH_RUN_ID" && halves.after) {
            return parse_run_id(*halves.after);
        }
    }
    return std::nullopt;
}

} // namespace hutch::scope
