// The reader of a test's standard output, whatever its protocol. The one place that knows which protocols read a stream.
#pragma once

#include <memory>
#include <string_view>
#include <variant>

#include "hutch/cases.h"
#include "protocol/detect.h"
#include "protocol/gtest.h"
#include "protocol/spl.h"
#include "protocol/tap.h"

namespace hutch::protocol {

class Reader {
  public:
    /// Of `exit` and `junit`, which have nothing to say on standard output, it reads nothing.
    explicit Reader(Protocol protocol);
    void feed(std::string_view bytes);
    /// Null: no cases are told of in this output.
    std::shared_ptr<const CaseReport> finish();

  private:
    using Any = std::variant<std::monostate, Detector, TapReader, GtestReader, SplReader>;
    static Any reader_of(Protocol protocol);
    void decide(Protocol protocol);

    Any reader_;
};

} // namespace hutch::protocol
