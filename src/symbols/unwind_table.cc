// See unwind_table.h. elfutils' libdw could read all this, but takes 10 microseconds a row: 0.26 s for libc.
#include "symbols/unwind_table.h"

#include <algorithm>
#include <cstring>
#include <dwarf.h>
#include <gelf.h>
#include <libelf.h>
#include <map>
#include <memory>
#include <string>

#include "symbols/frame_program.h"

namespace trc::symbols {
namespace {

/// Far more than any .eh_frame has.
constexpr uint64_t kMostBytes = 1 << 30;

struct ElfEnd {
  void operator()(Elf* elf) const { ::elf_end(elf); }
};
using ElfPtr = std::unique_ptr<Elf, ElfEnd>;

/// Where in the file what is.
struct Places {
  uint64_t frames = 0, frames_offset = 0, frames_size = 0; ///< .eh_frame
  uint64_t header = 0;                                     ///< .eh_frame_hdr
  uint64_t code = UINT64_MAX, code_end = 0;
};

std::optional<GElf_Phdr> segment_with(Elf* elf, size_t count, uint64_t address) {
  GElf_Phdr segment;
  for (size_t i = 0; i < count; ++i)
    if (::gelf_getphdr(elf, static_cast<int>(i), &segment) != nullptr && segment.p_type == PT_LOAD &&
        address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
      return segment;
  return {};
}

/// The address of .eh_frame stands in .eh_frame_hdr: a version, three encodings, then the address itself.
void follow_header(Elf* elf, size_t count, const GElf_Phdr& header, Places& places) {
  Elf_Data* data =
      ::elf_getdata_rawchunk(elf, static_cast<int64_t>(header.p_offset), header.p_filesz, ELF_T_BYTE);
  if (data == nullptr || data->d_buf == nullptr) return;
  FrameReader reader({static_cast<const std::byte*>(data->d_buf), data->d_size}, header.p_vaddr);
  const uint8_t version = reader.byte(), encoding = reader.byte();
  reader.skip(2);
  const uint64_t address = reader.encoded(encoding, header.p_vaddr);
  if (version != 1 || !reader.is_good()) return;
  const auto segment = segment_with(elf, count, address);
  if (!segment) return;
  // How long it is nothing says; it ends with a zero.
  places.frames = address;
  places.frames_offset = segment->p_offset + (address - segment->p_vaddr);
  places.frames_size = segment->p_filesz - (address - segment->p_vaddr);
}

void find_section(Elf* elf, Places& places) {
  size_t names = 0;
  if (::elf_getshdrstrndx(elf, &names) != 0) return;
  for (Elf_Scn* section = nullptr; (section = ::elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr header;
    if (::gelf_getshdr(section, &header) == nullptr || header.sh_type == SHT_NOBITS) continue;
    const char* name = ::elf_strptr(elf, names, header.sh_name);
    if (name == nullptr || std::strcmp(name, ".eh_frame") != 0) continue;
    places.frames = header.sh_addr;
    places.frames_offset = header.sh_offset;
    places.frames_size = header.sh_size;
  }
}

Places find_places(Elf* elf) {
  Places places;
  size_t count = 0;
  if (::elf_getphdrnum(elf, &count) != 0) return places;
  std::optional<GElf_Phdr> header;
  for (size_t i = 0; i < count; ++i) {
    GElf_Phdr segment;
    if (::gelf_getphdr(elf, static_cast<int>(i), &segment) == nullptr) continue;
    if (segment.p_type == PT_GNU_EH_FRAME) header = segment;
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    places.code = std::min(places.code, segment.p_vaddr);
    places.code_end = std::max(places.code_end, segment.p_vaddr + segment.p_filesz);
  }
  if (header) places.header = header->p_vaddr;
  find_section(elf, places);
  if (places.frames_size == 0 && header) follow_header(elf, count, *header, places);
  return places;
}

/// Reads a whole .eh_frame: entries with a length each, which are common parts (CIE) or functions (FDE).
class FramesReader {
public:
  FramesReader(std::span<const std::byte> bytes, uint64_t address, uint64_t header)
      : bytes_(bytes), address_(address), header_(header) {}

  FrameDescriptions read() {
    for (FrameReader all(bytes_, address_); !all.at_end() && all.is_good();)
      if (!read_entry(all)) break;
    return std::move(frames_);
  }

private:
  bool read_entry(FrameReader& all) {
    uint64_t length = all.number<uint32_t>();
    if (length == UINT32_MAX) length = all.number<uint64_t>();
    if (length == 0 || !all.is_good()) return false;
    FrameReader entry = all.part(length);
    const uint64_t back = entry.address(), id = entry.number<uint32_t>();
    if (id == 0 || !entry.is_good()) return true; // a common part is read when it is referred to
    const FrameCommon* common = common_at(back - id);
    if (common == nullptr) return true;
    const uint64_t start = entry.encoded(common->encoding, header_);
    const uint64_t size = entry.encoded(common->encoding & 0x0f, 0);
    if (common->has_augmentation) entry.skip(entry.uleb());
    if (entry.is_good() && size > 0 && size <= UINT32_MAX && start + size > start)
      run_frame_program(*common, entry, header_, start, start + size, frames_);
    return true;
  }

  const FrameCommon* common_at(uint64_t address) {
    if (address < address_ || address - address_ >= bytes_.size()) return nullptr;
    auto [known, is_new] = commons_.try_emplace(address);
    if (is_new) known->second = read_common(FrameReader(bytes_.subspan(address - address_), address));
    return known->second ? &*known->second : nullptr;
  }

  static std::optional<FrameCommon> read_common(FrameReader all) {
    uint64_t length = all.number<uint32_t>();
    if (length == UINT32_MAX) length = all.number<uint64_t>();
    FrameReader entry = all.part(length);
    FrameCommon common;
    if (entry.number<uint32_t>() != 0) return {};
    const uint8_t version = entry.byte();
    if (version != 1 && version != 3) return {};
    std::string letters;
    while (const uint8_t letter = entry.byte())
      letters += static_cast<char>(letter);
    common.code_factor = entry.uleb();
    common.data_factor = entry.sleb();
    common.return_column = version == 1 ? entry.byte() : entry.uleb();
    if (letters.starts_with('z')) {
      common.has_augmentation = true;
      FrameReader data = entry.part(entry.uleb());
      for (char letter : letters.substr(1)) {
        if (letter == 'R') common.encoding = data.byte();
        if (letter == 'L') data.byte();
        if (letter == 'P') data.encoded(data.byte() & 0x7f, 0);
      }
    } else if (!letters.empty()) {
      return {};
    }
    common.instructions = entry;
    if (!entry.is_good()) return {};
    return common;
  }

  std::span<const std::byte> bytes_;
  uint64_t address_, header_;
  std::map<uint64_t, std::optional<FrameCommon>> commons_; ///< by address
  FrameDescriptions frames_;
};

/// Whether what lies between two functions is there to align the second one: it is never executed.
bool is_padding(uint64_t end, uint64_t start) {
  constexpr uint64_t kAlignment = 16;
  return start % kAlignment == 0 && start - end < kAlignment;
}

/// The rows of all functions one behind the other, with `none` where there is a gap.
UnwindTable join(const FrameDescriptions& frames, const Places& places) {
  UnwindTable table = {
      .base = places.code, .size = static_cast<uint32_t>(places.code_end - places.code), .rows = {}};
  std::vector<const FrameDescriptions::Stretch*> order;
  for (const auto& stretch : frames.stretches)
    // What the linker has thrown away can still be described, at 0.
    if (stretch.start >= places.code && stretch.end <= places.code_end && stretch.count > 0)
      order.push_back(&stretch);
  std::ranges::stable_sort(order, {}, &FrameDescriptions::Stretch::start);
  auto add = [&](uint64_t address, const UnwindRule& rule) {
    if (table.rows.empty() || table.rows.back().rule != rule)
      table.rows.push_back({static_cast<uint32_t>(address - places.code), rule});
  };
  table.rows.reserve(frames.rows.size() + order.size() / 4);
  uint64_t end = places.code;
  for (const auto* stretch : order) {
    if (stretch->start < end) continue; // described before
    if (stretch->start > end && !is_padding(end, stretch->start)) add(end, {});
    for (size_t i = 0; i < stretch->count; ++i)
      add(frames.rows[stretch->first + i].address, frames.rows[stretch->first + i].rule);
    end = stretch->end;
  }
  if (end < places.code_end) add(end, {});
  return table;
}

std::optional<UnwindTable> read(Elf* elf) {
  GElf_Ehdr header;
  if (elf == nullptr || ::elf_kind(elf) != ELF_K_ELF || ::gelf_getehdr(elf, &header) == nullptr ||
      header.e_machine != EM_X86_64 || header.e_ident[EI_CLASS] != ELFCLASS64)
    return {};
  const Places places = find_places(elf);
  if (places.frames_size == 0 || places.frames_size > kMostBytes || places.code_end <= places.code ||
      places.code_end - places.code > UINT32_MAX)
    return {};
  Elf_Data* data =
      ::elf_getdata_rawchunk(elf, static_cast<int64_t>(places.frames_offset), places.frames_size, ELF_T_BYTE);
  if (data == nullptr || data->d_buf == nullptr) return {};
  const std::span<const std::byte> bytes(static_cast<const std::byte*>(data->d_buf), data->d_size);
  UnwindTable table = join(read_frames(bytes, places.frames, places.header), places);
  if (table.rows.size() < 2) return {};
  return table;
}

} // namespace

FrameDescriptions read_frames(std::span<const std::byte> bytes, uint64_t address, uint64_t header) {
  return FramesReader(bytes, address, header).read();
}

std::optional<UnwindTable> read_unwind_table(int fd) {
  ::elf_version(EV_CURRENT);
  // Read, not mapped: a file that is cut short meanwhile must not end us by SIGBUS.
  ElfPtr elf(::elf_begin(fd, ELF_C_READ, nullptr));
  return read(elf.get());
}

std::optional<UnwindTable> read_unwind_table(std::span<const std::byte> image) {
  ::elf_version(EV_CURRENT);
  // Not const for historical reasons; it is not written to.
  auto* bytes = reinterpret_cast<char*>(const_cast<std::byte*>(image.data()));
  ElfPtr elf(::elf_memory(bytes, image.size()));
  return read(elf.get());
}

UnwindRule UnwindTable::find(uint64_t address) const {
  if (address < base || address - base >= size) return {};
  auto behind = std::ranges::upper_bound(rows, address - base, {}, &UnwindRow::offset);
  return behind == rows.begin() ? UnwindRule() : (behind - 1)->rule;
}

} // namespace trc::symbols
