// The table of metadata keys with their setters, and how a word at the top of a file is told from a key. docs/metadata.md has the same table.
#pragma once

#include <optional>
#include <string_view>

#include "config/metadata.h"
#include "config/metadata_values.h"

namespace hutch::config {

struct MetadataRow {
    MetadataKey key;
    TraitSetter say;
    bool repeatable = false;
};

/// Any case, with hyphens and underscores or without: "Depends-On" is "DependsOn". Null: there is no such key.
const MetadataRow* find_metadata_key(std::string_view word);

/// The key that `word`, which is none, was probably meant to be: one edit away from a key of five letters and more, its plural or singular,
/// "Depends". Anything further is somebody else's word: @flow, @type, @test.
std::optional<std::string_view> near_metadata_key(std::string_view word);

} // namespace hutch::config
