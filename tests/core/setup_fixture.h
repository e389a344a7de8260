// Tests that are executed in a world of their own: as root, as root in a user namespace, and as nobody (uid 65534) in one. What they print
// is compared as text. A world is written out in the test that needs it.
#pragma once

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <grp.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

#include "base/temp_dir.h"
#include "kernel/setup.h"
#include "unit/spawn/spawn_fixture.h"

namespace hutch::spawn {

using kernel::wire::Op;
using World = kernel::Setup; // gtest keeps the name Setup for itself
using Step = kernel::SetupStep;
namespace step_flag = kernel::wire::step_flag;

enum class Who { root, root_in_user_namespace, nobody };
inline constexpr unsigned nobody_id = 65534;

inline std::string name_of(const ::testing::TestParamInfo<Who>& who)
{
    return who.param == Who::root ? "Root" : who.param == Who::nobody ? "Nobody" : "RootInUserNamespace";
}

/// Steps that many worlds have.
inline Step apart()
{
    return {.op = Op::propagation, .number = MS_SLAVE, .texts = {"/"}};
}
inline Step mounted(std::string type, std::string target, std::string options = {},
                    std::uint64_t flags = MS_NOSUID | MS_NODEV)
{
    return {.op = Op::mount, .number = flags, .texts = {type, std::move(target), type, std::move(options)}};
}
inline Step bound(std::string source, std::string target)
{
    return {.op = Op::bind, .number = 1, .texts = {std::move(source), std::move(target)}};
}
inline Step moved(std::string source, std::string target)
{
    return {.op = Op::mount, .number = MS_MOVE, .texts = {std::move(source), std::move(target)}};
}
inline Step made(std::string directory, std::uint64_t mode = 0755)
{
    return {.op = Op::make_dir, .number = mode, .texts = {std::move(directory)}};
}
inline Step attributes(std::string path, std::uint64_t set, std::uint64_t clear, bool recursive)
{
    return {.op = Op::set_attributes,
            .flags = recursive ? step_flag::recursive : std::uint16_t{0},
            .number = set,
            .other = clear,
            .texts = {std::move(path)}};
}

class SetupFixture : public SpawnFixture {
  protected:
    void SetUp() override
    {
        SpawnFixture::SetUp();
        ASSERT_EQ(::geteuid(), 0U) << "these tests need root, and become somebody else by themselves";
        std::filesystem::permissions(directory_.path(), std::filesystem::perms(0777)); // nobody's, too
        for (const char* name : {"work", "attempt"}) {
            std::filesystem::create_directory(directory_.path() + "/" + name);
            std::filesystem::permissions(directory_.path() + "/" + name, std::filesystem::perms(0777));
        }
    }

    std::string work() const { return directory_.path() + "/work"; }
    std::string attempt() const { return directory_.path() + "/attempt"; }
    const std::string& base() const { return directory_.path(); }

    /// What `script` prints in `world`; "failed STEP ERRNO: TEXT" when it could not be executed. A script that does not exit with 0 has
    /// "exit N" or "signal N" appended.
    std::string said(Who who, World world, const std::string& script)
    {
        if (who != Who::root) {
            world.clone_flags |= CLONE_NEWUSER;
        }
        if (who != Who::nobody) {
            return run(world, script);
        }
        return as_nobody([&] { return run(world, script); });
    }

    std::string run(const World& world, const std::string& script)
    {
        const auto image = kernel::lay_out(world).value();
        Request request = shell(script);
        request.clone_flags = world.clone_flags;
        request.setup = image;
        request.stay = stay_ || (world.clone_flags & CLONE_NEWPID) != 0;
        request.network = network_;
        auto held = try_hold(std::move(request));
        if (!held) {
            return "not born: " + held.error().message;
        }
        const auto released =
            release(held->held, {.work_dir = work(), .attempt_dir = attempt_dir_.empty() ? attempt() : attempt_dir_});
        return released ? ending(*held) : "not released: " + released.error().message;
    }

    /// What `action` returns, done by a process that is nobody.
    static std::string as_nobody(const std::function<std::string()>& action)
    {
        return in_a_child([&] {
            const bool dropped = ::setgroups(0, nullptr) == 0 && ::setresgid(nobody_id, nobody_id, nobody_id) == 0 &&
                                 ::setresuid(nobody_id, nobody_id, nobody_id) == 0;
            ::prctl(PR_SET_DUMPABLE, 1); // else /proc/self, and the maps in it, are root's
            return dropped ? action() : "cannot become nobody";
        });
    }

    static std::string in_a_child(const std::function<std::string()>& action)
    {
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const std::string result = action();
            (void)base::write_all(base::BorrowedFd(ends[1]), result, "pipe");
            ::_exit(0);
        }
        ::close(ends[1]);
        std::string result;
        std::array<char, 4096> buffer{};
        for (ssize_t got = 1; got > 0;) {
            got = ::read(ends[0], buffer.data(), buffer.size());
            result.append(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
        }
        ::close(ends[0]);
        ::waitpid(child, nullptr, 0);
        return result;
    }

    bool stay_ = false;       ///< hutch-init stays without a PID namespace, too
    std::string attempt_dir_; ///< empty: attempt()
    std::optional<base::BorrowedFd> network_;
    /// Given the listener of a filter, while the test runs.
    std::function<void(base::BorrowedFd)> on_listener_;

  private:
    std::string ending(Running& child)
    {
        const bool stay = child.held.stay;
        for (;;) {
            auto message = child.next();
            if (!message) {
                return "lost: " + message.error().message;
            }
            if (message->kind == Message::Kind::failed) {
                (void)child.wait();
                const int step = message->setup_step ? static_cast<int>(*message->setup_step) : -1;
                return "failed " + std::to_string(step) + " " + std::to_string(message->code) + ": " + message->text;
            }
            if (message->kind == Message::Kind::listener && on_listener_) {
                on_listener_(message->listener);
            }
            if (message->kind == Message::Kind::exited) {
                (void)finish(child.held);
                EXPECT_EQ(child.wait(), exited_with(0)) << "hutch-init itself";
                return with_status(child, message->status);
            }
            if (message->kind == Message::Kind::executed && !stay) {
                const ExitStatus status = child.wait();
                return with_status(child, status);
            }
        }
    }

    static std::string with_status(Running& child, const ExitStatus& status)
    {
        std::string text = child.output();
        if (status.signal) {
            return text + "signal " + std::to_string(*status.signal);
        }
        return status.code == 0 ? text : text + "exit " + std::to_string(status.code.value_or(-1));
    }

    base::TempDir directory_ = base::TempDir::create("hutch-world-", "/var/tmp").value();
};

/// The same world for each of them.
class WorldOf : public SetupFixture, public ::testing::WithParamInterface<Who> {
  protected:
    std::string seen(World world, const std::string& script) { return said(GetParam(), std::move(world), script); }
};

} // namespace hutch::spawn
