// See ring.h.
#include "runtime/ring.h"

#include <atomic>
#include <cerrno>
#include <linux/bpf.h>
#include <unistd.h>

namespace trc::runtime {
namespace {

// Space is given back in pieces of this part of the ring: each time costs the programs a cache miss.
constexpr uint64_t kPublishParts = 64;

unsigned long* position_word(const Mapping& mapping) {
  return reinterpret_cast<unsigned long*>(mapping.bytes().data());
}

/// Bytes that a record takes: header and data, rounded up to 8.
uint64_t space_of(uint32_t length) { return (uint64_t{length} + BPF_RINGBUF_HDR_SZ + 7) & ~uint64_t{7}; }

} // namespace

Result<Ring> Ring::open(int fd, uint32_t size) {
  size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  Ring ring;
  ring.mask_ = size - 1;
  ring.consumer_ = Mapping::map(fd, page, PROT_READ | PROT_WRITE);
  if (ring.consumer_)
    ring.producer_ = Mapping::map(fd, page + 2 * size_t{size}, PROT_READ, static_cast<off_t>(page));
  if (!ring.consumer_ || !ring.producer_) return errno_failure(errno, "cannot map a ring buffer into memory");
  ring.position_ = ring.published_ = *position_word(ring.consumer_);
  return ring;
}

uint64_t Ring::end() const { return __atomic_load_n(position_word(producer_), __ATOMIC_ACQUIRE); }

const RingRecord* Ring::peek() {
  if (has_record_) return &record_;
  const std::byte* data = producer_.bytes().data() + (producer_.bytes().size() - 2 * (mask_ + 1));
  busy_ = false;
  for (;;) {
    if (position_ == produced_) {
      produced_ = end();
      if (position_ == produced_) {
        if (published_ == position_) return nullptr;
        // A program wakes us up only when it sees that all before its record has been read. So we must say
        // what we have read, and then look once more.
        publish();
        continue;
      }
    }
    auto* header = reinterpret_cast<const uint32_t*>(data + (position_ & mask_));
    uint32_t length = __atomic_load_n(header, __ATOMIC_ACQUIRE);
    if ((length & BPF_RINGBUF_BUSY_BIT) != 0) {
      if (published_ != position_) publish();
      busy_ = true;
      return nullptr;
    }
    record_length_ = length & ~BPF_RINGBUF_DISCARD_BIT;
    if ((length & BPF_RINGBUF_DISCARD_BIT) == 0) {
      record_ = {position_, {data + (position_ & mask_) + BPF_RINGBUF_HDR_SZ, record_length_}};
      has_record_ = true;
      return &record_;
    }
    skip(record_length_);
  }
}

void Ring::advance() {
  has_record_ = false;
  skip(record_length_);
}

void Ring::skip(uint32_t length) {
  position_ += space_of(length);
  if (position_ - published_ > mask_ / kPublishParts) publish();
}

void Ring::publish() {
  __atomic_store_n(position_word(consumer_), position_, __ATOMIC_RELEASE);
  // Orders this against the load of the producer's position that follows: see peek().
  std::atomic_thread_fence(std::memory_order_seq_cst);
  published_ = position_;
}

} // namespace trc::runtime
