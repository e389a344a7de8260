// #! lines as the kernel reads them.
#include "discover/hash_bang.h"

#include <random>

#include <gtest/gtest.h>

namespace hutch::discover
{
namespace
{

using Command = std::vector<std::string>;

TEST(HashBang, IsReadAsTheKernelDoes)
{
    EXPECT_EQ(parse_hash_bang("#!/bin/bash\necho"), Command{"/bin/bash"});
    EXPECT_EQ(parse_hash_bang("#! /bin/bash \t\n"), Command{"/bin/bash"});
    EXPECT_EQ(parse_hash_bang("#!/usr/bin/env -S perl -w\n"), (Command{"/usr/bin/env", "-S perl -w"}));
    EXPECT_EQ(parse_hash_bang("#!/bin/sh"), Command{"/bin/sh"}) << "a file of one line";
    EXPECT_EQ(parse_hash_bang("#!/bin/sh\r\n"), Command{"/bin/sh"}) << "the kernel would look for '/bin/sh\\r'";
    EXPECT_EQ(parse_hash_bang(""), std::nullopt);
    EXPECT_EQ(parse_hash_bang("#!"), std::nullopt);
    EXPECT_EQ(parse_hash_bang("#!\n/bin/sh"), std::nullopt);
    EXPECT_EQ(parse_hash_bang(" #!/bin/sh\n"), std::nullopt);
    EXPECT_EQ(parse_hash_bang("\x7f"
                              "ELF"),
              std::nullopt);
    EXPECT_EQ(parse_hash_bang("#!" + std::string(300, 'x') + "\n"), std::nullopt) << "longer than the kernel reads";
}

TEST(HashBang, NonsenseIsNoCommandAndNoCrash)
{
    std::mt19937 random(3);
    constexpr std::string_view alphabet = "#! /binsh\t\r\nenv\0";
    for (int round = 0; round < 20'000; ++round) {
        std::string text = round % 2 == 0 ? "#!" : "";
        for (auto left = random() % 300; left > 0; --left) {
            text += alphabet[random() % alphabet.size()];
        }
        if (const auto command = parse_hash_bang(text)) {
            ASSERT_FALSE(command->front().empty());
            ASSERT_EQ(command->front().find_first_of(" \t\n"), std::string::npos);
            ASSERT_LE(command->size(), 2u);
        }
    }
}

} // namespace
} // namespace hutch::discover
