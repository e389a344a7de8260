// What real tools wrote, as it is stored in fixtures/: how it came there is in each directory's README.md.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace hutch::protocol {

inline std::string stored_output(const std::string& name)
{
    std::ifstream file(HUTCH_SOURCE_DIR "/tests/unit/protocol/fixtures/" + name, std::ios::binary);
    EXPECT_TRUE(file.is_open()) << name;
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

} // namespace hutch::protocol
