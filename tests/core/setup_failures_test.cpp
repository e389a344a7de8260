// Steps that fail are told by index, errno and path; a setup that cannot be trusted is not done; thousands of worlds leave nothing.
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mman.h>

#include <cstring>

#include "core/setup_fixture.h"

namespace hutch::spawn {
namespace {

class Failing : public WorldOf {};
INSTANTIATE_TEST_SUITE_P(, Failing, ::testing::Values(Who::root, Who::root_in_user_namespace, Who::nobody), name_of);

TEST_P(Failing, StepIsToldByIndexErrnoAndPath)
{
    const World world{.clone_flags = CLONE_NEWNS,
                      .init = {apart(), bound("/no/such/source", "\2")},
                      .test = {{.op = Op::no_new_privs}}};
    EXPECT_EQ(seen(world, "true"), "failed 1 2: set-up step 1, bind '" + work() + "': No such file or directory");
}

TEST_P(Failing, StepOfTheTestIsCountedAfterThoseOfHutchInit)
{
    for (const std::uint64_t flags : {static_cast<std::uint64_t>(0), static_cast<std::uint64_t>(CLONE_NEWPID)}) {
        const World world{.clone_flags = flags,
                          .init = {{.op = Op::change_dir, .texts = {"/"}}},
                          .test = {{.op = Op::no_new_privs}, {.op = Op::landlock_path, .texts = {"/"}}}};
        EXPECT_EQ(seen(world, "true"), "failed 2 9: set-up step 2, make a Landlock rule for '/': Bad file descriptor");
    }
}

TEST_P(Failing, WhatIsOptionalIsPassedOver)
{
    const World world{
        .clone_flags = CLONE_NEWNS,
        .init = {apart(),
                 {.op = Op::change_dir, .flags = step_flag::optional, .texts = {"/proc/self/mem"}},
                 {.op = Op::bind, .flags = step_flag::missing_ok, .texts = {"/dev/null", "/no/such/file"}},
                 {.op = Op::bind, .flags = step_flag::missing_ok, .texts = {"/dev/null", "/dev/null/file"}}}};
    EXPECT_EQ(seen(world, "echo done"), "done\n");
    World strict = world;
    strict.init[1].flags = step_flag::missing_ok;
    strict.init[1].texts = {std::string(4095, 'x')};
    EXPECT_EQ(seen(strict, "true").substr(0, 11), "failed 1 36") << "missing_ok is about what is missing only";
}

TEST_P(Failing, UnknownOpsAndUnmeantMarksAreNotDone)
{
    EXPECT_EQ(seen({.init = {{.op = static_cast<Op>(999)}}}, "true").substr(0, 11), "failed 0 38");
    attempt_dir_ = std::string(4000, 'y');
    const World too_long{.init = {{.op = Op::mount, .texts = {"\1\1", "\1", "\1", ""}}}};
    EXPECT_EQ(seen(too_long, "true").substr(0, 11), "failed 0 36");
}

TEST_P(Failing, MountIsRefusedWithoutANamespaceForIt)
{
    const std::string mounts = base::read_file("/proc/self/mountinfo").value();
    EXPECT_EQ(seen({.init = {mounted("tmpfs", "\2")}}, "true"),
              "failed 0 1: set-up step 0, mount '" + work() + "': Operation not permitted");
    EXPECT_EQ(seen({.init = {apart()}}, "true").substr(0, 10), "failed 0 1") << "it is the machine's, even for root";
    EXPECT_EQ(seen({.clone_flags = CLONE_NEWNS, .init = {mounted("tmpfs", "\2")}}, "true").substr(0, 10), "failed 0 1")
        << "it might reach the machine by propagation";
    EXPECT_EQ(base::read_file("/proc/self/mountinfo").value(), mounts);
}

class Corrupt : public SetupFixture {
  protected:
    /// What becomes of `image`, given to hutch-init as it is.
    std::string fate(const std::string& image)
    {
        const base::UniqueFd fd(::memfd_create("image", MFD_CLOEXEC));
        (void)base::write_all(fd, image, "memfd");
        Request request = shell("echo executed");
        request.setup = fd;
        Running child = start(std::move(request), {.work_dir = "/"});
        const auto message = child.next();
        (void)child.wait();
        return message ? message->text + child.output() : message.error().message;
    }

    static std::string image_of(const World& world)
    {
        const auto fd = kernel::lay_out(world).value();
        std::string bytes(static_cast<std::size_t>(::lseek(fd.get(), 0, SEEK_END)), '\0');
        EXPECT_EQ(::pread(fd.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
        return bytes;
    }
};

TEST_F(Corrupt, SetupIsNotTrusted)
{
    const World world{
        .init = {{.op = Op::change_dir, .texts = {"/"}}}, .test = {{.op = Op::no_new_privs}}, .filter = {6}};
    const std::string good = image_of(world);
    EXPECT_EQ(fate(good), "executed\n");
    const std::string refused = "read the set-up: Protocol error";
    for (std::size_t word = 0; word < sizeof(kernel::wire::Setup) / 4; ++word) {
        for (const std::uint32_t value : {0U, 1U, 0x7fff'ffffU, 0xffff'ffffU, static_cast<unsigned>(good.size())}) {
            std::string bad = good;
            std::memcpy(bad.data() + 4 * word, &value, 4);
            const bool harmless =
                bad == good || ((word == 2 || word == 3) && value == 0); // fewer steps are a setup, too
            EXPECT_EQ(fate(bad), harmless ? "executed\n" : refused) << "word " << word << " = " << value;
        }
    }
    const std::size_t first_text = sizeof(kernel::wire::Setup) + offsetof(kernel::wire::SetupStep, texts);
    for (const std::uint32_t value :
         {1U, static_cast<unsigned>(good.size()), 0xffff'ffffU, 24U, static_cast<unsigned>(good.size()) - 8}) {
        std::string bad = good;
        std::memcpy(bad.data() + first_text, &value, 4);
        EXPECT_EQ(fate(bad), refused) << "text at " << value;
    }
    std::string endless = good;
    endless[good.size() - 8 - 1] = 'x'; // the last text does not end before the filter
    EXPECT_EQ(fate(endless), refused);
    EXPECT_EQ(fate(good.substr(0, 20)), refused);
    EXPECT_EQ(fate(""), refused);
}

std::size_t open_descriptors()
{
    const std::filesystem::directory_iterator descriptors("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(descriptors), end(descriptors)));
}

class Thousand : public SetupFixture {};

TEST_F(Thousand, WorldsLeaveNothing)
{
    const World world{.clone_flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
                      .init = {apart(),
                               mounted("tmpfs", "/tmp", "size=1m"),
                               mounted("proc", "/proc"),
                               {.op = Op::host_name, .texts = {"h"}}},
                      .test = {{.op = Op::no_new_privs}, {.op = Op::bounding}, {.op = Op::capabilities}}};
    World failing = world;
    failing.test.push_back({.op = Op::change_dir, .texts = {"/no/such"}});
    const std::string mounts = base::read_file("/proc/self/mountinfo").value();
    const std::size_t before = open_descriptors();
    const auto deadline = base::Deadline::after(std::chrono::seconds(45)); // an emulated machine does fewer
    for (int round = 0; round < 1000 && (round < 100 || !deadline.passed()); ++round) {
        const std::string expected = round % 10 == 0 ? "failed 7 2" : "";
        ASSERT_EQ(said(Who::root, round % 10 == 0 ? failing : world, ":").substr(0, 10), expected) << "round " << round;
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(base::read_file("/proc/self/mountinfo").value(), mounts);
    EXPECT_TRUE(kernel::children_of(::getpid()).empty());
}

} // namespace
} // namespace hutch::spawn
