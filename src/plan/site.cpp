#include "plan/site.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "base/text.h"

namespace hutch::plan {
namespace {

PathFact look_at(const std::string& path)
{
    char real[PATH_MAX];
    struct stat facts;
    if (::realpath(path.c_str(), real) == nullptr || ::stat(real, &facts) != 0) {
        return {};
    }
    using Kind = PathFact::Kind;
    const Kind kind = S_ISDIR(facts.st_mode) ? Kind::directory : S_ISREG(facts.st_mode) ? Kind::file : Kind::other;
    return {.kind = kind, .real = real};
}

std::vector<std::string> names_in(const std::string& path)
{
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
    std::vector<std::string> names;
    while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != ".." && entry->d_type != DT_LNK) {
            names.emplace_back(name);
        }
    }
    std::ranges::sort(names);
    return names;
}

std::string parent_of(const std::string& path)
{
    const std::size_t slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path)
{
    return path.substr(path.rfind('/') + 1);
}

/// What a directory of programs needs to work: ~/.local/bin its ~/.local, ~/bin nothing but itself.
std::string tree_of(const std::string& directory, const std::string& home)
{
    const std::string name = name_of(directory);
    const std::string parent = parent_of(directory);
    const bool of_a_tree = name == "bin" || name == "sbin" || name == "shims" || name == "libexec";
    const bool too_much =
        parent == home || parent == "/" || parent == "/tmp" || parent == "/var/tmp" || parent == "/home";
    return of_a_tree && !too_much ? parent : directory;
}

class Needed {
  public:
    explicit Needed(const SiteFacts& facts) : facts_(facts), home_(look_at(facts.home).real) {}

    std::vector<std::string> paths()
    {
        for (const std::string_view directory : base::split(facts_.path, ':')) {
            if (directory.starts_with('/')) {
                add_tree(std::string(directory));
            }
        }
        for (const std::string& program : facts_.programs) {
            add_program(program);
        }
        return {found_.begin(), found_.end()};
    }

  private:
    void add_tree(const std::string& directory)
    {
        const PathFact fact = look_at(directory);
        if (fact.is_directory() && fact.real != home_ && fact.real != "/") {
            found_.insert(tree_of(fact.real, home_));
        }
    }

    /// By its own directory, unless that is one that a policy may take away as a whole: then the file alone.
    void add_program(const std::string& program)
    {
        const PathFact fact = look_at(program);
        if (!fact.exists()) {
            return;
        }
        const std::string directory = parent_of(fact.real);
        const bool alone = directory == home_ || directory == "/tmp" || directory == "/var/tmp" || directory == "/";
        found_.insert(alone ? fact.real : tree_of(directory, home_));
    }

    const SiteFacts& facts_;
    std::string home_;
    std::set<std::string> found_;
};

} // namespace

Site look_at_site(const SiteFacts& facts)
{
    Site site;
    site.uid = ::geteuid();
    site.privileged = site.uid == 0;
    site.work_dir = facts.work_dir;
    site.home = facts.home;
    site.run_user = fmt::format("/run/user/{}", site.uid);
    site.temp_root = facts.temp_root;
    site.needed = Needed(facts).paths();
    site.mounts = kernel::read_mountinfo().value_or(std::vector<kernel::Mount>{});
    site.landlock = kernel::probe_landlock();
    site.look = look_at;
    site.children = names_in;
    return site;
}

} // namespace hutch::plan
