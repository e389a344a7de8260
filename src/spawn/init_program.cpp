// Finds a way to execute the embedded hutch-init: a sealed memfd (nobody can change it, nothing is left behind); where
// memfds may not be executed (vm.memfd_noexec=2, or a security module), the same bytes in a file: the one that is
// installed beside our own executable, or a private one that is unlinked as soon as it is open. Each way is tried by
// executing it.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/temp_dir.h"
#include "kernel/init_wire.h"
#include "kernel/pidfd.h"
#include "spawn/launch.h"
#include "spawn/spawn.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U // 6.3
#endif

extern "C" {
extern const char hutch_init_begin[];
extern const char hutch_init_end[];
}

namespace hutch::spawn {

namespace {

constexpr int lowest_fd = 16; ///< out of the way of the descriptors that a child gets
constexpr auto probe_patience = std::chrono::seconds(2);

std::string_view embedded()
{
    return {hutch_init_begin, static_cast<std::size_t>(hutch_init_end - hutch_init_begin)};
}

Result<base::UniqueFd> out_of_the_way(base::UniqueFd fd)
{
    base::UniqueFd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, lowest_fd));
    if (!moved.valid()) {
        return system_error("dup of hutch-init's program");
    }
    return moved;
}

Result<base::UniqueFd> in_memfd()
{
    constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    base::UniqueFd fd(::memfd_create("hutch-init", flags | MFD_EXEC));
    if (!fd.valid() && errno == EINVAL) {
        fd.reset(::memfd_create("hutch-init", flags));
    }
    if (!fd.valid()) {
        return system_error("memfd_create 'hutch-init'");
    }
    if (auto written = base::write_all(fd, embedded(), "memfd 'hutch-init'"); !written) {
        return std::unexpected(std::move(written.error()));
    }
    if (::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
        return system_error("seal memfd 'hutch-init'");
    }
    return fd;
}

/// The installed copy. Only if it is byte for byte what we carry.
Result<base::UniqueFd> beside_our_executable()
{
    const auto self = base::read_link("/proc/self/exe");
    if (!self) {
        return std::unexpected(self.error());
    }
    const std::string path = std::filesystem::path(*self).replace_filename("hutch-init");
    auto fd = base::open_file(path, O_RDONLY);
    if (!fd) {
        return fd;
    }
    const auto content = base::read_file(path);
    if (!content || *content != embedded()) {
        return plain_error(fmt::format("'{}' is not of this build", path));
    }
    return fd;
}

Result<base::UniqueFd> in_temporary_file(const std::string& parent)
{
    const auto directory = base::TempDir::create("hutch-init-", parent);
    if (!directory) {
        return std::unexpected(directory.error());
    }
    {
        auto writer = base::open_file(*directory / "hutch-init", O_WRONLY | O_CREAT | O_EXCL, 0700);
        if (!writer) {
            return writer;
        }
        if (auto written = base::write_all(*writer, embedded(), directory->path() + "/hutch-init"); !written) {
            return std::unexpected(std::move(written.error()));
        }
    } // a file that is open for writing cannot be executed
    return base::open_file(*directory / "hutch-init", O_RDONLY);
}

/// One of the ways to get at the program, and its name for messages.
struct Way {
    const char* name;
    std::function<Result<base::UniqueFd>()> open;
};

std::vector<Way> ways_to_open()
{
    const char* runtime = ::getenv("XDG_RUNTIME_DIR");
    const std::string private_directory = runtime != nullptr ? runtime : "/dev/shm";
    return {
        {"memfd", in_memfd},
        {"file beside our own", beside_our_executable},
        {"temporary file", [] { return in_temporary_file({}); }},
        {"file in the runtime directory", [private_directory] { return in_temporary_file(private_directory); }},
    };
}

/// A child whose control socket is closed already: it has to exit as one that was never released.
Result<void> probe(const InitProgram& program)
{
    const auto null = base::open_file("/dev/null", O_RDWR);
    if (!null) {
        return std::unexpected(null.error());
    }
    auto control = control_pair();
    if (!control) {
        return std::unexpected(std::move(control.error()));
    }
    control->ours.reset();
    const auto child = launch(program, {.argv = {"hutch-init", "/", "probe"},
                                        .env = {},
                                        .fds = {*null, *null, *null, control->childs},
                                        .cgroup = {},
                                        .namespaces = 0,
                                        .new_session = true});
    if (!child) {
        return std::unexpected(child.error());
    }
    const auto reaped = kernel::reap_within(child->pidfd, probe_patience);
    if (!reaped) {
        return std::unexpected(reaped.error());
    }
    if (!*reaped || (*reaped)->status.code != kernel::wire::exit_runner_gone) {
        return plain_error("hutch-init does not run here");
    }
    return {};
}

/// What we ignore now, and what programs ignore by custom and might ignore later: asking for each signal before each
/// spawn would cost more than executing hutch-init.
std::uint64_t signals_to_reset()
{
    std::uint64_t signals = std::uint64_t{3} << 31; // 32 and 33 are the C library's own, which does not tell
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD, SIGTSTP,
                             SIGTTIN, SIGTTOU, SIGWINCH}) {
        signals |= std::uint64_t{1} << (signal - 1);
    }
    for (int signal = 1; signal <= 64; ++signal) {
        struct sigaction action {};
        if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) {
            signals |= std::uint64_t{1} << (signal - 1);
        }
    }
    return signals;
}

} // namespace

Result<InitProgram> InitProgram::probed(Result<base::UniqueFd> program)
{
    auto fd = program ? out_of_the_way(std::move(*program)) : std::move(program);
    if (!fd) {
        return std::unexpected(std::move(fd.error()));
    }
    auto stack = kernel::CloneStack::create();
    if (!stack) {
        return std::unexpected(std::move(stack.error()));
    }
    InitProgram candidate(std::move(*fd), std::move(*stack), signals_to_reset());
    if (auto works = probe(candidate); !works) {
        return std::unexpected(std::move(works.error()));
    }
    return candidate;
}

Result<InitProgram> InitProgram::open()
{
    Error none{.message = "execute hutch-init:"};
    for (const Way& way : ways_to_open()) {
        auto program = probed(way.open());
        if (program) {
            return program;
        }
        none.code = none.code != 0 ? none.code : program.error().code;
        const char* comma = none.message.ends_with(':') ? "" : ",";
        none.message += fmt::format("{} as a {} ({})", comma, way.name, program.error().message);
    }
    return std::unexpected(std::move(none));
}

} // namespace hutch::spawn
