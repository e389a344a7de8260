// See spl_groups.h.
#include "protocol/spl_groups.h"

#include <algorithm>

#include "hutch/cases.h"

namespace hutch::protocol {

void SplGroups::heading(std::size_t columns, std::string_view name)
{
    if (columns == 0) {
        if (open_.empty() && !had_case_) {
            push(columns, name);
        }
        return;
    }
    const auto above =
        std::find_if(open_.rbegin(), open_.rend(), [&](const Heading& open) { return open.columns < columns; });
    if (above == open_.rend()) {
        return;
    }
    const std::size_t step = columns - above->columns;
    if (step == 2 || step == 4) {
        keep_above(columns);
        push(columns, name);
    }
}

const std::string& SplGroups::of_case(std::size_t columns)
{
    had_case_ = had_case_ || columns > 0; // a case in the first column is in no group
    keep_above(columns);
    if (joined_is_old_) {
        joined_.clear();
        for (const Heading& open : open_) {
            joined_ += (joined_.empty() ? "" : " > ") + open.name;
            if (joined_.size() > longest_case_name) {
                break; // add_case() cuts it
            }
        }
        joined_is_old_ = false;
    }
    return joined_;
}

void SplGroups::blank_line()
{
    if (open_.size() == 1 && !had_case_) {
        keep_above(0);
    }
}

void SplGroups::top_ended()
{
    keep_above(0);
    had_case_ = false;
}

void SplGroups::keep_above(std::size_t columns)
{
    const auto first =
        std::find_if(open_.begin(), open_.end(), [&](const Heading& open) { return open.columns >= columns; });
    joined_is_old_ |= first != open_.end();
    open_.erase(first, open_.end());
}

void SplGroups::push(std::size_t columns, std::string_view name)
{
    if (open_.size() < deepest) {
        open_.push_back({columns, std::string(name.substr(0, longest_case_name + 4))}); // cut to whole characters later
        joined_is_old_ = true;
    }
}

} // namespace hutch::protocol
