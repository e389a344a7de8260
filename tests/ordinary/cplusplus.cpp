// An ordinary C++ test: threads, fork and exec, files, sockets on the loopback device, POSIX shared memory, memory maps, futexes, epoll,
// timers, signals. What must work under every policy, so it is run under each. No test framework: it must start anywhere.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

int failures = 0;

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            std::printf("fail: %s:%d: %s (%s)\n", __FILE__, __LINE__, #condition, std::strerror(errno));               \
            ++failures;                                                                                                \
        }                                                                                                              \
    } while (false)

void threads()
{
    std::atomic<int> sum = 0;
    std::mutex mutex;
    std::condition_variable ready;
    bool go = false;
    std::vector<std::thread> all;
    for (int i = 0; i < 8; ++i) {
        all.emplace_back([&, i] {
            std::unique_lock lock(mutex);
            ready.wait(lock, [&] { return go; });
            sum += i;
        });
    }
    {
        const std::lock_guard lock(mutex);
        go = true;
    }
    ready.notify_all();
    for (auto& thread : all) {
        thread.join();
    }
    CHECK(sum == 28);
    CHECK(std::async(std::launch::async, [] { return 42; }).get() == 42);
    thread_local int own = 7;
    CHECK(own == 7);
}

void files(const std::filesystem::path& directory)
{
    namespace fs = std::filesystem;
    const fs::path base = directory / ("products-of-cplusplus-" + std::to_string(getpid()));
    fs::create_directories(base / "a" / "b");
    std::ofstream(base / "a" / "file") << "text\n";
    fs::copy_file(base / "a" / "file", base / "a" / "copy");
    fs::create_symlink("file", base / "a" / "link");
    fs::rename(base / "a" / "copy", base / "a" / "b" / "moved");
    fs::permissions(base / "a" / "b" / "moved", fs::perms::owner_read);
    std::string text;
    std::getline(std::ifstream(base / "a" / "link"), text);
    CHECK(text == "text");
    CHECK(fs::file_size(base / "a" / "b" / "moved") == 5);
    const int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    CHECK(inotify_add_watch(watch, base.c_str(), IN_CREATE) >= 0);
    std::ofstream(base / "seen") << 1;
    char event[1024];
    CHECK(read(watch, event, sizeof event) > 0);
    close(watch);
    const int file = open((base / "seen").c_str(), O_RDWR | O_CLOEXEC);
    CHECK(posix_fallocate(file, 0, 8192) == 0 && flock(file, LOCK_EX) == 0 && fsync(file) == 0);
    void* memory = mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    CHECK(memory != MAP_FAILED);
    std::memcpy(memory, "mapped", 6);
    CHECK(msync(memory, 8192, MS_SYNC) == 0 && munmap(memory, 8192) == 0);
    close(file);
    fs::remove_all(base);
}

void processes()
{
    const pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", "exit 5", nullptr);
        _exit(127);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 5);
    pid_t spawned = 0;
    std::string shell = "sh", flag = "-c", text = "kill -9 $$";
    char* arguments[] = {shell.data(), flag.data(), text.data(), nullptr};
    CHECK(posix_spawn(&spawned, "/bin/sh", nullptr, nullptr, arguments, environ) == 0);
    CHECK(waitpid(spawned, &status, 0) == spawned && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    FILE* pipe = popen("echo from a pipe", "r");
    char line[64] = "";
    CHECK(pipe != nullptr && std::fgets(line, sizeof line, pipe) != nullptr && std::strncmp(line, "from", 4) == 0);
    CHECK(pclose(pipe) == 0);
    rlimit limit{};
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0 && setrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0)) == 0);
    CHECK(prctl(PR_SET_NAME, "ordinary") == 0);
    cpu_set_t cpus;
    CHECK(sched_getaffinity(0, sizeof cpus, &cpus) == 0 && sched_setaffinity(0, sizeof cpus, &cpus) == 0);
}

void server(int family, const sockaddr* address, socklen_t size)
{
    const int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    CHECK(bind(listener, address, size) == 0 && listen(listener, 4) == 0);
    sockaddr_storage bound{};
    socklen_t length = sizeof bound;
    CHECK(getsockname(listener, reinterpret_cast<sockaddr*>(&bound), &length) == 0);
    std::thread client([&] {
        const int file = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        CHECK(connect(file, reinterpret_cast<sockaddr*>(&bound), length) == 0);
        CHECK(send(file, "hello", 5, MSG_NOSIGNAL) == 5);
        close(file);
    });
    const int loop = epoll_create1(EPOLL_CLOEXEC);
    epoll_event wanted{.events = EPOLLIN, .data = {.fd = listener}};
    CHECK(epoll_ctl(loop, EPOLL_CTL_ADD, listener, &wanted) == 0);
    epoll_event got{};
    CHECK(epoll_wait(loop, &got, 1, 10000) == 1);
    const int peer = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    char text[8] = "";
    CHECK(recv(peer, text, sizeof text, 0) == 5 && std::strncmp(text, "hello", 5) == 0);
    client.join();
    close(peer);
    close(loop);
    close(listener);
}

void memory()
{
    const std::string name = "/ordinary-" + std::to_string(getpid());
    const int file = shm_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600);
    CHECK(file >= 0 && ftruncate(file, 1 << 20) == 0);
    void* shared = mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    CHECK(shared != MAP_FAILED);
    const pid_t child = fork();
    if (child == 0) {
        std::memcpy(shared, "child", 5);
        _exit(0);
    }
    waitpid(child, nullptr, 0);
    CHECK(std::memcmp(shared, "child", 5) == 0);
    CHECK(shm_unlink(name.c_str()) == 0);
    close(file);
    CHECK(memfd_create("ordinary", MFD_CLOEXEC) >= 0);
    void* code = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(mprotect(code, 4096, PROT_READ | PROT_EXEC) == 0); // a just-in-time compiler does this
    CHECK(madvise(code, 4096, MADV_DONTNEED) == 0);
}

void timers_and_signals()
{
    const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    const itimerspec soon{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_nsec = 10'000'000}};
    CHECK(timerfd_settime(timer, 0, &soon, nullptr) == 0);
    pollfd ready{.fd = timer, .events = POLLIN, .revents = 0};
    CHECK(poll(&ready, 1, 5000) == 1);
    const int event = eventfd(1, EFD_CLOEXEC);
    std::uint64_t count = 0;
    CHECK(read(event, &count, sizeof count) == 8 && count == 1);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    CHECK(sigprocmask(SIG_BLOCK, &set, nullptr) == 0);
    const int signals = signalfd(-1, &set, SFD_CLOEXEC);
    CHECK(kill(getpid(), SIGUSR1) == 0);
    signalfd_siginfo info{};
    CHECK(read(signals, &info, sizeof info) == sizeof info && info.ssi_signo == SIGUSR1);
    CHECK(std::random_device().entropy() >= 0);
    CHECK(std::chrono::system_clock::now().time_since_epoch().count() > 0);
    bool caught = false;
    try {
        throw std::runtime_error("an exception");
    } catch (const std::exception&) {
        caught = true;
    }
    CHECK(caught);
}

} // namespace

int main()
{
    std::signal(SIGPIPE, SIG_IGN);
    const char* temporary = std::getenv("TEST_TMPDIR");
    CHECK(temporary != nullptr);
    threads();
    files(std::filesystem::current_path());
    files(temporary != nullptr ? temporary : "/tmp");
    processes();
    sockaddr_in loopback{};
    loopback.sin_family = AF_INET;
    loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server(AF_INET, reinterpret_cast<const sockaddr*>(&loopback), sizeof loopback);
    memory();
    timers_and_signals();
    std::puts(failures == 0 ? "ordinary" : "not ordinary");
    return failures == 0 ? 0 : 1;
}
