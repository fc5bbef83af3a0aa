// Layouts of structs and unions, compared with those of the machine's own C compiler: for each of many
// made-up declarations a program is compiled that prints sizes, alignments, offsets and the bits of
// bit-fields.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>

#include "ctypes/c_definitions.h"

namespace trc {
namespace {

constexpr int kStructs = 400;

struct Made {
  std::string text;
  struct Name {
    std::string name;
    bool is_bit_field;
  };
  std::vector<Name> fields; ///< those that can be reached by their name
};

/// Makes declarations up, the same ones each time.
class Maker {
public:
  Made make(int index) {
    Made made;
    next_field_ = 0;
    const std::string keyword = chance(6) ? "union" : "struct";
    name_ = keyword + " s" + std::to_string(index);
    const bool packs = chance(8);
    if (packs) made.text += "#pragma pack(push, " + std::to_string(1 << pick(5)) + ")\n";
    made.text +=
        keyword + (chance(12) ? " __attribute__((packed)) s" : " s") + std::to_string(index) + " {\n";
    body(made, 0, 1 + pick(9));
    made.text += "}" + attributes(5) + ";\n";
    if (packs) made.text += "#pragma pack(pop)\n";
    earlier_.push_back(name_);
    return made;
  }
  const std::string& name() const { return name_; }

private:
  int pick(int count) { return static_cast<int>(random_() % count); }
  bool chance(int in) { return pick(in) == 0; }

  std::string attributes(int in) {
    if (!chance(in)) return "";
    switch (pick(3)) {
    case 0: return " __attribute__((packed))";
    case 1: return " __attribute__((aligned(" + std::to_string(1 << pick(6)) + ")))";
    default: return " __attribute__((packed, aligned(" + std::to_string(1 << pick(5)) + ")))";
    }
  }

  /// Elements of an array can't have more alignment than bytes.
  std::string integer(bool with_aligned = true) {
    static constexpr const char* kNames[] = {"char",           "signed char", "unsigned char", "short",
                                             "unsigned short", "int",         "unsigned",      "long",
                                             "unsigned long",  "long long",   "enum small",    "enum large",
                                             "loose_long",     "half_aligned"};
    return kNames[pick(std::size(kNames) - (with_aligned ? 0 : 1))];
  }

  void bit_field(Made& made, const std::string& name) {
    static constexpr std::pair<const char*, int> kNames[] = {
        {"char", 8},  {"unsigned char", 8}, {"short", 16}, {"unsigned short", 16},
        {"int", 32},  {"unsigned", 32},     {"long", 64},  {"unsigned long long", 64},
        {"_Bool", 1}, {"enum small", 32}};
    const auto& [type, most] = kNames[pick(std::size(kNames))];
    if (chance(8)) {
      made.text += std::string("  ") + type + " : " + std::to_string(chance(2) ? 0 : 1 + pick(most)) + ";\n";
      return;
    }
    made.text += std::string("  ") + type + " " + name + " : " + std::to_string(1 + pick(most)) +
                 (chance(10) ? attributes(1) : "") + ";\n";
    made.fields.push_back({name, true});
  }

  void body(Made& made, int depth, int count) {
    for (int i = 0; i < count; ++i) {
      const std::string name = "f" + std::to_string(next_field_++);
      const int kind = pick(12);
      if (kind < 5) {
        bit_field(made, name);
        continue;
      }
      if (kind == 5 && depth < 2) {
        made.text += chance(2) ? "  struct {\n" : "  union {\n";
        body(made, depth + 1, 1 + pick(4));
        made.text += "  }" + attributes(4) + ";\n";
        continue;
      }
      made.text += "  ";
      if (kind == 6)
        made.text += "int (*" + name + ")(int, char *)";
      else if (kind == 7 && !earlier_.empty())
        made.text += earlier_[pick(earlier_.size())] + " " + name;
      else if (kind == 8)
        made.text += integer(false) + " " + name + "[" + std::to_string(pick(5)) + "][" +
                     std::to_string(1 + pick(3)) + "]";
      else if (kind == 9)
        made.text += (chance(2) ? "double *" : "long double ") + name;
      else
        made.text += integer() + " " + name;
      made.text += attributes(6) + ";\n";
      made.fields.push_back({name, false});
    }
  }

  std::mt19937 random_{20261121};
  int next_field_ = 0;
  std::string name_;
  std::vector<std::string> earlier_;
};

constexpr const char* kPrelude = R"(
enum small { A0, A1, A2 };
enum large { B0 = -1, B1 = 0x100000000 };
typedef short half_aligned __attribute__((aligned(4)));
typedef long loose_long __attribute__((aligned(2)));
)";

/// C that prints one line for each field.
std::string probe(const std::string& type, const std::vector<Made::Name>& fields) {
  std::string text = "static void p_" + type.substr(type.find(' ') + 1) + "(void) {\n";
  text += "  printf(\"" + type + " %zu %zu\\n\", sizeof(" + type + "), _Alignof(" + type + "));\n";
  for (const auto& field : fields) {
    if (field.is_bit_field)
      text += "  { static " + type + " x; memset(&x, 0, sizeof x); x." + field.name +
              " = -1; bits(&x, sizeof x); }\n";
    else
      text += "  printf(\"%zu\\n\", offsetof(" + type + ", " + field.name + "));\n";
  }
  return text + "}\n";
}

constexpr const char* kProgram = R"(
#include <stdio.h>
#include <stddef.h>
#include <string.h>
static void bits(const void *x, size_t size) {
  const unsigned char *bytes = x;
  size_t first = 0, count = 0;
  for (size_t i = 0; i < size * 8; ++i)
    if (bytes[i / 8] >> (i % 8) & 1) { if (count++ == 0) first = i; }
  printf("%zu+%zu:%zu\n", first / 8, first % 8, count);
}
)";

/// What the compiler says; nothing if there is none.
std::optional<std::string> compiled(const std::string& text) {
  char folder[] = "/tmp/trc_layout_XXXXXX";
  if (!mkdtemp(folder)) return {};
  const std::string base = folder;
  std::ofstream(base + "/p.c") << text;
  std::optional<std::string> output;
  if (system(("cc -w -O0 -o " + base + "/p " + base + "/p.c 2>" + base + "/log && " + base + "/p >" + base +
              "/out")
                 .c_str()) == 0) {
    std::ifstream file(base + "/out");
    output.emplace(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  EXPECT_EQ(system(("rm -r " + base).c_str()), 0);
  return output;
}

std::string ours(const CDefinitions& types, const std::string& type, const std::vector<Made::Name>& fields) {
  const Structure* structure = types.structure(type);
  if (!structure) return type + " is not known\n";
  std::string text =
      type + " " + std::to_string(structure->size) + " " + std::to_string(structure->alignment) + "\n";
  for (const auto& one : fields) {
    const auto field = find_field(types, *structure, one.name);
    if (!field)
      text += one.name + " is missing\n";
    else if (field->bits != 0)
      text += std::to_string(field->offset) + "+" + std::to_string(field->first_bit) + ":" +
              std::to_string(field->bits) + "\n";
    else
      text += std::to_string(field->offset) + "\n";
  }
  return text;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::string line;
  for (const char c : text) {
    if (c != '\n') {
      line += c;
      continue;
    }
    all.push_back(line);
    line.clear();
  }
  return all;
}

} // namespace

TEST(CLayout, IsThatOfTheCompiler) {
  if (system("cc --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no C compiler";
  Maker maker;
  std::string text = kPrelude, probes, calls, expected;
  std::vector<std::pair<std::string, Made>> all;
  for (int i = 0; i < kStructs; ++i) {
    Made made = maker.make(i);
    text += made.text;
    probes += probe(maker.name(), made.fields);
    calls += "  p_s" + std::to_string(i) + "();\n";
    all.emplace_back(maker.name(), std::move(made));
  }
  const auto theirs = compiled(kProgram + text + probes + "int main(void) {\n" + calls + "  return 0;\n}\n");
  ASSERT_TRUE(theirs);

  Sources sources;
  const uint32_t base = sources.add("x.trc", text);
  Diagnostics diagnostics;
  const auto types = read_c_definitions(
      {.texts = {{base, base + static_cast<uint32_t>(text.size())}}, .has_btf = true}, sources, diagnostics);
  for (const Diagnostic& one : diagnostics.list())
    ADD_FAILURE() << render(one, sources, false);
  const std::vector<std::string> wanted = lines(*theirs);
  size_t at = 0;
  for (const auto& [name, made] : all) {
    for (const std::string& line : lines(ours(*types, name, made.fields))) {
      ASSERT_LT(at, wanted.size());
      ASSERT_EQ(line, wanted[at++]) << "in\n" << made.text;
    }
  }
  EXPECT_EQ(at, wanted.size());
}

TEST(CLayout, OfStructsInRealHeadersIsThatOfTheCompiler) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> headers = {
      {"linux/types.h", {}},
      {"stdint.h", {}},
      {"linux/socket.h", {"struct __kernel_sockaddr_storage"}},
      {"net/if.h", {"struct ifreq", "struct ifconf"}},
      {"sys/socket.h", {"struct msghdr", "struct sockaddr", "struct cmsghdr"}},
      {"linux/in.h", {"struct sockaddr_in", "struct in_addr"}},
      {"linux/ip.h", {"struct iphdr"}},
      {"linux/tcp.h", {"struct tcphdr", "struct tcp_info"}},
      {"linux/sched.h", {"struct clone_args"}},
      {"linux/perf_event.h", {"struct perf_event_attr", "struct perf_event_mmap_page"}},
      {"linux/bpf.h", {"union bpf_attr", "struct bpf_insn", "struct bpf_prog_info"}},
      {"linux/fs.h", {}},
      {"linux/aio_abi.h", {"struct iocb"}},
      {"netinet/in.h", {"struct sockaddr_in6", "struct group_req"}},
      {"netinet/tcp.h", {"struct tcphdr"}},
      {"netinet/ip.h", {"struct iphdr", "struct ip"}},
      {"sys/stat.h", {"struct stat"}},
      {"sys/epoll.h", {"struct epoll_event"}},
      {"sys/resource.h", {"struct rusage"}},
      {"sys/un.h", {"struct sockaddr_un"}},
      {"signal.h", {"struct sigaction"}},
      {"stdio.h", {"struct _IO_FILE"}},
      {"dirent.h", {"struct dirent"}},
      {"time.h", {"struct tm", "struct timespec"}},
      {"elf.h", {}},
  };
  for (const auto& [header, names] : headers) {
    const std::string text = "#include <" + header + ">\n";
    if (system(("printf '#include <" + header + ">' | cc -E - >/dev/null 2>&1").c_str()) != 0) continue;
    Sources sources;
    const uint32_t base = sources.add("x.trc", text);
    Diagnostics diagnostics;
    const auto types =
        read_c_definitions({.texts = {{base, base + static_cast<uint32_t>(text.size())}}, .has_btf = true},
                           sources, diagnostics);
    for (const Diagnostic& one : diagnostics.list())
      ADD_FAILURE() << render(one, sources, false);
    std::string program = "#define offsetof __builtin_offsetof\n", calls, mine;
    for (const std::string& name : names) {
      ASSERT_TRUE(types->structure(name)) << header << ": " << name;
      std::vector<Made::Name> fields;
      for (const std::string& field : field_names(*types, *types->structure(name)))
        fields.push_back({field, find_field(*types, *types->structure(name), field)->bits != 0});
      mine += ours(*types, name, fields);
      program += probe(name, fields);
      calls += "  p_" + name.substr(name.find(' ') + 1) + "();\n";
    }
    const auto theirs =
        compiled(text + kProgram + program + "int main(void) {\n" + calls + "  return 0;\n}\n");
    ASSERT_TRUE(theirs) << header;
    EXPECT_EQ(mine, *theirs) << header;
  }
}

} // namespace trc
