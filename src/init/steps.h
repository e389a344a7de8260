// The list that is worked between release and exec. Responsible for its order and for saying which step failed; what is
// in the list comes from the runner's orders, nothing is decided here.
#pragma once

#include <cstdint>

#include "kernel/init_wire.h"

namespace hutch::init {

struct World;

/// What is executed in the end. From our own argument vector: it needs no parsing.
struct Program {
    const char* path;
    char* const* argv;
    char* const* envp;
};

struct Failure {
    kernel::wire::Step step;
    int code; ///< errno
    std::int64_t value = 0;
    std::uint32_t resource = 0;
    const char* text = "";
};

/// Works the orders, then what the world has for this process, and executes the program; returns only when something failed. The session is not among them: who
/// stays has to ask for it where it belongs.
Failure carry_out(const kernel::wire::Orders& orders, const Program& program, World& world);

/// Tells the runner. It may be gone: nobody is told then.
void report(const Failure& failure);

} // namespace hutch::init
