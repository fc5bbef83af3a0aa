// See pcap_file.h. The format is that of draft-ietf-opsawg-pcap.
#include "runtime/pcap_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>

#include "output/block_writer.h"

namespace trc::runtime {
namespace {

struct FileHeader {
  uint32_t magic = 0xa1b23c4d; // times in nanoseconds, this machine's byte order
  uint16_t major = 2, minor = 4;
  uint32_t reserved[2] = {};
  uint32_t longest = 65535;
  uint32_t link_type = 1; // LINKTYPE_ETHERNET
};

struct PacketHeader {
  uint32_t seconds, nanoseconds;
  uint32_t captured, length;
};

template<class Struct> std::string_view bytes_of(const Struct& data) {
  return {reinterpret_cast<const char*>(&data), sizeof data};
}

} // namespace

Result<PcapFile> PcapFile::create(const std::string& path) {
  Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  const std::string cause = "can't write packets to `" + path + "`";
  if (!fd) return errno_failure(errno, cause);
  if (int error = output::write_all(fd.get(), bytes_of(FileHeader()))) return errno_failure(error, cause);
  return PcapFile(std::move(fd), path);
}

Result<void> PcapFile::write(uint64_t time, uint32_t length, std::string_view bytes) {
  constexpr uint64_t kSecond = 1'000'000'000;
  const auto captured = static_cast<uint32_t>(bytes.size());
  const PacketHeader header = {static_cast<uint32_t>(time / kSecond), static_cast<uint32_t>(time % kSecond),
                               captured, std::max(length, captured)};
  std::string record(bytes_of(header));
  record += bytes;
  if (int error = output::write_all(fd_.get(), record))
    return errno_failure(error, "can't write packets to `" + path_ + "`");
  return {};
}

} // namespace trc::runtime
