// What each step does, by family. Each returns 0 or a negated errno, and knows no flags but its own.
#pragma once

#include "init/world.h"

namespace hutch::init {

/// A step with its texts expanded; a text that is not there is "".
struct Arguments {
    const char* first = "";
    const char* second = "";
    const char* third = "";
    const char* fourth = "";
    std::uint64_t number = 0, other = 0;
    bool recursive = false;
};

// mounts.cpp
long make_dir(const Arguments& step);
long make_file(const Arguments& step);
long make_link(const Arguments& step);
long mount(const Arguments& step);
long bind(const Arguments& step);
long set_propagation(const Arguments& step);
long pivot(const Arguments& step);
long detach(const Arguments& step);
long write_file(const Arguments& step);
// mount_attributes.cpp
long set_attributes(const Arguments& step);
// network.cpp
long set_host_name(const Arguments& step);
long raise_loopback();
long join_network(World& world);
// credentials.cpp
long join_keyring();
long bound_capabilities(const Arguments& step);
long set_ids(const Arguments& step);
long set_capabilities(const Arguments& step);
/// Of a hutch-init that stays: from now on it has none but those in `kept`, and never more.
void keep_capabilities(std::uint64_t kept);
/// What came through exec as ambient is not for the test.
void drop_ambient();
// landlock.cpp: `ruleset` is -1 or the descriptor that is being filled
long begin_ruleset(const Arguments& step, int& ruleset);
long add_path(const Arguments& step, int ruleset);
long apply_ruleset(int& ruleset);
// filter.cpp
long load_filter(World& world, std::uint64_t flags);
long send_listener(int listener); ///< to the runner

} // namespace hutch::init
