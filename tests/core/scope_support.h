// What the core tests of src/scope share: shell scripts born into a place, and waits with a bound.
#pragma once

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "kernel/clone3.h"
#include "kernel/pidfd.h"
#include "scope/scope.h"

namespace hutch::test {

/// The child starts with all signals blocked, and a shell waits for its children by SIGCHLD. It inherits orphans, as
/// hutch-init does.
inline int execute_script(void* argument)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    prctl(PR_SET_CHILD_SUBREAPER, 1L);
    const char* const arguments[] = {"sh", "-c", static_cast<const char*>(argument), nullptr};
    const char* const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", nullptr};
    ::execve("/bin/sh", const_cast<char**>(arguments), const_cast<char**>(environment));
    return 127;
}

/// Until `condition` holds, at most five seconds.
inline bool eventually(const std::function<bool()>& condition)
{
    const auto deadline = base::Deadline::after(std::chrono::seconds(5));
    while (!deadline.passed()) {
        if (condition()) {
            return true;
        }
        ::usleep(500);
    }
    return condition();
}

/// `sh -c script`, killed and reaped in the end.
class Script {
  public:
    Script(const scope::Place& place, std::string script)
    {
        static const auto stack = kernel::CloneStack::create().value();
        auto child = kernel::clone_vfork(stack, {.cgroup = place.cgroup}, execute_script, script.data());
        EXPECT_TRUE(child) << child.error().message;
        if (child) {
            child_ = std::move(*child);
        }
    }
    Script(const Script&) = delete;
    ~Script()
    {
        if (child_.pid > 0) {
            (void)kernel::send_signal(child_.pidfd, SIGKILL);
            (void)end();
        }
    }
    int pid() const { return child_.pid; }
    base::BorrowedFd pidfd() const { return child_.pidfd; }
    /// Waits for it; unset if it does not end.
    std::optional<ExitStatus> end()
    {
        const auto reaped = kernel::reap_within(child_.pidfd, std::chrono::seconds(5));
        if (!reaped || !*reaped) {
            return std::nullopt;
        }
        child_.pid = 0;
        return (*reaped)->status;
    }

  private:
    kernel::CloneResult child_;
};

/// admit(), for managers that answer at once.
inline Result<Enforced> admit_now(scope::ScopeManager& manager, scope::Scope& scope, int pid, const Limits& limits = {})
{
    Result<Enforced> answer = plain_error("admit: no answer");
    manager.admit(scope, pid, limits, [&](Result<Enforced> enforced) { answer = std::move(enforced); });
    return answer;
}

} // namespace hutch::test
