#include "symbols/usdt_notes.h"

#include <cstring>

namespace trc::symbols {
namespace {

// SystemTap, "User-Space Probe Implementation": a note of this type holds three addresses (the probe's, that
// of .stapsdt.base when the file was linked, the semaphore's), then three texts, each with its NUL.
constexpr std::string_view kOwner = "stapsdt";
constexpr uint32_t kType = 3;

uint64_t take_word(std::string_view& bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes.data(), sizeof word);
  bytes.remove_prefix(sizeof word);
  return word;
}

std::string take_text(std::string_view& bytes) {
  const size_t end = std::min(bytes.find('\0'), bytes.size());
  std::string text(bytes.substr(0, end));
  bytes.remove_prefix(std::min(end + 1, bytes.size()));
  return text;
}

} // namespace

std::vector<UsdtNote> read_usdt_notes(const ElfFile& file) {
  std::vector<UsdtNote> notes;
  const auto base = file.section(".stapsdt.base");
  file.for_each_note(".note.stapsdt", [&](std::string_view owner, uint32_t type, std::string_view content) {
    if (owner != kOwner || type != kType || content.size() < 3 * sizeof(uint64_t)) return;
    UsdtNote note;
    note.address = take_word(content);
    // Whoever moves a file's addresses later does not know of these notes; the section says by how much.
    const uint64_t linked_base = take_word(content);
    const uint64_t moved = base && linked_base != 0 ? base->header.sh_addr - linked_base : 0;
    note.address += moved;
    const uint64_t semaphore = take_word(content);
    note.provider = take_text(content);
    note.name = take_text(content);
    note.arguments = take_text(content);
    const auto offset = file.offset_of(note.address);
    if (!offset || note.name.empty()) return;
    note.offset = *offset;
    if (semaphore != 0) note.semaphore = file.offset_of(semaphore + moved).value_or(0);
    notes.push_back(std::move(note));
  });
  return notes;
}

} // namespace trc::symbols
