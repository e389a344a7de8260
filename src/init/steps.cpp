// See steps.h. Signals are let through late: one that came while we were held (Ctrl-C) ends us, not the test.
#include "init/steps.h"

#include <linux/fcntl.h>

#include "init/process.h"
#include "init/syscalls.h"
#include "init/text.h"
#include "init/world.h"

namespace hutch::init {

namespace wire = kernel::wire;

namespace {

constexpr int done = 0;

int to_errno(long result)
{
    return result < 0 ? static_cast<int>(-result) : done;
}

int write_oom_score_adj(int value)
{
    const int fd = openat(AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return to_errno(fd);
    }
    const Decimal text(value);
    const long written = write(fd, text.data(), text.size());
    close(fd);
    return to_errno(written);
}

/// Failure::code is `done` when all are set.
Failure set_rlimits(const wire::Orders& orders)
{
    for (std::uint32_t index = 0; index < orders.rlimit_count; ++index) {
        const wire::Rlimit& limit = orders.rlimits[index];
        const rlimit64 both = {limit.value, limit.value};
        if (const int code = to_errno(set_rlimit(limit.resource, both)); code != done) {
            return {.step = wire::Step::rlimit,
                    .code = code,
                    .value = static_cast<std::int64_t>(limit.value),
                    .resource = limit.resource};
        }
    }
    return {.step = wire::Step::rlimit, .code = done};
}

Failure set_priorities(const wire::Orders& orders)
{
    if ((orders.flags & wire::order_flag::nice) != 0) {
        if (const int code = to_errno(set_nice(orders.nice)); code != done) {
            return {.step = wire::Step::nice, .code = code, .value = orders.nice};
        }
    }
    if ((orders.flags & wire::order_flag::oom_score_adj) != 0) {
        if (const int code = write_oom_score_adj(orders.oom_score_adj); code != done) {
            return {.step = wire::Step::oom_score_adj, .code = code, .value = orders.oom_score_adj};
        }
    }
    return {.step = wire::Step::nice, .code = done};
}

} // namespace

Failure carry_out(const wire::Orders& orders, const Program& program, World& world)
{
    if (const char* directory = text_of(orders, orders.work_dir); directory != nullptr) {
        if (const int code = to_errno(chdir(directory)); code != done) {
            return {.step = wire::Step::work_directory, .code = code, .text = directory};
        }
    }
    umask(orders.umask);
    if (const Failure failure = set_priorities(orders); failure.code != done) {
        return failure; // before the rlimits: RLIMIT_NOFILE may forbid to open oom_score_adj
    }
    if (const Failure failure = set_rlimits(orders); failure.code != done) {
        return failure;
    }
    if (world.shared) {
        set_traceable(false); // of the hutch-init that stays; the test's memory is another one, and traceable
    }
    set_signal_mask(0);
    if (const Failure failure = confine(world); failure.code != done) {
        return failure; // after the rlimits and the rest: they may need what it takes away
    }
    const int code = to_errno(execve(program.path, program.argv, program.envp));
    return {.step = wire::Step::exec, .code = code, .text = program.path};
}

void report(const Failure& failure)
{
    wire::Failed message;
    message.header = {wire::magic, wire::Kind::failed};
    message.step = failure.step;
    message.code = failure.code;
    message.value = failure.value;
    message.resource = failure.resource;
    const std::size_t length = length_of(failure.text);
    const std::size_t kept = length < sizeof(message.text) ? length : sizeof(message.text) - 1;
    __builtin_memcpy(message.text, failure.text, kept);
    message.text[kept] = '\0';
    message.text_bytes = static_cast<std::uint32_t>(kept + 1);
    send(wire::control_fd, &message, wire::bytes_of(message));
}

} // namespace hutch::init
