#include "run/denials.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "kernel/process.h"
#include "kernel/seccomp_listener.h"
#include "kernel/syscall_names.h"

namespace hutch::run {

namespace {

constexpr int answers_a_turn = 64; ///< 3 µs each, 15 µs where the name has to be read

} // namespace

Result<void> Denials::watch(sd::EventLoop& loop, base::UniqueFd listener,
                            std::shared_ptr<const kernel::CallTable> table)
{
    close();
    auto source = loop.on_fd(listener, EPOLLIN, [this](std::uint32_t events) { on_ready(events); });
    if (!source) {
        return std::unexpected(std::move(source.error()));
    }
    table_ = std::move(table);
    listener_ = std::move(listener);
    source_ = std::move(*source);
    return {};
}

void Denials::finish()
{
    while (watching() && answer_some()) {
    }
    close();
}

void Denials::add_to(Evidence& evidence) const
{
    evidence.denied = listed_;
    evidence.denied_count = count_;
}

void Denials::on_ready(std::uint32_t events)
{
    const bool waits = (events & EPOLLIN) != 0;
    // EPOLLHUP comes with the last filtered process (5.9): nobody is left to wait.
    if (!waits || (!answer_some() && (events & EPOLLHUP) != 0)) {
        close();
    }
}

/// Whether at least one was answered.
bool Denials::answer_some()
{
    for (int answered = 0; answered < answers_a_turn; ++answered) {
        const auto notice = kernel::next_notice(listener_);
        if (!notice) {
            close(); // a listener that cannot be read is no listener: better ENOSYS for the test than a loop for the run
            return false;
        }
        if (!*notice) {
            return answered > 0;
        }
        note(**notice);
        if (!kernel::refuse(listener_, (*notice)->id, EPERM)) {
            close();
            return false;
        }
    }
    return true;
}

/// What the call is and which rule denied it, without the command.
DeniedCall Denials::described(const kernel::CallNotice& notice) const
{
    DeniedCall call{.number = notice.number, .pid = notice.pid};
    if (table_) {
        const kernel::CallRule& says = kernel::decide(*table_, notice.number, notice.arguments);
        call.name = says.name;
        call.rule = says.rule;
    }
    if (call.name.empty()) {
        call.name = kernel::call_name(notice.number);
    }
    return call;
}

/// Reads the command only for what may have to be listed: a flood costs no look into /proc.
void Denials::note(const kernel::CallNotice& notice)
{
    ++count_;
    if (listed_.size() >= denied_listed) {
        return;
    }
    DeniedCall call = described(notice);
    const auto listed = [&](auto member) {
        return std::ranges::any_of(
            listed_, [&](const DeniedCall& each) { return each.name == call.name && each.*member == call.*member; });
    };
    if (call.pid != 0 && listed(&DeniedCall::pid)) {
        return;
    }
    auto comm = call.pid != 0 ? kernel::process_name(call.pid) : std::nullopt;
    if (comm && kernel::still_waits(listener_, notice.id)) { // else the number may be another process's by now
        call.comm = std::move(*comm);
    }
    if (!listed(&DeniedCall::comm)) {
        listed_.push_back(std::move(call));
    }
}

void Denials::close()
{
    source_.reset();
    listener_.reset();
}

} // namespace hutch::run
