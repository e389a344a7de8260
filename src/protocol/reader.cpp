// See reader.h.
#include "protocol/reader.h"

#include <array>
#include <string>
#include <utility>

namespace hutch::protocol {
namespace {

constexpr std::array<Speaker, 3> speakers{{
    {Protocol::tap, looks_like_tap},
    {Protocol::gtest, looks_like_gtest},
    {Protocol::spl, looks_like_spl},
}};

} // namespace

Reader::Reader(Protocol protocol) : reader_(reader_of(protocol)) {}

Reader::Any Reader::reader_of(Protocol protocol)
{
    switch (protocol) {
    case Protocol::tap:
        return TapReader();
    case Protocol::gtest:
        return GtestReader();
    case Protocol::spl:
        return SplReader();
    case Protocol::automatic:
        return Detector(speakers);
    case Protocol::exit:
    case Protocol::junit:
        break;
    }
    return std::monostate();
}

void Reader::feed(std::string_view bytes)
{
    if (auto* detector = std::get_if<Detector>(&reader_)) {
        const auto found = detector->feed(bytes);
        if (!found) {
            return;
        }
        decide(*found);
    }
    std::visit(
        [bytes](auto& reader) {
            if constexpr (requires { reader.finish().cases; }) {
                reader.feed(bytes);
            }
        },
        reader_);
}

/// What the detector has kept is the beginning of what the protocol's reader gets.
void Reader::decide(Protocol protocol)
{
    const std::string kept = std::get<Detector>(reader_).kept();
    reader_ = reader_of(protocol);
    if (!kept.empty()) {
        feed(kept);
    }
}

std::shared_ptr<const CaseReport> Reader::finish()
{
    if (auto* detector = std::get_if<Detector>(&reader_)) {
        decide(detector->finish());
    }
    return std::visit(
        [](auto& reader) -> std::shared_ptr<const CaseReport> {
            if constexpr (requires { reader.finish().cases; }) {
                return std::make_shared<const CaseReport>(reader.finish());
            }
            return nullptr;
        },
        reader_);
}

} // namespace hutch::protocol
