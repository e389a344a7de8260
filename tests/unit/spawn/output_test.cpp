// Head, tail and what falls between, at every boundary; and pipes that are flooded.
#include "spawn/output.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/temp_dir.h"
#include "unit/spawn/spawn_fixture.h"

namespace hutch::spawn {
namespace {

/// "0123…" by position, so that every byte tells where it was.
std::string numbered(std::size_t size)
{
    std::string text(size, ' ');
    for (std::size_t at = 0; at < size; ++at) {
        text[at] = static_cast<char>('a' + at % 23);
    }
    return text;
}

void append_in_pieces(HeadTail& kept, std::string_view text, std::size_t piece)
{
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
        kept.append(std::span(text.data(), std::min(piece, text.size())));
    }
}

TEST(HeadTail, KeepsFirstAndLastForEverySizeAndEveryPiece)
{
    for (const std::size_t capacity : {0, 1, 2, 3, 7, 10}) {
        for (std::size_t size = 0; size < 40; ++size) {
            for (const std::size_t piece : {1, 2, 3, 5, 40}) {
                const std::string text = numbered(size);
                HeadTail kept(capacity);
                append_in_pieces(kept, text, piece);
                const std::size_t head = std::min(size, capacity / 2);
                const std::size_t tail = std::min(size - head, capacity - capacity / 2);
                EXPECT_EQ(kept.head(), text.substr(0, head));
                EXPECT_EQ(kept.tail(), text.substr(size - tail)) << capacity << ' ' << size << ' ' << piece;
                EXPECT_EQ(kept.dropped(), size - head - tail);
                EXPECT_EQ(kept.total(), size);
            }
        }
    }
}

TEST(HeadTail, IsWholeUpToItsCapacity)
{
    const std::string text = numbered(1000);
    HeadTail kept(1000);
    append_in_pieces(kept, text, 333);
    const Captured captured = kept.captured();
    EXPECT_EQ(captured.head + captured.tail, text);
    EXPECT_EQ(captured.dropped, 0U);
    EXPECT_EQ(captured.total, 1000U);
}

TEST(OutputPipe, SaysEmptyMoreAndClosed)
{
    auto pipe = OutputPipe::open(100).value();
    EXPECT_EQ(pipe.drain().value(), OutputPipe::Drained::empty);
    ASSERT_EQ(::write(pipe.write_end().get(), "abc", 3), 3);
    EXPECT_EQ(pipe.drain(1).value(), OutputPipe::Drained::more) << "the bound was reached";
    EXPECT_EQ(pipe.drain().value(), OutputPipe::Drained::empty);
    pipe.close_write_end();
    EXPECT_EQ(pipe.drain().value(), OutputPipe::Drained::closed);
    pipe.close_read_end();
    EXPECT_EQ(pipe.drain().value(), OutputPipe::Drained::closed);
    EXPECT_EQ(pipe.kept().head(), "abc");
}

TEST(OutputPipe, WritesEverythingToTheTee)
{
    const auto directory = base::TempDir::create("hutch-output-").value();
    auto file = base::open_file(directory / "all", O_RDWR | O_CREAT, 0600).value();
    auto pipe = OutputPipe::open(10, file).value();
    const std::string text = numbered(50'000);
    ASSERT_EQ(::write(pipe.write_end().get(), text.data(), text.size()), 50'000);
    ASSERT_TRUE(pipe.drain());
    EXPECT_EQ(base::read_file(directory / "all").value(), text);
    EXPECT_EQ(pipe.kept().dropped(), 49'990U);
}

TEST(OutputPipe, SaysWhenTheTeeIsFull)
{
    const auto full = base::open_file("/dev/full", O_WRONLY).value();
    auto pipe = OutputPipe::open(10, full).value();
    ASSERT_EQ(::write(pipe.write_end().get(), "abc", 3), 3);
    const auto drained = pipe.drain();
    ASSERT_FALSE(drained);
    EXPECT_EQ(drained.error().code, ENOSPC);
}

class OutputOfAChild : public SpawnFixture {};

TEST_F(OutputOfAChild, FloodOfTenMegabytesIsBounded)
{
    Running child = start(shell("head -c 10485760 /dev/zero | tr '\\0' x; printf end"));
    auto drained = OutputPipe::Drained::empty;
    EXPECT_TRUE(eventually([&] {
        drained = child.out.drain(std::size_t{256} << 10).value();
        return drained == OutputPipe::Drained::closed;
    }));
    const HeadTail& kept = child.out.kept();
    EXPECT_EQ(kept.total(), 10'485'763U);
    EXPECT_EQ(kept.head().size(), std::size_t{512} << 10);
    EXPECT_EQ(kept.tail().size(), std::size_t{512} << 10);
    EXPECT_TRUE(kept.tail().ends_with("xend"));
    EXPECT_EQ(child.wait(), exited_with(0));
}

TEST_F(OutputOfAChild, TheTestsEndBlocks)
{
    Running child = start(shell("grep flags: /proc/self/fdinfo/1"));
    EXPECT_EQ(child.wait(), exited_with(0));
    const std::string flags = child.output();
    EXPECT_EQ(std::stol(flags.substr(flags.find_first_of("0123456789")), nullptr, 8) & O_NONBLOCK, 0) << flags;
}

} // namespace
} // namespace hutch::spawn
