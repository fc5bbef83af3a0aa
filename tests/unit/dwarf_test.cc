// Debug information: of tests/programs/parameters.c, as the compiler here writes it.
#include <algorithm>
#include <cstdio>
#include <gtest/gtest.h>
#include <memory>

#include "ctypes/type_table.h"
#include "dwarf/debug_info.h"

namespace trc::dwarf {
namespace {

const std::string kProgram = TRC_PROGRAMS_DIR "/parameters";

const DebugInfo& debug_info() {
  static Programs programs;
  const DebugInfo* info = programs.open(kProgram);
  if (info == nullptr) throw std::runtime_error("no debug information in " + kProgram);
  return *info;
}

/// As nm(1) says.
uint64_t address_of(const std::string& name) {
  const std::unique_ptr<FILE, decltype(&pclose)> nm(popen(("nm " + kProgram).c_str(), "r"), &pclose);
  char line[256], symbol[256], kind = 0;
  unsigned long long address = 0;
  while (std::fgets(line, sizeof line, nm.get()))
    if (std::sscanf(line, "%llx %c %255s", &address, &kind, symbol) == 3 && symbol == name) return address;
  return 0;
}

Function function(const std::string& name) {
  auto found = debug_info().function(address_of(name));
  EXPECT_TRUE(found.has_value()) << name;
  return found.value_or(Function());
}

/// "c:di s:si …": the place of each parameter.
std::string places(const std::string& name) {
  static const char* const kRegisters[] = {"di", "si", "dx", "cx", "r8", "r9"};
  std::string text;
  for (const Parameter& one : function(name).parameters) {
    text += (text.empty() ? "" : " ") + one.name + ":";
    switch (one.place.kind) {
    case Place::Kind::registers:
      for (uint32_t i = 0; i < one.place.count; ++i)
        text += kRegisters[one.place.index + i];
      break;
    case Place::Kind::reference: text += std::string("*") + kRegisters[one.place.index]; break;
    case Place::Kind::stack: text += "sp+" + std::to_string(one.place.offset); break;
    case Place::Kind::vector: text += "xmm"; break;
    case Place::Kind::none: text += "none"; break;
    case Place::Kind::unknown: text += "unknown"; break;
    }
  }
  return text;
}

TEST(Dwarf, IntegersLieInRegistersThenOnTheStack) {
  EXPECT_EQ(places("numbers"), "c:di s:si i:dx l:cx u:r8 b:r9 seventh:sp+8 eighth:sp+16");
}

TEST(Dwarf, StructuresByTheirWords) {
  // wide is aligned to 16 bytes behind big, after and list are in registers.
  EXPECT_EQ(places("mixed"),
            "d:xmm i:di point:si pair:dxcx big:sp+8 after:r8 list:r9 wide:sp+40 color:sp+56");
}

TEST(Dwarf, ResultInMemoryTakesTheFirstRegister) { EXPECT_EQ(places("returns_big"), "first:si"); }

TEST(Dwarf, NamedParametersOfAVariadicFunction) { EXPECT_EQ(places("variadic"), "format:di"); }

TEST(Dwarf, TypesOfParameters) {
  const Function numbers = function("numbers");
  EXPECT_EQ(numbers.parameters[0].type, integer_type(1, true));
  EXPECT_EQ(numbers.parameters[4].type, integer_type(4, false));
  EXPECT_EQ(numbers.parameters[5].type, bool_type());
  EXPECT_EQ(numbers.parameters[7].type, integer_type(1, false));
  const Function walk = function("walk");
  EXPECT_EQ(walk.parameters[0].type.space, AddressSpace::user);
  EXPECT_EQ(walk.parameters[1].type, pointer_type(AddressSpace::user, integer_type(1, true)));
  const Function mixed = function("mixed");
  EXPECT_TRUE(mixed.parameters[0].is_floating);
  EXPECT_EQ(mixed.parameters[7].type.kind, TypeKind::array);
}

TEST(Dwarf, FieldsOfAStructure) {
  const Structure* list = debug_info().structure("struct list");
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(list->size, 56u);
  auto field = [&](const char* name) { return find_field(debug_info(), *list, name).value_or(Field()); };
  EXPECT_EQ(field("value").offset, 8u);
  EXPECT_EQ(field("name").type, string_type(8));
  EXPECT_EQ(field("low").bits, 3);
  EXPECT_EQ(field("high").first_bit, 3);
  EXPECT_EQ(field("high").bits, 5);
  EXPECT_EQ(field("text").offset, 24u);
  EXPECT_EQ(field("inner").type, integer_type(2, true));
  EXPECT_EQ(field("ratio").type.kind, TypeKind::array);
  EXPECT_EQ(*debug_info().structure(field("next").type.elements[0].name), *list);
}

TEST(Dwarf, EnumerationsTypedefsConstants) {
  const Enumeration* color = debug_info().enumeration("enum color");
  ASSERT_NE(color, nullptr);
  EXPECT_TRUE(color->is_signed);
  EXPECT_EQ(color->values[1], (Enumerator{"GREEN", 5}));
  EXPECT_EQ(color->values[2], (Enumerator{"BLUE", -1}));
  EXPECT_EQ(debug_info().constant("BLUE")->value, -1);
  EXPECT_EQ(debug_info().type("byte_t"), integer_type(1, false));
  EXPECT_FALSE(debug_info().type("struct nothing"));
}

TEST(Dwarf, LinesOfTheSource) {
  const auto found = debug_info().line("parameters.c", 48, 0);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_GT(found[0].address, address_of("walk"));
  EXPECT_LT(found[0].address, address_of("variadic"));
  EXPECT_EQ(debug_info().line("programs/parameters.c", 48, 0).size(), 1u);
  EXPECT_TRUE(debug_info().line("meters.c", 48, 0).empty());
  EXPECT_TRUE(debug_info().line("parameters.c", 1, 0).empty());
  // A loop's line comes back behind its body: it is one place all the same.
  EXPECT_EQ(debug_info().line("parameters.c", 46, 0).size(), 1u);
}

TEST(Dwarf, LinesThatHaveCode) {
  const std::vector<uint32_t> lines = debug_info().lines_with_code("parameters.c");
  EXPECT_TRUE(std::ranges::binary_search(lines, 48u));
  EXPECT_FALSE(std::ranges::binary_search(lines, 1u));
}

TEST(Dwarf, FilesWithoutDebugInformation) {
  Programs programs;
  EXPECT_EQ(programs.open(TRC_PROGRAMS_DIR "/nested-stripped"), nullptr);
  EXPECT_EQ(programs.open("/nowhere"), nullptr);
  EXPECT_EQ(programs.open("/dev/null"), nullptr);
}

} // namespace
} // namespace trc::dwarf
