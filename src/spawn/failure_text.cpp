// See failure_text.h.
#include "spawn/failure_text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>
#include <utility>

#include "base/file.h"
#include "kernel/setup_wire.h"

namespace hutch::spawn {

namespace wire = kernel::wire;

namespace {

constexpr std::size_t first_bytes_max = 256; // BINPRM_BUF_SIZE: as much as the kernel looks at

std::string_view rlimit_name(std::uint32_t resource)
{
    switch (resource) {
    case RLIMIT_NOFILE:
        return "RLIMIT_NOFILE";
    case RLIMIT_CORE:
        return "RLIMIT_CORE";
    case RLIMIT_FSIZE:
        return "RLIMIT_FSIZE";
    case RLIMIT_DATA:
        return "RLIMIT_DATA";
    default:
        return "a resource limit";
    }
}

std::string reason(int code)
{
    return std::generic_category().message(code);
}

/// A control character would vanish on a terminal: "/bin/sh\r".
std::string visible(std::string_view text)
{
    std::string result;
    for (const char letter : text) {
        if (letter == '\r') {
            result += "\\r";
        } else if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f) {
            result += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(letter)));
        } else {
            result += letter;
        }
    }
    return result;
}

std::string first_bytes(const std::string& program)
{
    std::array<char, first_bytes_max> buffer{};
    const auto text = base::read_into(base::at_path(program), buffer);
    return std::string(text.value_or(std::string_view{}));
}

bool is_elf(std::string_view bytes)
{
    return bytes.starts_with("\x7f"
                             "ELF");
}

std::string not_found(const std::string& program)
{
    if (!base::exists(program)) {
        return reason(ENOENT);
    }
    const std::string bytes = first_bytes(program);
    if (const std::string interpreter = parse_interpreter(bytes); !interpreter.empty()) {
        const bool from_windows = interpreter.ends_with('\r');
        return fmt::format("interpreter '{}' of its first line does not exist{}", visible(interpreter),
                           from_windows ? " (the line ends with CR LF)" : "");
    }
    return is_elf(bytes) ? "the dynamic loader that it names does not exist" : reason(ENOENT);
}

std::string not_permitted(const std::string& program)
{
    struct stat status {};
    if (::stat(program.c_str(), &status) != 0) {
        return reason(EACCES);
    }
    if (S_ISDIR(status.st_mode)) {
        return "it is a directory";
    }
    if (!S_ISREG(status.st_mode)) {
        return "it is not a file";
    }
    if ((status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0 || ::access(program.c_str(), X_OK) != 0) {
        return "not executable";
    }
    if (const std::string interpreter = parse_interpreter(first_bytes(program)); !interpreter.empty()) {
        return fmt::format("{} (its interpreter is '{}')", reason(EACCES), visible(interpreter));
    }
    return reason(EACCES);
}

constexpr std::pair<wire::Op, std::string_view> verbs[] = {
    {wire::Op::make_dir, "make the directory"},
    {wire::Op::make_file, "make the file"},
    {wire::Op::make_link, "make the link"},
    {wire::Op::mount, "mount"},
    {wire::Op::bind, "bind"},
    {wire::Op::set_attributes, "set attributes of the mount"},
    {wire::Op::propagation, "set the propagation of"},
    {wire::Op::pivot, "change the root to"},
    {wire::Op::detach, "unmount"},
    {wire::Op::change_dir, "enter"},
    {wire::Op::write_file, "write"},
    {wire::Op::host_name, "set the host name"},
    {wire::Op::loopback, "bring up the loopback device"},
    {wire::Op::join_network, "enter the network namespace"},
    {wire::Op::unshare, "unshare"},
    {wire::Op::keyring, "make a session keyring"},
    {wire::Op::bounding, "drop capabilities from the bounding set"},
    {wire::Op::securebits, "set securebits"},
    {wire::Op::set_ids, "change user and group"},
    {wire::Op::capabilities, "set capabilities"},
    {wire::Op::no_new_privs, "set no_new_privs"},
    {wire::Op::landlock, "make a Landlock ruleset"},
    {wire::Op::landlock_path, "make a Landlock rule for"},
    {wire::Op::landlock_apply, "enforce the Landlock ruleset"},
    {wire::Op::filter, "load the seccomp filter"},
};

std::string_view verb_of(wire::Op op)
{
    const auto* found = std::ranges::find(verbs, op, &std::pair<wire::Op, std::string_view>::first);
    return found != std::end(verbs) ? found->second : "do what this hutch-init does not know";
}

std::string describe_setup_failure(const wire::Failed& failed, std::string_view text)
{
    if (failed.value < 0) {
        return fmt::format("read the set-up: {}", reason(failed.code));
    }
    const auto op = static_cast<wire::Op>(failed.resource);
    return fmt::format("set-up step {}, {}{}: {}", failed.value, verb_of(op),
                       text.empty() ? "" : fmt::format(" '{}'", text), reason(failed.code));
}

} // namespace

std::string parse_interpreter(std::string_view bytes)
{
    if (!bytes.starts_with("#!")) {
        return {};
    }
    bytes.remove_prefix(2);
    const std::string_view line = bytes.substr(0, bytes.find('\n'));
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) {
        return {};
    }
    return std::string(line.substr(begin, line.find_first_of(" \t", begin) - begin));
}

std::string describe_exec_failure(const std::string& program, int code)
{
    const auto why = [&]() -> std::string {
        switch (code) {
        case ENOENT:
            return not_found(program);
        case ENOEXEC:
            return is_elf(first_bytes(program)) ? "a program for another machine" : "not a program and no #! line";
        case EACCES:
            return not_permitted(program);
        default:
            return reason(code);
        }
    };
    return fmt::format("exec {}: {}", program, why());
}

std::string describe_failure(const wire::Failed& failed, std::string_view text)
{
    switch (failed.step) {
    case wire::Step::protocol:
        return fmt::format("hutch-init does not understand its orders: {}", reason(failed.code));
    case wire::Step::namespaces:
        return fmt::format("unshare namespaces {:#x}: {}", static_cast<std::uint64_t>(failed.value), reason(failed.code));
    case wire::Step::stay:
        return fmt::format("stay as the parent of the test: {}", reason(failed.code));
    case wire::Step::session:
        return fmt::format("setsid: {}", reason(failed.code));
    case wire::Step::setup:
        return describe_setup_failure(failed, text);
    case wire::Step::work_directory:
        return fmt::format("enter '{}': {}", text, reason(failed.code));
    case wire::Step::rlimit:
        return fmt::format("set {} {}: {}", rlimit_name(failed.resource), static_cast<std::uint64_t>(failed.value),
                           reason(failed.code));
    case wire::Step::nice:
        return fmt::format("set nice {}: {}", failed.value, reason(failed.code));
    case wire::Step::oom_score_adj:
        return fmt::format("write /proc/self/oom_score_adj '{}': {}", failed.value, reason(failed.code));
    case wire::Step::exec:
        break;
    }
    return describe_exec_failure(std::string(text), failed.code);
}

} // namespace hutch::spawn
