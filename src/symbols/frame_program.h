// The little programs in .eh_frame that say, address by address, how a function's frame looks (DWARF
// 5, 6.4.2), and the encodings around them (Linux Standard Base, "Exception Frames").
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "symbols/unwind_table.h"

namespace trc::symbols {

/// Takes numbers off the front of bytes. Behind their end everything is 0, and is_good() false.
class FrameReader {
public:
  FrameReader() = default;
  /// `address`: where the bytes are in the program.
  FrameReader(std::span<const std::byte> bytes, uint64_t address) : bytes_(bytes), address_(address) {}

  bool is_good() const { return good_; }
  bool at_end() const { return bytes_.empty(); }
  uint64_t address() const { return address_; }
  std::span<const std::byte> rest() const { return bytes_; }

  template<class Number> Number number() {
    Number value = 0;
    if (bytes_.size() < sizeof value) return fail(), value;
    std::memcpy(&value, bytes_.data(), sizeof value);
    skip(sizeof value);
    return value;
  }
  uint8_t byte() { return number<uint8_t>(); }
  uint64_t uleb();
  int64_t sleb();
  /// An address with a DW_EH_PE_* encoding; `data` is what it can be relative to.
  uint64_t encoded(uint8_t encoding, uint64_t data);
  FrameReader part(uint64_t size);
  void skip(uint64_t size);

private:
  void fail() {
    good_ = false;
    bytes_ = {};
  }
  std::span<const std::byte> bytes_;
  uint64_t address_ = 0;
  bool good_ = true;
};

/// What the description of a function shares with others (a CIE).
struct FrameCommon {
  uint64_t code_factor = 1;
  int64_t data_factor = 1;
  uint64_t return_column = 16;
  uint8_t encoding = 0; ///< of addresses
  bool has_augmentation = false;
  FrameReader instructions;
};

/// Runs the instructions of the common part and of one function's own, and adds a stretch with its rows.
void run_frame_program(const FrameCommon& common, FrameReader instructions, uint64_t header, uint64_t start,
                       uint64_t end, FrameDescriptions& frames);

} // namespace trc::symbols
