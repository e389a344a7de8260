// Worlds of mounts and namespaces: what the test sees, what it can write, and that the machine's own world stays as it was.
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cstddef>

#include <fstream>

#include "core/setup_fixture.h"

namespace hutch::spawn {
namespace {

std::string host_mounts()
{
    return base::read_file("/proc/self/mountinfo").value();
}

class Furnished : public WorldOf {
  protected:
    void SetUp() override
    {
        WorldOf::SetUp();
        mounts_ = host_mounts();
    }
    void TearDown() override { EXPECT_EQ(host_mounts(), mounts_) << "the machine's own mounts have changed"; }

    void write(const std::string& path, std::string_view content)
    {
        std::ofstream(path) << content;
        ::chmod(path.c_str(), 0666);
        if (GetParam() == Who::nobody) { // else an overlay in its namespace has no number for the owner: EOVERFLOW
            EXPECT_EQ(::chown(path.c_str(), nobody_id, nobody_id), 0);
        }
    }

  private:
    std::string mounts_;
};
INSTANTIATE_TEST_SUITE_P(, Furnished, ::testing::Values(Who::root, Who::root_in_user_namespace, Who::nobody), name_of);

TEST_P(Furnished, PidNamespaceWithFreshProc)
{
    const World world{.clone_flags = CLONE_NEWPID | CLONE_NEWNS, .init = {apart(), mounted("proc", "/proc")}};
    EXPECT_EQ(seen(world, "echo $$; cat /proc/1/comm; set -- /proc/[0-9]*; echo $#"), "2\nhutch-init\n2\n");
}

TEST_P(Furnished, ReadOnlyRootWithAWritablePlace)
{
    const World world{.clone_flags = CLONE_NEWNS,
                      .init = {apart(), bound(work(), work()), attributes("/", MOUNT_ATTR_RDONLY, 0, true),
                               attributes("\2", 0, MOUNT_ATTR_RDONLY, false)}};
    EXPECT_EQ(seen(world, "pwd; echo x > there && cat there; echo y > ../outside"),
              work() + "\nx\nsh: 1: cannot create ../outside: Read-only file system\nexit 2");
    EXPECT_TRUE(std::filesystem::exists(work() + "/there"));
    EXPECT_FALSE(std::filesystem::exists(base() + "/outside"));
}

/// From now on, in this process and below it, mount_setattr(2) is what it was before Linux 5.12.
void forget_mount_setattr()
{
    sock_filter program[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_mount_setattr},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    };
    const sock_fprog filter{std::size(program), program};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
        std::abort();
    }
}

TEST_P(Furnished, ReadOnlyRootWithoutMountSetattr)
{
    std::filesystem::create_directory(work() + "/with blank");
    const bool in_user_namespace = GetParam() != Who::root;
    const World world{.clone_flags = static_cast<std::uint64_t>(CLONE_NEWNS) | (in_user_namespace ? CLONE_NEWUSER : 0U),
                      .init = {apart(), mounted("tmpfs", "\2/with blank", "mode=777", MS_NOSUID | MS_NOEXEC),
                               bound(base(), base()), attributes("/", MOUNT_ATTR_RDONLY, 0, true),
                               attributes("\2/with blank", 0, MOUNT_ATTR_RDONLY, false)}};
    // What counts is what was mounted last in a place: nobody gets to what is below it.
    const std::string script = "touch outside || touch '../work/with blank/x' && "
                               "awk '{flags[$2] = $4} END {for (place in flags) if (flags[place] !~ /^ro/) print "
                               "place, substr(flags[place], 1, 16)}' /proc/self/mounts";
    const auto action = [&] {
        forget_mount_setattr();
        return run(world, script);
    };
    const std::string writable = work() + "/with\\040blank rw,nosuid,noexec\n";
    EXPECT_EQ(GetParam() == Who::nobody ? as_nobody(action) : in_a_child(action),
              "touch: cannot touch 'outside': Read-only file system\n" + writable);
}

TEST_P(Furnished, HiddenDirectoryAndFile)
{
    std::filesystem::create_directory(work() + "/secrets");
    write(work() + "/secrets/key", "k");
    write(work() + "/password", "p");
    const World world{
        .clone_flags = CLONE_NEWNS,
        .init = {apart(),
                 mounted("tmpfs", "\2/secrets", "size=0,nr_inodes=1,mode=555", MS_RDONLY),
                 bound("/dev/null", "\2/password"),
                 {.op = Op::bind, .flags = step_flag::missing_ok, .texts = {"/dev/null", "\2/not-there"}}}};
    EXPECT_EQ(seen(world, "ls secrets; cat password; ls"), "password\nsecrets\n");
}

TEST_P(Furnished, PrivateTmpOfASize)
{
    const World world{.clone_flags = CLONE_NEWNS, .init = {apart(), mounted("tmpfs", "/tmp", "size=1m,mode=1777")}};
    EXPECT_EQ(
        seen(world, "ls -A /tmp; stat -c %a /tmp; head -c 2000000 /dev/zero > /tmp/hutch-x || stat -c %s /tmp/hutch-x"),
        "1777\nhead: error writing 'standard output': No space left on device\n1048576\n");
    EXPECT_FALSE(std::filesystem::exists("/tmp/hutch-x"));
}

std::vector<Step> private_dev()
{
    std::vector<Step> steps{apart(), made("\1/dev"),
                            mounted("tmpfs", "\1/dev", "mode=755,size=64k", MS_NOSUID | MS_NOEXEC)};
    for (const char* device : {"null", "zero", "full", "random", "urandom", "tty"}) {
        const std::string name = device;
        steps.push_back({.op = Op::make_file, .number = 0666, .texts = {"\1/dev/" + name}});
        steps.push_back(bound("/dev/" + name, "\1/dev/" + name));
    }
    for (const char* directory : {"pts", "shm"}) {
        steps.push_back(made(std::string("\1/dev/") + directory));
    }
    steps.push_back(mounted("devpts", "\1/dev/pts", "newinstance,ptmxmode=0666,mode=0620", MS_NOSUID | MS_NOEXEC));
    steps.push_back(mounted("tmpfs", "\1/dev/shm", "size=64k,mode=1777"));
    const std::pair<const char*, const char*> links[] = {{"/proc/self/fd", "fd"},
                                                         {"/proc/self/fd/0", "stdin"},
                                                         {"/proc/self/fd/1", "stdout"},
                                                         {"/proc/self/fd/2", "stderr"},
                                                         {"pts/ptmx", "ptmx"}};
    for (const auto& [target, name] : links) {
        steps.push_back({.op = Op::make_link, .texts = {target, std::string("\1/dev/") + name}});
    }
    steps.push_back(moved("\1/dev", "/dev"));
    return steps;
}

TEST_P(Furnished, PrivateDev)
{
    const World world{.clone_flags = CLONE_NEWNS, .init = private_dev()};
    EXPECT_EQ(seen(world,
                   "ls /dev; echo hidden > /dev/null && head -c 3 /dev/zero | wc -c; echo out > /dev/stdout; "
                   "head -c 100000 /dev/zero > /dev/shm/hutch-y 2>&1 || stat -c %s /dev/shm/hutch-y; ls /dev/pts; "
                   "python3 -c 'import os; print(os.ttyname(os.openpty()[1]))'"),
              "fd\nfull\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n3\nout\n65536\nptmx\n"
              "/dev/pts/0\n");
    EXPECT_FALSE(std::filesystem::exists("/dev/shm/hutch-y"));
}

TEST_P(Furnished, OverlayWhoseChangesAreKeptElsewhere)
{
    write(work() + "/old", "old\n");
    const std::string userxattr = GetParam() == Who::root ? "" : ",userxattr";
    const World world{.clone_flags = CLONE_NEWNS,
                      .init = {apart(),
                               made("\1/upper", 0777),
                               made("\1/scratch", 0777),
                               {.op = Op::mount,
                                .texts = {"overlay", "\2", "overlay",
                                          "lowerdir=\2,upperdir=\1/upper,workdir=\1/scratch" + userxattr}}}};
    EXPECT_EQ(seen(world, "cat old; echo new > old; echo x > added; cat old; ls"), "old\nnew\nadded\nold\n");
    EXPECT_EQ(base::read_file(work() + "/old").value(), "old\n");
    EXPECT_FALSE(std::filesystem::exists(work() + "/added"));
    EXPECT_EQ(base::read_file(attempt() + "/upper/old").value(), "new\n");
    std::filesystem::remove_all(attempt() + "/scratch");
}

TEST_P(Furnished, OverlayThrownAwayWithTheNamespace)
{
    write(work() + "/old", "old\n");
    const std::string userxattr = GetParam() == Who::root ? "" : ",userxattr";
    const World world{
        .clone_flags = CLONE_NEWNS,
        .init = {apart(),
                 made("\1/layer"),
                 mounted("tmpfs", "\1/layer", "size=1m,mode=755"),
                 made("\1/layer/upper"),
                 made("\1/layer/scratch"),
                 {.op = Op::mount,
                  .texts = {"overlay", "\2", "overlay",
                            "lowerdir=\2,upperdir=\1/layer/upper,workdir=\1/layer/scratch" + userxattr}}}};
    EXPECT_EQ(seen(world, "rm old; echo x > added; ls"), "added\n");
    EXPECT_EQ(base::read_file(work() + "/old").value(), "old\n");
    EXPECT_TRUE(std::filesystem::is_empty(attempt() + "/layer"));
}

TEST_P(Furnished, OptionsAreEscapedWhereAMarkStands)
{
    const std::string odd = base() + "/a,b:c\\d";
    std::filesystem::create_directory(odd);
    std::filesystem::permissions(odd, std::filesystem::perms(0777));
    write(odd + "/seen", "seen\n");
    attempt_dir_ = odd;
    const std::string userxattr = GetParam() == Who::root ? "" : ",userxattr";
    const World world{
        .clone_flags = CLONE_NEWNS,
        .init = {apart(), {.op = Op::mount, .texts = {"overlay", "\2", "overlay", "lowerdir=\1:\2" + userxattr}}}};
    EXPECT_EQ(seen(world, "cat seen"), "seen\n");
}

TEST_P(Furnished, AnotherRootWithoutAWayBack)
{
    std::vector<Step> steps{apart(), made("\1/root"), mounted("tmpfs", "\1/root", "mode=755")};
    for (const char* directory : {"usr", "bin", "lib", "lib64"}) {
        steps.push_back(made(std::string("\1/root/") + directory));
        steps.push_back(bound(std::string("/") + directory, std::string("\1/root/") + directory));
    }
    steps.push_back(made("\1/root/proc"));
    steps.push_back(mounted("proc", "\1/root/proc"));
    std::string path = "\1/root";
    for (const auto& part : std::filesystem::path(work()).relative_path()) {
        steps.push_back(made(path += "/" + part.string()));
    }
    steps.push_back(bound("\2", path));
    steps.push_back({.op = Op::pivot, .texts = {"\1/root"}});
    const World world{.clone_flags = CLONE_NEWNS | CLONE_NEWPID, .init = std::move(steps)};
    EXPECT_EQ(seen(world, "ls /; pwd; touch here; cd /proc/1/cwd && pwd -P"),
              "bin\nlib\nlib64\nproc\nusr\nvar\n" + work() + "\n" +
                  (GetParam() == Who::nobody ? "sh: 1: cd: can't cd to /proc/1/cwd\nexit 2" : "/\n"));
    EXPECT_TRUE(std::filesystem::exists(work() + "/here"));
}

TEST_P(Furnished, HostNameAndCgroupAndIpc)
{
    const World world{.clone_flags = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP,
                      .init = {{.op = Op::host_name, .texts = {"hutch"}}}};
    EXPECT_EQ(seen(world, "uname -n; tail -n +2 /proc/sysvipc/shm | wc -l; grep ^0:: /proc/self/cgroup"),
              "hutch\n0\n0::/\n");
}

TEST_P(Furnished, LoopbackAndNothingElse)
{
    const World world{.clone_flags = CLONE_NEWNET, .init = {{.op = Op::loopback}}};
    const std::string script = "python3 - <<'E'\n"
                               "import socket\n"
                               "listener = socket.create_server(('127.0.0.1', 8080))\n"
                               "print(socket.create_connection(('127.0.0.1', 8080)).getpeername()[1])\n"
                               "print([name for _, name in socket.if_nameindex()])\n"
                               "try:\n"
                               "    socket.create_connection(('192.0.2.1', 80), 2)\n"
                               "except OSError as error:\n"
                               "    print(error.strerror)\n"
                               "E";
    EXPECT_EQ(seen(world, script), "8080\n['lo']\nNetwork is unreachable\n");
}

TEST_P(Furnished, NetworkThatWasMadeBefore)
{
    if (GetParam() != Who::root) {
        return; // a network namespace belongs to the user namespace that it was made in
    }
    // One test makes it, brings it up and stays until the other has joined.
    const World first{.clone_flags = CLONE_NEWNET, .init = {{.op = Op::loopback}}};
    const auto image = kernel::lay_out(first).value();
    Request request = shell("echo up; sleep 60");
    request.clone_flags = first.clone_flags;
    request.setup = image;
    Running owner = start(std::move(request), {.work_dir = "/"});
    owner.expect(Message::Kind::executed);
    const auto network = base::open_file("/proc/" + std::to_string(owner.held.pid) + "/ns/net", O_RDONLY).value();
    network_ = network;
    const World second{.init = {{.op = Op::join_network}}};
    EXPECT_EQ(seen(second, "readlink /proc/self/ns/net; ls /proc/self/fd | tr '\\n' ' '"),
              base::read_link("/proc/" + std::to_string(owner.held.pid) + "/ns/net").value() + "\n0 1 2 3 ");
}

TEST_P(Furnished, TimeIsAheadFromTheFirstInstruction)
{
    const World world{
        .clone_flags = CLONE_NEWPID | CLONE_NEWNS,
        .init = {apart(),
                 mounted("proc", "/proc"),
                 {.op = Op::unshare, .number = CLONE_NEWTIME},
                 {.op = Op::write_file,
                  .texts = {"/proc/self/timens_offsets", "monotonic 100000000 0\nboottime 100000000 0\n"}}}};
    const std::string days = seen(world, "read up _ < /proc/uptime; echo ${up%.*}");
    EXPECT_GT(std::atoll(days.c_str()), 100'000'000) << days;
}

} // namespace
} // namespace hutch::spawn
