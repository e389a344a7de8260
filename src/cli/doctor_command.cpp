// `hutch doctor`: stands on the ladder as a run would, tells what came of it, and leaves nothing behind.
#include <sys/utsname.h>
#include <unistd.h>

#include <memory>
#include <optional>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/box.h"
#include "cli/box_flags.h"
#include "cli/complaint.h"
#include "cli/exit_codes.h"
#include "cli/findings.h"
#include "cli/isolation_findings.h"
#include "cli/program.h"
#include "cli/work_directory.h"
#include "kernel/clone3.h"
#include "scope/namespaces.h"
#include "scope/remedies.h"
#include "scope/systemd_facts.h"

namespace hutch::cli {

namespace {

struct DoctorFlags {
    BoxFlags box;
    bool json = false;
};

Check check_namespaces(const scope::Machine& machine)
{
    const auto stack = kernel::CloneStack::create();
    if (!stack) {
        return {.name = "pid_namespace", .available = false, .found_by = stack.error().message, .remedy = ""};
    }
    const scope::Namespaces namespaces = scope::probe_namespaces(*stack);
    return {.name = "pid_namespace",
            .available = namespaces.pid,
            .found_by = namespaces.found_by,
            .remedy = namespaces.pid ? "" : scope::remedy_for_namespaces(machine)};
}

Check check_pressure()
{
    const auto read = base::read_file("/proc/pressure/memory");
    return {.name = "pressure",
            .available = read.has_value(),
            .found_by = read ? "read /proc/pressure/memory" : read.error().message,
            .remedy = read ? "" : scope::remedy_for_pressure()};
}

/// The manager that gives rungs 1 and 2, and what it can hand on. Nothing where there is no systemd: there is nobody to
/// be asked, and nothing to be told.
std::optional<Check> check_manager(const scope::Machine& machine)
{
    if (!machine.systemd) {
        return std::nullopt;
    }
    const auto facts = scope::ask_manager(machine.root() ? sd::Instance::system : sd::Instance::user);
    if (!facts) {
        return Check{
            .name = "manager", .available = false, .found_by = facts.error().message, .remedy = facts.error().hint};
    }
    const std::string controllers = base::join(facts->controllers, " ");
    return Check{.name = "manager",
                 .available = true,
                 .found_by = fmt::format("{} {} at {}, can hand on: {}", sd::to_string(facts->instance), facts->version,
                                         facts->address, controllers.empty() ? "no controller" : controllers),
                 .remedy = ""};
}

Check check_lingering(const scope::Machine& machine)
{
    const std::string remedy = scope::remedy_for_lingering(machine);
    return {.name = "lingering",
            .available = remedy.empty(),
            .found_by = machine.lingering ? "the user manager outlives the last session"
                        : remedy.empty()  ? "not needed here"
                                          : "the user manager ends with the last session, and runs with it",
            .remedy = remedy};
}

/// docs/kernel.md 0.1: on some kernels a cgroup that was ever killed kills what is cloned into it.
Check check_birth(const scope::Chosen& chosen)
{
    if (!chosen.warden) {
        return {.name = "birth", .available = false, .found_by = "no cgroup to clone a child into", .remedy = ""};
    }
    return {.name = "birth",
            .available = true,
            .found_by = chosen.left_home
                            ? "a child cloned from here was killed at birth: this cgroup was once killed; the runner "
                              "moves to a fresh leaf"
                            : "a child cloned into a fresh leaf lived",
            .remedy = ""};
}

std::vector<Check> checks(const scope::Chosen& chosen)
{
    std::vector<Check> list{check_birth(chosen), check_namespaces(chosen.machine), check_pressure(),
                            check_lingering(chosen.machine)};
    if (auto manager = check_manager(chosen.machine)) {
        list.push_back(std::move(*manager));
    }
    list.push_back({.name = "warden",
                    .available = chosen.warden,
                    .found_by = chosen.warden ? "clears up within a second of a kill -9 of hutch"
                                              : "no cgroup to watch: each test's own hutch-init ends it",
                    .remedy = ""});
    return list;
}

int doctor(const DoctorFlags& flags)
{
    const auto choice = flags.box.choice();
    if (!choice) {
        return complain(choice.error());
    }
    const auto box = Box::open(choice->cgroup);
    if (!box) {
        return complain(box.error());
    }
    const auto cwd = enter("");
    if (!cwd) {
        (void)(*box)->close();
        return complain(cwd.error());
    }
    utsname name{};
    uname(&name);
    const scope::Chosen& chosen = (*box)->chosen();
    const Findings findings{.kernel = name.release,
                            .rung = chosen.manager->describe(),
                            .rung_number = chosen.manager->rung(),
                            .attempts = chosen.attempts,
                            .capabilities = chosen.manager->capabilities(),
                            .checks = checks(chosen),
                            .isolation = check_isolation(**box, *cwd),
                            .machine = chosen.machine};
    const std::string text = flags.json ? findings_json(findings) : findings_text(findings);
    const auto closed = (*box)->close();
    const auto written = base::write_all(base::BorrowedFd(STDOUT_FILENO), text, "standard output");
    if (!written && written.error().code != EPIPE) {
        return complain(written.error());
    }
    return closed ? exit_ok : complain(closed.error());
}

} // namespace

void add_doctor(CLI::App& root, Chosen& chosen)
{
    auto flags = std::make_shared<DoctorFlags>();
    CLI::App* command = root.add_subcommand("doctor", "Show what this machine can enforce, and what repairs the rest");
    command->add_flag("--json", flags->json, "As one JSON object");
    flags->box.add_to(*command);
    command->callback([flags, &chosen] { chosen = [flags] { return doctor(*flags); }; });
}

} // namespace hutch::cli
