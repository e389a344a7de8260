// A setup laid out: what hutch-init will read is what was meant, and nobody can change it.
#include "kernel/setup.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

namespace hutch::kernel {
namespace {

/// The bytes of a laid out setup, read as hutch-init does.
class Read {
  public:
    explicit Read(const Setup& setup) : fd(lay_out(setup).value())
    {
        struct stat status {};
        EXPECT_EQ(::fstat(fd.get(), &status), 0);
        bytes.resize(static_cast<std::size_t>(status.st_size));
        EXPECT_EQ(::pread(fd.get(), bytes.data(), bytes.size(), 0), status.st_size);
    }
    wire::Setup head() const
    {
        wire::Setup result{};
        std::memcpy(&result, bytes.data(), sizeof(result));
        return result;
    }
    wire::SetupStep step(std::size_t index) const
    {
        wire::SetupStep result{};
        std::memcpy(&result, bytes.data() + sizeof(wire::Setup) + index * sizeof(result), sizeof(result));
        return result;
    }
    std::string text(std::size_t index, std::size_t which) const
    {
        const std::uint32_t offset = step(index).texts[which];
        return offset == 0 ? "(none)" : bytes.c_str() + offset;
    }
    base::UniqueFd fd;
    std::string bytes;
};

using World = Setup; // gtest keeps the name Setup for itself inside of tests

Setup example()
{
    return {.init = {{.op = wire::Op::mount, .number = 14, .texts = {"proc", "/proc", "proc", "hidepid=2"}},
                     {.op = wire::Op::make_dir, .flags = wire::step_flag::optional, .number = 0755, .texts = {"\1/a"}}},
            .test = {{.op = wire::Op::set_ids, .number = 7, .other = 8}, {.op = wire::Op::filter, .number = 2}},
            .filter = {0x1122334455667788, 6}};
}

TEST(SetupLaidOut, IsReadBackAsItWasMeant)
{
    const Read read(example());
    const wire::Setup head = read.head();
    EXPECT_EQ(head.magic, wire::setup_magic);
    EXPECT_EQ(head.bytes, read.bytes.size());
    EXPECT_EQ(head.init_steps, 2U);
    EXPECT_EQ(head.test_steps, 2U);
    EXPECT_EQ(read.step(0).op, wire::Op::mount);
    EXPECT_EQ(read.step(0).number, 14U);
    EXPECT_EQ(read.text(0, 0), "proc");
    EXPECT_EQ(read.text(0, 1), "/proc");
    EXPECT_EQ(read.text(0, 2), "proc");
    EXPECT_EQ(read.text(0, 3), "hidepid=2");
    EXPECT_EQ(read.text(1, 0), "\1/a") << "marks are hutch-init's to expand";
    EXPECT_EQ(read.text(1, 1), "(none)");
    EXPECT_EQ(read.step(1).flags, wire::step_flag::optional);
    EXPECT_EQ(read.step(2).op, wire::Op::set_ids) << "the test's steps follow those of hutch-init";
    EXPECT_EQ(read.step(2).other, 8U);
    EXPECT_EQ(read.step(3).op, wire::Op::filter);
}

TEST(SetupLaidOut, HasItsFilterAlignedAtTheEnd)
{
    const Read read(example());
    const wire::Setup head = read.head();
    ASSERT_EQ(head.filter_count, 2U);
    EXPECT_EQ(head.filter % 8, 0U);
    EXPECT_EQ(head.filter + 16, head.bytes);
    EXPECT_EQ(read.bytes[head.filter - 1], '\0') << "the last text ends before it";
    std::uint64_t first = 0;
    std::memcpy(&first, read.bytes.data() + head.filter, sizeof(first));
    EXPECT_EQ(first, 0x1122334455667788U);
}

TEST(SetupLaidOut, IsSealed)
{
    const auto fd = lay_out(example()).value();
    EXPECT_EQ(::fcntl(fd.get(), F_GET_SEALS) & (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE),
              F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    EXPECT_EQ(::pwrite(fd.get(), "x", 1, 0), -1);
    EXPECT_EQ(::ftruncate(fd.get(), 0), -1);
    EXPECT_NE(::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_GE(fd.get(), 16) << "out of the way of what a child gets";
}

TEST(SetupLaidOut, OfNothingIsAHead)
{
    const Read read(World{});
    EXPECT_EQ(read.bytes.size(), sizeof(wire::Setup));
    EXPECT_EQ(read.head().filter, read.head().bytes);
}

TEST(SetupLaidOut, RefusesWhatDoesNotFit)
{
    const auto with_text = [](std::string text) {
        return lay_out({.test = {{.op = wire::Op::change_dir, .texts = {std::move(text)}}}});
    };
    EXPECT_TRUE(with_text(std::string(wire::text_max, 'a')));
    const auto too_long = with_text(std::string(wire::text_max + 1, 'a'));
    ASSERT_FALSE(too_long);
    EXPECT_EQ(too_long.error().code, ENAMETOOLONG);
    const auto nul = with_text(std::string("a\0b", 3));
    ASSERT_FALSE(nul);
    EXPECT_EQ(nul.error().code, EINVAL);

    World large;
    large.init.assign(17'000, {.op = wire::Op::change_dir, .texts = {std::string(wire::text_max, 'a')}});
    const auto too_large = lay_out(large);
    ASSERT_FALSE(too_large);
    EXPECT_EQ(too_large.error().code, E2BIG);

    const auto filter = lay_out({.filter = Bpf(4097)});
    ASSERT_FALSE(filter);
    EXPECT_EQ(filter.error().code, E2BIG);
}

TEST(SetupSteps, AreCountedThroughBothParts)
{
    const World setup = example();
    EXPECT_EQ(setup.step(1), &setup.init[1]);
    EXPECT_EQ(setup.step(2), &setup.test[0]);
    EXPECT_EQ(setup.step(4), nullptr);
}

} // namespace
} // namespace hutch::kernel
