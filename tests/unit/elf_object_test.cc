// Reading BPF objects: a hand-made one, and damaged ones.
#include "runtime/elf_object.h"

#include <cstring>
#include <elf.h>
#include <gtest/gtest.h>
#include <linux/btf.h>
#include <random>
#include <span>

namespace trc::runtime {
namespace {

template<class T> std::string raw(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

struct Part {
  std::string name;
  uint32_t type;
  std::string bytes;
  uint32_t link = 0, info = 0;
  uint64_t entry_size = 0;
};

/// Section 1 is .strtab, with section and symbol names.
std::string make_elf(const std::vector<Part>& parts, std::string names) {
  std::string body;
  std::vector<Elf64_Shdr> headers(1);
  auto add = [&](const Part& part, uint32_t name) {
    headers.push_back({.sh_name = name,
                       .sh_type = part.type,
                       .sh_offset = sizeof(Elf64_Ehdr) + body.size(),
                       .sh_size = part.bytes.size(),
                       .sh_link = part.link,
                       .sh_info = part.info,
                       .sh_addralign = 8,
                       .sh_entsize = part.entry_size});
    body += part.bytes;
    body.resize((body.size() + 7) / 8 * 8);
  };
  std::vector<uint32_t> offsets;
  for (const Part& part : parts) {
    offsets.push_back(static_cast<uint32_t>(names.size()));
    names += part.name + '\0';
  }
  add({.name = ".strtab", .type = SHT_STRTAB, .bytes = names}, 0);
  for (size_t i = 0; i < parts.size(); ++i)
    add(parts[i], offsets[i]);

  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_REL;
  header.e_machine = EM_BPF;
  header.e_version = EV_CURRENT;
  header.e_shoff = sizeof header + body.size();
  header.e_ehsize = sizeof header;
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = static_cast<uint16_t>(headers.size());
  header.e_shstrndx = 1;
  std::string file = raw(header) + body;
  for (const Elf64_Shdr& section : headers)
    file += raw(section);
  return file;
}

/// Program p.x: ld_imm64 of data, ld_imm64 of .rodata + 4, exit.
std::string sample() {
  const std::string names("\0data\0", 6);
  bpf_insn load = {.code = 0x18, .dst_reg = 1, .src_reg = 0, .off = 0, .imm = 4};
  bpf_insn exit = {.code = 0x95, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0};
  std::string code = raw(load) + raw(bpf_insn{}) + raw(load) + raw(bpf_insn{}) + raw(exit);
  Elf64_Sym data = {};
  data.st_name = 1;
  data.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
  Elf64_Sym constants = {};
  constants.st_info = ELF64_ST_INFO(STB_LOCAL, STT_SECTION);
  constants.st_shndx = 3;
  return make_elf({{.name = "p.x", .type = SHT_PROGBITS, .bytes = code},
                   {.name = ".rodata.str", .type = SHT_PROGBITS, .bytes = "constants"},
                   {.name = ".symtab",
                    .type = SHT_SYMTAB,
                    .bytes = raw(Elf64_Sym{}) + raw(data) + raw(constants),
                    .link = 1,
                    .info = 1,
                    .entry_size = sizeof(Elf64_Sym)},
                   {.name = ".relp.x",
                    .type = SHT_REL,
                    .bytes = raw(Elf64_Rel{.r_offset = 0, .r_info = ELF64_R_INFO(1, kRelocate64)}) +
                             raw(Elf64_Rel{.r_offset = 16, .r_info = ELF64_R_INFO(2, kRelocate64)}),
                    .link = 4,
                    .info = 2,
                    .entry_size = sizeof(Elf64_Rel)}},
                  names);
}

TEST(ElfObject, SectionsAndRelocations) {
  auto object = read_elf(sample());
  ASSERT_TRUE(object) << object.error().cause;
  const Section* program = object->find("p.x");
  ASSERT_NE(program, nullptr);
  EXPECT_EQ(program->bytes.size(), 40U);
  ASSERT_EQ(program->relocations.size(), 2U);
  EXPECT_EQ(program->relocations[0].symbol, "data");
  EXPECT_EQ(program->relocations[0].section, "");
  EXPECT_EQ(program->relocations[1].symbol, "");
  EXPECT_EQ(program->relocations[1].section, ".rodata.str");
  EXPECT_EQ(program->relocations[1].offset, 16U);
  EXPECT_EQ(program->relocations[1].type, kRelocate64);
  EXPECT_EQ(object->find("p.y"), nullptr);
}

TEST(ElfObject, OtherFilesAreErrors) {
  EXPECT_FALSE(read_elf(""));
  EXPECT_FALSE(read_elf("#!/bin/sh\n"));
  std::string other = sample();
  other[offsetof(Elf64_Ehdr, e_machine)] = EM_X86_64;
  auto object = read_elf(other);
  ASSERT_FALSE(object);
  EXPECT_EQ(object.error().kind, ErrorKind::invalid);
}

TEST(ElfObject, DamagedFilesDoNoHarm) {
  const std::string good = sample();
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string bad = good.substr(0, i % 3 == 0 ? random() % good.size() : good.size());
    for (int changes = 0; changes < 3 && !bad.empty(); ++changes)
      bad[random() % bad.size()] = static_cast<char>(random());
    if (auto object = read_elf(bad)) read_program_btf(*object, "p.x");
  }
}

/// .BTF with only its strings, and .BTF.ext with two sections' functions and lines.
ElfObject with_btf() {
  const std::string strings("\0p.x\0p.y\0", 9);
  btf_header header = {};
  header.magic = BTF_MAGIC;
  header.version = 1;
  header.hdr_len = sizeof header;
  header.str_len = static_cast<uint32_t>(strings.size());

  auto block = [](uint32_t name, uint32_t count) { return raw(name) + raw(count); };
  std::string functions =
      raw(uint32_t{8}) + block(1, 1) + raw(bpf_func_info{0, 3}) + block(5, 1) + raw(bpf_func_info{0, 7});
  std::string lines = raw(uint32_t{16}) + block(5, 1) + raw(bpf_line_info{0, 0, 0, 1}) + block(1, 2) +
                      raw(bpf_line_info{0, 0, 0, 2}) + raw(bpf_line_info{16, 0, 0, 3});
  std::string extension = raw(uint16_t{BTF_MAGIC}) + raw(uint8_t{1}) + raw(uint8_t{0}) + raw(uint32_t{24}) +
                          raw(uint32_t{0}) + raw(static_cast<uint32_t>(functions.size())) +
                          raw(static_cast<uint32_t>(functions.size())) +
                          raw(static_cast<uint32_t>(lines.size())) + functions + lines;
  auto section = [](const char* name, const std::string& text) {
    auto bytes = std::as_bytes(std::span(text));
    return Section{.name = name, .bytes = {bytes.begin(), bytes.end()}, .relocations = {}};
  };
  return {{section(".BTF", raw(header) + strings), section(".BTF.ext", extension)}};
}

TEST(ElfObject, ProgramBtf) {
  ProgramBtf btf = read_program_btf(with_btf(), "p.x");
  ASSERT_EQ(btf.functions.size(), 1U);
  EXPECT_EQ(btf.functions[0].type_id, 3U);
  ASSERT_EQ(btf.lines.size(), 2U);
  EXPECT_EQ(btf.lines[1].insn_off, 2U) << "counted in instructions";
  EXPECT_EQ(btf.lines[1].line_col, 3U);
  EXPECT_TRUE(read_program_btf(with_btf(), "p.z").functions.empty());
  EXPECT_TRUE(read_program_btf({}, "p.x").functions.empty());
}

TEST(ElfObject, DamagedBtfDoesNoHarm) {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    ElfObject object = with_btf();
    for (int changes = 0; changes < 3; ++changes) {
      std::vector<std::byte>& bytes = object.sections[random() % 2].bytes;
      bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    }
    read_program_btf(object, "p.x");
  }
}

} // namespace
} // namespace trc::runtime
