// Network namespaces that are used again. To make one and to clear it away takes the kernel longer than all the rest of a test's world; one in
// which nothing runs any more and nothing could be changed is as good as new (plan::Sandbox::pooled_network says for which policies; that no socket
// is left in it is looked for when it is joined, by hutch-init). Responsible for making them and for never giving one to two at a time.
#pragma once

#include <vector>

#include "base/fd.h"
#include "hutch/error.h"
#include "spawn/spawn.h"

namespace hutch::run {

class NetworkPool {
  public:
    explicit NetworkPool(const spawn::InitProgram& init) : init_(init) {}

    /// One for the holder alone; a new one where none is free. Errors: those of spawn_held().
    Result<base::UniqueFd> take();
    /// No process is left in it.
    void give_back(base::UniqueFd network);

  private:
    Result<base::UniqueFd> make() const;

    const spawn::InitProgram& init_;
    std::vector<base::UniqueFd> free_;
};

} // namespace hutch::run
