// Landlock, by its three system calls: a ruleset is made, filled path by path, enforced. The rights are the plan's, which asks for none
// that this kernel does not know.
#include <asm/errno.h>
#include <linux/fcntl.h>

#include "init/syscalls.h"
#include "init/world_steps.h"

namespace hutch::init {

namespace {

// Not in the headers of every C library: landlock(7).
constexpr long create_ruleset = 444;
constexpr long add_rule = 445;
constexpr long restrict_self = 446;
constexpr int rule_path_beneath = 1;
/// EXECUTE, WRITE_FILE, READ_FILE, TRUNCATE, IOCTL_DEV: what can be allowed for something that is not a directory.
constexpr std::uint64_t rights_of_files = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15;
constexpr int open_path_only = 010000000; // O_PATH

/// struct landlock_ruleset_attr as of ABI 6. An older kernel takes its beginning.
struct Ruleset {
    std::uint64_t files;
    std::uint64_t network;
    std::uint64_t scopes;
};

struct __attribute__((packed)) PathBeneath {
    std::uint64_t rights;
    std::int32_t fd;
};

std::size_t bytes_needed(const Ruleset& ruleset)
{
    if (ruleset.scopes != 0) {
        return sizeof(ruleset);
    }
    return ruleset.network != 0 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
}

long add(int ruleset, const PathBeneath& path)
{
    return raw_syscall(add_rule, ruleset, rule_path_beneath, as_word(&path), 0);
}

} // namespace

long begin_ruleset(const Arguments& step, int& ruleset)
{
    const Ruleset wanted = {
        .files = step.number, .network = step.other & ~std::uint32_t{0}, .scopes = step.other >> 32};
    const long fd = raw_syscall(create_ruleset, as_word(&wanted), static_cast<long>(bytes_needed(wanted)), 0);
    if (fd >= 0) {
        if (ruleset >= 0) {
            close(ruleset);
        }
        ruleset = static_cast<int>(fd);
    }
    return fd;
}

long add_path(const Arguments& step, int ruleset)
{
    const int fd = openat(AT_FDCWD, step.first, open_path_only | O_CLOEXEC);
    if (fd == -ENOENT || fd == -ENOTDIR) {
        return 0; // what is not there needs no right
    }
    if (fd < 0) {
        return fd;
    }
    long result = add(ruleset, {step.number, fd});
    if (result == -EINVAL && (step.number & ~rights_of_files) != 0) { // not a directory
        const std::uint64_t rights = step.number & rights_of_files;
        result = rights != 0 ? add(ruleset, {rights, fd}) : 0;
    }
    close(fd);
    return result;
}

long apply_ruleset(int& ruleset)
{
    const long result = raw_syscall(restrict_self, ruleset, 0);
    if (ruleset >= 0) {
        close(ruleset);
        ruleset = -1;
    }
    return result;
}

} // namespace hutch::init
