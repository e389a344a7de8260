#include "run/trial.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>

#include <array>
#include <chrono>
#include <csignal>

#include <fmt/format.h>

#include "base/file.h"
#include "kernel/pidfd.h"

namespace hutch::run {

namespace {

constexpr auto patience = std::chrono::seconds(10);

/// In the order of blame: what the others cannot do without comes first.
struct CloneFlag {
    std::uint64_t flag;
    Feature feature;
};
constexpr std::array<CloneFlag, 7> clone_flags{{{CLONE_NEWUSER, Feature::user_namespace},
                                                {CLONE_NEWNS, Feature::mount_namespace},
                                                {CLONE_NEWPID, Feature::pid_namespace},
                                                {CLONE_NEWNET, Feature::network},
                                                {CLONE_NEWIPC, Feature::ipc_namespace},
                                                {CLONE_NEWUTS, Feature::uts_namespace},
                                                {CLONE_NEWCGROUP, Feature::cgroup_namespace}}};

class Trial {
  public:
    Trial(const spawn::InitProgram& init, const plan::Sandbox& sandbox, const TrialPlace& place, base::BorrowedFd null)
        : init_(init), sandbox_(sandbox), place_(place), null_(null)
    {}

    Result<std::optional<TrialFailure>> run()
    {
        auto held = spawn::spawn_held(init_, request(sandbox_.setup.clone_flags));
        if (!held) {
            return blame_clone(held.error());
        }
        child_ = std::move(*held);
        if (auto released = spawn::release(child_, {.work_dir = place_.work_dir, .attempt_dir = place_.attempt_dir});
            !released) {
            return std::unexpected(std::move(released.error()));
        }
        return listen();
    }

  private:
    spawn::Request request(std::uint64_t flags) const
    {
        spawn::Request request{.program = "/proc/self/exe", .argv = {"hutch-nothing"}};
        request.streams = {.in = null_, .out = null_, .err = null_};
        request.stay = sandbox_.stay;
        request.clone_flags = flags;
        if (sandbox_.image.valid()) {
            request.setup = base::BorrowedFd(sandbox_.image);
        }
        return request;
    }

    /// The kernel refuses all flags together: each one is tried alone, with the user namespace that it needs.
    Result<std::optional<TrialFailure>> blame_clone(const Error& error) const
    {
        const std::uint64_t user = sandbox_.setup.clone_flags & CLONE_NEWUSER;
        for (const auto& [flag, feature] : clone_flags) {
            if ((sandbox_.setup.clone_flags & flag) == 0) {
                continue;
            }
            const auto held = spawn::spawn_held(init_, request(flag | user)); // told nothing, it leaves
            if (!held) {
                return TrialFailure{.feature = feature,
                                    .text = "clone a child into namespaces of its own" + reason_of(held.error()),
                                    .code = held.error().code,
                                    .at_clone = true};
            }
            bury(*held);
        }
        return std::unexpected(error);
    }

    /// The same words for each flag that is refused for the same reason.
    static std::string reason_of(const Error& error)
    {
        return error.code != 0 ? system_error("", error.code).error().message : ": " + error.message;
    }

    static void bury(const spawn::Held& held)
    {
        (void)kernel::send_signal(held.pidfd, SIGKILL);
        (void)kernel::reap_within(held.pidfd, patience);
    }

    Result<std::optional<TrialFailure>> listen()
    {
        std::optional<TrialFailure> failure;
        std::optional<Error> error;
        bool over = false;
        while (!over && !error) {
            pollfd control{.fd = child_.control.get(), .events = POLLIN, .revents = 0};
            if (::poll(&control, 1, std::chrono::milliseconds(patience).count()) <= 0) {
                error = Error{.message = "try the sandbox: hutch-init does not answer"};
                break;
            }
            auto message = spawn::receive(child_);
            if (!message) {
                error = message.error();
                break;
            }
            over = message->kind == spawn::Message::Kind::exited || message->kind == spawn::Message::Kind::failed ||
                   (message->kind == spawn::Message::Kind::executed && !child_.stay);
            if (message->kind == spawn::Message::Kind::failed) {
                understand(*message, failure, error);
            }
        }
        if (child_.stay && !failure && !error) {
            (void)spawn::finish(child_);
        }
        return end(std::move(failure), std::move(error));
    }

    void understand(const spawn::Message& message, std::optional<TrialFailure>& failure,
                    std::optional<Error>& error) const
    {
        const kernel::SetupStep* step = message.setup_step ? sandbox_.setup.step(*message.setup_step) : nullptr;
        if (step != nullptr) {
            failure = TrialFailure{.feature = step->feature, .text = message.text, .code = message.code};
        } else {
            error = Error{.message = fmt::format("try the sandbox: {}", message.text), .code = message.code};
        }
    }

    Result<std::optional<TrialFailure>> end(std::optional<TrialFailure> failure, std::optional<Error> error) const
    {
        const auto reaped = kernel::reap_within(child_.pidfd, patience);
        if (!reaped || !*reaped) {
            bury(child_);
        }
        if (error) {
            return std::unexpected(std::move(*error));
        }
        const bool lived = reaped && *reaped && (*reaped)->status.code == 0;
        if (!failure && !lived) {
            return plain_error("try the sandbox: the program that does nothing has not ended well in it");
        }
        return failure;
    }

    const spawn::InitProgram& init_;
    const plan::Sandbox& sandbox_;
    const TrialPlace& place_;
    base::BorrowedFd null_;
    spawn::Held child_;
};

} // namespace

Result<std::optional<TrialFailure>> try_sandbox(const spawn::InitProgram& init, const plan::Sandbox& sandbox,
                                                const TrialPlace& place)
{
    const auto null = base::open_file("/dev/null", O_RDWR | O_CLOEXEC);
    if (!null) {
        return std::unexpected(null.error());
    }
    return Trial(init, sandbox, place, *null).run();
}

} // namespace hutch::run
