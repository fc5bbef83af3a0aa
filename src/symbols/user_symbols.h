// Names for addresses of user space, also of processes that have ended by then: what is mapped where is read
// when the first stack of a process comes, and the files that its addresses are in are opened then. Their
// symbols are read on a thread of its own, so that they are mostly there when a name is asked for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "symbols/elf_symbols.h"
#include "symbols/mapping_events.h"
#include "symbols/process_maps.h"

namespace trc::symbols {

/// One program in one process: exec makes another.
struct ImageId {
  uint64_t process = 0; ///< its id, as we see it
  uint64_t memory = 0;  ///< tells apart what had the same process id; 0: not known

  auto operator<=>(const ImageId&) const = default;
};

/// What is known of an address. Everything may be missing.
struct UserFrame {
  std::string function; ///< as the file has it, not demangled
  uint64_t offset = 0;  ///< in the function
  std::string module;   ///< path of the file, or "[vdso]"
  uint64_t file_offset = 0;
  uint64_t file_address = 0; ///< the file's own for that place, as addr2line takes it
  std::string build_id;
};

class UserFile;

class UserSymbols {
public:
  UserSymbols();
  ~UserSymbols();

  /// Begins to note what processes map from now on.
  void listen() { events_.open(); }
  /// Each becomes readable when there is much to note.
  std::vector<int> descriptors() const { return events_.descriptors(); }
  /// Takes in what was mapped; to be called now and then.
  void take_events();

  /// Addresses of a process as its stacks give them: makes sure that they can be named when it is gone.
  void note(const ImageId& image, std::span<const uint64_t> addresses);
  UserFrame find(const ImageId& image, uint64_t address);

private:
  struct Range {
    uint64_t start, end, offset, device, inode;
    std::shared_ptr<UserFile> file; ///< null: memory of no file
    bool is_noted = false;          ///< the file is open, or was
  };
  struct Image {
    std::vector<Range> ranges; ///< executable, by address
    std::chrono::steady_clock::time_point last_read = {};
  };
  /// What events told of a process: the ranges of each program that it executed, the last few.
  struct Seen {
    std::vector<std::vector<MappedRange>> programs;
    uint64_t parent = 0; ///< that it is a copy of, if it executed nothing
    bool has_ended = false;
  };
  struct FileKey {
    uint64_t device, inode;
    std::string path;
    auto operator<=>(const FileKey&) const = default;
  };

  Image& image(const ImageId& id);
  void take_event(MappingEvent& event);
  void add_ranges(Image& image, const std::vector<MappedRange>& ranges);
  void read_maps(uint64_t process, Image& image);
  void add_seen(uint64_t process, Image& image, uint64_t address);
  static Range* find_in(Image& image, uint64_t address);
  Fd open_file(const ImageId& id, const Range& range, struct stat& status);
  void note_range(const ImageId& id, Range& range);
  std::shared_ptr<UserFile> file(const MappedRange& range);
  void read_soon(std::shared_ptr<UserFile> file);
  void read_files();
  void bound_memory();
  UserFrame find_in_perf_map(const ImageId& id, uint64_t address);

  MappingEvents events_;
  std::map<uint64_t, Seen> seen_;
  std::deque<uint64_t> ended_; ///< those of seen_ that have ended, oldest first
  std::map<ImageId, Image> images_;
  std::deque<ImageId> oldest_; ///< of images_
  std::map<FileKey, std::shared_ptr<UserFile>> files_;
  struct PerfMap {
    SymbolTable table;
    int64_t size = -1; ///< of the file when it was read
  };
  std::map<uint64_t, PerfMap> perf_maps_; ///< by process
  uint64_t uses_ = 0;

  std::mutex mutex_; ///< of what follows
  std::condition_variable wakes_;
  std::deque<std::shared_ptr<UserFile>> unread_;
  bool ends_ = false;
  std::jthread reader_; ///< started with the first file
};

} // namespace trc::symbols
