#include "cli/findings.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "report/json_object.h"
#include "report/printable.h"

namespace hutch::cli {

namespace {

/// Held by the kernel for all processes of a test, or by hutch where that is how it is meant to be.
bool is_enforced(const Capability& capability)
{
    if (capability.enforcer == Enforcer::watchdog) {
        return capability.resource == Resource::wall || capability.resource == Resource::cpu_time;
    }
    return capability.enforcer != Enforcer::none;
}

void append_row(std::string& text, std::string_view name, std::string_view state, std::string_view found_by)
{
    fmt::format_to(std::back_inserter(text), "  {:<16} {:<9} {}\n", name, state, report::printable_line(found_by));
}

/// What is missing, by what repairs it: often one command repairs many.
class Remedies {
  public:
    void add(std::string_view name, const std::string& remedy)
    {
        if (remedy.empty()) {
            return;
        }
        const auto known = std::ranges::find(list_, remedy, &Entry::remedy);
        if (known == list_.end()) {
            list_.push_back({.remedy = remedy, .names = std::string(name)});
        } else {
            known->names += fmt::format(", {}", name);
        }
    }
    std::string text() const
    {
        std::string text = list_.empty() ? "" : "\nto repair:\n";
        for (const Entry& entry : list_) {
            text += fmt::format("  {}:\n      {}\n", entry.names, entry.remedy);
        }
        return text;
    }

  private:
    struct Entry {
        std::string remedy, names;
    };
    std::vector<Entry> list_;
};

std::string hierarchy_words(const scope::Machine& machine)
{
    if (!machine.cgroup2) {
        return "no cgroup2";
    }
    return fmt::format("cgroup2 at {}{}{}", machine.mount_point, machine.hybrid ? ", beside version 1" : "",
                       machine.read_only ? ", read-only" : "");
}

std::string attempts_json(const std::vector<scope::Attempt>& attempts)
{
    std::string list = "[";
    for (const scope::Attempt& attempt : attempts) {
        list += list.size() > 1 ? "," : "";
        list += report::JsonObject()
                    .integer("rung", attempt.rung)
                    .boolean("taken", attempt.taken)
                    .text("why", attempt.why)
                    .text("remedy", attempt.remedy)
                    .str();
    }
    return list + "]";
}

std::string capabilities_json(const std::vector<Capability>& capabilities)
{
    std::string list = "[";
    for (const Capability& capability : capabilities) {
        list += list.size() > 1 ? "," : "";
        list += report::JsonObject()
                    .text("limit", to_string(capability.resource))
                    .boolean("available", is_enforced(capability))
                    .text("enforcer", to_string(capability.enforcer))
                    .text("found_by", capability.found_by)
                    .text("remedy", capability.remedy)
                    .str();
    }
    return list + "]";
}

std::string checks_json(const std::vector<Check>& checks)
{
    std::string list = "[";
    for (const Check& check : checks) {
        list += list.size() > 1 ? "," : "";
        list += report::JsonObject()
                    .text("name", check.name)
                    .boolean("available", check.available)
                    .text("found_by", check.found_by)
                    .text("remedy", check.remedy)
                    .str();
    }
    return list + "]";
}

std::string machine_json(const scope::Machine& machine)
{
    report::JsonObject object;
    object.text("user", machine.user).boolean("systemd", machine.systemd);
    machine.container.empty() ? object.null("container") : object.text("container", machine.container);
    machine.cgroup2 ? object.text("cgroup2", machine.mount_point) : object.null("cgroup2");
    return object.boolean("hybrid", machine.hybrid).boolean("read_only", machine.read_only).str();
}

} // namespace

std::string findings_text(const Findings& findings)
{
    const scope::Machine& machine = findings.machine;
    std::string text = fmt::format("machine: kernel {}, {}, user {}{}{}\n", findings.kernel, hierarchy_words(machine),
                                   machine.user, machine.systemd ? ", systemd" : "",
                                   machine.container.empty() ? "" : ", container " + machine.container);
    Remedies remedies;
    text += "\nwhere tests live, as tried:\n";
    for (const scope::Attempt& attempt : findings.attempts) {
        const std::string name = fmt::format("rung {}", attempt.rung);
        append_row(text, name, attempt.taken ? "taken" : "no", attempt.why);
        remedies.add(name, attempt.remedy);
    }
    text += "\nlimits:\n";
    for (const Capability& capability : findings.capabilities) {
        const auto state = is_enforced(capability)                 ? to_string(capability.enforcer)
                           : capability.enforcer == Enforcer::none ? "no"
                                                                   : "watchdog!";
        append_row(text, to_string(capability.resource), state, capability.found_by);
        remedies.add(to_string(capability.resource), capability.remedy);
    }
    text += "\nbeyond limits:\n";
    for (const Check& check : findings.checks) {
        append_row(text, check.name, check.available ? "yes" : "no", check.found_by);
        remedies.add(check.name, check.remedy);
    }
    text += "\nisolation, for policies:\n";
    for (const Check& check : findings.isolation) {
        append_row(text, check.name, check.available ? "yes" : "no", check.found_by);
        remedies.add(check.name, check.remedy);
    }
    text += "\n\"watchdog!\": hutch looks now and then, the kernel does not hold it; asked for, such a limit is an "
            "error.\n";
    return text + remedies.text();
}

std::string findings_json(const Findings& findings)
{
    return report::JsonObject()
               .number("v", 1)
               .integer("rung", findings.rung_number)
               .text("description", findings.rung)
               .text("kernel", findings.kernel)
               .raw("machine", machine_json(findings.machine))
               .raw("attempts", attempts_json(findings.attempts))
               .raw("capabilities", capabilities_json(findings.capabilities))
               .raw("checks", checks_json(findings.checks))
               .raw("isolation", checks_json(findings.isolation))
               .str() +
           "\n";
}

} // namespace hutch::cli
