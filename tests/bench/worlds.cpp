// What a world costs: a program that does nothing, spawned, released, executed, ended and reaped, in worlds of growing furniture. In turns,
// median of all rounds, in microseconds; the cgroup is left out. Usage: bench_worlds NOOP [ROUNDS]; as root, or as somebody who may make
// user namespaces.
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "base/file.h"
#include "kernel/pidfd.h"
#include "kernel/setup.h"
#include "spawn/spawn.h"

namespace {

using namespace hutch;
using kernel::wire::Op;
using World = kernel::Setup;
using Step = kernel::SetupStep;
using Clock = std::chrono::steady_clock;

struct Tier {
    std::string name;
    World world;
    bool stay = false;
    base::UniqueFd image = {};
    std::vector<double> micros = {};
};

void add(std::vector<Step>& steps, std::vector<Step> more)
{
    steps.insert(steps.end(), more.begin(), more.end());
}

Step mounted(const char* type, const char* target, const char* options)
{
    return {.op = Op::mount, .number = MS_NOSUID | MS_NODEV, .texts = {type, target, type, options}};
}

/// Twenty calls are refused, in a tree as libseccomp makes it: about what a policy has.
kernel::Bpf filter()
{
    kernel::Bpf program;
    const auto put = [&](sock_filter instruction) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, &instruction, sizeof(instruction));
        program.push_back(bytes);
    };
    put({BPF_LD | BPF_W | BPF_ABS, 0, 0, 0});
    put({BPF_JMP | BPF_JGE | BPF_K, 1, 0, 160});
    put({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW});
    for (std::uint32_t number = 160; number < 180; ++number) {
        put({BPF_JMP | BPF_JEQ | BPF_K, 0, 1, number});
        put({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | 1});
    }
    put({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW});
    return program;
}

World with_pid()
{
    return {.clone_flags = CLONE_NEWPID};
}

World with_proc()
{
    World world = with_pid();
    world.clone_flags |= CLONE_NEWNS;
    add(world.init, {{.op = Op::propagation, .number = MS_SLAVE, .texts = {"/"}}, mounted("proc", "/proc", "")});
    return world;
}

World with_all_namespaces()
{
    World world = with_proc();
    world.clone_flags |= CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
    add(world.init, {{.op = Op::host_name, .texts = {"hutch"}}});
    return world;
}

World standard()
{
    World world = with_all_namespaces();
    const std::uint64_t rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG;
    add(world.test, {{.op = Op::bounding},
                     {.op = Op::capabilities},
                     {.op = Op::no_new_privs},
                     {.op = Op::landlock, .number = rights}});
    for (const char* path : {"/tmp", "/var/tmp", "/dev", "/dev/shm", "/proc", "/run", "/home", "/root"}) {
        world.test.push_back({.op = Op::landlock_path, .number = rights, .texts = {path}});
    }
    add(world.test, {{.op = Op::landlock_apply}, {.op = Op::filter}});
    world.filter = filter();
    return world;
}

World with_files()
{
    World world = standard();
    Step bind{.op = Op::bind, .number = 1, .texts = {"/var/tmp", "/var/tmp"}};
    Step read_only{.op = Op::set_attributes, .flags = kernel::wire::step_flag::recursive, .number = 1, .texts = {"/"}};
    Step writable{.op = Op::set_attributes, .other = 1, .texts = {"/var/tmp"}};
    std::vector<Step> files{bind, read_only, writable};
    add(files, {mounted("tmpfs", "/tmp", "size=64m,mode=1777"), mounted("tmpfs", "/run", "size=0,mode=755"),
                mounted("tmpfs", "/sys/fs/cgroup", "size=0,mode=755")});
    world.init.insert(world.init.begin() + 1, files.begin(), files.end());
    return world;
}

World with_network(World world)
{
    world.clone_flags |= CLONE_NEWNET;
    world.init.push_back({.op = Op::loopback});
    return world;
}

std::vector<Tier> tiers()
{
    std::vector<Tier> result;
    const auto put = [&](std::string name, World world, bool stay) {
        if (::geteuid() != 0 && world.clone_flags != 0) {
            world.clone_flags |= CLONE_NEWUSER;
        }
        const bool any = world.step(0) != nullptr;
        base::UniqueFd image = any ? kernel::lay_out(world).value() : base::UniqueFd();
        result.push_back({std::move(name), std::move(world), stay, std::move(image)});
    };
    put("nothing: held, released, executed", {}, false);
    put("hutch-init stays", {}, true);
    put("PID namespace", with_pid(), true);
    put("+ mount namespace, proc", with_proc(), true);
    put("+ IPC, UTS and cgroup namespaces", with_all_namespaces(), true);
    put("+ capabilities, Landlock, seccomp (the standard sandbox)", standard(), true);
    put("  + read-only root, private /tmp, three places hidden", with_files(), true);
    put("  + network namespace, lo up", with_network(standard()), true);
    return result;
}

void fail(const std::string& what)
{
    std::fprintf(stderr, "bench_worlds: %s\n", what.c_str());
    std::exit(1);
}

void until_ended(const spawn::Held& held)
{
    for (;;) {
        pollfd readable{held.control.get(), POLLIN, 0};
        ::poll(&readable, 1, 10'000);
        const auto message = spawn::receive(held);
        if (!message || message->kind == spawn::Message::Kind::failed) {
            fail(message ? message->text : message.error().message);
        }
        if (message->kind == spawn::Message::Kind::exited) {
            (void)spawn::finish(held);
            return;
        }
        if (message->kind == spawn::Message::Kind::executed && !held.stay) {
            return;
        }
    }
}

double once(const spawn::InitProgram& init, const Tier& tier, const std::string& program, base::BorrowedFd null)
{
    const auto begin = Clock::now();
    spawn::Request request{
        .program = program, .streams = {null, null, null}, .stay = tier.stay, .clone_flags = tier.world.clone_flags};
    if (tier.image.valid()) {
        request.setup = tier.image;
    }
    const auto held = spawn::spawn_held(init, request);
    if (!held || !spawn::release(*held, {.work_dir = "/"})) {
        fail(held ? "cannot release" : held.error().message);
    }
    until_ended(*held);
    (void)kernel::reap_within(held->pidfd, std::chrono::seconds(5));
    return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

double spawned(const char* program)
{
    const auto begin = Clock::now();
    pid_t pid = 0;
    char* const argv[] = {const_cast<char*>(program), nullptr};
    if (::posix_spawn(&pid, program, nullptr, nullptr, argv, argv + 1) != 0) {
        fail("posix_spawn");
    }
    ::waitpid(pid, nullptr, 0);
    return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

} // namespace

int main(int count, char** words)
{
    if (count < 2) {
        fail("usage: bench_worlds NOOP [ROUNDS]");
    }
    const int rounds = count > 2 ? std::atoi(words[2]) : 300;
    const auto init = spawn::InitProgram::open().value();
    const auto null = base::open_file("/dev/null", O_RDWR).value();
    std::vector<Tier> all = tiers();
    Tier bare{.name = "posix_spawn, for comparison"};
    for (int round = 0; round < rounds; ++round) {
        bare.micros.push_back(spawned(words[1]));
        for (Tier& tier : all) {
            tier.micros.push_back(once(init, tier, words[1], null));
        }
    }
    all.insert(all.begin(), std::move(bare));
    for (Tier& tier : all) {
        std::sort(tier.micros.begin(), tier.micros.end());
        std::printf("%-60s %7.0f  (a tenth below %.0f)\n", tier.name.c_str(), tier.micros[tier.micros.size() / 2],
                    tier.micros[tier.micros.size() / 10]);
    }
}
