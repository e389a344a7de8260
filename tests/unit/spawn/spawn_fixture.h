// Runs real children through hutch-init and waits for what they say, with a deadline. Leaves no process behind.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "kernel/pidfd.h"
#include "kernel/process.h"
#include "spawn/output.h"
#include "spawn/spawn.h"

namespace hutch::spawn {

inline constexpr auto test_patience = std::chrono::seconds(10);

/// Waits until `condition` holds; false when it does not within the patience of a test.
template <class Condition> bool eventually(Condition condition, Microseconds patience = test_patience)
{
    const auto deadline = base::Deadline::after(patience);
    while (!condition()) {
        if (deadline.passed()) {
            return false;
        }
        ::usleep(500);
    }
    return true;
}

inline ExitStatus exited_with(int code)
{
    ExitStatus status;
    status.code = code;
    return status;
}

inline bool is_gone(int pid)
{
    const auto stat = kernel::process_stat(pid);
    return !stat || stat->is_zombie();
}

/// A child, its output, and what became of it.
class Running {
  public:
    Running(Held child, OutputPipe output) : held(std::move(child)), out(std::move(output)) {}
    Running(Running&&) noexcept = default;
    ~Running()
    {
        if (held.pidfd.valid()) {
            (void)kernel::send_signal(held.pidfd, SIGKILL);
            (void)kernel::reap_within(held.pidfd, test_patience);
        }
    }

    /// The next message that is not `none`.
    Result<Message> next()
    {
        if (!held.control.valid()) {
            return receive(held);
        }
        pollfd readable{held.control.get(), POLLIN, 0};
        if (::poll(&readable, 1, 10'000) != 1) {
            return plain_error("no message in ten seconds");
        }
        return receive(held);
    }

    Message expect(Message::Kind kind)
    {
        auto message = next();
        if (!message) {
            ADD_FAILURE() << message.error().message;
            return {};
        }
        EXPECT_EQ(message->kind, kind) << message->text;
        return std::move(*message);
    }

    /// A staying hutch-init says nothing of the exec: waits until there is a program below it, or it has spoken because that has ended.
    void executes()
    {
        EXPECT_TRUE(eventually([&] {
            pollfd readable{held.control.get(), POLLIN, 0};
            return ::poll(&readable, 1, 0) == 1 || std::ranges::any_of(kernel::descendants_of(held.pid), [](int pid) {
                       const auto stat = kernel::process_stat(pid);
                       return stat && stat->executed;
                   });
        }));
    }

    ExitStatus wait()
    {
        const auto reaped = kernel::reap_within(held.pidfd, test_patience);
        if (!reaped || !*reaped) {
            ADD_FAILURE() << "not reaped: " << (reaped ? "still runs" : reaped.error().message);
            return {};
        }
        return (*reaped)->status;
    }

    /// All that was written until now.
    std::string output()
    {
        (void)out.drain();
        return out.kept().head() + out.kept().tail();
    }

    /// Waits for a whole line and returns it as a number: a script's "echo $!".
    int number()
    {
        EXPECT_TRUE(eventually([&] { return output().find('\n') != std::string::npos; }));
        return std::atoi(output().c_str());
    }

    Held held;
    OutputPipe out;
};

class SpawnFixture : public ::testing::Test {
  protected:
    void SetUp() override
    {
        auto program = InitProgram::open();
        ASSERT_TRUE(program) << program.error().message;
        init_.emplace(std::move(*program));
        auto null = base::open_file("/dev/null", O_RDWR);
        ASSERT_TRUE(null) << null.error().message;
        null_ = std::move(*null);
    }

    static Request shell(std::string script)
    {
        Request request;
        request.program = "/bin/sh";
        request.argv = {"sh", "-c", std::move(script)};
        request.env = {"PATH=/usr/bin:/bin", "HUTCH=1"};
        return request;
    }

    /// A held child, or with orders one that was released at its birth; or an Error. Its stdout and stderr go into one pipe.
    Result<Running> try_hold(Request request, const Orders* orders = nullptr)
    {
        auto out = OutputPipe::open(std::size_t{1} << 20);
        if (!out) {
            return std::unexpected(out.error());
        }
        request.streams = {.in = null_, .out = out->write_end(), .err = out->write_end()};
        auto held = orders == nullptr ? spawn_held(init(), request) : spawn_released(init(), request, *orders);
        if (!held) {
            return std::unexpected(held.error());
        }
        out->close_write_end();
        return Running(std::move(*held), std::move(*out));
    }

    Running hold(Request request)
    {
        auto running = try_hold(std::move(request));
        if (!running) {
            ADD_FAILURE() << running.error().message;
            std::abort(); // nothing of the test makes sense without a child
        }
        return std::move(*running);
    }

    Running start(Request request, const Orders& orders = {})
    {
        Running running = hold(std::move(request));
        const auto released = release(running.held, orders);
        EXPECT_TRUE(released) << (released ? "" : released.error().message);
        return running;
    }

    Running start_at_birth(Request request, const Orders& orders = {})
    {
        auto running = try_hold(std::move(request), &orders);
        if (!running) {
            ADD_FAILURE() << running.error().message;
            std::abort();
        }
        return std::move(*running);
    }

    const InitProgram& init() const { return *init_; }
    base::BorrowedFd null() const { return null_; }

  private:
    std::optional<InitProgram> init_;
    base::UniqueFd null_;
};

} // namespace hutch::spawn
