// Metadata: what a test file says of itself in the comment at its top (docs/metadata.md). Text → Traits; reads no file.
// Never guesses what a file means: a key that is misspelt is an error, and a word that is nobody's key is somebody else's.
//
//     #!/bin/sh
//     # @Timeout 600
//     # @Memory: 2G
//     # @Tag smoke, db
//
// Errors are usage errors that begin with FILE:LINE:COLUMN:, columns in characters; a near miss carries the key that was meant as the hint.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "hutch/error.h"
#include "hutch/traits.h"

namespace hutch::config {

inline constexpr std::size_t metadata_head = 16 << 10; ///< bytes of a file that are looked at

/// `text` is the head of the file (what is behind `metadata_head` is not looked at, a line that it cuts is not judged); `file` is for
/// messages; `ram` is what percentages are parts of. A text with a NUL is no text and says nothing.
Result<Traits> read_metadata(std::string_view text, std::string_view file, Bytes ram);

struct MetadataKey {
    std::string_view name;    ///< "Timeout"
    std::string_view value;   ///< what is written behind it
    std::string_view range;
    std::string_view meaning;
};
/// All of them, in the document's order.
std::span<const MetadataKey> metadata_keys();

} // namespace hutch::config
