#include "run/interrupts.h"

#include <csignal>
#include <utility>

#include <unistd.h>

namespace hutch::run {

Result<Interrupts> Interrupts::watch(sd::EventLoop& loop, Handlers handlers)
{
    Interrupts interrupts;
    interrupts.state_ = std::make_unique<State>(State{.handlers = std::move(handlers)});
    State* state = interrupts.state_.get();
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
        auto source = loop.on_signal(signal, [state, signal] { state->handlers.end(signal, state->ends++ > 0); });
        if (!source) {
            return std::unexpected(source.error());
        }
        interrupts.sources_.push_back(std::move(*source));
    }
    auto source = loop.on_signal(SIGTSTP, [state] { state->handlers.suspend(); });
    if (!source) {
        return std::unexpected(source.error());
    }
    interrupts.sources_.push_back(std::move(*source));
    return interrupts;
}

void Interrupts::stop_this_process()
{
    // SIGTSTP itself is blocked and read by signalfd; SIGSTOP cannot be, and the shell sees the same "stopped".
    ::kill(::getpid(), SIGSTOP);
}

} // namespace hutch::run
