#include "run/captured_output.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <utility>

#include <fmt/format.h>

#include "base/file.h"

namespace hutch::run {

namespace {

/// A file name for a test's name: one level, no separators, distinct for distinct names of ordinary length.
std::string file_stem(std::string_view test, int attempt)
{
    constexpr std::size_t longest = 200; // NAME_MAX is 255
    std::string stem;
    for (char c : test.substr(test.size() > longest ? test.size() - longest : 0)) {
        stem += c == '/' ? std::string("--") : std::string(1, c == '\0' || c == '\n' ? '_' : c);
    }
    const std::string safe = stem.starts_with('.') ? "_" + stem : stem;
    return attempt == 1 ? safe : fmt::format("{}.{}", safe, attempt);
}

/// A new file, always: what bears the name already may be a link that an earlier test has made, to what it may not write itself.
Result<base::UniqueFd> open_tee(const std::string& path)
{
    if (path.empty()) {
        return base::UniqueFd();
    }
    ::unlink(path.c_str());
    return base::open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
}

} // namespace

Result<void> CapturedOutput::open(const RunOptions& options, std::string_view test, int attempt, Protocol protocol, bool merged)
{
    merged_ = merged;
    if (protocol != Protocol::exit && protocol != Protocol::junit) {
        reader_.emplace(protocol);
    }
    std::string stem;
    if (!options.output_dir.empty()) {
        stem = fmt::format("{}/{}", options.output_dir, file_stem(test, attempt));
        file_ = stem + ".out";
    }
    for (auto [channel, suffix] : {std::pair(&out_, ".out"), std::pair(&err_, ".err")}) {
        auto tee = open_tee(stem.empty() ? stem : stem + suffix);
        if (!tee) {
            return std::unexpected(tee.error());
        }
        channel->tee = std::move(*tee);
        const bool is_read = reader_ && channel == &out_;
        auto pipe = spawn::OutputPipe::open(options.capture_bytes, channel->tee,
                                            is_read ? [this](std::string_view bytes) { reader_->feed(bytes); }
                                                    : spawn::OutputPipe::Sink());
        if (!pipe) {
            return std::unexpected(pipe.error());
        }
        channel->pipe = std::move(*pipe);
    }
    return {};
}

spawn::Streams CapturedOutput::streams(base::BorrowedFd in) const
{
    return {.in = in, .out = out_.pipe->write_end(), .err = (merged_ ? out_ : err_).pipe->write_end()};
}

Result<void> CapturedOutput::listen(sd::EventLoop& loop)
{
    if (auto listening = listen_to(loop, out_); !listening) {
        return listening;
    }
    return listen_to(loop, err_);
}

Result<void> CapturedOutput::listen_to(sd::EventLoop& loop, Channel& channel)
{
    channel.pipe->close_write_end();
    auto source = loop.on_fd(channel.pipe->read_end(), EPOLLIN, [this, &channel](std::uint32_t) { drain(channel); });
    if (!source) {
        return std::unexpected(source.error());
    }
    channel.readable = std::move(*source);
    return {};
}

void CapturedOutput::drain(Channel& channel)
{
    const auto drained = channel.pipe->drain();
    if (!drained) {
        trouble_ = drained.error().message; // a full disk: memory still has head and tail
        channel.tee_failed = true;
    }
    if (!drained || *drained == spawn::OutputPipe::Drained::closed) {
        channel.readable.reset();
    }
}

void CapturedOutput::finish()
{
    for (Channel* channel : {&out_, &err_}) {
        if (!channel->pipe) {
            continue;
        }
        channel->readable.reset();
        if (!channel->tee_failed) {
            drain_rest(*channel);
        }
        channel->kept = std::make_shared<const Captured>(channel->pipe->kept().captured());
        channel->pipe.reset();
        channel->tee.reset();
    }
    if (reader_) {
        cases_ = reader_->finish();
        reader_.reset();
    }
}

std::string CapturedOutput::said_so_far()
{
    if (!out_.pipe) {
        return {};
    }
    drain(out_);
    return out_.pipe->kept().head();
}

void CapturedOutput::drain_rest(Channel& channel)
{
    // A pipe holds at most 1 MB (pipe-max-size) that is not read yet; who still writes into it is dead by now.
    constexpr int rounds = 4;
    for (int round = 0; round < rounds; ++round) {
        const auto drained = channel.pipe->drain();
        if (!drained) {
            trouble_ = drained.error().message;
        }
        if (!drained || *drained != spawn::OutputPipe::Drained::more) {
            return;
        }
    }
}

} // namespace hutch::run
