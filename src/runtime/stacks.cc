// See stacks.h.
#include "runtime/stacks.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <sched.h>

namespace trc::runtime {
namespace {

/// Frames of all stacks together, 8 bytes each; stacks beyond it are shown as not kept.
constexpr size_t kMostAddresses = 16 << 20;
/// Lines that are kept, so that each is made once.
constexpr size_t kMostLines = 1 << 18;

constexpr char kNotUnwound[] = "<unwind failure>", kNotKept[] = "<frames not kept>";

std::string hex(uint64_t number) {
  char digits[17];
  return {digits, std::to_chars(digits, std::end(digits), number, 16).ptr};
}

std::string with_offset(std::string name, uint64_t offset) {
  return std::move(name) + "+" + std::to_string(offset);
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

} // namespace

Result<void> Stacks::open(const Manifest& manifest, const LoadedMaps& maps) {
  for (size_t i = 0; i < manifest.maps.size(); ++i) {
    const MapInfo& info = manifest.maps[i];
    if (info.kind != MapKind::stacks_ring) continue;
    auto ring = Ring::open(maps.maps[i].fd.get(), info.max_entries);
    if (!ring) return std::unexpected(ring.error());
    ring_ = std::move(*ring);
    descriptors_.push_back(maps.maps[i].fd.get());
  }
  if (!manifest.has_user_stacks) return {};
  user_.listen();
  for (int fd : user_.descriptors())
    descriptors_.push_back(fd);
  return {};
}

void Stacks::read() {
  if (descriptors_.empty()) return;
  for (;;) {
    if (const RingRecord* record = ring_.peek()) {
      take(record->bytes);
      ring_.advance();
    } else if (ring_.busy()) {
      ::sched_yield(); // a program is just writing it
    } else {
      break;
    }
  }
  user_.take_events();
}

void Stacks::take(std::span<const std::byte> bytes) {
  StackRecord record;
  if (bytes.size() < sizeof record) return;
  std::memcpy(&record, bytes.data(), sizeof record);
  const size_t count = (bytes.size() - sizeof record) / sizeof(uint64_t);
  const bool is_user = record.process != 0;
  if (!is_user) kernel_.prepare();
  if (stacks_.contains(record.key) || addresses_.size() + count > kMostAddresses) return;
  const Frames frames = {.first = addresses_.size(),
                         .count = static_cast<uint32_t>(count),
                         .image = {record.process, record.memory}};
  addresses_.resize(frames.first + count);
  if (count > 0)
    std::memcpy(&addresses_[frames.first], bytes.data() + sizeof record, count * sizeof(uint64_t));
  stacks_.emplace(record.key, frames);
  if (is_user) user_.note(frames.image, std::span(addresses_).subspan(frames.first));
}

/// What is not known may just have come: a program sends a stack before it names it.
const Stacks::Frames* Stacks::find(const StackKey& key) {
  auto found = stacks_.find(key);
  if (found == stacks_.end()) {
    read();
    found = stacks_.find(key);
  }
  return found == stacks_.end() ? nullptr : &found->second;
}

output::Stack Stacks::show(const StackKey& key, StackMode mode, bool is_kernel) {
  output::Stack stack = {.lines = {}, .names = {}, .is_kernel = is_kernel};
  const std::string margin = mode == StackMode::perf ? "\t" : "        ";
  const Frames* frames = find(key);
  if (key == StackKey{} || frames == nullptr) {
    stack.lines.push_back(margin + (key == StackKey{} ? kNotUnwound : kNotKept));
    if (with_names_ && key != StackKey{}) stack.names.emplace_back(kNotKept);
    return stack;
  }
  for (uint32_t i = frames->image.process == 0 ? own_frames(*frames) : 0; i < frames->count; ++i) {
    const uint64_t address = addresses_[frames->first + i];
    stack.lines.push_back(margin + line({frames->image, address, mode, i > 0}));
    if (with_names_) stack.names.push_back(line({frames->image, address, StackMode::name, i > 0}));
  }
  return stack;
}

/// How many of the innermost frames are not of what was traced, but of the way from there to the program.
uint32_t Stacks::own_frames(const Frames& frames) {
  static constexpr std::string_view kOwn[] = {"bpf_trace_run", "__bpf_trace_", "__traceiter_",
                                              "bpf_prog_",     "bpf_loop",     "bpf_trampoline_",
                                              "perf_trace_",   "perf_syscall_"};
  auto is_own = [&](uint64_t address) {
    auto symbol = kernel_.find(address);
    return symbol &&
           std::ranges::any_of(kOwn, [&](std::string_view own) { return symbol->name.starts_with(own); });
  };
  uint32_t count = 0;
  while (count < frames.count && is_own(addresses_[frames.first + count]))
    ++count;
  return count;
}

const std::string& Stacks::line(const LineKey& key) {
  if (lines_.size() > kMostLines) lines_.clear();
  auto [entry, is_new] = lines_.try_emplace(key);
  if (is_new) entry->second = key.image.process == 0 ? kernel_line(key) : user_line(key);
  return entry->second;
}

/// Of a frame that called another the address is where it goes on. That can be behind the function's end, so
/// the name is that of the byte before.
std::string Stacks::kernel_line(const LineKey& key) {
  const std::string address = hex(key.address);
  if (key.mode == StackMode::raw) return address;
  std::string name = key.mode == StackMode::name ? "[unknown]" : "0x" + address;
  std::string module;
  if (auto symbol = kernel_.find(key.address - key.is_return)) {
    if (key.mode == StackMode::name) return std::string(symbol->name);
    name = with_offset(std::string(symbol->name), symbol->offset + key.is_return);
    if (!symbol->module.empty()) module = " [" + std::string(symbol->module) + "]";
  }
  return key.mode == StackMode::perf ? address + " " + name + module : name;
}

std::string Stacks::user_name(const symbols::UserFrame& frame) const {
  return demangles_ ? symbols::demangle(frame.function) : frame.function;
}

/// Frames without a function count as one for each file.
std::string Stacks::name_of(const symbols::UserFrame& frame) const {
  if (!frame.function.empty()) return user_name(frame);
  return "[" + (frame.module.empty() ? "unknown" : file_name(frame.module)) + "]";
}

std::string Stacks::user_line(const LineKey& key) {
  const std::string address = hex(key.address);
  if (key.mode == StackMode::raw) return address;
  const symbols::UserFrame frame = user_.find(key.image, key.address - key.is_return);
  if (key.mode == StackMode::name) return name_of(frame);
  if (key.mode == StackMode::build_id)
    return frame.build_id.empty() ? "0x" + address
                                  : frame.build_id + " 0x" + hex(frame.file_offset + key.is_return);
  std::string name = "0x" + address;
  if (!frame.function.empty())
    name = with_offset(user_name(frame), frame.offset + key.is_return);
  else if (!frame.module.empty())
    name = file_name(frame.module) + "+0x" + hex(frame.file_address + key.is_return);
  if (key.mode != StackMode::perf) return name;
  return address + " " + name + " (" + (frame.module.empty() ? "[unknown]" : frame.module) + ")";
}

std::string Stacks::show_symbol(const StackKey& key) {
  if (key == StackKey{}) return "0x0"; // never set
  const Frames* frames = find(key);
  if (frames == nullptr || frames->count == 0) return kNotKept;
  const uint64_t address = addresses_[frames->first];
  const symbols::UserFrame frame = user_.find(frames->image, address);
  return frame.function.empty() ? "0x" + hex(address) : user_name(frame);
}

std::string Stacks::show_kernel_symbol(uint64_t address) {
  auto symbol = kernel_.find(address);
  return symbol ? std::string(symbol->name) : "0x" + hex(address);
}

} // namespace trc::runtime
