// What C text means: types, macros, directives, constant expressions, mistakes. Layouts: c_layout_test.cc.
#include "ctypes/c_definitions.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <random>

namespace trc {
namespace {

/// C text that was read, with what there was to say.
struct Read {
  Sources sources;
  Diagnostics diagnostics;
  std::shared_ptr<const CDefinitions> types;

  explicit Read(const std::vector<std::string>& pieces, CInput input = {.has_btf = true}) {
    for (const std::string& piece : pieces) {
      const uint32_t base = sources.add("x.trc", piece);
      input.texts.push_back({base, base + static_cast<uint32_t>(piece.size())});
    }
    types = read_c_definitions(input, sources, diagnostics);
  }
  explicit Read(const std::string& text) : Read(std::vector<std::string>{text}) {}

  std::string complaints() const {
    std::string text;
    for (const Diagnostic& one : diagnostics.list())
      text += render(one, sources, false);
    return text;
  }
  std::string macro(std::string_view name) const { return types->macro(name).value_or("-"); }
  std::string type_of(std::string_view structure, std::string_view field) const {
    const Structure* found = types->structure(structure);
    const auto member = found ? find_field(*types, *found, field) : std::optional<Field>();
    return member ? spelling(member->type) : "-";
  }
  uint32_t size(std::string_view structure) const {
    const Structure* found = types->structure(structure);
    return found ? found->size : 0;
  }
};

/// One struct that the kernel has, and one typedef and constant.
class Kernels : public TypeSource {
public:
  const Structure* structure(std::string_view name) const override {
    return name == head.name ? &head : nullptr;
  }
  const Enumeration* enumeration(std::string_view) const override { return nullptr; }
  std::optional<Type> type(std::string_view name) const override {
    return name == "dev_t" ? std::optional(integer_type(4, false)) : std::nullopt;
  }
  std::optional<Constant> constant(std::string_view name) const override {
    if (name != "TASK_COMM_LEN") return {};
    return Constant{integer_type(4, false), 16};
  }
  Structure head = {
      .name = "struct list_head",
      .size = 16,
      .alignment = 8,
      .fields = {{.name = "next", .type = pointer_type(AddressSpace::kernel, {}), .offset = 0}}};
};

} // namespace

TEST(CDefinitions, TypesOfFields) {
  const Read read(
      "typedef unsigned long flags_t;\n"
      "struct node { struct node *next; char name[16]; unsigned char raw[6]; signed char s[2]; flags_t f;\n"
      "  int grid[2][3]; void *p; int (*call)(struct node *, int); char *text; _Bool b; double d;\n"
      "  enum { RED, GREEN = 5, BLUE } color; struct { int in; } named; struct later *l; char tail[]; };\n"
      "struct later { long x; };");
  EXPECT_EQ(read.complaints(), "");
  EXPECT_EQ(read.type_of("struct node", "name"), "string[16]");
  EXPECT_EQ(read.type_of("struct node", "raw"), "uint8[6]");
  EXPECT_EQ(read.type_of("struct node", "s"), "int8[2]");
  EXPECT_EQ(read.type_of("struct node", "f"), "uint64");
  EXPECT_EQ(read.type_of("struct node", "grid"),
            spelling(array_type(array_type(integer_type(4, true), 3), 2)));
  EXPECT_EQ(read.type_of("struct node", "b"), "bool");
  EXPECT_EQ(read.type_of("struct node", "d"), "uint8[8]");
  const Structure& node = *read.types->structure("struct node");
  EXPECT_EQ(find_field(*read.types, node, "next")->type.elements.at(0),
            structure_type("struct node", node.size));
  EXPECT_EQ(find_field(*read.types, node, "l")->type.elements.at(0), structure_type("struct later", 8));
  EXPECT_TRUE(find_field(*read.types, node, "p")->type.elements.empty());
  EXPECT_TRUE(find_field(*read.types, node, "call")->type.elements.empty());
  EXPECT_EQ(find_field(*read.types, node, "text")->type.elements.at(0), integer_type(1, true));
  EXPECT_TRUE(find_field(*read.types, node, "color")->type.is_enumeration());
  EXPECT_EQ(read.types->constant("BLUE")->value, 6);
  EXPECT_EQ(read.types->type("flags_t"), integer_type(8, false));
}

TEST(CDefinitions, WhatIsNoTypeIsReadOver) {
  const Read read(
      "extern int counter, *p = &counter; static inline int f(int a) { struct { int x; } y; return a; }\n"
      "_Static_assert(sizeof(int) == 4, \"no\"); __asm__(\"nop\"); int g(void) __attribute__((pure));\n"
      "__extension__ typedef struct { long long quot; } div_t; int array[] = {1, 2, 3}, z;\n"
      "int old(a, b) int a; char b; { return 0; }\n"
      "typeof(int) v; struct s { typeof(z_t *) *x; };\n");
  EXPECT_NE(read.complaints(), ""); // z_t
  EXPECT_EQ(read.types->type("div_t")->size, 8u);
}

TEST(CDefinitions, ConstantExpressions) {
  const Read read(
      "#define MAX(a, b) ((a) > (b) ? (a) : (b))\n"
      "struct p { char c; int i; };\n"
      "enum e { A = 1 << 4, B, C = sizeof(struct p), D = (unsigned char)300, E = -1, F = 'a', G = '\\n',\n"
      "  H = MAX(3, 7), I = ~0, J = 7 / 2 * 2 % 5, K = A | B & C ^ 1, L = !0 && 0 || 1, M = 0x10u,\n"
      "  N = __builtin_offsetof(struct p, i), O = sizeof(((struct p *)0)->c), P = sizeof(int[3][4]),\n"
      "  Q = (int)sizeof(long) - 9, R = -7 / 2, S = -8 >> 1, T = 010 + 0b11, U = sizeof 'c',\n"
      "  V = (long)&((struct p *)0)->i, W = _Alignof(double), X = 2 > 1 ? 0 ?: 9 : 8 };\n"
      "struct sized { char a[C + 1]; char b[A > 3 ? 2 : 5]; };");
  EXPECT_EQ(read.complaints(), "");
  const auto value = [&](std::string_view name) { return read.types->constant(name).value().value; };
  const std::pair<const char*, int64_t> wanted[] = {
      {"A", 16}, {"B", 17}, {"C", 8},  {"D", 44}, {"E", -1}, {"F", 97}, {"G", 10}, {"H", 7},
      {"I", -1}, {"J", 1},  {"K", 17}, {"L", 1},  {"M", 16}, {"N", 4},  {"O", 1},  {"P", 48},
      {"Q", -1}, {"R", -3}, {"S", -4}, {"T", 11}, {"U", 4},  {"V", 4},  {"W", 8},  {"X", 9}};
  for (const auto& [name, number] : wanted)
    EXPECT_EQ(value(name), number) << name;
  EXPECT_EQ(read.type_of("struct sized", "a"), "string[9]");
  EXPECT_EQ(read.type_of("struct sized", "b"), "string[2]");
}

TEST(CDefinitions, SizesOfEnumerations) {
  const Read read(
      "enum a { A = 1 }; enum b { B = -1 }; enum c { C = 0xffffffff }; enum d { D = 0x100000000 };\n"
      "enum __attribute__((packed)) e { E = 255 }; enum f { F = -1, F2 = 128 } __attribute__((packed));\n");
  const auto shape = [&](std::string_view name) {
    const Enumeration* found = read.types->enumeration(name);
    return std::pair(found->size, found->is_signed);
  };
  EXPECT_EQ(shape("enum a"), std::pair(4u, false));
  EXPECT_EQ(shape("enum b"), std::pair(4u, true));
  EXPECT_EQ(shape("enum c"), std::pair(4u, false));
  EXPECT_EQ(shape("enum d"), std::pair(8u, false));
  EXPECT_EQ(shape("enum e"), std::pair(1u, false));
  EXPECT_EQ(shape("enum f"), std::pair(2u, true));
}

TEST(CDefinitions, Macros) {
  const Read read({"#define ONE 1",
                   "#define TWO (ONE + ONE)",
                   "#define CALL(a, b) a b",
                   "#define SELF SELF + 1",
                   "#define EMPTY",
                   "#define STR(x) #x",
                   "#define XSTR(x) STR(x)",
                   "#define V XSTR(TWO)",
                   "#define CAT(a, b) a##b",
                   "#define W CAT(ONE, 2) CAT(, x)",
                   "#define LOG(f, ...) p(f, ##__VA_ARGS__)",
                   "#define L1 LOG(1)",
                   "#define L2 LOG(1, 2, 3)",
                   "#define NAMED(args...) g(args)",
                   "#define N1 NAMED(1, (2, 3))",
                   "#define OPT(a, ...) h(a __VA_OPT__(,) __VA_ARGS__)",
                   "#define O1 OPT(1)",
                   "#define O2 OPT(1, 2)",
                   "#define f(x) x f",
                   "#define F f(1)(2)",
                   "#define GONE 1",
                   "#undef GONE",
                   "#define MULTI 1 + \\\n 2",
                   "#define A B",
                   "#define B A"});
  EXPECT_EQ(read.complaints(), "");
  const std::pair<const char*, const char*> wanted[] = {
      {"ONE", "1"},           {"TWO", "(1 + 1)"}, {"SELF", "SELF + 1"}, {"EMPTY", ""},
      {"V", "\"(1 + 1)\""},   {"W", "ONE2 x"},    {"L1", "p(1)"},       {"L2", "p(1, 2, 3)"},
      {"N1", "g(1, (2, 3))"}, {"O1", "h(1)"},     {"O2", "h(1, 2)"},    {"F", "1 f(2)"},
      {"MULTI", "1 + 2"},     {"GONE", "-"},      {"CALL", "-"},        {"__x86_64__", "-"}};
  for (const auto& [name, text] : wanted)
    EXPECT_EQ(read.macro(name), text) << name;
}

TEST(CDefinitions, Conditions) {
  const Read read({"#ifdef BPFTRACE_HAVE_BTF",
                   "#define A 1",
                   "#else",
                   "#error no",
                   "struct broken {",
                   "#endif",
                   "#if defined(TRC_HAVE_BTF) && __x86_64__ && !defined NOTHING",
                   "#define B 1",
                   "#elif 1/0",
                   "#endif",
                   "#if __has_include(<stdarg.h>) && !__has_include(<no/such.h>)",
                   "#define C 1",
                   "#endif",
                   "#if 0",
                   "#if 1",
                   "#define D 1",
                   "#endif",
                   "it's no C",
                   "#else",
                   "#define D 2",
                   "#endif",
                   "#if (2 || 1/0) && -1 < 0u == 0 && 'a' == 97",
                   "#define E 1",
                   "#endif",
                   "#if __has_attribute(packed)",
                   "#define F 1",
                   "#endif"});
  EXPECT_EQ(read.complaints(), "");
  for (const char* name : {"A", "B", "C", "E", "F"})
    EXPECT_EQ(read.macro(name), "1") << name;
  EXPECT_EQ(read.macro("D"), "2");
}

TEST(CDefinitions, HeadersBesideTheScriptAndFromDirectories) {
  const std::string folder = testing::TempDir() + "c_definitions_test";
  ASSERT_EQ(system(("mkdir -p " + folder + "/inner").c_str()), 0);
  std::ofstream(folder + "/own.h")
      << "#pragma once\n#include \"inner/deep.h\"\nstruct own { struct deep d; };\n";
  std::ofstream(folder + "/inner/deep.h") << "#include \"beside.h\"\nstruct deep { beside_t x; };\n";
  std::ofstream(folder + "/inner/beside.h") << "typedef short beside_t;\n";
  std::ofstream(folder + "/bad.h") << "\nstruct bad { oops x; };\nstruct good { int x; };\n";
  std::ofstream(folder + "/inner/stdint.h") << "#include_next <stdint.h>\n#define WRAPPED 1\n";
  const Read read({"#include \"own.h\"", "#include \"own.h\"", "#include <beside.h>", "#include \"bad.h\"",
                   "#include <stdint.h>", "struct mine { uint32_t x; };"},
                  {.include_paths = {folder + "/inner"}, .script_directory = folder, .has_btf = true});
  EXPECT_EQ(read.size("struct own"), 2u);
  EXPECT_EQ(read.size("struct good"), 4u);
  EXPECT_EQ(read.size("struct mine"), 4u);
  EXPECT_EQ(read.macro("WRAPPED"), "1");
  EXPECT_EQ(read.complaints(), "x.trc:1:10: error: in `bad.h`, line 2: unknown C type `oops` [c_in_header]\n"
                               "#include \"bad.h\"\n         ~~~~~~~\n");
  const Read given({}, {.includes = {"own.h"}, .script_directory = folder, .has_btf = true});
  EXPECT_EQ(given.size("struct own"), 2u);
}

TEST(CDefinitions, HeadersOfTheCompilerNeedNoCompiler) {
  const Read read(
      {"#include <stddef.h>", "#include <stdarg.h>", "#include <stdbool.h>", "#include <limits.h>",
       "struct s { size_t n; bool b; va_list v; char c[offsetof(struct { int a; int b; }, b)]; };"});
  EXPECT_EQ(read.complaints(), "");
  EXPECT_EQ(read.size("struct s"), 48u); // 8, 1 at 8, 24 at 16, 4 at 40
  EXPECT_EQ(read.macro("NULL"), "((void *)0)");
}

TEST(CDefinitions, TheKernelsTypes) {
  const auto kernel = std::make_shared<Kernels>();
  const Read read(
      {"#include <net/no_such_header.h>",
       "struct mine { struct list_head list; dev_t dev; char comm[TASK_COMM_LEN]; struct task_struct *t; };",
       "struct after { char c; struct mine m; };"},
      {.has_btf = true, .kernel = kernel});
  EXPECT_NE(read.complaints().find("[c_header_skipped]"), std::string::npos);
  EXPECT_FALSE(read.diagnostics.has_errors());
  EXPECT_EQ(read.size("struct mine"), 48u);
  EXPECT_EQ(read.size("struct after"), 56u);
  EXPECT_EQ(read.types->structure("struct list_head"), &kernel->head);
  EXPECT_EQ(read.types->structure("struct task_struct"), nullptr);
}

TEST(CDefinitions, AMistakeCostsOneDeclaration) {
  const Read read({"struct a { int x; y };", "struct b { int x; };", "struct c { nothing_known n; };",
                   "struct d { struct unknown u; };", "enum e { X, Y, };", "struct f { int x : 40; };",
                   "struct g { int x; }", "struct h { struct g g; };"});
  size_t errors = read.diagnostics.list().size();
  EXPECT_EQ(errors, 4u) << read.complaints();
  for (const char* name : {"struct b", "struct g", "struct h"})
    EXPECT_EQ(read.size(name), 4u) << name;
  EXPECT_EQ(read.types->constant("Y")->value, 1);
}

TEST(CDefinitions, TwoThousandLinesAreReadAtOnce) {
  std::string text;
  for (int i = 0; i < 250; ++i) {
    const std::string n = std::to_string(i);
    text += "#define COUNT_" + n + " (" + n + " + 1)\nstruct s" + n +
            " {\n  unsigned long flags;\n  char name[COUNT_" + n +
            "];\n  int bits : 3, more : 5;\n  struct s" + n + " *next;\n};\ntypedef struct s" + n + " *s" +
            n + "_t;\n";
  }
  const auto start = std::chrono::steady_clock::now();
  const Read read(text);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(read.complaints(), "");
  EXPECT_EQ(read.type_of("struct s249", "name"), "string[250]");
  EXPECT_LT(took.count(), 500) << "an optimised build takes 2 to 5 ms";
}

TEST(CDefinitions, WhatNeverEndsIsStopped) {
  std::string doubling = "#define M0 x x\n";
  for (int i = 1; i < 60; ++i)
    doubling +=
        "#define M" + std::to_string(i) + " M" + std::to_string(i - 1) + " M" + std::to_string(i - 1) + "\n";
  EXPECT_NE(Read(doubling + "M59\n").complaints().find("[c_too_large]"), std::string::npos);
  EXPECT_NE(Read("#define F(x) F2(x)\n#define F2(x) x\nstruct s { int a[" + std::string(5000, '(') + "1; };")
                .complaints(),
            "");
  EXPECT_NE(Read("struct s { int " + std::string(5000, '*') + "x; };").complaints(), "");
  EXPECT_NE(Read("struct s { int " + std::string(5000, '(') + "x; };").complaints(), "");
  std::string nested, calls = "1";
  for (int i = 0; i < 3000; ++i)
    nested += "struct {";
  for (int i = 0; i < 3000; ++i)
    calls = "F(" + calls + ")";
  EXPECT_NE(Read(nested).complaints(), "");
  EXPECT_NE(Read("#define F(x) x\nint a[" + calls + "];\nenum e { E = " + std::string(4000, '-') + "1 };")
                .complaints(),
            "");
}

TEST(CDefinitions, NoInputBreaksIt) {
  const std::string seed =
      "#define M(a, b, ...) a##b #a __VA_ARGS__ __VA_OPT__(x)\n#define O M(1, 2, 3) O\n#if defined M && (O + "
      "1) ? 1 : 0\n"
      "struct s { int a : 3, : 0; char b[O]; union { struct s *p; long (*f[3])(int); }; } "
      "__attribute__((packed, aligned(8)));\n"
      "#elif __has_include(<stddef.h>)\n#include <stddef.h>\n#endif\n#pragma pack(push, 1)\nenum e { A = "
      "sizeof(struct s), B = A << 2 };\n"
      "typedef struct { enum e x; typeof(1 + 1) y; } t[2], *u; static inline int f(int x) { return x; }\n"
      "_Static_assert(1, \"x\"); M(int, 1, ;) 'c' \"str\" /* c */ // d\n_Pragma(\"pack(pop)\") extern int "
      "v[] = { 1, 2 };\n";
  std::mt19937 random(3);
  static constexpr std::string_view kPieces[] = {
      "{",     "}",        "(",           ")",       "[",        "]",  ";", ",",      "#",
      "##",    "\n",       "\n#",         "struct ", "int ",     "\"", "'", "/*",     "\\\n",
      "M",     "O",        "(",           "#if ",    "#endif\n", ":",  "*", "=",      "...",
      "enum ", "typedef ", "__VA_ARGS__", "0x",      "1",        "-",  "?", "sizeof", "defined "};
  for (int round = 0; round < 3000; ++round) {
    std::string text = seed;
    for (int change = 1 + static_cast<int>(random() % 6); change > 0; --change) {
      const size_t at = random() % text.size(),
                   length = random() % std::min<size_t>(text.size() - at + 1, 20);
      switch (random() % 4) {
      case 0: text.erase(at, length); break;
      case 1: text.insert(at, kPieces[random() % std::size(kPieces)]); break;
      case 2: text[at] = static_cast<char>(random()); break;
      default: text.insert(random() % text.size(), text.substr(at, length)); break;
      }
      if (text.empty()) text = "x";
    }
    const Read read(text);
    for (const char* name : {"M", "O", "A"})
      read.types->macro(name);
    for (const char* name : {"struct s", "enum e", "t", "u"})
      if (const auto type = read.types->type(name)) read.types->structure(type->name);
    read.complaints();
  }
}

} // namespace trc
