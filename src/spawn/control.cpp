// The runner's side of the control socket, from release to the end. Nothing here waits.
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cstring>

#include "kernel/init_wire.h"
#include "kernel/pidfd.h"
#include "spawn/failure_text.h"
#include "spawn/launch.h"
#include "spawn/spawn.h"

namespace hutch::spawn {

namespace wire = kernel::wire;

namespace {

void add_rlimit(wire::Orders& wired, std::uint32_t resource, std::optional<std::uint64_t> value)
{
    if (value) {
        wired.rlimits[wired.rlimit_count++] = {.resource = resource, .unused = 0, .value = *value};
    }
}

std::uint32_t flags_of(const Held& child, const Orders& orders)
{
    std::uint32_t flags = 0;
    flags |= child.stay ? wire::order_flag::stay : 0;
    flags |= child.new_session ? wire::order_flag::new_session : 0;
    flags |= orders.nice ? wire::order_flag::nice : 0;
    flags |= orders.oom_score_adj ? wire::order_flag::oom_score_adj : 0;
    return flags;
}

ExitStatus from_wait_status(int status)
{
    ExitStatus result;
    if (WIFEXITED(status)) {
        result.code = WEXITSTATUS(status);
    } else if (WIFSIGNALED(status)) {
        result.signal = WTERMSIG(status);
        result.core_dumped = WCOREDUMP(status);
    }
    return result;
}

/// A packet of any kind that hutch-init sends; the longest is Failed.
struct Packet {
    alignas(wire::Failed) std::array<std::byte, sizeof(wire::Failed)> bytes{};
    std::size_t size = 0;

    template <class T> std::optional<T> as(std::size_t at_least = sizeof(T)) const
    {
        if (size < at_least) {
            return std::nullopt;
        }
        T result{};
        std::memcpy(&result, bytes.data(), std::min(size, sizeof(T)));
        return result;
    }
};

Result<Message> understand(const Held& child, const Packet& packet)
{
    const auto nonsense = [&] {
        return plain_error(fmt::format("hutch-init (pid {}) sent {} bytes that mean nothing", child.pid, packet.size));
    };
    const auto header = packet.as<wire::Header>();
    if (!header || header->magic != wire::magic) {
        return nonsense();
    }
    Message message;
    if (header->kind == wire::Kind::executed && child.stay) {
        message.kind = Message::Kind::executed;
        return message;
    }
    if (const auto exited = packet.as<wire::Exited>(); header->kind == wire::Kind::exited && exited) {
        message.kind = Message::Kind::exited;
        message.status = from_wait_status(exited->wait_status);
        message.cpu_usec = exited->cpu_usec;
        return message;
    }
    const auto failed = packet.as<wire::Failed>(offsetof(wire::Failed, text));
    if (!failed || !wire::is_whole(*failed, wire::Kind::failed, static_cast<long>(packet.size))) {
        return nonsense();
    }
    message.kind = Message::Kind::failed;
    message.code = failed->code;
    message.at_exec = failed->step == wire::Step::exec;
    message.text = describe_failure(*failed, failed->text_bytes > 0 ? failed->text : "");
    return message;
}

} // namespace

Result<void> release(const Held& child, const Orders& orders)
{
    wire::Orders wired;
    std::memset(&wired, 0, offsetof(wire::Orders, text));
    wired.header = {wire::magic, wire::Kind::orders};
    wired.flags = flags_of(child, orders);
    wired.umask = orders.umask;
    wired.nice = orders.nice.value_or(0);
    wired.oom_score_adj = orders.oom_score_adj.value_or(0);
    add_rlimit(wired, RLIMIT_NOFILE, orders.open_files);
    add_rlimit(wired, RLIMIT_CORE, orders.core_size);
    add_rlimit(wired, RLIMIT_FSIZE, orders.file_size);
    add_rlimit(wired, RLIMIT_DATA, orders.address_data);
    if (!orders.work_dir.empty()) {
        if (orders.work_dir.size() >= sizeof(wired.text)) {
            return system_error(fmt::format("enter '{}'", orders.work_dir), ENAMETOOLONG);
        }
        std::memcpy(wired.text, orders.work_dir.c_str(), orders.work_dir.size() + 1);
        wired.text_bytes = static_cast<std::uint32_t>(orders.work_dir.size() + 1);
    }
    return send_packet(child.control, &wired, wire::bytes_of(wired), fmt::format("send orders to pid {}", child.pid));
}

Result<Message> receive(const Held& child)
{
    Packet packet;
    ssize_t got = -1;
    do {
        got = ::recv(child.control.get(), packet.bytes.data(), packet.bytes.size(), MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return Message{};
    }
    if (got < 0) { // ECONNRESET: it died with our packet unread, and so before it could execute anything
        return system_error(fmt::format("receive from hutch-init (pid {})", child.pid));
    }
    if (got > 0) {
        packet.size = static_cast<std::size_t>(got);
        return understand(child, packet);
    }
    if (child.stay) {
        return plain_error(fmt::format("hutch-init (pid {}) has gone", child.pid));
    }
    return Message{.kind = Message::Kind::executed};
}

Result<void> finish(const Held& child)
{
    const wire::Plain message{{wire::magic, wire::Kind::finish}};
    auto sent = send_packet(child.control, &message, sizeof(message), fmt::format("send finish to pid {}", child.pid));
    const bool gone = !sent && (sent.error().code == EPIPE || sent.error().code == ECONNRESET);
    return gone ? Result<void>{} : sent;
}

Result<void> signal_group(const Held& child, bool stay, int signal)
{
    if (stay) {
        const wire::Signal message{{wire::magic, wire::Kind::signal}, signal};
        return send_packet(child.control, &message, sizeof(message),
                           fmt::format("send signal {} to pid {}", signal, child.pid));
    }
    if (!child.new_session) {
        return kernel::send_signal(child.pidfd, signal);
    }
    if (auto ours = kernel::send_signal(child.pidfd, 0); !ours) { // reaped: the number may be somebody else's
        return ours;
    }
    if (::kill(-child.pid, signal) != 0) {
        return system_error(fmt::format("signal {} to process group {}", signal, child.pid));
    }
    return {};
}

Result<std::optional<ExitStatus>> reap(const Held& child)
{
    auto reaped = kernel::reap(child.pidfd);
    if (!reaped) {
        return std::unexpected(std::move(reaped.error()));
    }
    return *reaped ? std::optional(std::move((*reaped)->status)) : std::nullopt;
}

} // namespace hutch::spawn
