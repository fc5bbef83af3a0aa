#include "symbols/elf_symbols.h"

#include <algorithm>
#include <cstring>
#include <cxxabi.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <lzma.h>
#include <memory>

#include "base/fd.h"

namespace trc::symbols {
namespace {

/// What .gnu_debugdata may grow to, and what reading it may take.
constexpr size_t kMostUnpacked = 256 << 20;

struct ElfEnd {
  void operator()(Elf* elf) const { ::elf_end(elf); }
};
using ElfPtr = std::unique_ptr<Elf, ElfEnd>;

ElfPtr open_image(const char* image, size_t size) {
  ::elf_version(EV_CURRENT);
  // Not const for historical reasons; it is not written to.
  return ElfPtr(::elf_memory(const_cast<char*>(image), size));
}

std::string hex_of(const unsigned char* bytes, size_t size) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < size; ++i)
    text.append({kDigits[bytes[i] >> 4], kDigits[bytes[i] & 15]});
  return text;
}

/// The content of an .xz file; "" if it is none, or far too large.
std::string unpack(const void* packed, size_t size) {
  std::string content(std::min(kMostUnpacked, 16 * size), '\0');
  for (;;) {
    uint64_t memory = kMostUnpacked;
    size_t read = 0, written = 0;
    const lzma_ret result =
        ::lzma_stream_buffer_decode(&memory, 0, nullptr, static_cast<const uint8_t*>(packed), &read, size,
                                    reinterpret_cast<uint8_t*>(content.data()), &written, content.size());
    if (result == LZMA_BUF_ERROR && content.size() < kMostUnpacked) {
      content.resize(std::min(kMostUnpacked, 4 * content.size()));
      continue;
    }
    content.resize(result == LZMA_OK ? written : 0);
    return content;
  }
}

struct Candidate {
  uint64_t address, size;
  const char* name;
  unsigned rank; ///< of several at one address the lowest is taken
};

/// As people call a function: `write` rather than `__write` or `__GI___libc_write`.
unsigned rank_of(const GElf_Sym& symbol, std::string_view name) {
  const bool is_local = GELF_ST_BIND(symbol.st_info) == STB_LOCAL;
  const bool is_function = GELF_ST_TYPE(symbol.st_info) != STT_NOTYPE;
  const auto underscores = std::min(name.find_first_not_of('_'), size_t{15});
  return (is_function ? 0 : 4096) + (is_local ? 1024 : 0) + static_cast<unsigned>(underscores);
}

bool is_code(const GElf_Sym& symbol) {
  const auto type = GELF_ST_TYPE(symbol.st_info);
  if (symbol.st_shndx == SHN_UNDEF || symbol.st_value == 0) return false;
  return type == STT_FUNC || type == STT_GNU_IFUNC ||
         (type == STT_NOTYPE && symbol.st_shndx < SHN_LORESERVE && GELF_ST_BIND(symbol.st_info) != STB_LOCAL);
}

void collect(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, std::vector<Candidate>& all) {
  Elf_Data* data = ::elf_getdata(section, nullptr);
  if (data == nullptr || header.sh_entsize == 0) return;
  const size_t count = header.sh_size / header.sh_entsize;
  for (size_t i = 0; i < count; ++i) {
    GElf_Sym symbol;
    if (::gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr || !is_code(symbol)) continue;
    const char* name = ::elf_strptr(elf, header.sh_link, symbol.st_name);
    if (name == nullptr || *name == '\0') continue;
    all.push_back({symbol.st_value, symbol.st_size, name, rank_of(symbol, name)});
  }
}

} // namespace

class ElfReader {
public:
  explicit ElfReader(ElfSymbols& symbols) : symbols_(symbols) {}

  void read(Elf* elf) {
    read_segments(elf);
    read_notes(elf);
    bool has_symtab = read_symbols(elf);
    if (!has_symtab) has_symtab = read_debug_file();
    if (!has_symtab) read_packed(elf);
    std::ranges::stable_sort(all_, {}, [](const Candidate& c) { return std::pair(c.address, c.rank); });
    for (const Candidate& candidate : all_)
      symbols_.table_.add(candidate.address, candidate.size, candidate.name);
    symbols_.table_.finish();
  }

private:
  void read_segments(Elf* elf) {
    size_t count = 0;
    if (::elf_getphdrnum(elf, &count) != 0) return;
    for (size_t i = 0; i < count; ++i) {
      GElf_Phdr header;
      if (::gelf_getphdr(elf, static_cast<int>(i), &header) == nullptr || header.p_type != PT_LOAD) continue;
      symbols_.segments_.push_back({header.p_offset, header.p_filesz, header.p_vaddr});
    }
  }

  void read_notes(Elf* elf) {
    for (Elf_Scn* section = nullptr; (section = ::elf_nextscn(elf, section)) != nullptr;) {
      GElf_Shdr header;
      if (::gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_NOTE) continue;
      Elf_Data* data = ::elf_getdata(section, nullptr);
      GElf_Nhdr note;
      size_t name = 0, content = 0;
      for (size_t at = 0; data != nullptr && (at = ::gelf_getnote(data, at, &note, &name, &content)) > 0;) {
        const auto* bytes = static_cast<const char*>(data->d_buf);
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(bytes + name, "GNU", 4) == 0)
          symbols_.build_id_ = hex_of(reinterpret_cast<const unsigned char*>(bytes) + content, note.n_descsz);
      }
    }
  }

  /// Whether there is more than the symbols that dynamic linking needs.
  bool read_symbols(Elf* elf) {
    bool has_symtab = false;
    for (Elf_Scn* section = nullptr; (section = ::elf_nextscn(elf, section)) != nullptr;) {
      GElf_Shdr header;
      if (::gelf_getshdr(section, &header) == nullptr) continue;
      if (header.sh_type != SHT_SYMTAB && header.sh_type != SHT_DYNSYM) continue;
      has_symtab |= header.sh_type == SHT_SYMTAB;
      collect(elf, section, header, all_);
    }
    return has_symtab;
  }

  bool read_debug_file() {
    const std::string& id = symbols_.build_id_;
    if (id.size() < 3) return false;
    const std::string path = "/usr/lib/debug/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug";
    debug_file_ = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!debug_file_) return false;
    debug_.reset(::elf_begin(debug_file_.get(), ELF_C_READ, nullptr));
    return debug_ && read_symbols(debug_.get());
  }

  /// The symbols of a stripped file that Fedora and others leave in it, as an ELF file packed by xz.
  void read_packed(Elf* elf) {
    size_t names = 0;
    if (::elf_getshdrstrndx(elf, &names) != 0) return;
    for (Elf_Scn* section = nullptr; (section = ::elf_nextscn(elf, section)) != nullptr;) {
      GElf_Shdr header;
      if (::gelf_getshdr(section, &header) == nullptr) continue;
      const char* name = ::elf_strptr(elf, names, header.sh_name);
      if (name == nullptr || std::strcmp(name, ".gnu_debugdata") != 0) continue;
      Elf_Data* data = ::elf_rawdata(section, nullptr);
      if (data == nullptr) return;
      unpacked_ = unpack(data->d_buf, data->d_size);
      if (unpacked_.empty()) return;
      debug_ = open_image(unpacked_.data(), unpacked_.size());
      if (debug_) read_symbols(debug_.get());
      return;
    }
  }

  ElfSymbols& symbols_;
  std::vector<Candidate> all_; ///< their names lie in what follows, or in the file itself
  std::string unpacked_;
  Fd debug_file_;
  ElfPtr debug_;
};

ElfSymbols ElfSymbols::read(int fd) {
  ElfSymbols symbols;
  ::elf_version(EV_CURRENT);
  // Read, not mapped: a file that is cut short meanwhile must not end us by SIGBUS.
  ElfPtr elf(::elf_begin(fd, ELF_C_READ, nullptr));
  if (elf && ::elf_kind(elf.get()) == ELF_K_ELF) ElfReader(symbols).read(elf.get());
  return symbols;
}

ElfSymbols ElfSymbols::read(const char* image, size_t size) {
  ElfSymbols symbols;
  ElfPtr elf = open_image(image, size);
  if (elf && ::elf_kind(elf.get()) == ELF_K_ELF) ElfReader(symbols).read(elf.get());
  return symbols;
}

std::optional<FoundSymbol> ElfSymbols::find(uint64_t file_offset) const {
  for (const Segment& segment : segments_)
    if (file_offset >= segment.offset && file_offset - segment.offset < segment.size)
      return table_.find(file_offset - segment.offset + segment.address);
  return {};
}

uint64_t ElfSymbols::address_of(uint64_t file_offset) const {
  for (const Segment& segment : segments_)
    if (file_offset >= segment.offset && file_offset - segment.offset < segment.size)
      return file_offset - segment.offset + segment.address;
  return file_offset;
}

std::string demangle(std::string_view name) {
  const std::string text(name);
  if (!name.starts_with("_Z")) return text;
  int status = 0;
  std::unique_ptr<char, decltype(&std::free)> plain(
      abi::__cxa_demangle(text.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 && plain ? std::string(plain.get()) : text;
}

} // namespace trc::symbols
