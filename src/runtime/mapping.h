// Memory shared with the kernel or another process that unmaps itself.
#pragma once

#include <cstddef>
#include <span>
#include <sys/mman.h>
#include <utility>

namespace trc {

class Mapping {
public:
  Mapping() = default;
  /// Maps shared; empty when the kernel refuses (errno tells why).
  static Mapping map(int fd, size_t size, int protection, off_t offset = 0) {
    void* address = ::mmap(nullptr, size, protection, MAP_SHARED, fd, offset);
    Mapping mapping;
    if (address != MAP_FAILED) mapping.bytes_ = {static_cast<std::byte*>(address), size};
    return mapping;
  }
  Mapping(Mapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Mapping() {
    if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
  }

  explicit operator bool() const { return !bytes_.empty(); }
  std::span<std::byte> bytes() const { return bytes_; }

private:
  std::span<std::byte> bytes_;
};

} // namespace trc
