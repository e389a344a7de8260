// See head.h. One read(2) of one page says for most files all there is: only a full page is followed by another read.
#include "discover/head.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "base/fd.h"

namespace hutch::discover
{

std::string_view Head::read(const std::string& path)
{
    constexpr std::size_t page = 4096;
    // O_NONBLOCK: a FIFO that has taken a file's place is not waited for.
    const base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file.valid()) {
        return {};
    }
    std::size_t size = 0;
    std::size_t wanted = page;
    while (size < buffer_.size()) {
        const ssize_t got = ::read(file.get(), buffer_.data() + size, std::min(wanted, buffer_.size() - size));
        if (got <= 0) {
            break;
        }
        size += static_cast<std::size_t>(got);
        if (static_cast<std::size_t>(got) < wanted || is_binary({buffer_.data(), size})) {
            break;
        }
        wanted = buffer_.size();
    }
    return {buffer_.data(), size};
}

bool is_binary(std::string_view head)
{
    return head.substr(0, 4096).contains('\0');
}

} // namespace hutch::discover
