#include "cli/opening_notices.h"

namespace hutch::cli {

Result<void> OpeningNotices::on(const Event& event)
{
    if (!std::holds_alternative<event::RunStarted>(event)) {
        return {};
    }
    for (const std::string& message : messages_) {
        for (Reporter* reporter : reporters_) {
            if (auto told = reporter->on(event::Notice{message}); !told) {
                return told;
            }
        }
    }
    return {};
}

} // namespace hutch::cli
