#include "symbols/user_symbols.h"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <optional>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "kernel/files.h"
#include "symbols/background.h"

namespace trc::symbols {
namespace {

/// Images of processes that are remembered; one takes about a KiB.
constexpr size_t kMostImages = 65536;
/// Bytes that the symbols of all files may take; beyond it the files that were not used longest are
/// forgotten, to be read again when they are needed.
constexpr size_t kMostSymbolBytes = 256 << 20;
/// Files that are held open.
constexpr size_t kMostOpenFiles = 256;
constexpr size_t kMostPerfMaps = 64;
/// A process's maps are not read again before this just because an outer frame is in none of them.
constexpr auto kRereadAfter = std::chrono::milliseconds(100);
/// Processes that are remembered after their end, for stacks that come late.
constexpr size_t kMostEnded = 4096;

constexpr std::string_view kVdso = "[vdso]", kDeleted = " (deleted)";

std::string proc(uint64_t process, std::string_view name) {
  return "/proc/" + std::to_string(process) + "/" + std::string(name);
}

std::string hex(uint64_t number) {
  char digits[17];
  return {digits, std::to_chars(digits, std::end(digits), number, 16).ptr};
}

/// The code that the kernel maps into each process: ours is the same.
ElfSymbols read_vdso() {
  const auto start = ::getauxval(AT_SYSINFO_EHDR);
  auto text = read_file("/proc/self/maps");
  if (start == 0 || !text) return {};
  const auto ranges = parse_maps(*text);
  const MappedRange* range = find_range(ranges, start);
  if (range == nullptr) return {};
  return ElfSymbols::read(reinterpret_cast<const char*>(start), range->end - start);
}

} // namespace

/// A file that is mapped somewhere. Its symbols are read once, by whichever thread comes first.
class UserFile {
public:
  explicit UserFile(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  bool is_vdso() const { return path_ == kVdso; }

  /// Takes the file if none is open yet.
  void hold(Fd fd, const struct stat& status) {
    std::lock_guard lock(mutex_);
    if (fd_) return;
    fd_ = std::move(fd);
    modified_ = status.st_mtim.tv_sec;
    size_ = status.st_size;
  }
  bool is_open() {
    std::lock_guard lock(mutex_);
    return bool(fd_);
  }
  /// Whether a file of the same name is still the one that is held.
  bool is_same(const struct stat& status) {
    std::lock_guard lock(mutex_);
    return !fd_ || (modified_ == status.st_mtim.tv_sec && size_ == status.st_size);
  }
  std::shared_ptr<const ElfSymbols> symbols() {
    std::lock_guard lock(mutex_);
    if (!symbols_ && is_vdso()) symbols_ = std::make_shared<ElfSymbols>(read_vdso());
    if (!symbols_ && fd_) symbols_ = std::make_shared<ElfSymbols>(ElfSymbols::read(fd_.get(), path_));
    return symbols_;
  }
  /// Bytes of symbols; 0 while they are just being read.
  size_t bytes() {
    std::unique_lock lock(mutex_, std::try_to_lock);
    return lock && symbols_ ? symbols_->bytes() : 0;
  }
  void forget_symbols() {
    std::lock_guard lock(mutex_);
    symbols_.reset();
  }
  void close() {
    std::lock_guard lock(mutex_);
    fd_.reset();
  }

  uint64_t last_use = 0; ///< of the main thread

private:
  std::mutex mutex_;
  std::string path_;
  Fd fd_;
  int64_t modified_ = 0, size_ = 0;
  std::shared_ptr<const ElfSymbols> symbols_;
};

UserSymbols::UserSymbols() = default;

UserSymbols::~UserSymbols() {
  {
    std::lock_guard lock(mutex_);
    ends_ = true;
  }
  wakes_.notify_all();
}

UserSymbols::Image& UserSymbols::image(const ImageId& id) {
  auto [entry, is_new] = images_.try_emplace(id);
  if (!is_new) return entry->second;
  oldest_.push_back(id);
  if (oldest_.size() > kMostImages) {
    images_.erase(oldest_.front());
    oldest_.pop_front();
  }
  return entry->second;
}

std::shared_ptr<UserFile> UserSymbols::file(const MappedRange& range) {
  if (range.path != kVdso && (range.inode == 0 || !range.path.starts_with('/'))) return nullptr;
  std::string path = range.path;
  if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
  auto& entry = files_[{range.device, range.inode, path}];
  if (!entry) entry = std::make_shared<UserFile>(path);
  return entry;
}

void UserSymbols::take_event(MappingEvent& event) {
  constexpr size_t kMostPrograms = 4;
  Seen& seen = seen_[event.process];
  switch (event.kind) {
  case MappingEvent::Kind::executed:
    if (seen.programs.size() >= kMostPrograms) seen.programs.erase(seen.programs.begin());
    seen.programs.emplace_back();
    return;
  case MappingEvent::Kind::mapped:
    if (seen.programs.empty()) seen.programs.emplace_back();
    seen.programs.back().push_back(std::move(event.range));
    return;
  case MappingEvent::Kind::forked: {
    seen = {.parent = event.parent};
    const auto parent = seen_.find(event.parent);
    if (parent != seen_.end() && !parent->second.programs.empty())
      seen.programs.push_back(parent->second.programs.back());
    return;
  }
  case MappingEvent::Kind::ended: break;
  }
  seen.has_ended = true;
  ended_.push_back(event.process);
  if (ended_.size() <= kMostEnded) return;
  if (const auto oldest = seen_.find(ended_.front()); oldest != seen_.end() && oldest->second.has_ended)
    seen_.erase(oldest);
  ended_.pop_front();
}

void UserSymbols::take_events() {
  for (MappingEvent& event : events_.read())
    take_event(event);
}

/// Ranges that are known stay, also when the process has unmapped them: stacks from before may be shown
/// later.
void UserSymbols::add_ranges(Image& image, const std::vector<MappedRange>& ranges) {
  for (const MappedRange& mapped : ranges) {
    auto at = std::ranges::lower_bound(image.ranges, mapped.start, {}, &Range::start);
    if (at != image.ranges.end() && at->start == mapped.start && at->end == mapped.end) continue;
    image.ranges.insert(at, {.start = mapped.start,
                             .end = mapped.end,
                             .offset = mapped.offset,
                             .device = mapped.device,
                             .inode = mapped.inode,
                             .file = file(mapped)});
  }
}

void UserSymbols::read_maps(uint64_t process, Image& image) {
  if (auto text = read_file(proc(process, "maps"))) add_ranges(image, parse_maps(*text));
}

/// What the events tell of the program that has something at the address, the last such.
void UserSymbols::add_seen(uint64_t process, Image& image, uint64_t address) {
  take_events();
  const auto known = seen_.find(process);
  if (known == seen_.end()) return;
  const auto& programs = known->second.programs;
  for (auto ranges = programs.rbegin(); ranges != programs.rend(); ++ranges) {
    auto holds = [&](const MappedRange& range) { return range.start <= address && address < range.end; };
    if (std::ranges::none_of(*ranges, holds)) continue;
    return add_ranges(image, *ranges);
  }
  // A copy of a process that was there before us.
  if (known->second.parent != 0) read_maps(known->second.parent, image);
}

UserSymbols::Range* UserSymbols::find_in(Image& image, uint64_t address) {
  auto behind = std::ranges::upper_bound(image.ranges, address, {}, &Range::start);
  return behind == image.ranges.begin() || address >= (behind - 1)->end ? nullptr : &*(behind - 1);
}

/// The file that is mapped there: by the kernel's own link to it, which leads to the right one even if it was
/// deleted or is in another mount namespace; where that is not allowed, or the process has ended, by its
/// name.
Fd UserSymbols::open_file(const ImageId& id, const Range& range, struct stat& status) {
  const std::string& path = range.file->path();
  const std::string places[] = {proc(id.process, "map_files/" + hex(range.start) + "-" + hex(range.end)),
                                proc(id.process, "root" + path), path};
  for (const std::string& place : places) {
    Fd fd(::open(place.c_str(), O_RDONLY | O_CLOEXEC));
    const bool is_good = fd && ::fstat(fd.get(), &status) == 0;
    // The name alone may mean another file by now.
    if (is_good && (&place != &places[2] || status.st_ino == range.inode)) return fd;
  }
  return {};
}

void UserSymbols::note_range(const ImageId& id, Range& range) {
  if (range.is_noted || !range.file) return;
  range.is_noted = true;
  range.file->last_use = ++uses_;
  if (range.file->is_vdso()) return read_soon(range.file);
  struct stat status = {};
  Fd fd = open_file(id, range, status);
  if (!fd) return;
  // A file that was built anew can have the old one's name and number.
  if (range.file->is_open() && !range.file->is_same(status)) {
    auto fresh = std::make_shared<UserFile>(range.file->path());
    for (auto& [key, known] : files_)
      if (known == range.file) known = fresh;
    range.file = fresh;
  }
  if (range.file->is_open()) return;
  range.file->hold(std::move(fd), status);
  bound_memory();
  read_soon(range.file);
}

void UserSymbols::note(const ImageId& id, std::span<const uint64_t> addresses) {
  Image& known = image(id);
  // Outer frames can be anything where a program keeps no frame pointers, but the innermost is where it was.
  auto is_missing = [&](uint64_t address) { return find_in(known, address) == nullptr; };
  const bool is_inner_missing = !addresses.empty() && is_missing(addresses.front());
  const auto now = std::chrono::steady_clock::now();
  if (is_inner_missing ||
      (now - known.last_read > kRereadAfter && std::ranges::any_of(addresses, is_missing))) {
    read_maps(id.process, known);
    known.last_read = now;
  }
  if (is_inner_missing && is_missing(addresses.front())) add_seen(id.process, known, addresses.front());
  for (uint64_t address : addresses)
    if (Range* range = find_in(known, address)) note_range(id, *range);
}

UserFrame UserSymbols::find(const ImageId& id, uint64_t address) {
  UserFrame frame;
  const auto known = images_.find(id);
  if (known == images_.end()) return frame;
  const Range* found = find_in(known->second, address);
  if (found == nullptr || !found->file) return find_in_perf_map(id, address);
  const Range& range = *found;
  range.file->last_use = ++uses_;
  frame.module = range.file->path();
  frame.file_address = frame.file_offset = address - range.start + range.offset;
  if (auto symbols = range.file->symbols()) {
    frame.build_id = symbols->build_id();
    frame.file_address = symbols->address_of(frame.file_offset);
    if (auto symbol = symbols->find(frame.file_offset)) {
      frame.function = symbol->name;
      frame.offset = symbol->offset;
    }
  }
  return frame;
}

/// What a run-time compiler has written down of the code that it made: `START SIZE NAME` a line, hexadecimal.
UserFrame UserSymbols::find_in_perf_map(const ImageId& id, uint64_t address) {
  UserFrame frame;
  const std::string name = "/tmp/perf-" + std::to_string(id.process) + ".map";
  struct stat status = {};
  std::string path = proc(id.process, "root" + name);
  if (::stat(path.c_str(), &status) != 0 && ::stat((path = name).c_str(), &status) != 0) status.st_size = -1;
  if (perf_maps_.size() > kMostPerfMaps) perf_maps_.clear();
  PerfMap& map = perf_maps_[id.process];
  if (status.st_size > map.size) {
    map = {.size = status.st_size};
    const std::string text = read_file(path).value_or("");
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      uint64_t start = 0, size = 0;
      const char* end = line.data() + line.size();
      auto first = std::from_chars(line.data(), end, start, 16);
      if (first.ec != std::errc() || first.ptr == end) continue;
      auto second = std::from_chars(first.ptr + 1, end, size, 16);
      if (second.ec != std::errc() || second.ptr == end) continue;
      map.table.add(start, size, {second.ptr + 1, end});
    }
    map.table.finish();
  }
  if (auto symbol = map.table.find(address)) {
    frame.function = symbol->name;
    frame.offset = symbol->offset;
    frame.module = name;
  }
  return frame;
}

void UserSymbols::read_soon(std::shared_ptr<UserFile> file) {
  {
    std::lock_guard lock(mutex_);
    unread_.push_back(std::move(file));
  }
  if (!reader_.joinable()) reader_ = in_background([this] { read_files(); });
  wakes_.notify_one();
}

void UserSymbols::read_files() {
  for (std::unique_lock lock(mutex_);;) {
    wakes_.wait(lock, [this] { return ends_ || !unread_.empty(); });
    if (ends_) return;
    auto file = std::move(unread_.front());
    unread_.pop_front();
    lock.unlock();
    file->symbols();
    file.reset();
    lock.lock();
  }
}

/// Forgets the symbols of files that were not used longest, and closes what is too many.
void UserSymbols::bound_memory() {
  size_t bytes = 0;
  std::vector<UserFile*> open;
  for (auto& [key, file] : files_) {
    bytes += file->bytes();
    if (file->is_open()) open.push_back(file.get());
  }
  std::ranges::sort(open, {}, &UserFile::last_use);
  for (UserFile* file : open) {
    if (bytes <= kMostSymbolBytes) break;
    bytes -= std::min(bytes, file->bytes());
    file->forget_symbols();
  }
  for (size_t i = 0; i + kMostOpenFiles < open.size(); ++i)
    open[i]->close();
}

} // namespace trc::symbols
