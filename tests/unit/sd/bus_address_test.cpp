#include "sd/bus_address.h"

#include <filesystem>

#include <unistd.h>

#include <gtest/gtest.h>

#include "base/temp_dir.h"

namespace hutch::sd {
namespace {

using Addresses = std::vector<BusAddress>;

class BusAddressTest : public testing::Test {
  protected:
    void make(const std::string& path) { std::filesystem::create_directories(run + path); }

    base::TempDir directory = base::TempDir::create("sd").value();
    std::string run = directory.path();
    unsigned uid = ::geteuid();
    std::string own = run + "/user/" + std::to_string(uid);
};

TEST_F(BusAddressTest, TheSessionBusComesFirst)
{
    make("/user/" + std::to_string(uid));
    make("/other");
    BusCandidates found = bus_candidates(
        Instance::user, {.session_address = "unix:abstract=x", .runtime_dir = run + "/other", .uid = uid, .run = run});
    EXPECT_EQ(found.addresses, (Addresses{{"unix:abstract=x", false},
                                          {"unix:path=" + run + "/other/bus", false},
                                          {"unix:path=" + own + "/bus", false},
                                          {"unix:path=" + run + "/other/systemd/private", true},
                                          {"unix:path=" + own + "/systemd/private", true}}));
    EXPECT_TRUE(found.refused.empty());
}

TEST_F(BusAddressTest, WithoutVariablesTheUsualDirectory)
{
    make("/user/" + std::to_string(uid));
    BusCandidates found = bus_candidates(Instance::user, {.uid = uid, .run = run});
    EXPECT_EQ(found.addresses,
              (Addresses{{"unix:path=" + own + "/bus", false}, {"unix:path=" + own + "/systemd/private", true}}));
}

TEST_F(BusAddressTest, NothingIsTriedTwice)
{
    make("/user/" + std::to_string(uid));
    BusCandidates found = bus_candidates(
        Instance::user, {.session_address = "unix:path=" + own + "/bus", .runtime_dir = own, .uid = uid, .run = run});
    EXPECT_EQ(found.addresses,
              (Addresses{{"unix:path=" + own + "/bus", false}, {"unix:path=" + own + "/systemd/private", true}}));
}

TEST_F(BusAddressTest, ADirectoryOfSomebodyElseIsRefused)
{
    make("/else");
    unsigned other = uid + 1;
    BusCandidates found = bus_candidates(Instance::user, {.runtime_dir = run + "/else", .uid = other, .run = run});
    EXPECT_TRUE(found.addresses.empty());
    std::string mine = run + "/user/" + std::to_string(other);
    EXPECT_EQ(found.refused, (std::vector<std::string>{
                                 "runtime directory " + run + "/else belongs to uid " + std::to_string(uid) +
                                     ", not to " + std::to_string(other),
                                 "runtime directory " + mine + ": No such file or directory",
                             }));
}

TEST_F(BusAddressTest, AFileIsNoRuntimeDirectory)
{
    BusCandidates found = bus_candidates(Instance::user, {.runtime_dir = "/proc/self/stat", .uid = uid, .run = run});
    ASSERT_EQ(found.refused.size(), 2U);
    EXPECT_EQ(found.refused[0], "runtime directory /proc/self/stat: not a directory");
}

TEST_F(BusAddressTest, OddCharactersAreEscaped)
{
    make("/a b,c;d=é");
    BusCandidates found = bus_candidates(Instance::user, {.runtime_dir = run + "/a b,c;d=é", .uid = uid, .run = run});
    ASSERT_FALSE(found.addresses.empty());
    EXPECT_EQ(found.addresses[0].address, "unix:path=" + run + "/a%20b%2cc%3bd%3d%c3%a9/bus");
}

TEST_F(BusAddressTest, OnlyRootTriesTheSystemManagersPrivateSocket)
{
    EXPECT_EQ(bus_candidates(Instance::system, {.session_address = "x", .runtime_dir = "y", .uid = 0}).addresses,
              (Addresses{{"unix:path=/run/dbus/system_bus_socket", false}, {"unix:path=/run/systemd/private", true}}));
    EXPECT_EQ(bus_candidates(Instance::system, {.session_address = "x", .runtime_dir = "y", .uid = 7}).addresses,
              (Addresses{{"unix:path=/run/dbus/system_bus_socket", false}}));
}

} // namespace
} // namespace hutch::sd
