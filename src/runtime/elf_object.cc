// See elf_object.h. Sections, symbols and relocations through libelf; .BTF.ext by hand.
#include "runtime/elf_object.h"

#include <algorithm>
#include <cstring>
#include <gelf.h>
#include <libelf.h>
#include <linux/btf.h>
#include <map>
#include <memory>
#include <optional>
#include <span>

namespace trc::runtime {
namespace {

struct ElfEnd {
  void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfHandle = std::unique_ptr<Elf, ElfEnd>;

std::unexpected<Error> broken(const std::string& what) {
  return failure(ErrorKind::invalid, "the compiled object is damaged: " + what);
}

struct Reader {
  Elf* elf;
  size_t names = 0;   // section with the section names
  size_t strings = 0; // section with the symbol names
  Elf_Data* symbols = nullptr;
  size_t symbol_count = 0;
  std::map<size_t, size_t> index_of; // ELF section number → index in ElfObject::sections

  std::string section_name(Elf_Scn* scn) const {
    GElf_Shdr header;
    if (scn == nullptr || gelf_getshdr(scn, &header) == nullptr) return {};
    const char* name = elf_strptr(elf, names, header.sh_name);
    return name != nullptr ? name : "";
  }

  Result<Relocation> relocation(const GElf_Rel& entry) const {
    size_t number = GELF_R_SYM(entry.r_info);
    GElf_Sym symbol;
    if (symbols == nullptr || number >= symbol_count ||
        gelf_getsym(symbols, static_cast<int>(number), &symbol) == nullptr)
      return broken("a relocation without symbol");
    Relocation result{.offset = entry.r_offset,
                      .type = static_cast<uint32_t>(GELF_R_TYPE(entry.r_info)),
                      .symbol = {},
                      .section = {},
                      .value = symbol.st_value};
    if (GELF_ST_TYPE(symbol.st_info) != STT_SECTION) {
      const char* name = elf_strptr(elf, strings, symbol.st_name);
      result.symbol = name != nullptr ? name : "";
    }
    if (symbol.st_shndx != SHN_UNDEF && symbol.st_shndx < SHN_LORESERVE)
      result.section = section_name(elf_getscn(elf, symbol.st_shndx));
    return result;
  }
};

Result<void> read_contents(Reader& reader, ElfObject& object) {
  for (Elf_Scn* scn = elf_nextscn(reader.elf, nullptr); scn != nullptr; scn = elf_nextscn(reader.elf, scn)) {
    GElf_Shdr header;
    if (gelf_getshdr(scn, &header) == nullptr) return broken(elf_errmsg(-1));
    if (header.sh_type != SHT_PROGBITS && header.sh_type != SHT_SYMTAB) continue;
    Elf_Data* data = elf_getdata(scn, nullptr);
    if (data == nullptr) return broken(elf_errmsg(-1));
    if (header.sh_type == SHT_SYMTAB) {
      reader.symbols = data;
      reader.strings = header.sh_link;
      reader.symbol_count = header.sh_entsize != 0 ? header.sh_size / header.sh_entsize : 0;
      continue;
    }
    Section section{.name = reader.section_name(scn), .bytes = {}, .relocations = {}};
    auto* bytes = static_cast<const std::byte*>(data->d_buf);
    if (bytes != nullptr) section.bytes.assign(bytes, bytes + data->d_size);
    reader.index_of[elf_ndxscn(scn)] = object.sections.size();
    object.sections.push_back(std::move(section));
  }
  return {};
}

Result<void> read_relocations(const Reader& reader, ElfObject& object) {
  for (Elf_Scn* scn = elf_nextscn(reader.elf, nullptr); scn != nullptr; scn = elf_nextscn(reader.elf, scn)) {
    GElf_Shdr header;
    if (gelf_getshdr(scn, &header) == nullptr) return broken(elf_errmsg(-1));
    if (header.sh_type != SHT_REL || header.sh_entsize == 0) continue;
    auto target = reader.index_of.find(header.sh_info);
    Elf_Data* data = elf_getdata(scn, nullptr);
    if (target == reader.index_of.end() || data == nullptr) continue;
    Section& section = object.sections[target->second];
    // Those of .BTF and .BTF.ext are for linkers: the addends stand in place.
    if (section.name.starts_with(".BTF") || section.name.starts_with(".debug")) continue;
    for (size_t i = 0; i < header.sh_size / header.sh_entsize; ++i) {
      GElf_Rel entry;
      if (gelf_getrel(data, static_cast<int>(i), &entry) == nullptr) return broken("a cut relocation table");
      auto relocation = reader.relocation(entry);
      if (!relocation) return std::unexpected(relocation.error());
      section.relocations.push_back(std::move(*relocation));
    }
  }
  return {};
}

/// A copy of the T at `offset`, if the bytes reach so far.
template<class T> std::optional<T> at(std::span<const std::byte> bytes, size_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

/// The start of struct btf_ext_header (libbpf: src/libbpf_internal.h), which no kernel header has.
struct ExtHeader {
  uint16_t magic;
  uint8_t version, flags;
  uint32_t header_size;
  uint32_t functions_offset, functions_size;
  uint32_t lines_offset, lines_size;
};

struct Strings {
  std::span<const std::byte> bytes;
  std::string_view get(uint32_t offset) const {
    if (offset >= bytes.size()) return {};
    auto* text = reinterpret_cast<const char*>(bytes.data()) + offset;
    return {text, strnlen(text, bytes.size() - offset)};
  }
};

/// The records about one section out of a table of .BTF.ext: u32 record size, then blocks {u32 section name,
/// u32 count, records}. Offsets of instructions are in bytes there; the kernel counts instructions.
template<class Record>
std::vector<Record> read_records(std::span<const std::byte> table, const Strings& strings,
                                 std::string_view section) {
  std::vector<Record> records;
  auto size = at<uint32_t>(table, 0);
  if (!size || *size < sizeof(Record)) return {};
  size_t position = 4;
  while (auto name = at<uint32_t>(table, position)) {
    auto count = at<uint32_t>(table, position + 4);
    if (!count || *count > (table.size() - position) / *size) return {};
    position += 8;
    for (uint32_t i = 0; i < *count; ++i, position += *size) {
      if (strings.get(*name) != section) continue;
      auto record = at<Record>(table, position);
      if (!record) return {};
      record->insn_off /= sizeof(bpf_insn);
      records.push_back(*record);
    }
  }
  return records;
}

std::span<const std::byte> part(std::span<const std::byte> bytes, size_t offset, size_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return {};
  return bytes.subspan(offset, size);
}

} // namespace

const Section* ElfObject::find(std::string_view name) const {
  auto found =
      std::find_if(sections.begin(), sections.end(), [&](const Section& s) { return s.name == name; });
  return found != sections.end() ? &*found : nullptr;
}

Result<ElfObject> read_elf(const std::string& bytes) {
  elf_version(EV_CURRENT);
  // libelf wants memory that it could write to, but only reads it: the file has this machine's byte order.
  ElfHandle elf(elf_memory(const_cast<char*>(bytes.data()), bytes.size()));
  if (!elf) return broken(elf_errmsg(-1));
  GElf_Ehdr header;
  if (gelf_getehdr(elf.get(), &header) == nullptr) return broken("no ELF header");
  if (header.e_machine != EM_BPF || header.e_ident[EI_CLASS] != ELFCLASS64) return broken("not a BPF object");

  Reader reader{.elf = elf.get(), .index_of = {}};
  if (elf_getshdrstrndx(elf.get(), &reader.names) != 0) return broken(elf_errmsg(-1));
  ElfObject object;
  if (auto done = read_contents(reader, object); !done) return std::unexpected(done.error());
  if (auto done = read_relocations(reader, object); !done) return std::unexpected(done.error());
  return object;
}

ProgramBtf read_program_btf(const ElfObject& object, std::string_view section) {
  const Section* types = object.find(".BTF");
  const Section* extension = object.find(".BTF.ext");
  if (types == nullptr || extension == nullptr) return {};
  auto types_header = at<btf_header>(types->bytes, 0);
  auto header = at<ExtHeader>(extension->bytes, 0);
  if (!types_header || !header || types_header->magic != BTF_MAGIC || header->magic != BTF_MAGIC) return {};

  Strings strings{
      part(types->bytes, size_t{types_header->hdr_len} + types_header->str_off, types_header->str_len)};
  auto table = [&](uint32_t offset, uint32_t size) {
    return part(extension->bytes, size_t{header->header_size} + offset, size);
  };
  return {.functions = read_records<bpf_func_info>(table(header->functions_offset, header->functions_size),
                                                   strings, section),
          .lines =
              read_records<bpf_line_info>(table(header->lines_offset, header->lines_size), strings, section)};
}

} // namespace trc::runtime
