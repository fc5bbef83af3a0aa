// Packets in a file, as tcpdump and its like read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace trc::runtime {

class PcapFile {
public:
  /// Empties the file and writes what stands before the packets. They are said to be of Ethernet.
  static Result<PcapFile> create(const std::string& path);
  /// `length`: bytes that the packet has; `bytes` are the first of them.
  Result<void> write(uint64_t nanoseconds_since_1970, uint32_t length, std::string_view bytes);

private:
  PcapFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Fd fd_;
  std::string path_;
};

} // namespace trc::runtime
