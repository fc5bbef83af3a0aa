// Tables of symbols, kallsyms, and the maps of a process.
#include <gtest/gtest.h>

#include <cstring>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols/elf_symbols.h"
#include "symbols/kernel_symbols.h"
#include "symbols/mapping_events.h"
#include "symbols/process_maps.h"
#include "symbols/user_symbols.h"

namespace trc::symbols {
namespace {

TEST(SymbolTable, GivesTheSymbolThatHoldsAnAddress) {
  SymbolTable table;
  table.add(0x2000, 0x10, "sized", 7);
  table.add(0x1000, 0, "open");
  table.finish();
  EXPECT_FALSE(table.find(0xfff));
  EXPECT_EQ(table.find(0x1000)->name, "open");
  EXPECT_EQ(table.find(0x1fff)->offset, 0xfffU);
  EXPECT_EQ(table.find(0x200f)->name, "sized");
  EXPECT_EQ(table.find(0x200f)->group, 7U);
  EXPECT_FALSE(table.find(0x2010)) << "behind its end";
}

TEST(SymbolTable, OfSeveralAtOneAddressTheFirstCounts) {
  SymbolTable table;
  table.add(0x1000, 0, "b");
  table.add(0x1000, 0, "a");
  table.finish();
  EXPECT_EQ(table.find(0x1004)->name, "b");
}

TEST(SymbolTable, IsEmptyWithoutSymbols) {
  SymbolTable table;
  table.finish();
  EXPECT_FALSE(table.find(0));
  EXPECT_FALSE(table.find(UINT64_MAX));
}

TEST(KernelSymbols, ReadsKallsyms) {
  KernelSymbols symbols;
  symbols.parse("0000000000000000 A fixed_percpu_data\n"
                "ffffffff81000000 T _text\n"
                "ffffffff81000100 t inner.isra.0\n"
                "ffffffffc0001000 t helper\t[nf_tables]\n"
                "ffffffffc0003000 t bpf_prog_0123456789abcdef_x\t[bpf]\n"
                "damaged\n"
                "ffffffff81000200\n"
                "ffffffff81000300 T last");
  EXPECT_EQ(symbols.find(0xffffffff81000001)->name, "_text");
  EXPECT_EQ(symbols.find(0xffffffff81000001)->offset, 1U);
  EXPECT_EQ(symbols.find(0xffffffff810002ff)->name, "inner.isra.0");
  EXPECT_EQ(symbols.find(0xffffffff81000300)->name, "last");
  EXPECT_EQ(symbols.find(0xffffffffc0001001)->module, "nf_tables");
  EXPECT_EQ(symbols.find(0xffffffffc0003000)->module, "bpf");
  EXPECT_FALSE(symbols.find(0x1000)) << "no address of the kernel";
}

TEST(ProcessMaps, ReadsTheExecutableRanges) {
  const auto ranges =
      parse_maps("55e0c6a29000-55e0c6a2d000 r--p 00000000 fe:01 1234                       /usr/bin/cat\n"
                 "55e0c6a2d000-55e0c6a31000 r-xp 00002000 fe:01 1234                       /usr/bin/a "
                 "b\\012c (deleted)\n"
                 "7f0000000000-7f0000001000 rwxp 00000000 00:00 0 \n"
                 "7ffd0000000-7ffd0002000 r-xp 00000000 00:00 0                          [vdso]\n"
                 "not a line\n"
                 "zz-yy r-xp 0 0:0 0");
  ASSERT_EQ(ranges.size(), 3U);
  EXPECT_EQ(ranges[0], (MappedRange{0x55e0c6a2d000, 0x55e0c6a31000, 0x2000, 0xfe00000001, 1234,
                                    "/usr/bin/a b\nc (deleted)"}));
  EXPECT_EQ(ranges[1].path, "");
  EXPECT_EQ(ranges[2].path, "[vdso]");
}

TEST(ProcessMaps, FindsTheRangeOfAnAddress) {
  const std::vector<MappedRange> ranges = {{.start = 0x1000, .end = 0x2000},
                                           {.start = 0x3000, .end = 0x4000}};
  EXPECT_EQ(find_range(ranges, 0xfff), nullptr);
  EXPECT_EQ(find_range(ranges, 0x1000), &ranges[0]);
  EXPECT_EQ(find_range(ranges, 0x2000), nullptr);
  EXPECT_EQ(find_range(ranges, 0x3fff), &ranges[1]);
  EXPECT_EQ(find_range(ranges, UINT64_MAX), nullptr);
}

/// A record of a perf ring, with a time of 77 at its end.
std::vector<std::byte> perf_record(uint32_t type, uint16_t misc, std::initializer_list<uint32_t> words,
                                   std::string_view text = {}) {
  std::vector<uint32_t> all = {type, 0};
  all.insert(all.end(), words);
  const size_t at = all.size();
  all.resize(at + (text.size() + 8) / 8 * 2 * !text.empty());
  text.copy(reinterpret_cast<char*>(all.data() + at), text.size());
  all.insert(all.end(), {77, 0});
  all[1] = misc | static_cast<uint32_t>(all.size() * 4) << 16;
  std::vector<std::byte> bytes(all.size() * 4);
  std::memcpy(bytes.data(), all.data(), bytes.size());
  return bytes;
}

TEST(MappingEvents, ReadsRecordsOfThePerfRing) {
  using Kind = MappingEvent::Kind;
  auto mapped = parse_mapping_record(perf_record(
      PERF_RECORD_MMAP2, 0, {5, 6, 0x1000, 0, 0x2000, 0, 0x3000, 0, 0xfe, 1, 99, 0, 0, 0, 5, 2}, "/bin/x"));
  ASSERT_TRUE(mapped);
  EXPECT_EQ(mapped->kind, Kind::mapped);
  EXPECT_EQ(mapped->process, 5U);
  EXPECT_EQ(mapped->time, 77U);
  EXPECT_EQ(mapped->range, (MappedRange{0x1000, 0x3000, 0x3000, 0xfe00000001, 99, "/bin/x"}));
  EXPECT_EQ(
      parse_mapping_record(perf_record(PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC, {5, 5}, "x"))->kind,
      Kind::executed);
  EXPECT_FALSE(parse_mapping_record(perf_record(PERF_RECORD_COMM, 0, {5, 5}, "x"))) << "only another name";
  auto forked = parse_mapping_record(perf_record(PERF_RECORD_FORK, 0, {7, 5, 7, 5, 0, 0}));
  EXPECT_EQ(forked->kind, Kind::forked);
  EXPECT_EQ(forked->parent, 5U);
  EXPECT_FALSE(parse_mapping_record(perf_record(PERF_RECORD_FORK, 0, {5, 5, 8, 5, 0, 0}))) << "a thread";
  EXPECT_EQ(parse_mapping_record(perf_record(PERF_RECORD_EXIT, 0, {5, 1, 5, 1, 0, 0}))->kind, Kind::ended);
  EXPECT_FALSE(parse_mapping_record(perf_record(PERF_RECORD_EXIT, 0, {5, 1, 8, 1, 0, 0}))) << "a thread";
  EXPECT_FALSE(parse_mapping_record({})) << "nothing at all";
}

TEST(ElfSymbols, DemanglesNamesOfCpp) {
  EXPECT_EQ(demangle("_ZN5first6second4callEi"), "first::second::call(int)");
  EXPECT_EQ(demangle("main"), "main");
  EXPECT_EQ(demangle("_Znot_one"), "_Znot_one");
}

TEST(ElfSymbols, TakesWhatIsNoElfFileForEmpty) {
  const std::string bytes = "\x7f"
                            "ELF and nothing more";
  const ElfSymbols symbols = ElfSymbols::read(bytes.data(), bytes.size());
  EXPECT_FALSE(symbols.find(0));
  EXPECT_EQ(symbols.build_id(), "");
}

void somewhere() {}

TEST(UserSymbols, NamesAddressesOfThisProcess) {
  UserSymbols symbols;
  const ImageId self = {static_cast<uint64_t>(::getpid()), 1};
  const uint64_t address = reinterpret_cast<uint64_t>(&somewhere);
  symbols.note(self, std::span(&address, 1));
  const UserFrame frame = symbols.find(self, address);
  EXPECT_TRUE(demangle(frame.function).ends_with("somewhere()")) << frame.function;
  EXPECT_EQ(frame.offset, 0U);
  EXPECT_TRUE(frame.module.ends_with("unit_tests")) << frame.module;
  EXPECT_EQ(symbols.find({1u << 30, 1}, address).module, "") << "no such process was noted";
}

TEST(UserSymbols, ReadsWhatACompilerAtRunTimeHasWritten) {
  UserSymbols symbols;
  const ImageId self = {static_cast<uint64_t>(::getpid()), 1};
  void* code = ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(code, MAP_FAILED);
  const auto start = reinterpret_cast<uint64_t>(code);
  const std::string path = "/tmp/perf-" + std::to_string(self.process) + ".map";
  FILE* map = std::fopen(path.c_str(), "w");
  ASSERT_NE(map, nullptr);
  std::fprintf(map, "%lx 20 jit: a name\nnonsense\n", static_cast<unsigned long>(start));
  std::fclose(map);
  const uint64_t inside = start + 0x10;
  symbols.note(self, std::span(&inside, 1));
  EXPECT_EQ(symbols.find(self, inside).function, "jit: a name");
  EXPECT_EQ(symbols.find(self, inside).offset, 0x10U);
  EXPECT_EQ(symbols.find(self, start + 0x20).function, "");
  ::unlink(path.c_str());
  ::munmap(code, 4096);
}

} // namespace
} // namespace trc::symbols
