// Reads a BPF ring buffer in place: a record is looked at where the program wrote it, and released
// afterwards. Layout and protocol: kernel, Documentation/bpf/ringbuf.rst and kernel/bpf/ringbuf.c.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "runtime/mapping.h"

namespace trc::runtime {

struct RingRecord {
  uint64_t position = 0; ///< of its header, in bytes since the ring was made
  std::span<const std::byte> bytes;
};

class Ring {
public:
  /// `size` is the ring's max_entries.
  static Result<Ring> open(int fd, uint32_t size);
  Ring() = default;

  /// The next record; null when there is none to be seen now. It stays where it is until advance().
  const RingRecord* peek();
  /// After a peek() that gave null: whether that is because a program is just writing the next one.
  bool busy() const { return busy_; }
  /// Done with the record that peek() gave.
  void advance();
  /// Everything below has been read.
  uint64_t position() const { return position_; }
  /// Where the next record will be written, as of now.
  uint64_t end() const;
  uint32_t size() const { return static_cast<uint32_t>(mask_ + 1); }

private:
  void skip(uint32_t length);
  void publish();

  Mapping consumer_, producer_; // producer_: its page, then the data twice
  uint64_t mask_ = 0;
  uint64_t position_ = 0;  // read so far
  uint64_t published_ = 0; // ... as the kernel knows it
  uint64_t produced_ = 0;  // last seen position of the producer
  RingRecord record_;
  uint32_t record_length_ = 0; // of the record at position_ that record_ describes; 0: none
  bool has_record_ = false;
  bool busy_ = false;
};

} // namespace trc::runtime
