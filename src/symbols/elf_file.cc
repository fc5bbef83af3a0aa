#include "symbols/elf_file.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <libelf.h>
#include <lzma.h>
#include <map>
#include <unistd.h>
#include <zlib.h>

namespace trc::symbols {
namespace {

/// What .gnu_debugdata may grow to, and what reading it may take.
constexpr size_t kMostUnpacked = 256 << 20;

std::string hex_of(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes)
    text.append({kDigits[static_cast<unsigned char>(c) >> 4], kDigits[c & 15]});
  return text;
}

/// The content of an .xz file; "" if it is none, or far too large.
std::string unpack(std::string_view packed) {
  std::string content(std::min(kMostUnpacked, 16 * packed.size()), '\0');
  for (;;) {
    uint64_t memory = kMostUnpacked;
    size_t read = 0, written = 0;
    const lzma_ret result = ::lzma_stream_buffer_decode(
        &memory, 0, nullptr, reinterpret_cast<const uint8_t*>(packed.data()), &read, packed.size(),
        reinterpret_cast<uint8_t*>(content.data()), &written, content.size());
    if (result == LZMA_BUF_ERROR && content.size() < kMostUnpacked) {
      content.resize(std::min(kMostUnpacked, 4 * content.size()));
      continue;
    }
    content.resize(result == LZMA_OK ? written : 0);
    return content;
  }
}

uint32_t checksum(int fd) {
  std::vector<unsigned char> block(64 << 10);
  unsigned long sum = ::crc32(0, nullptr, 0);
  off_t at = 0;
  for (ssize_t got; (got = ::pread(fd, block.data(), block.size(), at)) > 0; at += got)
    sum = ::crc32(sum, block.data(), static_cast<unsigned>(got));
  return static_cast<uint32_t>(sum);
}

std::string_view bytes_of(Elf_Data* data) {
  if (data == nullptr || data->d_buf == nullptr) return {};
  return {static_cast<const char*>(data->d_buf), data->d_size};
}

template<class Visit> void for_each_section(Elf* elf, Visit visit) {
  for (Elf_Scn* section = nullptr; (section = ::elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr header;
    if (::gelf_getshdr(section, &header) != nullptr) visit(section, header);
  }
}

/// The versions of the symbols for dynamic linking (LSB, "Symbol Versioning"): which one each symbol has, and
/// what they are called.
class Versions {
public:
  explicit Versions(Elf* elf) {
    for_each_section(elf, [&](Elf_Scn* section, const GElf_Shdr& header) {
      if (header.sh_type == SHT_GNU_versym) indexes_ = ::elf_getdata(section, nullptr);
      if (header.sh_type == SHT_GNU_verdef) read_definitions(elf, section, header);
    });
  }

  ElfSymbol name(const GElf_Sym& symbol, const char* name, size_t index) const {
    constexpr GElf_Versym kHidden = 0x8000;
    GElf_Versym of = 0;
    if (indexes_ == nullptr || ::gelf_getversym(indexes_, static_cast<int>(index), &of) == nullptr)
      return {symbol, name, "", false};
    const auto found = names_.find(of & ~kHidden);
    const bool is_named = found != names_.end();
    return {symbol, name, is_named ? found->second : "", is_named && (of & kHidden) == 0};
  }

private:
  void read_definitions(Elf* elf, Elf_Scn* section, const GElf_Shdr& header) {
    Elf_Data* data = ::elf_getdata(section, nullptr);
    GElf_Verdef definition;
    GElf_Verdaux auxiliary;
    for (int at = 0; data != nullptr && ::gelf_getverdef(data, at, &definition) != nullptr;) {
      const bool is_file_itself = (definition.vd_flags & VER_FLG_BASE) != 0;
      if (!is_file_itself &&
          ::gelf_getverdaux(data, at + static_cast<int>(definition.vd_aux), &auxiliary) != nullptr)
        if (const char* name = ::elf_strptr(elf, header.sh_link, auxiliary.vda_name))
          names_[definition.vd_ndx] = name;
      if (definition.vd_next == 0) return;
      at += static_cast<int>(definition.vd_next);
    }
  }

  Elf_Data* indexes_ = nullptr;
  std::map<GElf_Versym, const char*> names_;
};

void visit_table(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, const Versions* versions,
                 const std::function<void(const ElfSymbol&)>& visit) {
  Elf_Data* data = ::elf_getdata(section, nullptr);
  if (data == nullptr || header.sh_entsize == 0) return;
  const size_t count = header.sh_size / header.sh_entsize;
  for (size_t i = 0; i < count; ++i) {
    GElf_Sym symbol;
    if (::gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) continue;
    const char* name = ::elf_strptr(elf, header.sh_link, symbol.st_name);
    if (name == nullptr || *name == '\0') continue;
    visit(versions ? versions->name(symbol, name, i) : ElfSymbol{symbol, name, "", false});
  }
}

} // namespace

ElfFile::ElfFile(ElfPtr elf, std::string path) : elf_(std::move(elf)), path_(std::move(path)) {
  GElf_Ehdr header;
  if (::gelf_getehdr(elf_.get(), &header) != nullptr) {
    machine_ = header.e_machine;
    has_fixed_addresses_ = header.e_type == ET_EXEC;
  }
  read_segments();
  read_build_id();
}

std::optional<ElfFile> ElfFile::open(int fd, std::string path) {
  ::elf_version(EV_CURRENT);
  ElfPtr elf(::elf_begin(fd, ELF_C_READ, nullptr));
  if (!elf || ::elf_kind(elf.get()) != ELF_K_ELF) return {};
  return ElfFile(std::move(elf), std::move(path));
}

std::optional<ElfFile> ElfFile::open(const char* image, size_t size) {
  ::elf_version(EV_CURRENT);
  // Not const for historical reasons; it is not written to.
  ElfPtr elf(::elf_memory(const_cast<char*>(image), size));
  if (!elf || ::elf_kind(elf.get()) != ELF_K_ELF) return {};
  return ElfFile(std::move(elf), {});
}

void ElfFile::read_segments() {
  size_t count = 0;
  if (::elf_getphdrnum(elf_.get(), &count) != 0) return;
  for (size_t i = 0; i < count; ++i) {
    GElf_Phdr header;
    if (::gelf_getphdr(elf_.get(), static_cast<int>(i), &header) == nullptr || header.p_type != PT_LOAD)
      continue;
    segments_.push_back({header.p_offset, header.p_filesz, header.p_vaddr, (header.p_flags & PF_X) != 0});
  }
}

void ElfFile::read_build_id() {
  for_each_note("", [&](std::string_view owner, uint32_t type, std::string_view content) {
    if (owner == "GNU" && type == NT_GNU_BUILD_ID) build_id_ = hex_of(content);
  });
}

std::optional<uint64_t> ElfFile::offset_of(uint64_t address) const {
  for (const ElfSegment& segment : segments_)
    if (address >= segment.address && address - segment.address < segment.size)
      return address - segment.address + segment.offset;
  return {};
}

std::optional<uint64_t> ElfFile::address_of(uint64_t offset) const {
  for (const ElfSegment& segment : segments_)
    if (offset >= segment.offset && offset - segment.offset < segment.size)
      return offset - segment.offset + segment.address;
  return {};
}

Elf_Scn* ElfFile::find_section(std::string_view name, GElf_Shdr& header) const {
  size_t names = 0;
  if (::elf_getshdrstrndx(elf_.get(), &names) != 0) return nullptr;
  for (Elf_Scn* section = nullptr; (section = ::elf_nextscn(elf_.get(), section)) != nullptr;) {
    if (::gelf_getshdr(section, &header) == nullptr) continue;
    const char* own = ::elf_strptr(elf_.get(), names, header.sh_name);
    if (own != nullptr && name == own) return section;
  }
  return nullptr;
}

std::optional<ElfFile::Section> ElfFile::section(std::string_view name) const {
  Section found;
  Elf_Scn* section = find_section(name, found.header);
  if (section == nullptr) return {};
  if (found.header.sh_type != SHT_NOBITS) found.bytes = bytes_of(::elf_rawdata(section, nullptr));
  return found;
}

/// `name`: of the section, "" for all.
void ElfFile::for_each_note(std::string_view name, const NoteVisitor& visit) const {
  size_t names = 0;
  ::elf_getshdrstrndx(elf_.get(), &names);
  for_each_section(elf_.get(), [&](Elf_Scn* section, const GElf_Shdr& header) {
    if (header.sh_type != SHT_NOTE) return;
    const char* own = name.empty() ? "" : ::elf_strptr(elf_.get(), names, header.sh_name);
    if (own == nullptr || name != own) return;
    Elf_Data* data = ::elf_getdata(section, nullptr);
    GElf_Nhdr note;
    size_t owner = 0, content = 0;
    for (size_t at = 0; data != nullptr && (at = ::gelf_getnote(data, at, &note, &owner, &content)) > 0;) {
      const auto* bytes = static_cast<const char*>(data->d_buf);
      // The size of the owner's name counts its NUL.
      visit({bytes + owner, note.n_namesz > 0 ? note.n_namesz - 1 : 0}, note.n_type,
            {bytes + content, note.n_descsz});
    }
  });
}

std::vector<std::string> ElfFile::needed_libraries() const {
  std::vector<std::string> needed;
  for_each_section(elf_.get(), [&](Elf_Scn* section, const GElf_Shdr& header) {
    if (header.sh_type != SHT_DYNAMIC) return;
    Elf_Data* data = ::elf_getdata(section, nullptr);
    GElf_Dyn entry;
    for (int i = 0; data != nullptr && ::gelf_getdyn(data, i, &entry) != nullptr && entry.d_tag != DT_NULL;
         ++i)
      if (entry.d_tag == DT_NEEDED)
        if (const char* name = ::elf_strptr(elf_.get(), header.sh_link, entry.d_un.d_val))
          needed.emplace_back(name);
  });
  return needed;
}

/// Whether there is more than the symbols that dynamic linking needs.
bool ElfFile::visit_symbols(Elf* elf, const std::function<void(const ElfSymbol&)>& visit,
                            bool with_versions) const {
  bool has_symtab = false;
  std::optional<Versions> versions;
  if (with_versions) versions.emplace(elf);
  for_each_section(elf, [&](Elf_Scn* section, const GElf_Shdr& header) {
    if (header.sh_type != SHT_SYMTAB && header.sh_type != SHT_DYNSYM) return;
    has_symtab |= header.sh_type == SHT_SYMTAB;
    visit_table(elf, section, header, versions && header.sh_type == SHT_DYNSYM ? &*versions : nullptr, visit);
  });
  return has_symtab;
}

void ElfFile::for_each_symbol(const std::function<void(const ElfSymbol&)>& visit, bool with_versions) {
  if (visit_symbols(elf_.get(), visit, with_versions)) return;
  if (!debug_ && !open_debug_file() && !open_packed()) return;
  visit_symbols(debug_.get(), visit, false);
}

/// Only if it is of this file: their build ids are the same, or, where there is none, its checksum is `crc`.
bool ElfFile::open_debug_file_at(const std::string& path, std::optional<uint32_t> crc) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return false;
  const auto other = open(fd.get());
  if (!other || other->build_id_ != build_id_) return false;
  if (build_id_.empty() && (!crc || *crc != checksum(fd.get()))) return false;
  debug_fd_ = std::move(fd);
  debug_.reset(::elf_begin(debug_fd_.get(), ELF_C_READ, nullptr));
  return debug_ != nullptr;
}

/// Where debuggers look, too (GDB's manual, "Separate Debug Files"): by the build id, then by the name that
/// the file gives.
bool ElfFile::open_debug_file() {
  constexpr const char* kDebug = "/usr/lib/debug";
  const std::string& id = build_id_;
  if (id.size() > 2 && open_debug_file_at(std::string(kDebug) + "/.build-id/" + id.substr(0, 2) + "/" +
                                          id.substr(2) + ".debug"))
    return true;
  const auto link = section(".gnu_debuglink");
  const size_t slash = path_.rfind('/');
  if (!link || slash == path_.npos) return false;
  const std::string name(link->bytes.substr(0, link->bytes.find('\0')));
  const std::string folder = path_.substr(0, slash + 1);
  if (name.empty() || name.find('/') != name.npos) return false;
  std::optional<uint32_t> crc;
  if (link->bytes.size() >= name.size() + 1 + sizeof *crc)
    std::memcpy(&crc.emplace(), link->bytes.data() + link->bytes.size() - sizeof *crc, sizeof *crc);
  return open_debug_file_at(folder + ".debug/" + name, crc) ||
         open_debug_file_at(kDebug + folder + name, crc) || open_debug_file_at(folder + name, crc);
}

/// The symbols of a stripped file that Fedora and others leave in it, as an ELF file packed by xz.
bool ElfFile::open_packed() {
  const auto packed = section(".gnu_debugdata");
  if (!packed) return false;
  unpacked_ = unpack(packed->bytes);
  if (unpacked_.empty()) return false;
  debug_.reset(::elf_memory(unpacked_.data(), unpacked_.size()));
  return debug_ && ::elf_kind(debug_.get()) == ELF_K_ELF;
}

} // namespace trc::symbols
