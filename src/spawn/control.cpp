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

std::uint32_t flags_of(const Held& child, const Orders& orders)
{
    std::uint32_t flags = 0;
    flags |= child.stay ? wire::order_flag::stay : 0;
    flags |= child.new_session ? wire::order_flag::new_session : 0;
    flags |= orders.nice ? wire::order_flag::nice : 0;
    flags |= orders.oom_score_adj ? wire::order_flag::oom_score_adj : 0;
    flags |= child.setup ? wire::order_flag::setup : 0;
    flags |= child.network ? wire::order_flag::network : 0;
    flags |= child.own_mounts ? wire::order_flag::own_mounts : 0;
    flags |= child.may_leave ? wire::order_flag::leave : 0;
    flags |= child.ambient ? wire::order_flag::drop_ambient : 0;
    return flags;
}

/// Where `text` is in the orders; an empty one is not there.
Result<std::uint32_t> add_text(wire::Orders& wired, const std::string& text)
{
    if (text.empty()) {
        return wire::no_text;
    }
    if (text.size() >= wire::path_max) {
        return system_error(fmt::format("send '{}' to hutch-init", text), ENAMETOOLONG);
    }
    const std::uint32_t offset = wired.text_bytes;
    std::memcpy(wired.text + offset, text.c_str(), text.size() + 1);
    wired.text_bytes += static_cast<std::uint32_t>(text.size() + 1);
    return offset;
}

Result<wire::Orders> wired_orders(const Held& child, const Orders& orders)
{
    wire::Orders wired;
    std::memset(&wired, 0, offsetof(wire::Orders, text));
    wired.header = {wire::magic, wire::Kind::orders};
    wired.flags = flags_of(child, orders);
    wired.umask = orders.umask;
    wired.namespaces = static_cast<std::uint32_t>(child.later_namespaces);
    wired.nice = orders.nice.value_or(0);
    wired.oom_score_adj = orders.oom_score_adj.value_or(0);
    for (const wire::Rlimit& limit : rlimits_of(orders)) {
        wired.rlimits[wired.rlimit_count++] = limit;
    }
    for (const auto& [text, place] :
         {std::pair(&orders.work_dir, &wired.work_dir), {&orders.attempt_dir, &wired.attempt_dir}}) {
        const auto offset = add_text(wired, *text);
        if (!offset) {
            return std::unexpected(offset.error());
        }
        *place = *offset;
    }
    return wired;
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
    base::UniqueFd descriptor;

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

Result<Message> understand(const Held& child, Packet& packet)
{
    const auto nonsense = [&] {
        return plain_error(fmt::format("hutch-init (pid {}) sent {} bytes that mean nothing", child.pid, packet.size));
    };
    const auto header = packet.as<wire::Header>();
    if (!header || header->magic != wire::magic) {
        return nonsense();
    }
    Message message;
    if (header->kind == wire::Kind::listener && packet.descriptor.valid()) {
        message.kind = Message::Kind::listener;
        message.listener = std::move(packet.descriptor);
        return message;
    }
    if (const auto exited = packet.as<wire::Exited>(); header->kind == wire::Kind::exited && exited) {
        message.kind = Message::Kind::exited;
        message.status = from_wait_status(exited->wait_status);
        message.cpu_usec = exited->cpu_usec;
        message.leaves = exited->leaves != 0;
        return message;
    }
    const auto failed = packet.as<wire::Failed>(offsetof(wire::Failed, text));
    if (!failed || !wire::is_whole(*failed, wire::Kind::failed, static_cast<long>(packet.size))) {
        return nonsense();
    }
    message.kind = Message::Kind::failed;
    message.code = failed->code;
    message.at_exec = failed->step == wire::Step::exec;
    if (failed->step == wire::Step::setup && failed->value >= 0) {
        message.setup_step = static_cast<std::size_t>(failed->value);
    }
    message.text = describe_failure(*failed, failed->text_bytes > 0 ? failed->text : "");
    return message;
}

/// One packet and the descriptor that came with it. What recvmsg(2) returns.
ssize_t receive_packet(base::BorrowedFd control, Packet& packet)
{
    iovec data{packet.bytes.data(), packet.bytes.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    const ssize_t got = ::recvmsg(control.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0) {
        return got;
    }
    packet.size = static_cast<std::size_t>(got);
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(header), sizeof(fd));
        packet.descriptor.reset(fd);
    }
    return got;
}

} // namespace

std::vector<wire::Rlimit> rlimits_of(const Orders& orders)
{
    std::vector<wire::Rlimit> rlimits;
    for (const auto& [resource, value] : {std::pair(RLIMIT_NOFILE, orders.open_files),
                                          {RLIMIT_CORE, orders.core_size},
                                          {RLIMIT_FSIZE, orders.file_size},
                                          {RLIMIT_DATA, orders.address_data}}) {
        if (value) {
            rlimits.push_back({.resource = static_cast<std::uint32_t>(resource), .unused = 0, .value = *value});
        }
    }
    return rlimits;
}

Result<void> release(const Held& child, const Orders& orders)
{
    const auto wired = wired_orders(child, orders);
    if (!wired) {
        return std::unexpected(wired.error());
    }
    const std::string to = child.pid != 0 ? fmt::format("pid {}", child.pid) : "a child before its birth";
    return send_packet(child.control, &*wired, wire::bytes_of(*wired), fmt::format("send orders to {}", to));
}

Result<Message> receive(const Held& child)
{
    if (!child.control.valid()) { // executed at once
        return !child.failed ? Message{.kind = Message::Kind::executed}
                             : Message{.kind = Message::Kind::failed,
                                       .text = child.failed->text,
                                       .code = child.failed->code,
                                       .at_exec = child.failed->at_exec};
    }
    Packet packet;
    ssize_t got = -1;
    do {
        got = receive_packet(child.control, packet);
    } while (got < 0 && errno == EINTR);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return Message{};
    }
    if (got < 0) { // ECONNRESET: it died with our packet unread, and so before it could execute anything
        return system_error(fmt::format("receive from hutch-init (pid {})", child.pid));
    }
    if (got > 0) {
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
