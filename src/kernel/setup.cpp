// See setup.h. The memfd is written once and sealed: hutch-init maps what nobody can change any more, the test included.
#include "kernel/setup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "base/file.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U // 6.3
#endif

namespace hutch::kernel {

namespace {

constexpr int lowest_fd = 16;                  ///< out of the way of the descriptors that a child gets
constexpr std::size_t instructions_max = 4096; // BPF_MAXINSNS
constexpr std::size_t filter_alignment = 8;

class Image {
  public:
    explicit Image(const Setup& setup)
    {
        const std::size_t steps = setup.init.size() + setup.test.size();
        bytes_.resize(sizeof(wire::Setup) + steps * sizeof(wire::SetupStep));
    }

    void put(std::size_t index, const SetupStep& step)
    {
        wire::SetupStep wired{};
        wired.op = step.op;
        wired.flags = step.flags;
        wired.number = step.number;
        wired.other = step.other;
        for (std::size_t text = 0; text < step.texts.size(); ++text) {
            wired.texts[text] = add(step.texts.at(text));
        }
        place(sizeof(wire::Setup) + index * sizeof(wired), &wired, sizeof(wired));
    }

    std::string finish(const Setup& setup)
    {
        bytes_.resize((bytes_.size() + filter_alignment - 1) / filter_alignment * filter_alignment);
        wire::Setup head{};
        head.magic = wire::setup_magic;
        head.init_steps = static_cast<std::uint32_t>(setup.init.size());
        head.test_steps = static_cast<std::uint32_t>(setup.test.size());
        head.filter = static_cast<std::uint32_t>(bytes_.size());
        head.filter_count = static_cast<std::uint32_t>(setup.filter.size());
        bytes_.append(reinterpret_cast<const char*>(setup.filter.data()),
                      setup.filter.size() * sizeof(setup.filter[0]));
        head.bytes = static_cast<std::uint32_t>(bytes_.size());
        place(0, &head, sizeof(head));
        return std::move(bytes_);
    }

  private:
    /// Its offset; 0 for an empty text, which is how a step says that it has none.
    std::uint32_t add(const std::string& text)
    {
        if (text.empty()) {
            return 0;
        }
        const std::size_t offset = bytes_.size();
        bytes_.append(text.c_str(), text.size() + 1);
        return static_cast<std::uint32_t>(offset);
    }
    void place(std::size_t offset, const void* data, std::size_t size)
    {
        std::memcpy(bytes_.data() + offset, data, size);
    }

    std::string bytes_;
};

Result<void> check(const SetupStep& step, std::size_t index)
{
    for (const std::string& text : step.texts) {
        if (text.size() > wire::text_max) {
            return system_error(fmt::format("lay out step {} of a setup: a text of {} bytes", index, text.size()),
                                ENAMETOOLONG);
        }
        if (text.find('\0') != std::string::npos) {
            return system_error(fmt::format("lay out step {} of a setup: a text with a NUL", index), EINVAL);
        }
    }
    return {};
}

/// As large as it can become, before it is made.
std::size_t bytes_of(const Setup& setup)
{
    std::size_t bytes = sizeof(wire::Setup) + filter_alignment + setup.filter.size() * sizeof(setup.filter[0]);
    for (std::size_t index = 0; setup.step(index) != nullptr; ++index) {
        bytes += sizeof(wire::SetupStep);
        for (const std::string& text : setup.step(index)->texts) {
            bytes += text.size() + 1;
        }
    }
    return bytes;
}

Result<std::string> image_of(const Setup& setup)
{
    if (setup.filter.size() > instructions_max) {
        return system_error(fmt::format("lay out a setup: a filter of {} instructions", setup.filter.size()), E2BIG);
    }
    if (const std::size_t bytes = bytes_of(setup); bytes > wire::setup_max) {
        return system_error(fmt::format("lay out a setup: {} bytes", bytes), E2BIG);
    }
    Image image(setup);
    for (std::size_t index = 0; setup.step(index) != nullptr; ++index) {
        if (auto fits = check(*setup.step(index), index); !fits) {
            return std::unexpected(std::move(fits.error()));
        }
        image.put(index, *setup.step(index));
    }
    return image.finish(setup);
}

} // namespace

Result<base::UniqueFd> lay_out(const Setup& setup)
{
    const auto image = image_of(setup);
    if (!image) {
        return std::unexpected(image.error());
    }
    constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    base::UniqueFd made(::memfd_create("hutch-setup", flags | MFD_NOEXEC_SEAL));
    if (!made.valid() && errno == EINVAL) {
        made.reset(::memfd_create("hutch-setup", flags));
    }
    if (!made.valid()) {
        return system_error("memfd_create 'hutch-setup'");
    }
    if (auto written = base::write_all(made, *image, "memfd 'hutch-setup'"); !written) {
        return std::unexpected(std::move(written.error()));
    }
    if (::fcntl(made.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
        return system_error("seal memfd 'hutch-setup'");
    }
    base::UniqueFd fd(::fcntl(made.get(), F_DUPFD_CLOEXEC, lowest_fd));
    if (!fd.valid()) {
        return system_error("dup of memfd 'hutch-setup'");
    }
    return fd;
}

} // namespace hutch::kernel
