// See tool.h. posix_spawn(3) and not fork(2): it may be called from a large process, and reports what exec(2) said.
#include "base/tool.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/text.h"

namespace hutch::base {
namespace {

struct Pipe {
    UniqueFd read, write;
};

/// Above the standard three: a runner that was started with one of them closed would get it here, and the child's dup2 would overwrite
/// one end by another.
Result<UniqueFd> above_standard(UniqueFd fd)
{
    if (fd.get() > STDERR_FILENO) {
        return fd;
    }
    UniqueFd above(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!above.valid()) {
        return system_error("duplicate a pipe's end");
    }
    return above;
}

/// Only our end is non-blocking: the flag belongs to the open file, and the two ends are two.
Result<Pipe> open_pipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return system_error("open a pipe");
    }
    auto read = above_standard(UniqueFd(ends[0]));
    auto write = above_standard(UniqueFd(ends[1]));
    if (!read || !write) {
        return std::unexpected(!read ? read.error() : write.error());
    }
    if (::fcntl(read->get(), F_SETFL, O_NONBLOCK) != 0) {
        return system_error("make a pipe non-blocking");
    }
    return Pipe{std::move(*read), std::move(*write)};
}

/// posix_spawn's two objects, destroyed together. The first error of any step counts.
class SpawnPlan {
  public:
    SpawnPlan()
    {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan()
    {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    void streams(int out, int err, const std::string& cwd)
    {
        note(::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
        note(::posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO));
        note(::posix_spawn_file_actions_adddup2(&actions_, err, STDERR_FILENO));
        // What our own parent left open without close-on-exec is none of the tool's business either.
        note(::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1));
        if (!cwd.empty()) {
            note(::posix_spawn_file_actions_addchdir_np(&actions_, cwd.c_str()));
        }
    }
    void signals_and_group()
    {
        sigset_t none, all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        note(::posix_spawnattr_setsigmask(&attributes_, &none)); // the runner blocks what its event loop reads
        note(::posix_spawnattr_setsigdefault(&attributes_, &all));
        note(::posix_spawnattr_setpgroup(&attributes_, 0));
        note(::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
    }
    /// An errno value, 0 for success.
    int spawn(pid_t& pid, const std::vector<std::string>& argv)
    {
        std::vector<char*> words;
        words.reserve(argv.size() + 1);
        for (const std::string& word : argv) {
            words.push_back(const_cast<char*>(word.c_str())); // posix_spawn's signature; it does not write
        }
        words.push_back(nullptr);
        return error_ != 0 ? error_ : ::posix_spawnp(&pid, words[0], &actions_, &attributes_, words.data(), environ);
    }

  private:
    void note(int error) { error_ = error_ != 0 ? error_ : error; }

    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
    int error_ = 0;
};

/// The running program. Whoever drops it leaves nothing behind: the group is killed and the program reaped.
class Child {
  public:
    explicit Child(pid_t pid) : pid_(pid) {}
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() { end(); }

    pid_t pid() const { return pid_; }
    /// waitpid(2)'s status. The group is killed first: as long as the leader is not reaped, its id cannot be another group's.
    Result<int> end()
    {
        if (pid_ <= 0) {
            return plain_error("the program was reaped already");
        }
        const pid_t pid = std::exchange(pid_, 0);
        ::kill(-pid, SIGKILL);
        int status = 0;
        while (::waitpid(pid, &status, 0) < 0) {
            if (errno != EINTR) {
                return system_error("wait for a program");
            }
        }
        return status;
    }

  private:
    pid_t pid_;
};

/// One stream's bytes so far.
struct Stream {
    UniqueFd fd; ///< invalid: its end was seen
    std::string_view name;
    std::string bytes;
};

/// What is there now, by at most `reads` reads: one that writes faster than we read must not keep us from the clock. An error: more than
/// `most_bytes`, or the read itself.
Result<void> drain(Stream& stream, std::size_t most_bytes, std::size_t reads)
{
    std::array<char, 64 * 1024> buffer;
    for (; stream.fd.valid() && reads > 0; --reads) {
        const ssize_t count = ::read(stream.fd.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0 && errno == EAGAIN) {
            break;
        }
        if (count < 0) {
            return system_error(fmt::format("read its {}", stream.name));
        }
        if (count == 0) {
            stream.fd.reset();
            break;
        }
        if (static_cast<std::size_t>(count) > most_bytes - stream.bytes.size()) {
            std::string message = fmt::format("more than {} on its {}", format_bytes(most_bytes), stream.name);
            return std::unexpected(Error{.message = std::move(message), .code = EFBIG});
        }
        stream.bytes.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return {};
}

Error not_finished(Milliseconds timeout)
{
    return {.message = fmt::format("not finished after {}", format_duration(timeout)), .code = ETIMEDOUT};
}

/// Reads both until the program has ended. What it wrote last may be in the pipes still.
Result<void> read_until_end(int pidfd, std::array<Stream, 2>& streams, std::size_t most_bytes, Milliseconds timeout)
{
    const Deadline deadline = Deadline::after(timeout);
    for (bool ended = false; !ended;) {
        std::array<pollfd, 3> watched{{{streams[0].fd.get(), POLLIN, 0}, {streams[1].fd.get(), POLLIN, 0}, {pidfd, POLLIN, 0}}};
        const int ready = ::poll(watched.data(), watched.size(), deadline.poll_timeout());
        if (ready < 0 && errno != EINTR) {
            return system_error("poll");
        }
        ended = ready > 0 && watched[2].revents != 0;
        if (!ended && deadline.passed()) { // not only where poll() says so: what writes without end is always ready
            return std::unexpected(not_finished(timeout));
        }
        for (Stream& stream : streams) {
            if (auto drained = drain(stream, most_bytes, 4); !drained) {
                return drained;
            }
        }
    }
    return {};
}

/// "run 'ctest --show-only=json-v1': …": the command is cut, an argument may be a whole script.
Error said_of(const std::vector<std::string>& argv, Error error)
{
    constexpr std::size_t longest = 120;
    std::string command = join(argv, " ");
    if (const std::size_t line = command.find('\n'); command.size() > longest || line != std::string::npos) {
        command = command.substr(0, std::min(longest, line)) + "…";
    }
    error.message = fmt::format("run '{}': {}", command, error.message);
    return error;
}

Result<ToolOutput> run(const std::vector<std::string>& argv, const std::string& cwd, std::size_t most_bytes, Milliseconds timeout)
{
    auto out = open_pipe();
    auto err = open_pipe();
    if (!out || !err) {
        return std::unexpected(!out ? out.error() : err.error());
    }
    SpawnPlan plan;
    plan.streams(out->write.get(), err->write.get(), cwd);
    plan.signals_and_group();
    pid_t pid = 0;
    if (const int error = plan.spawn(pid, argv); error != 0) {
        return std::unexpected(Error{.message = std::generic_category().message(error), .code = error});
    }
    Child child(pid);
    out->write.reset();
    err->write.reset();
    // By number and not pidfd_open(): <sys/pidfd.h> came with glibc 2.36.
    const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); // close-on-exec by itself
    if (!pidfd.valid()) {
        return system_error("open a pidfd");
    }
    std::array<Stream, 2> streams{{{std::move(out->read), "standard output", {}}, {std::move(err->read), "standard error", {}}}};
    if (auto read = read_until_end(pidfd.get(), streams, most_bytes, timeout); !read) {
        return std::unexpected(read.error());
    }
    const auto status = child.end(); // from here on, nobody of its group writes any more
    if (!status) {
        return std::unexpected(status.error());
    }
    for (Stream& stream : streams) {
        if (auto drained = drain(stream, most_bytes, std::numeric_limits<std::size_t>::max()); !drained) {
            return std::unexpected(drained.error());
        }
    }
    if (!WIFEXITED(*status)) {
        return plain_error(fmt::format("ended by signal {}", WTERMSIG(*status)));
    }
    return ToolOutput{WEXITSTATUS(*status), std::move(streams[0].bytes), std::move(streams[1].bytes)};
}

} // namespace

Result<ToolOutput> run_tool(const std::vector<std::string>& argv, const std::string& cwd, std::size_t most_bytes, Milliseconds timeout)
{
    if (argv.empty() || argv[0].empty()) {
        return plain_error("run a tool: no command");
    }
    auto output = run(argv, cwd, most_bytes, timeout);
    return output ? std::move(output) : std::unexpected(said_of(argv, std::move(output).error()));
}

} // namespace hutch::base
