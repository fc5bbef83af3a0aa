// Turns bytes from the kernel into values, as the manifest's layouts say. Whatever the bytes are, nothing
// outside of them is read: a value that does not fit becomes no value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "output/value.h"
#include "program/manifest.h"

namespace trc::runtime {

class Presenter;

/// 1 to 8 bytes, or the bits of a bit-field, as an integer, extended by its sign if the layout has one; none
/// if they lie outside.
std::optional<uint64_t> read_integer(std::span<const std::byte> bytes, const ValueLayout& layout);

/// A string up to its NUL or its end; `is_cut` if there is no NUL.
struct Text {
  std::string_view text;
  bool is_cut = false;
};
Text read_string(std::span<const std::byte> bytes);

/// What stands behind a string that was cut, unless the script sets something else.
inline constexpr std::string_view kCutTrailer = "..";

/// The bytes that a buffer holds: what its length says of its room.
std::span<const std::byte> read_buffer(std::span<const std::byte> bytes, const ValueLayout& layout);
/// How many elements an array has.
size_t element_count(const ValueLayout& array);

struct Decoding {
  std::string_view trailer = kCutTrailer; ///< behind strings that were cut
  int64_t boot_time = 0;                  ///< when the machine was started: nanoseconds since 1970
  Presenter* presenter = nullptr;         ///< of presented values; null leaves them the tuples that they are
};

/// `bytes` is what holds the value: a key, a map's value, a tuple. Of an aggregation, which has one memory
/// for each CPU, it holds all up to its end.
output::Value decode(std::span<const std::byte> bytes, const ValueLayout& layout, const Decoding& how = {});

/// The same into a value whose memory is used again.
void decode(output::Value& value, std::span<const std::byte> bytes, const ValueLayout& layout,
            const Decoding& how);

/// All fields of a record on the events ring. What `values` holds is overwritten, its memory used again.
void decode_event(std::span<const std::byte> record, const EventInfo& event,
                  std::vector<output::Value>& values, const Decoding& how = {});

} // namespace trc::runtime
