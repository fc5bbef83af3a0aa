// An ELF file: its segments, notes and symbols, with those that distributions keep elsewhere once a file is
// stripped.
#pragma once

#include <cstdint>
#include <functional>
#include <gelf.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace trc::symbols {

/// A part of the file that is mapped into memory as it is.
struct ElfSegment {
  uint64_t offset, size; ///< in the file
  uint64_t address;      ///< that the file itself uses for it
  bool is_executable;

  bool operator==(const ElfSegment&) const = default;
};

/// A symbol as a table of the file has it; valid while the file is visited.
struct ElfSymbol {
  const GElf_Sym& symbol;
  const char* name;    ///< never empty
  const char* version; ///< "GLIBC_2.2.5", "" without one; only for symbols of dynamic linking
  bool is_default;     ///< its version is the one that programs get that ask for none
};

class ElfFile {
public:
  /// Nothing if it is no ELF file. `path`: where it lies, which tells where to look for a file with its
  /// symbols; "" if that is not known. Read, not mapped: a file that is cut short meanwhile must not end us
  /// by SIGBUS.
  static std::optional<ElfFile> open(int fd, std::string path = {});
  /// The same of an image in memory, which has to stay.
  static std::optional<ElfFile> open(const char* image, size_t size);

  const std::vector<ElfSegment>& segments() const { return segments_; }
  /// 40 hexadecimal digits for most; "" if the file has none.
  const std::string& build_id() const { return build_id_; }
  /// e_machine: EM_X86_64 and the like.
  uint16_t machine() const { return machine_; }
  /// It is loaded where it says, not anywhere.
  bool has_fixed_addresses() const { return has_fixed_addresses_; }

  /// Where an address that the file itself uses lies in the file; nothing if it is not loaded from it.
  std::optional<uint64_t> offset_of(uint64_t address) const;

  /// The other way round.
  std::optional<uint64_t> address_of(uint64_t offset) const;

  /// A section's header and content, which is empty for one without bytes in the file.
  struct Section {
    GElf_Shdr header;
    std::string_view bytes;
  };
  std::optional<Section> section(std::string_view name) const;

  /// Visits all symbols: of the file itself, then, if that has but those of dynamic linking, of its debug
  /// file or of what it carries packed.
  void for_each_symbol(const std::function<void(const ElfSymbol&)>& visit, bool with_versions = false);
  using NoteVisitor = std::function<void(std::string_view owner, uint32_t type, std::string_view content)>;
  void for_each_note(std::string_view section, const NoteVisitor& visit) const;
  /// Names of the libraries that it wants to be loaded: "libc.so.6".
  std::vector<std::string> needed_libraries() const;

private:
  struct ElfEnd {
    void operator()(Elf* elf) const { ::elf_end(elf); }
  };
  using ElfPtr = std::unique_ptr<Elf, ElfEnd>;

  explicit ElfFile(ElfPtr elf, std::string path);
  void read_segments();
  void read_build_id();
  Elf_Scn* find_section(std::string_view name, GElf_Shdr& header) const;
  bool visit_symbols(Elf* elf, const std::function<void(const ElfSymbol&)>& visit, bool with_versions) const;
  bool open_debug_file();
  bool open_debug_file_at(const std::string& path, std::optional<uint32_t> crc = {});
  bool open_packed();

  ElfPtr elf_;
  std::string path_;
  std::vector<ElfSegment> segments_;
  std::string build_id_;
  uint16_t machine_ = 0;
  bool has_fixed_addresses_ = false;
  std::string unpacked_; ///< what debug_ is of
  Fd debug_fd_;
  ElfPtr debug_; ///< the file's symbols, if they lie elsewhere
};

} // namespace trc::symbols
