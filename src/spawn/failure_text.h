// What a failed step is called: {step, errno} from hutch-init → one line. Looks at the program's file to say what execve(2) does
// not: that the interpreter is missing, not the script.
#pragma once

#include <string>
#include <string_view>

#include "kernel/init_wire.h"

namespace hutch::spawn {

/// "set RLIMIT_NOFILE 100: Operation not permitted", "enter '/x': No such file or directory", "exec /x: not
/// executable", "set-up step 7, mount '/proc': Operation not permitted". `text` is the message's own.
std::string describe_failure(const kernel::wire::Failed& failed, std::string_view text);

/// Why execve(2) has refused `program` with `code`.
std::string describe_exec_failure(const std::string& program, int code);

/// The interpreter of a script's first line; empty where there is none.
///     #!/usr/bin/env -S python3 -u
std::string parse_interpreter(std::string_view first_bytes);

} // namespace hutch::spawn
