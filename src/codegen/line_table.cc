#include "codegen/line_table.h"

#include <cstring>

#include <llvm/Object/ELFObjectFile.h>

#include "base/check.h"

namespace trc::codegen {
namespace {

// The layout of .BTF.ext: kernel, Documentation/bpf/btf.rst, section 4.2.
struct ExtHeader {
  uint16_t magic;
  uint8_t version, flags;
  uint32_t header_size, func_offset, func_size, line_offset, line_size;
};

struct LineRecord {
  uint32_t instruction, file_name, line_text, line_column; // instruction: in bytes
};

template<class T> T read(llvm::StringRef data, size_t at) {
  T value;
  TRC_CHECK(at + sizeof(T) <= data.size(), "a truncated .BTF.ext section");
  std::memcpy(&value, data.data() + at, sizeof(T));
  return value;
}

llvm::StringRef section(const llvm::object::ObjectFile& object, llvm::StringRef name) {
  for (const auto& candidate : object.sections())
    if (auto n = candidate.getName(); n && *n == name)
      if (auto contents = candidate.getContents()) return *contents;
  return {};
}

} // namespace

void read_lines(const std::string& bytes, Manifest& manifest) {
  auto object = llvm::object::ObjectFile::createELFObjectFile(llvm::MemoryBufferRef(bytes, "trc"));
  TRC_CHECK(static_cast<bool>(object), "LLVM wrote an object that it can't read");
  llvm::StringRef btf = section(**object, ".BTF"), ext = section(**object, ".BTF.ext");
  if (btf.empty() || ext.empty()) return;

  // struct btf_header: hdr_len at 4, str_off at 16; strings are NUL-terminated.
  llvm::StringRef strings = btf.drop_front(read<uint32_t>(btf, 4) + read<uint32_t>(btf, 16));
  const auto header = read<ExtHeader>(ext, 0);
  size_t at = header.header_size + header.line_offset;
  const size_t end = at + header.line_size;
  const auto record_size = read<uint32_t>(ext, at);
  at += sizeof(uint32_t);
  while (at < end) {
    llvm::StringRef name(strings.drop_front(read<uint32_t>(ext, at)).data());
    const auto count = read<uint32_t>(ext, at + 4);
    at += 8;
    ProgramInfo* program = nullptr;
    for (ProgramInfo& candidate : manifest.programs)
      if (name == candidate.section) program = &candidate;
    for (uint32_t i = 0; i < count; ++i, at += record_size) {
      const auto record = read<LineRecord>(ext, at);
      if (program)
        program->lines.push_back(
            {record.instruction / 8, record.line_column >> 10, record.line_column & 0x3ff});
    }
  }
}

} // namespace trc::codegen
