// Connecting: to a manager at the other end of a socket, to nobody, to somebody else, to somebody who does not answer.
#include "sd/bus.h"

#include <chrono>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/temp_dir.h"
#include "unit/sd/fake_manager.h"

namespace hutch::sd {
namespace {

using namespace std::chrono_literals;

/// A listening socket that nobody serves.
base::UniqueFd listen_at(const std::string& path)
{
    base::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    EXPECT_LT(path.size(), sizeof address.sun_path);
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << path;
    EXPECT_EQ(listen(socket.get(), 4), 0);
    return socket;
}

class BusTest : public testing::Test {
  protected:
    BusEnvironment environment() { return {.runtime_dir = dir.path(), .uid = ::geteuid(), .run = "/nonexistent"}; }
    base::TempDir dir = base::TempDir::create("sd").value();
};

TEST_F(BusTest, APeerSaysItsVersion)
{
    FakeManager manager;
    Result<Bus> bus = Bus::peer(manager.take_socket(), Instance::user);
    ASSERT_TRUE(bus) << bus.error().message;
    EXPECT_EQ(bus->version(), "252.39-1~fake");
    EXPECT_TRUE(bus->direct());
    EXPECT_EQ(bus->instance(), Instance::user);
}

TEST_F(BusTest, AnUnknownPropertyIsAnErrorInTheManagersWords)
{
    FakeManager manager;
    Bus bus = Bus::peer(manager.take_socket(), Instance::system).value();
    Result<std::string> value = bus.manager_property("Colour");
    ASSERT_FALSE(value);
    EXPECT_EQ(
        value.error().message,
        "ask the system manager for Colour: Unknown interface org.freedesktop.systemd1.Manager or property Colour. "
        "(org.freedesktop.DBus.Error.UnknownProperty)");
}

TEST_F(BusTest, TheErrorTellsWhatBecameOfEachPlace)
{
    Result<Bus> bus = Bus::open(Instance::user, environment());
    ASSERT_FALSE(bus);
    EXPECT_EQ(bus.error().message,
              "connect to the user manager: unix:path=" + dir.path() + "/bus: No such file or directory; unix:path=" +
                  dir.path() + "/systemd/private: No such file or directory; runtime directory /nonexistent/user/" +
                  std::to_string(::geteuid()) + ": No such file or directory");
    EXPECT_EQ(bus.error().code, ENOENT);
}

TEST_F(BusTest, ASocketThatNobodyServesCostsASecond)
{
    base::UniqueFd socket = listen_at(dir.path() + "/bus");
    auto start = std::chrono::steady_clock::now();
    Result<Bus> bus = Bus::open(Instance::user, environment());
    auto took = std::chrono::steady_clock::now() - start;
    ASSERT_FALSE(bus);
    EXPECT_NE(bus.error().message.find("/bus: Connection timed out"), std::string::npos) << bus.error().message;
    EXPECT_LT(took, 2s);
}

TEST_F(BusTest, ASocketOfSomebodyElseIsNotTalkedTo)
{
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs root to listen as somebody else";
    }
    // Who called listen(2) is what SO_PEERCRED says.
    base::UniqueFd socket;
    ASSERT_EQ(::chmod(dir.path().c_str(), 0777), 0);
    ASSERT_EQ(::seteuid(65534), 0);
    socket = listen_at(dir.path() + "/bus");
    ASSERT_EQ(::seteuid(0), 0);
    Result<Bus> bus = Bus::open(Instance::user, environment());
    ASSERT_FALSE(bus);
    EXPECT_NE(bus.error().message.find("/bus: belongs to uid 65534, not to 0"), std::string::npos)
        << bus.error().message;
}

TEST_F(BusTest, AnAddressOfAnUnknownKindIsPassedOver)
{
    BusEnvironment odd = environment();
    odd.session_address = "autolaunch:";
    Result<Bus> bus = Bus::open(Instance::user, odd);
    ASSERT_FALSE(bus);
    EXPECT_TRUE(bus.error().message.starts_with("connect to the user manager: autolaunch:: ")) << bus.error().message;
}

TEST_F(BusTest, AnErrorWithoutANameHasOnlyItsText)
{
    EXPECT_EQ(to_error("stop unit 'x'", {.name = "", .text = "Broken pipe", .code = EPIPE}).message,
              "stop unit 'x': Broken pipe");
    EXPECT_EQ(to_error("stop unit 'x'", {.name = "a.B", .text = "No", .code = EPERM}).message,
              "stop unit 'x': No (a.B)");
}

} // namespace
} // namespace hutch::sd
