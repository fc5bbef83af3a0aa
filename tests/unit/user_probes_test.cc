// Probes in programs: names, arguments, notes, libraries, for the files of the fixture.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/mman.h>

#include "ctypes/btf_types.h"
#include "kernel/files.h"
#include "probes/provider.h"
#include "probes/uprobe/names.h"
#include "probes/usdt/arguments.h"
#include "probes/user_target.h"
#include "symbols/elf_functions.h"
#include "symbols/elf_symbols.h"
#include "symbols/library_cache.h"
#include "symbols/usdt_notes.h"
#include "symbols/zip_member.h"

namespace trc::probes {
namespace {

using Texts = std::vector<std::string>;
const std::string kRoot = TRC_TEST_DIR "/fixtures/kernel";

std::string shown(const std::optional<ContextAccess>& access) {
  if (!access) return "-";
  return std::to_string(access->offset) + ":" + std::to_string(access->size);
}

/// "kind size number base index scale" of each argument, or why it can't be read.
Texts arguments(std::string_view text) {
  Texts all;
  auto distance = [](std::string_view symbol) {
    return symbol == "known" ? std::optional<int64_t>(-256) : std::nullopt;
  };
  for (const LocatedArgument& a : read_usdt_arguments(text, distance)) {
    if (!a.unreadable.empty()) {
      all.push_back(a.unreadable);
      continue;
    }
    const char* kinds[] = {"constant", "register", "memory"};
    all.push_back(std::string(kinds[static_cast<int>(a.kind)]) + (a.is_signed ? " s" : " u") +
                  std::to_string(a.size) + " " + std::to_string(static_cast<int64_t>(a.number)) + " " +
                  shown(a.base) + " " + shown(a.index) + " " + std::to_string(a.scale));
  }
  return all;
}

TEST(UsdtArguments, AreReadInEveryForm) {
  EXPECT_EQ(arguments("-4@%eax 1@%dh 2@%r9w 8@%rbp"),
            (Texts{"register s4 0 80:4 - 1", "register u1 0 97:1 - 1", "register u2 0 64:2 - 1",
                   "register u8 0 32:8 - 1"}));
  EXPECT_EQ(arguments("4@$5 -8@$-3 8@$0x10"),
            (Texts{"constant u4 5 - - 1", "constant s8 -3 - - 1", "constant u8 16 - - 1"}));
  EXPECT_EQ(arguments("8@(%rdi) -4@-16(%rbp) 1@0x20(%rsp) 8@8(%rax,%rcx,8) 8@(,%rdx,4) 8@(%rax,%rbx)"),
            (Texts{"memory u8 0 112:8 - 1", "memory s4 -16 32:8 - 1", "memory u1 32 152:8 - 1",
                   "memory u8 8 80:8 88:8 8", "memory u8 0 - 96:8 4", "memory u8 0 80:8 40:8 1"}));
  EXPECT_EQ(arguments("8@known(%rip) 4@known+8(%rip) 4@8+known-4(%rip)"),
            (Texts{"memory u8 -256 128:8 - 1", "memory u4 -248 128:8 - 1", "memory u4 -252 128:8 - 1"}));
  EXPECT_EQ(arguments(""), Texts());
}

TEST(UsdtArguments, SayWhyTheyCanNotBeRead) {
  EXPECT_EQ(
      arguments("8f@%rax -4@%xmm0 3@%eax @%eax 4 4@%fs:8(%rax) 4@unknown(%rip) 4@known(%rax) 4@8(%rax 4@$x "
                "4@(%rax,%rcx,9) 4@%bogus 4@"),
      (Texts{"`8f@%rax` is a floating-point number", "`-4@%xmm0` is in a floating-point register",
             "`3@%eax` has no size that trc knows", "`@%eax` has no size that trc knows",
             "`4` has no size that trc knows", "`4@%fs:8(%rax)` is a place that trc doesn't understand",
             "`4@unknown(%rip)` is a place that trc doesn't understand",
             "`4@known(%rax)` is a place that trc doesn't understand",
             "`4@8(%rax` is a place that trc doesn't understand",
             "`4@$x` is a place that trc doesn't understand",
             "`4@(%rax,%rcx,9)` is a place that trc doesn't understand",
             "`4@%bogus` is a place that trc doesn't understand",
             "`4@` is a place that trc doesn't understand"}));
}

TEST(FunctionNames, AreCutToWhatPeopleWrite) {
  EXPECT_EQ(base_of("ns::area(int)"), "ns::area");
  EXPECT_EQ(base_of("ns::Box::size() const"), "ns::Box::size");
  EXPECT_EQ(base_of("int ns::twice<int>(int)"), "ns::twice");
  EXPECT_EQ(base_of("std::string ns::twice<std::string>(std::string)"), "ns::twice");
  EXPECT_EQ(base_of("(anonymous namespace)::nameless()"), "(anonymous namespace)::nameless");
  EXPECT_EQ(base_of("ns::Box::operator+(ns::Box const&) const"), "ns::Box::operator+");
  EXPECT_EQ(base_of("ns::Call::operator()(int)"), "ns::Call::operator()");
  EXPECT_EQ(base_of("operator new(unsigned long)"), "operator new");
  EXPECT_EQ(base_of("main"), "main");
}

TEST(FunctionNames, AreFoundWithAndWithoutParameters) {
  const std::string one = "_ZN2ns4areaEi", two = "_ZN2ns4areaEii", other = "_ZN2ns5areasEi";
  auto fits = [&](const char* pattern) {
    const NamePattern p(pattern);
    return std::vector<bool>{p.fits(one), p.fits(two), p.fits(other), p.fits("area")};
  };
  EXPECT_EQ(fits("ns::area"), (std::vector<bool>{true, true, false, false}));
  EXPECT_EQ(fits("ns::area(int)"), (std::vector<bool>{true, false, false, false}));
  EXPECT_EQ(fits("ns::area(int, int)"), (std::vector<bool>{false, true, false, false}));
  EXPECT_EQ(fits("ns::*"), (std::vector<bool>{true, true, true, false}));
  EXPECT_EQ(fits("area"), (std::vector<bool>{false, false, false, true}));
}

TEST(Demangling, KnowsBothWaysOfRust) {
  EXPECT_EQ(symbols::demangle("_ZN5serde3ser17h0123456789abcdefE"), "serde::ser");
  EXPECT_EQ(symbols::demangle(
                "_ZN58_$LT$alloc..string..String$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE"),
            "<alloc::string::String as core::fmt::Debug>::fmt");
  EXPECT_EQ(symbols::demangle("_RNvNtCs6mEINUzFH5k_6shapes6shapes9perimeter"), "shapes::shapes::perimeter");
  EXPECT_EQ(symbols::demangle("_RNvbroken"), "_RNvbroken");
  EXPECT_EQ(symbols::demangle("_ZN2ns4areaEi"), "ns::area(int)");
}

TEST(LibraryCache, IsReadAsLdconfigWritesIt) {
  // Two libraries; that for other machines is left out.
  std::string bytes = "glibc-ld.so.cache1.1";
  auto word = [&](uint32_t value) { bytes.append(reinterpret_cast<const char*>(&value), sizeof value); };
  for (uint32_t value : {2U, 0U, 0U, 0U, 0U, 0U, 0U})
    word(value);
  const uint32_t texts = 48 + 2 * 24;
  for (uint32_t value : {0x0303U, texts, texts + 10, 0U, 0U, 0U, 0x0003U, texts, texts + 10, 0U, 0U, 0U})
    word(value);
  bytes.append("libx.so.1\0/lib/libx.so.1\0", 26);
  EXPECT_EQ(symbols::parse_library_cache(bytes),
            (std::vector<symbols::CachedLibrary>{{"libx.so.1", "/lib/libx.so.1"}}));
  EXPECT_TRUE(symbols::parse_library_cache(bytes.substr(0, 60)).empty());
  EXPECT_TRUE(symbols::parse_library_cache("").empty());
  EXPECT_TRUE(symbols::is_short_for("libc", "libc.so.6"));
  EXPECT_TRUE(symbols::is_short_for("libc.so", "libc.so.6"));
  EXPECT_TRUE(symbols::is_short_for("libc.so.6", "libc.so.6"));
  EXPECT_FALSE(symbols::is_short_for("libc", "libcap.so.2"));
  EXPECT_FALSE(symbols::is_short_for("libc.so.5", "libc.so.6"));
}

TEST(ZipMember, IsFoundWhereItIsStored) {
  auto bytes = [](std::initializer_list<unsigned> halves) {
    std::string text;
    for (const unsigned half : halves)
      text += {static_cast<char>(half & 0xff), static_cast<char>(half >> 8)};
    return text;
  };
  // One member `a/b` with four bytes, and one `c` that is compressed.
  auto local = [&](const std::string& name, unsigned method, const std::string& content) {
    const auto size = static_cast<unsigned>(content.size());
    return bytes({0x4b50, 0x0403, 10, 0, method, 0, 0, 0, 0, size, 0, size, 0,
                  static_cast<unsigned>(name.size()), 2}) +
           name + "xx" + content;
  };
  auto entry = [&](const std::string& name, unsigned method, unsigned size, unsigned offset) {
    return bytes({0x4b50, 0x0201, 10,   10, 0,
                  method, 0,      0,    0,  0,
                  size,   0,      size, 0,  static_cast<unsigned>(name.size()),
                  0,      0,      0,    0,  0,
                  0,      offset, 0}) +
           name;
  };
  std::string archive = local("a/b", 0, "1234");
  const auto second = static_cast<unsigned>(archive.size());
  archive += local("c", 8, "56");
  const auto begin = static_cast<unsigned>(archive.size());
  const std::string directory = entry("a/b", 0, 4, 0) + entry("c", 8, 2, second);
  archive += directory;
  archive +=
      bytes({0x4b50, 0x0605, 0, 0, 2, 2, static_cast<unsigned>(directory.size()), 0, begin, 0, 3}) + "bye";
  const Fd fd(::memfd_create("archive", MFD_CLOEXEC));
  ASSERT_EQ(::write(fd.get(), archive.data(), archive.size()), static_cast<ssize_t>(archive.size()));
  EXPECT_EQ(*symbols::find_zip_member(fd.get(), "a/b"), (symbols::ZipMember{35, 4}));
  EXPECT_EQ(archive.substr(35, 4), "1234");
  EXPECT_EQ(symbols::find_zip_member(fd.get(), "c").error().kind, ErrorKind::invalid);
  EXPECT_EQ(symbols::find_zip_member(fd.get(), "d").error().kind, ErrorKind::not_found);
  ASSERT_EQ(::ftruncate(fd.get(), begin), 0);
  EXPECT_EQ(symbols::find_zip_member(fd.get(), "a/b").error().kind, ErrorKind::invalid);
}

class UserProbes : public testing::Test {
protected:
  Kernel kernel_ = std::move(*Kernel::open(kRoot));
  Diagnostics diagnostics_;

  Texts resolve(const std::string& text, bool unsafe = false) {
    std::vector<Match> matches;
    diagnostics_ = {};
    const Span span = {0, static_cast<uint32_t>(text.size())};
    probes::resolve(
        split_attach_point(text, span),
        {.kernel = kernel_, .diagnostics = diagnostics_, .types = kernel_types(kernel_), .unsafe = unsafe},
        matches);
    Texts found;
    for (const Match& match : matches) {
      EXPECT_EQ(match.type, ProgramType::kprobe); // the fixture's BTF has no link for many
      EXPECT_EQ(match.pointers, AddressSpace::user);
      EXPECT_TRUE(match.file_address.has_value());
      found.push_back(match.name + " @" + std::to_string(match.attach.value));
    }
    return found;
  }
};

TEST_F(UserProbes, AreFoundByPathNameAndWildcard) {
  const Texts one = {"uprobe:/usr/lib/libprobed.so.1:work @1231"};
  EXPECT_EQ(resolve("uprobe:/usr/lib/libprobed.so.1:work"), one);
  EXPECT_EQ(resolve("uprobe:libprobed:work"), one);
  EXPECT_EQ(resolve("uprobe:libprobed.so:work"), one);
  EXPECT_EQ(resolve("uprobe:/usr/lib/*:work"), one);
  EXPECT_EQ(resolve("uprobe:libprobed:0x4cf"), (Texts{"uprobe:/usr/lib/libprobed.so.1:0x4cf @1231"}));
  EXPECT_EQ(resolve("uprobe:libprobed:twi*"), (Texts{"uprobe:/usr/lib/libprobed.so.1:twin @1303"}));
  EXPECT_EQ(resolve("uprobe:libprobed:cpp:ns::area"),
            (Texts{"uprobe:/usr/lib/libprobed.so.1:cpp:\"ns::area(int)\" @1342",
                   "uprobe:/usr/lib/libprobed.so.1:cpp:\"ns::area(int, int)\" @1345"}));
  EXPECT_EQ(resolve("uprobe:libprobed:work+2", true), (Texts{"uprobe:/usr/lib/libprobed.so.1:work+2 @1233"}));
  EXPECT_EQ(resolve("usdt:libprobed:started"), (Texts{"usdt:/usr/lib/libprobed.so.1:fixture:started @1233"}));
}

TEST_F(UserProbes, OfAFileWithoutNotesAreNone) {
  const auto file = open_target("/usr/lib/libprobed.so.1", kernel_);
  ASSERT_TRUE(file);
  EXPECT_EQ(symbols::read_usdt_notes(file->elf).size(), 3U);
  EXPECT_FALSE(file->is_go());
  EXPECT_TRUE(open_target("/usr/bin/gopher", kernel_)->is_go());
  EXPECT_EQ(open_target("/proc/kallsyms", kernel_).error().kind, ErrorKind::invalid);
}

} // namespace
} // namespace trc::probes
