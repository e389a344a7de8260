// See world.h.
#include "init/world.h"

#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/sched.h>

#include "init/syscalls.h"
#include "init/text.h"
#include "init/world_steps.h"

namespace hutch::init {

namespace wire = kernel::wire;

namespace {

using wire::Op;

constexpr int done = 0;
constexpr std::uint32_t instructions_max = 4096; // BPF_MAXINSNS

/// The texts of one step, with what the marks stand for.
class Expansion {
  public:
    explicit Expansion(World& world) : world_(world) {}

    /// 0 or -errno. The text stays valid until the next step.
    long expand(std::uint32_t offset, bool escaped, const char*& result)
    {
        if (offset == 0) {
            result = "";
            return done;
        }
        const char* text = world_.image + offset;
        if (!has_mark(text)) {
            result = text;
            return done;
        }
        const std::size_t begin = size_;
        for (; *text != '\0'; ++text) {
            const char* stands_for = meaning(*text);
            if (is_mark(*text) && stands_for == nullptr) {
                return -ENOENT;
            }
            if (stands_for == nullptr ? !put(*text) : !put_all(stands_for, escaped)) {
                return -ENAMETOOLONG;
            }
        }
        if (!put('\0')) {
            return -ENAMETOOLONG;
        }
        result = world_.expanded + begin;
        return done;
    }

    void forget() { size_ = 0; }

  private:
    static bool is_mark(char letter) { return letter == wire::attempt_dir_mark || letter == wire::work_dir_mark; }
    static bool has_mark(const char* text)
    {
        while (*text != '\0' && !is_mark(*text)) {
            ++text;
        }
        return *text != '\0';
    }
    const char* meaning(char letter) const
    {
        if (letter == wire::attempt_dir_mark) {
            return world_.attempt_dir;
        }
        return letter == wire::work_dir_mark ? world_.work_dir : nullptr;
    }
    bool put(char letter)
    {
        if (size_ == sizeof(world_.expanded)) {
            return false;
        }
        world_.expanded[size_++] = letter;
        return true;
    }
    bool put_all(const char* text, bool escaped)
    {
        for (; *text != '\0'; ++text) {
            const bool special = escaped && (*text == ',' || *text == ':' || *text == '\\');
            if ((special && !put('\\')) || !put(*text)) {
                return false;
            }
        }
        return true;
    }

    World& world_;
    std::size_t size_ = 0;
};

/// Works steps in order; keeps what lives from one to the next.
class Worker {
  public:
    explicit Worker(World& world) : world_(world), expansion_(world) {}

    Failure work(std::uint32_t first, std::uint32_t count)
    {
        for (std::uint32_t index = first; index < first + count; ++index) {
            const wire::SetupStep& step = world_.steps[index];
            Arguments arguments;
            expansion_.forget();
            long result = expand(step, arguments);
            if (result >= 0) {
                result = perform(step.op, arguments);
            }
            if (result < 0 && !is_passed_over(step, result)) {
                return {.step = wire::Step::setup,
                        .code = static_cast<int>(-result),
                        .value = index,
                        .resource = static_cast<std::uint32_t>(step.op),
                        .text = place_of(step.op, arguments)};
            }
        }
        return {.step = wire::Step::setup, .code = done};
    }

  private:
    long expand(const wire::SetupStep& step, Arguments& arguments)
    {
        const char** texts[] = {&arguments.first, &arguments.second, &arguments.third, &arguments.fourth};
        for (std::size_t index = 0; index < wire::step_texts; ++index) {
            const bool options = step.op == Op::mount && index == 3;
            if (const long result = expansion_.expand(step.texts[index], options, *texts[index]); result < 0) {
                return result;
            }
        }
        arguments.number = step.number;
        arguments.other = step.other;
        arguments.recursive = (step.flags & wire::step_flag::recursive) != 0;
        return done;
    }

    static bool is_passed_over(const wire::SetupStep& step, long result)
    {
        const bool missing = result == -ENOENT || result == -ENOTDIR;
        return (step.flags & wire::step_flag::optional) != 0 ||
               (missing && (step.flags & wire::step_flag::missing_ok) != 0);
    }

    /// What a failure is about.
    static const char* place_of(Op op, const Arguments& arguments)
    {
        const bool second = op == Op::mount || op == Op::bind || op == Op::make_link;
        return second ? arguments.second : arguments.first;
    }

    long perform(Op op, const Arguments& step);
    long perform_mount(Op op, const Arguments& step);
    long unshare(std::uint64_t namespaces);
    long perform_on_process(Op op, const Arguments& step);

    World& world_;
    Expansion expansion_;
    int ruleset_ = -1;
    bool apart_ = false; ///< nothing that we mount is mounted elsewhere
};

long Worker::perform(Op op, const Arguments& step)
{
    switch (op) {
    case Op::mount:
    case Op::bind:
    case Op::set_attributes:
    case Op::propagation:
    case Op::pivot:
    case Op::detach:
        return perform_mount(op, step);
    case Op::make_dir:
        return make_dir(step);
    case Op::make_file:
        return make_file(step);
    case Op::make_link:
        return make_link(step);
    case Op::change_dir:
        return chdir(step.first);
    case Op::write_file:
        return write_file(step);
    case Op::host_name:
        return set_host_name(step);
    case Op::loopback:
        return world_.network_is_up ? done : raise_loopback();
    case Op::join_network:
        return join_network(world_);
    case Op::unshare:
        return unshare(step.number);
    default:
        return perform_on_process(op, step);
    }
}

/// Whatever a plan says: nothing is mounted for the machine, neither in its own namespace nor through propagation from ours.
long Worker::perform_mount(Op op, const Arguments& step)
{
    if (!world_.own_mounts || (!apart_ && op != Op::propagation)) {
        return -EPERM;
    }
    switch (op) {
    case Op::mount:
        return mount(step);
    case Op::bind:
        return bind(step);
    case Op::set_attributes:
        return set_attributes(step);
    case Op::pivot:
        return pivot(step);
    case Op::detach:
        return detach(step);
    default:
        break;
    }
    const long result = set_propagation(step);
    apart_ = apart_ || (result >= 0 && (step.number & MS_SHARED) == 0);
    return result;
}

long Worker::unshare(std::uint64_t namespaces)
{
    const long result = init::unshare(namespaces);
    world_.own_mounts = world_.own_mounts || (result >= 0 && (namespaces & CLONE_NEWNS) != 0);
    return result;
}

long Worker::perform_on_process(Op op, const Arguments& step)
{
    switch (op) {
    case Op::keyring:
        return join_keyring();
    case Op::bounding:
        return bound_capabilities(step);
    case Op::securebits:
        return prctl(PR_SET_SECUREBITS, static_cast<long>(step.number));
    case Op::set_ids:
        return set_ids(step);
    case Op::capabilities:
        return set_capabilities(step);
    case Op::no_new_privs:
        return prctl(PR_SET_NO_NEW_PRIVS, 1);
    case Op::landlock:
        return begin_ruleset(step, ruleset_);
    case Op::landlock_path:
        return add_path(step, ruleset_);
    case Op::landlock_apply:
        return apply_ruleset(ruleset_);
    case Op::filter:
        return load_filter(world_, step.number);
    default:
        return -ENOSYS;
    }
}

/// Whether all that the head promises is inside of `size` bytes, and every text ends there.
bool is_sound(const char* image, std::size_t size)
{
    const auto& head = *reinterpret_cast<const wire::Setup*>(image);
    if (head.magic != wire::setup_magic || head.bytes != size || head.filter_count > instructions_max) {
        return false;
    }
    const std::uint64_t count = std::uint64_t{head.init_steps} + head.test_steps;
    const std::uint64_t texts = sizeof(wire::Setup) + count * sizeof(wire::SetupStep);
    if (texts > head.filter || head.filter % 8 != 0 || head.filter + std::uint64_t{head.filter_count} * 8 != size) {
        return false;
    }
    if (texts < head.filter && image[head.filter - 1] != '\0') {
        return false;
    }
    const auto* steps = reinterpret_cast<const wire::SetupStep*>(image + sizeof(wire::Setup));
    for (std::uint64_t index = 0; index < count; ++index) {
        for (const std::uint32_t text : steps[index].texts) {
            if (text != 0 && (text < texts || text >= head.filter)) {
                return false;
            }
        }
    }
    return true;
}

Failure unreadable(long code)
{
    return {.step = wire::Step::setup, .code = static_cast<int>(-code), .value = -1};
}

} // namespace

Failure open_world(const wire::Orders& orders, World& world)
{
    if ((orders.flags & wire::order_flag::setup) == 0) {
        close(wire::setup_fd); // whatever was inherited under these numbers
        close(wire::network_fd);
        return {.step = wire::Step::setup, .code = done};
    }
    if ((orders.flags & wire::order_flag::network) == 0) {
        close(wire::network_fd);
    }
    const long size = size_of(wire::setup_fd);
    if (size < static_cast<long>(sizeof(wire::Setup)) || size > static_cast<long>(wire::setup_max)) {
        return unreadable(size < 0 ? size : -EPROTO);
    }
    const long mapped = map_file(wire::setup_fd, static_cast<std::size_t>(size));
    if (mapped < 0 && mapped > -4096) {
        return unreadable(mapped);
    }
    close(wire::setup_fd);
    const char* image = reinterpret_cast<const char*>(mapped);
    if (!is_sound(image, static_cast<std::size_t>(size))) {
        return unreadable(-EPROTO);
    }
    const auto& head = *reinterpret_cast<const wire::Setup*>(image);
    world.image = image;
    world.steps = reinterpret_cast<const wire::SetupStep*>(image + sizeof(wire::Setup));
    world.init_steps = head.init_steps;
    world.test_steps = head.test_steps;
    world.filter = image + head.filter;
    world.filter_count = head.filter_count;
    world.network = (orders.flags & wire::order_flag::network) != 0;
    world.own_mounts = (orders.flags & wire::order_flag::own_mounts) != 0;
    world.attempt_dir = text_of(orders, orders.attempt_dir);
    world.work_dir = text_of(orders, orders.work_dir);
    return {.step = wire::Step::setup, .code = done};
}

Failure furnish(World& world)
{
    if (world.image == nullptr) {
        return {.step = wire::Step::setup, .code = done};
    }
    umask(0); // modes are the plan's; the test's own umask comes with the orders
    const Failure failure = Worker(world).work(0, world.init_steps);
    close(wire::network_fd);
    chdir("/");
    return failure;
}

Failure confine(World& world)
{
    return Worker(world).work(world.init_steps, world.test_steps);
}

} // namespace hutch::init
