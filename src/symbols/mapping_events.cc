#include "symbols/mapping_events.h"

#include <algorithm>
#include <cstring>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "kernel/files.h"

namespace trc::symbols {
namespace {

constexpr size_t kPage = 4096;
/// Bytes of a ring; some hundred programs can be started until it is read.
constexpr size_t kRingBytes = 64 << 10;

/// Takes fields off the front of a record.
class Fields {
public:
  explicit Fields(std::span<const std::byte> bytes) : bytes_(bytes) {}
  template<class Number> Number take() {
    Number number = 0;
    if (bytes_.size() < sizeof number) return bytes_ = {}, number;
    std::memcpy(&number, bytes_.data(), sizeof number);
    bytes_ = bytes_.subspan(sizeof number);
    return number;
  }
  std::string text() const {
    const auto* text = reinterpret_cast<const char*>(bytes_.data());
    return {text, bytes_.empty() ? 0 : ::strnlen(text, bytes_.size())};
  }

private:
  std::span<const std::byte> bytes_;
};

int open_event(int cpu) {
  perf_event_attr attributes = {};
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.size = sizeof attributes;
  attributes.config = PERF_COUNT_SW_DUMMY;
  attributes.sample_type = PERF_SAMPLE_TIME;
  attributes.sample_id_all = 1;
  attributes.mmap = attributes.mmap2 = attributes.comm = attributes.comm_exec = attributes.task = 1;
  attributes.watermark = 1;
  attributes.wakeup_watermark = kRingBytes / 2;
  return static_cast<int>(::syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC));
}

} // namespace

/// The layouts are those of enum perf_event_type in include/uapi/linux/perf_event.h.
std::unique_ptr<MappingEvent> parse_mapping_record(std::span<const std::byte> record) {
  perf_event_header header;
  MappingEvent event = {};
  if (record.size() < sizeof header + sizeof event.time) return nullptr;
  std::memcpy(&header, record.data(), sizeof header);
  std::memcpy(&event.time, record.data() + record.size() - sizeof event.time, sizeof event.time);
  Fields fields(record.subspan(sizeof header, record.size() - sizeof header - sizeof event.time));
  event.process = fields.take<uint32_t>();
  switch (header.type) {
  case PERF_RECORD_MMAP2: {
    event.kind = MappingEvent::Kind::mapped;
    fields.take<uint32_t>(); // thread
    event.range.start = fields.take<uint64_t>();
    event.range.end = event.range.start + fields.take<uint64_t>();
    event.range.offset = fields.take<uint64_t>();
    const uint64_t major = fields.take<uint32_t>(), minor = fields.take<uint32_t>();
    event.range.device = major << 32 | minor;
    event.range.inode = fields.take<uint64_t>();
    fields.take<uint64_t>(); // generation of the inode
    fields.take<uint64_t>(); // protection, flags
    event.range.path = fields.text();
    break;
  }
  case PERF_RECORD_COMM:
    if ((header.misc & PERF_RECORD_MISC_COMM_EXEC) == 0) return nullptr;
    event.kind = MappingEvent::Kind::executed;
    break;
  case PERF_RECORD_FORK:
  case PERF_RECORD_EXIT: {
    event.parent = fields.take<uint32_t>();
    const uint32_t thread = fields.take<uint32_t>();
    const bool is_fork = header.type == PERF_RECORD_FORK;
    // A thread of a process that goes on.
    if (is_fork ? event.process == event.parent : event.process != thread) return nullptr;
    event.kind = is_fork ? MappingEvent::Kind::forked : MappingEvent::Kind::ended;
    break;
  }
  default: return nullptr;
  }
  return std::make_unique<MappingEvent>(std::move(event));
}

class MappingEvents::PerfRing {
public:
  PerfRing(Fd fd, std::byte* memory) : fd_(std::move(fd)), memory_(memory) {}
  PerfRing(const PerfRing&) = delete;
  PerfRing& operator=(const PerfRing&) = delete;
  ~PerfRing() { ::munmap(memory_, kPage + kRingBytes); }

  int descriptor() const { return fd_.get(); }

  void read(std::vector<MappingEvent>& events) {
    auto* page = reinterpret_cast<perf_event_mmap_page*>(memory_);
    const uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
    uint64_t tail = page->data_tail;
    std::vector<std::byte> record;
    while (tail + sizeof(perf_event_header) <= head) {
      perf_event_header header;
      copy(tail, reinterpret_cast<std::byte*>(&header), sizeof header);
      if (header.size < sizeof header || tail + header.size > head) break;
      record.resize(header.size);
      copy(tail, record.data(), record.size());
      if (auto event = parse_mapping_record(record)) events.push_back(std::move(*event));
      tail += header.size;
    }
    __atomic_store_n(&page->data_tail, head, __ATOMIC_RELEASE);
  }

private:
  /// A record can go on at the ring's start.
  void copy(uint64_t at, std::byte* to, size_t size) const {
    const std::byte* data = memory_ + kPage;
    const size_t from = at % kRingBytes, first = std::min(size, kRingBytes - from);
    std::memcpy(to, data + from, first);
    std::memcpy(to + first, data, size - first);
  }

  Fd fd_;
  std::byte* memory_;
};

MappingEvents::MappingEvents() = default;
MappingEvents::~MappingEvents() = default;

void MappingEvents::open() {
  auto online = read_file("/sys/devices/system/cpu/online");
  auto cpus = online ? parse_cpu_list(*online) : Result<std::vector<unsigned>>();
  if (!cpus) return;
  for (unsigned cpu : *cpus) {
    Fd fd(open_event(static_cast<int>(cpu)));
    if (!fd) continue;
    void* memory = ::mmap(nullptr, kPage + kRingBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (memory == MAP_FAILED) continue;
    rings_.push_back(std::make_unique<PerfRing>(std::move(fd), static_cast<std::byte*>(memory)));
  }
}

std::vector<MappingEvent> MappingEvents::read() {
  std::vector<MappingEvent> events;
  for (auto& ring : rings_)
    ring->read(events);
  std::ranges::stable_sort(events, {}, &MappingEvent::time);
  return events;
}

std::vector<int> MappingEvents::descriptors() const {
  std::vector<int> fds;
  for (const auto& ring : rings_)
    fds.push_back(ring->descriptor());
  return fds;
}

} // namespace trc::symbols
